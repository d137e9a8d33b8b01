"""Where photos and pictures lie: a folder here, or a bucket (s3.py). Each is a Django storage that can tell all it holds."""

import asyncio
import datetime as dt
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from django.core.files.storage import FileSystemStorage, storages

if TYPE_CHECKING:
    from django.core.files import File

THREADS = 8  # files that are read or written at once, apart from the database's threads: a bucket may be slow, or away


class StoredFile(NamedTuple):
    """One file as it lies there; its name is relative to the root."""

    name: str
    bytes: int
    changed_at: dt.datetime


class Media(Protocol):
    """The storage of photos, pictures and exports. What cannot be done raises OSError, wherever it is."""

    @property
    def place(self) -> str:
        """What an operator calls it."""
        ...

    @property
    def location(self) -> str:
        """Its root: a path, or the beginning of every name in the bucket."""
        ...

    def walk(self) -> Iterator[StoredFile]:
        """Every file that lies there; one that goes meanwhile is none."""
        ...

    def open(self, name: str, mode: str = "rb", /) -> "File[bytes]":
        """The open file. Raises FileNotFoundError."""
        ...

    def save(self, name: str, content: "File[bytes]", /) -> str:
        """Store it; under which name."""
        ...

    def delete(self, name: str, /) -> None:
        """Delete it; one that is not there is none to complain about."""
        ...

    def tidy(self, name: str, /) -> None:
        """Delete the folder that this file was in, if it is empty now."""
        ...

    def exists(self, name: str, /) -> bool:
        """Whether it is there."""
        ...

    def is_open_to_anybody(self, name: str, /) -> bool:
        """Whether somebody can read this file without asking this server."""
        ...


class FolderMedia(FileSystemStorage):
    """The folder MEDIA_ROOT. Implements Media."""

    place = "MEDIA_ROOT"

    def walk(self) -> Iterator[StoredFile]:
        """As Media says."""
        for folder, _, names in os.walk(self.location):
            for name in sorted(names):
                path = Path(folder) / name
                try:
                    stat = path.stat()
                except FileNotFoundError:
                    continue
                changed_at = dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC)
                yield StoredFile(str(path.relative_to(self.location)), stat.st_size, changed_at)

    def tidy(self, name: str) -> None:
        """As Media says."""
        folder = Path(self.path(name)).parent
        if folder != Path(self.location) and not os.listdir(folder):  # noqa: PTH208 - is it empty
            folder.rmdir()

    def is_open_to_anybody(self, name: str) -> bool:
        """A folder has no addresses."""
        del name
        return False


def get_media() -> Media:
    """The storage of the settings."""
    return cast("Media", storages["default"])


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="media")


async def in_media[**P, T](work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, run in one of the threads for files; it must not ask the database.

    A caller that is cancelled meanwhile does not stop it.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads(), partial(work, *args, **kwargs))
