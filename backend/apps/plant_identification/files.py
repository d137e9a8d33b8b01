"""The files of pictures: written beside the database and beside the answer, and deleted whatever happens meanwhile.

Where they lie may be a bucket that is slow or away, or a disk that is full. That costs a photo its place in the history and
nothing else: what its identification brings is paid for, so it goes on without (docs/adr/0023-s3.md).
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F

from apps.plant_identification.models import FileErasure, Picture, picture_path
from identification.photo import NormalisedPhoto
from plant_community_backend.database import in_database
from plant_community_backend.media import get_media, in_media

WAIT_SECONDS = 1.0  # how long an identification waits for its photos to lie there before it goes on
FAILING_SECONDS = 10.0  # after a failure nobody waits at all
PENDING_MAX = 100  # pictures being written: they are in memory; more are not kept
AT_ONCE = 100
log = structlog.get_logger("plant_community.files")

type Beside = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Names(NamedTuple):
    """Of a picture's files."""

    file: str
    thumbnail: str


class NewPicture:
    """A picture nobody has: its row, not stored yet, and its files once they lie there."""

    def __init__(self, photo: NormalisedPhoto) -> None:
        self.row = Picture(digest=photo.digest, width=photo.width, height=photo.height)
        self.names = Names(picture_path(self.row, "photo.jpg"), picture_path(self.row, "thumbnail.jpg"))
        self.photo: NormalisedPhoto | None = photo  # None once it was tried
        self.writing: asyncio.Task[None] | None = None
        self.is_filed = False  # whether both files lie there
        self.is_taken = False  # whether a stored row names them


class Filing:
    """Writes the files of new pictures, in tasks that `beside` starts; one for each process."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._pending = 0
        self._failed_at: float | None = None

    async def begin(self, photos: Sequence[NormalisedPhoto]) -> dict[str, NewPicture]:
        """Those nobody has, by digest, being written. Usually their files lie there already; `end` is to be called."""
        by_digest = {photo.digest: photo for photo in photos}
        known = await in_database(_find_filed, set(by_digest))
        new = {digest: NewPicture(photo) for digest, photo in by_digest.items() if digest not in known}
        writing = [self._start(each) for each in new.values()]
        if writing and not self._is_failing():
            await asyncio.wait(writing, timeout=WAIT_SECONDS)
        return new

    async def end(self, new: Mapping[str, NewPicture]) -> None:
        """Wait for what is still being written. Files that no row has taken go to one that lacks them, or are deleted."""
        for each in new.values():
            await (each.writing or self._start(each))
            is_needed = each.is_filed and (each.is_taken or await in_database(_give, each))
            if not is_needed:
                await erase_files()

    def _start(self, new: NewPicture) -> asyncio.Task[None]:
        new.writing = self._beside(self._write(new))
        return new.writing

    def _is_failing(self) -> bool:
        return self._failed_at is not None and time.monotonic() - self._failed_at < FAILING_SECONDS

    async def _write(self, new: NewPicture) -> None:
        photo, new.photo = new.photo, None
        if photo is None or self._pending >= PENDING_MAX:
            log.error("[PHOTO] a photo is not kept: too many are waiting to be", picture=str(new.row.pk))
            return
        self._pending += 1
        try:
            await in_media(_write_files, new.names, photo.large, photo.thumbnail)
        except OSError as error:
            self._failed_at = time.monotonic()
            log.error("[PHOTO] a photo is not kept", picture=str(new.row.pk), reason=error.strerror or str(error))  # noqa: TRY400 - the reason says it
            await in_database(order_file_erasures, new.names)  # one may lie there, or come later
        else:
            self._failed_at, new.is_filed = None, True
        finally:
            self._pending -= 1


@contextlib.contextmanager
def give_back(new: Mapping[str, NewPicture]) -> Iterator[None]:
    """When the block fails, no row has taken any of these after all."""
    try:
        yield
    except BaseException:
        for each in new.values():
            each.is_taken = False
        raise


def _find_filed(digests: set[str]) -> set[str]:
    """Those of whose pictures the files lie there."""
    return set(Picture.objects.filter(digest__in=digests).exclude(file="").values_list("digest", flat=True))


def _write_files(names: Names, *contents: bytes) -> None:
    for name, content in zip(names, contents, strict=True):
        get_media().save(name, ContentFile(content))


@transaction.atomic
def _give(new: NewPicture) -> bool:
    """Whether a stored picture lacked these files, and has them now; if none did, they are ordered to go."""
    bare = Picture.objects.select_for_update().filter(digest=new.row.digest, file="").order_by("pk").first()
    if bare is None:
        order_file_erasures(new.names)
        return False
    Picture.objects.filter(pk=bare.pk).update(**new.names._asdict())
    return True


def order_file_erasures(names: Iterable[str]) -> None:
    """Remember that these files are to go; with the caller's transaction, if there is one. An empty name is no file."""
    FileErasure.objects.bulk_create(FileErasure(name=name) for name in names if name)


async def erase_files() -> int:
    """Delete the files that are to go; how many are still there. What cannot be deleted now is tried again later."""
    ordered = await in_database(lambda: list(FileErasure.objects.order_by("attempts", "pk")[:AT_ONCE]))
    gone = []
    for each in ordered:
        try:
            await in_media(get_media().delete, each.name)
        except OSError as error:
            log.warning("a file is deleted later", name=each.name, reason=error.strerror or str(error))
            await in_database(FileErasure.objects.filter(pk=each.pk).update, attempts=F("attempts") + 1)
            break  # the others would wait as long, and for nothing
        gone.append(each.pk)
    if gone:
        await in_database(FileErasure.objects.filter(pk__in=gone).delete)
    return len(ordered) - len(gone)
