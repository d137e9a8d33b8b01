"""The folder in which the workers of a server count together."""

import os

from plant_community_backend.metrics_folder import LOCK, VARIABLE, metrics_folder


def test_folder_is_new_named_in_the_environment_and_gone_at_the_end(tmp_path):
    """Workers inherit its name; nothing of an earlier server is counted again."""
    with metrics_folder(tmp_path) as folder:
        assert os.environ[VARIABLE] == str(folder)
        assert [path.name for path in folder.iterdir()] == [LOCK]
    assert VARIABLE not in os.environ
    assert not folder.exists()


def test_folder_of_a_killed_server_is_removed_and_that_of_a_living_one_stays(tmp_path, monkeypatch):
    """Several servers may share a data folder: each cleans up after the dead, none after the living."""
    killed = tmp_path / "killed"
    killed.mkdir()
    (killed / LOCK).touch()
    (killed / "counter_1.db").write_bytes(b"counted once")
    with metrics_folder(tmp_path) as living, monkeypatch.context() as another_server:
        another_server.delenv(VARIABLE)
        with metrics_folder(tmp_path):
            assert living.exists()
            assert not killed.exists()
    assert VARIABLE not in os.environ


def test_folder_that_the_operator_names_is_used_as_it_is(tmp_path, monkeypatch):
    """Theirs to empty: other programs may count in it, too."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "counter_1.db").touch()
    with metrics_folder(tmp_path / "elsewhere") as folder:
        assert folder == tmp_path
    assert (tmp_path / "counter_1.db").exists()
