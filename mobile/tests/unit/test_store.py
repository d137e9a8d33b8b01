"""The phone's file: whole or not at all, bounded, and empty when it shall be."""

import subprocess
import sys
from pathlib import Path

import pytest

from state import store as store_module
from state.question import Photo, Question
from state.store import Store

SOURCES = Path(store_module.__file__).parents[1]


@pytest.fixture
def store(tmp_path):
    """The file of this test."""
    opened = Store(tmp_path)
    yield opened
    opened.close()


def plant(name, created_at="2026-05-01T10:00:00+00:00"):
    """An identification, as far as the store looks."""
    return {"id": name, "created_at": created_at, "status": "complete"}


def test_process_that_dies_within_a_change_leaves_the_state_before_it(store, tmp_path):
    """A question without its photos would be sent without them."""
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from state.store import Store\n"
        "from state.question import Photo, Question\n"
        "class Deadly:\n"
        "    content, organ = b'second', property(lambda self: os._exit(9))\n"
        "question = Question((Photo(b'first'), Deadly()), 'en')\n"
        "Store(Path(sys.argv[2])).keep_waiting('key', question, {})\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(SOURCES), str(tmp_path)], check=False, timeout=60)
    assert died.returncode == 9
    assert store.waiting() == []
    store.keep_waiting("key", Question((Photo(b"whole"),), "en"), {})
    assert [key for key, _question, _about in store.waiting()] == ["key"]


def test_failed_change_changes_nothing(store):
    """The same key again is refused, and the first stays as it is."""
    store.keep_waiting("key", Question((Photo(b"one"),), "en"), {})
    with pytest.raises(Exception, match="UNIQUE"):
        store.keep_waiting("key", Question((Photo(b"two"),), "en"), {})
    assert [question.photos[0].content for _key, question, _about in store.waiting()] == [b"one"]


def test_plants_are_those_of_their_owner_newest_first(store):
    """Another account on this phone sees none of them (law 12)."""
    store.keep_plants("me", [plant("a", "2026-05-01T10:00:00+00:00"), plant("b", "2026-05-02T10:00:00+00:00")])
    store.keep_plants("you", [plant("c")])
    assert [each["id"] for each in store.plants("me")] == ["b", "a"]
    assert store.plant("you", "a") is None


def test_plant_that_was_deleted_elsewhere_goes_with_its_pictures(store):
    """Deleting deletes, also the copy on the phone."""
    store.keep_plants("me", [plant("1f-a"), plant("2f-b")])
    store.keep_picture("me", "/identifications/1f-a/photos/0/", b"a")
    store.keep_picture("me", "/identifications/2f-b/photos/0/", b"b")
    store.keep_only("me", ["2f-b"], "")
    assert [each["id"] for each in store.plants("me")] == ["2f-b"]
    assert store.picture("me", "/identifications/1f-a/photos/0/") is None
    assert store.picture("me", "/identifications/2f-b/photos/0/") == b"b"


def test_older_plants_than_the_first_page_stay(store):
    """The page says nothing of them."""
    store.keep_plants("me", [plant("old", "2025-01-01T00:00:00+00:00"), plant("new")])
    store.keep_only("me", ["new"], "2026-05-01T10:00:00+00:00")
    assert [each["id"] for each in store.plants("me")] == ["new", "old"]


def test_pictures_are_bounded(store, monkeypatch):
    """Those go first that were not looked at for the longest time."""
    monkeypatch.setattr(store_module, "PICTURES_MAX_BYTES", 250)
    for name in ("a", "b", "c"):
        store.keep_picture("me", name, bytes(100))
    assert [store.picture("me", name) is not None for name in ("a", "b", "c")] == [False, True, True]


def test_forgotten_copies_are_not_in_the_file_any_more(store, tmp_path):
    """Not even as free pages."""
    store.keep_picture("me", "a", b"a secret picture" * 100)
    store.forget_copies()
    store.close()
    assert not any(b"a secret picture" in path.read_bytes() for path in tmp_path.iterdir())
    store.__init__(tmp_path)


def test_facts_survive(store, tmp_path):
    """What the person chose."""
    store.keep_fact("language", "fr")
    other = Store(tmp_path)
    assert (other.fact("language"), other.fact("look", "system")) == ("fr", "system")
    other.close()
