"""The same file is never decoded twice: what is remembered of it, and where."""

import os

import pytest

from identification.known_photos import SMALL_BYTES, KnownPhoto, KnownPhotos, digest_upload
from identification.photo import NormalisedPhoto, raw_digest
from resilience.memo import Memo
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore
from resilience.testing import FakeClock

PHOTO = NormalisedPhoto(digest="pixels", width=8, height=6, large=b"l", medium=b"m", thumbnail=b"t")
KNOWN = KnownPhoto("pixels", 8, 6)


class Archive:
    """A database of photos that counts its queries."""

    def __init__(self):
        self.photos, self.queries = {}, 0

    async def find_photo(self, raw):
        self.queries += 1
        return self.photos.get(raw)


@pytest.fixture
def archive():
    """An empty one."""
    return Archive()


@pytest.fixture
def memo():
    """What the cluster remembers."""
    clock = FakeClock()
    return Memo(MemoryStore(clock), StoreHealth(clock), clock, seconds=60.0)


async def test_find_photo_that_was_kept_costs_no_query(memo, archive):
    """Size and digest are known from the bytes alone."""
    photos = KnownPhotos(memo, archive)
    await photos.keep("raw", PHOTO)
    assert await photos.find("raw") == KNOWN
    assert archive.queries == 0


async def test_find_photo_that_every_cache_forgot_is_in_the_archive_once(memo, archive):
    """A lost store costs one query for each photo, and is filled again."""
    archive.photos["raw"] = KNOWN
    photos = KnownPhotos(memo, archive)
    assert [await photos.find("raw") for _ in range(3)] == [KNOWN] * 3
    assert archive.queries == 1


async def test_find_photo_that_nobody_knows_is_none(memo, archive):
    """A new photo has to be looked at."""
    assert await KnownPhotos(memo, archive).find("raw") is None


@pytest.mark.parametrize("fact", [b"", b"\xc1", b"\x93\x01\x02\x03"])
async def test_find_photo_of_an_unreadable_fact_asks_the_archive(memo, archive, fact):
    """What another version wrote counts as forgotten."""
    await memo.keep("raw", fact)
    archive.photos["raw"] = KNOWN
    assert await KnownPhotos(memo, archive).find("raw") == KNOWN


@pytest.mark.parametrize("size", [0, SMALL_BYTES, SMALL_BYTES + 1])
async def test_digest_upload_is_that_of_the_file_whatever_its_size(size):
    """Long ones are read beside the event loop, with the same result."""
    data = os.urandom(size)
    assert await digest_upload(data) == raw_digest(data)
