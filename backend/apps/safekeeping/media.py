"""Whether rows and files agree: a row without its file shows a hole, a file without a row is kept for nobody."""

import datetime as dt
import time
from collections.abc import Sequence

import msgspec
from django.apps import apps

from apps.safekeeping.files import NamedFile, files_named_by_rows
from plant_community_backend.media import get_media

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
    storage = get_media()
    there = {file.name: file for file in storage.walk()}
    named = list(files_named_by_rows(apps, "default"))
    names = {each.name for each in named}
    lost = [each for each in named if each.name not in there and not storage.exists(each.name)]
    orphans = [
        Orphan(file.name, file.bytes, file.changed_at)
        for file in there.values()
        if file.name not in names and not file.name.startswith(EXPORTS)
    ]
    return MediaReport(
        files=len(there),
        bytes=sum(file.bytes for file in there.values()),
        named=len(names),
        missing=[each for each in lost if not each.is_small_copy],
        small_copies_missing=[each for each in lost if each.is_small_copy],
        empty=[each for each in named if each.name in there and not there[each.name].bytes],
        orphans=orphans,
        deleted=_delete_old(orphans) if delete_orphans else [],
    )


def _delete_old(orphans: Sequence[Orphan]) -> list[str]:
    """Those that are older than a day, and folders that are empty then."""
    before = time.time() - OLD_SECONDS
    deleted = []
    for orphan in orphans:
        if orphan.changed_at.timestamp() < before:
            get_media().delete(orphan.name)
            get_media().tidy(orphan.name)
            deleted.append(orphan.name)
    return deleted
