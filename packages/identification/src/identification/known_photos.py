"""Which picture an uploaded file is, for files that were developed before: the same file is never decoded twice."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from identification.photo import NormalisedPhoto, raw_digest
from resilience.memo import Memo

SMALL_BYTES = 256 * 1024  # a digest of up to this takes 0.2 ms; of more it is made beside the event loop


class KnownPhoto(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a file without looking into it: `NormalisedPhoto`'s digest and size."""

    digest: str
    width: int
    height: int


class PhotoArchive(Protocol):
    """The durable memory of developed files, a database."""

    async def find_photo(self, raw_digest: str) -> KnownPhoto | None:
        """The photo of the file with this digest, None when it was never kept or has been deleted."""
        ...


class KnownPhotos:
    """Remembers files by `photo.raw_digest`: in this process, in the shared store, in the archive."""

    def __init__(self, memo: Memo, archive: PhotoArchive) -> None:
        self._memo, self._archive = memo, archive

    async def find(self, raw: str) -> KnownPhoto | None:
        """The photo of the file with this digest, None when nobody remembers it. A known one costs no query."""
        known = _decode(await self._memo.find(raw))
        if known is None:
            known = await self._archive.find_photo(raw)
            if known is not None:
                await self._memo.keep(raw, msgspec.msgpack.encode(known))
        return known

    async def keep(self, raw: str, photo: NormalisedPhoto) -> None:
        """Remember which photo that file is."""
        known = KnownPhoto(photo.digest, photo.width, photo.height)
        await self._memo.keep(raw, msgspec.msgpack.encode(known))

    async def forget(self, raws: Sequence[str]) -> None:
        """Forget these files; the archive forgets by itself. Raises StoreUnavailable when the store may still know them."""
        await self._memo.forget(raws)

    def hear(self, raw: str) -> None:
        """News from the store: forget what this process knows of that file, "" for of all."""
        self._memo.hear(raw)


async def digest_upload(data: bytes) -> str:
    """The `photo.raw_digest` of an upload; a long one is made beside the event loop."""
    if len(data) <= SMALL_BYTES:
        return raw_digest(data)
    return await asyncio.to_thread(raw_digest, data)  # hashlib lets go of the GIL meanwhile


def _decode(fact: bytes | None) -> KnownPhoto | None:
    """The photo in a fact; None for none, and for one that another version wrote."""
    if fact is None:
        return None
    try:
        return _DECODER.decode(fact)
    except msgspec.DecodeError:
        return None


_DECODER = msgspec.msgpack.Decoder(KnownPhoto)
