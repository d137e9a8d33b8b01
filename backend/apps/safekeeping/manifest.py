"""What a backup says of itself: made by which version, in which schema, and the sum of each of its parts."""

import datetime as dt
import hmac
import zipfile
from pathlib import Path, PurePosixPath

import msgspec
from django.conf import settings

from apps.safekeeping.tables import Schema

FORMAT = 1
MANIFEST, MEDIA = "manifest.json", "media/"
PREFIX, SUFFIX = "plant-community-", ".zip"
PERSONAL = "It holds personal data: addresses, photos, places, and hashes of passwords. Keep it as you keep the server."


class BackupUnreadable(Exception):  # noqa: N818 - what the file is
    """No backup, or one that is cut off."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one table, a line each."""

    table: str
    columns: list[str]
    member: str  # of the zip
    rows: int
    bytes: int
    sha256: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A photo or picture."""

    name: str  # below MEDIA_ROOT
    bytes: int
    sha256: str

    @property
    def member(self) -> str:
        """Its name in the zip."""
        return MEDIA + self.name


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All that is in the backup. `gone` are files that rows named and nobody found when it was made."""

    format: int
    version: str  # of the server
    started_at: dt.datetime  # of this moment are the rows
    database: str  # sqlite or postgresql; it is restored into either
    schema: Schema
    tables: list[Table]
    files: list[File]
    gone: list[str]
    key_check: str  # tells whether SECRET_KEY is the same, and nothing of it
    holds_personal_data: bool = True

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)


def key_check() -> str:
    """A word made of SECRET_KEY."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"plant_community.backup", "sha256").hex()[:16]


def read_manifest(path: Path) -> Manifest:
    """Of this backup. Raises BackupUnreadable; a backup that was not finished has none."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise BackupUnreadable(message) from error
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, msgspec.MsgspecError) as error:
        message = f"{path} is no backup, or not all of one: {error}."
        raise BackupUnreadable(message) from error
    if found.format != FORMAT:
        message = f"{path} is a backup of form {found.format}; this version reads form {FORMAT}."
        raise BackupUnreadable(message)
    outside = next((file.name for file in found.files if not _is_below(file.name)), None)
    if outside is not None:
        message = f"{path} wants to write outside of MEDIA_ROOT: {outside}."
        raise BackupUnreadable(message)
    return found


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
