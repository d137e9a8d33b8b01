"""The key made at the first start."""

import stat

from plant_community_backend.secret_key import find_or_make_secret_key


def test_secret_key_first_start_makes_one_that_stays(tmp_path):
    """The same key at every later start, long, and readable by its owner only (law 13)."""
    path = tmp_path / "var" / "secret_key"
    first = find_or_make_secret_key(path)
    assert find_or_make_secret_key(path) == first
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_secret_key_of_another_installation_differs(tmp_path):
    """There is no default key."""
    assert find_or_make_secret_key(tmp_path / "a" / "key") != find_or_make_secret_key(tmp_path / "b" / "key")
