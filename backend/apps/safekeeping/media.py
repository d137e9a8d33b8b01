"""Whether rows and files agree: a row without its file shows a hole, a file without a row is kept for nobody."""

import datetime as dt
import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from django.apps import apps
from django.conf import settings

from apps.safekeeping.files import NamedFile, files_named_by_rows, files_there

OLD_SECONDS = 24 * 3600.0  # younger ones may belong to rows that are being written
EXPORTS = "exports/"  # have no field in their row; their own upkeep deletes them


class Orphan(msgspec.Struct, frozen=True):
    """A file that no row names."""

    name: str
    bytes: int
    changed_at: dt.datetime


class MediaReport(msgspec.Struct, kw_only=True):
    """What was found. `missing` are those whose file nothing can replace, `small_copies_missing` the others."""

    files: int
    bytes: int
    named: int
    missing: list[NamedFile]
    small_copies_missing: list[NamedFile]
    empty: list[NamedFile]
    orphans: list[Orphan]
    deleted: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to do."""
        left = len(self.orphans) > len(self.deleted)
        return not (self.missing or self.small_copies_missing or self.empty or left)


def check_media(*, delete_orphans: bool = False) -> MediaReport:
    """Look at all of it. The files are listed before the rows: one that is stored meanwhile is no orphan."""
    there = dict(files_there())
    named = list(files_named_by_rows(apps, "default"))
    names = {each.name for each in named}
    lost = [each for each in named if each.name not in there and not (Path(settings.MEDIA_ROOT) / each.name).exists()]
    orphans = [
        Orphan(name, stat.st_size, dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC))
        for name, stat in there.items()
        if name not in names and not name.startswith(EXPORTS)
    ]
    return MediaReport(
        files=len(there),
        bytes=sum(stat.st_size for stat in there.values()),
        named=len(names),
        missing=[each for each in lost if not each.is_small_copy],
        small_copies_missing=[each for each in lost if each.is_small_copy],
        empty=[each for each in named if each.name in there and not there[each.name].st_size],
        orphans=orphans,
        deleted=_delete_old(orphans) if delete_orphans else [],
    )


def _delete_old(orphans: Sequence[Orphan]) -> list[str]:
    """Those that are older than a day, and folders that are empty then."""
    before = time.time() - OLD_SECONDS
    deleted = []
    for orphan in orphans:
        if orphan.changed_at.timestamp() < before:
            path = Path(settings.MEDIA_ROOT) / orphan.name
            path.unlink(missing_ok=True)
            deleted.append(orphan.name)
            if path.parent != Path(settings.MEDIA_ROOT) and not os.listdir(path.parent):  # noqa: PTH208 - is it empty
                path.parent.rmdir()
    return deleted
