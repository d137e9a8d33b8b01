"""Puts a backup into an empty database and an empty folder, of the same or a newer version."""

import contextlib
import datetime as dt
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from django.apps import apps as installed
from django.apps.registry import Apps
from django.core.files import File
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.utils import OperationalError, ProgrammingError

from apps.safekeeping.manifest import Manifest, key_check
from apps.safekeeping.tables import (
    columns_of,
    count_on,
    empty,
    find_unknown,
    migrate_to,
    models_of,
    read_schema,
    tables_of,
    write_rows,
)
from apps.safekeeping.verifying import verify
from plant_community_backend.media import get_media

type Tell = Callable[[str, int, int], None]

PEOPLES = ("users.User", "plant_identification.Identification", "api_keys.ApiKey", "care_guides.CareGuidePage")


class RestoreRefused(Exception):  # noqa: N818 - nothing was changed
    """It would destroy something, or cannot work."""


def restore(path: Path, *, confirmed: str | None, tell: Tell) -> Manifest:
    """Restore it. `confirmed`: the name of a database that may be replaced. Raises RestoreRefused, BackupUnreadable."""
    manifest, problems = verify(path)
    if problems:
        message = f"The backup is damaged: {problems[0]}. Nothing was changed."
        raise RestoreRefused(message)
    if unknown := find_unknown(manifest.schema):
        message = f"The backup was made by a newer version ({manifest.version}): this one does not know {unknown[0]}."
        raise RestoreRefused(message)
    _refuse_to_overwrite(confirmed)
    _make_room(manifest)
    with zipfile.ZipFile(path) as archive:
        _restore_files(archive, manifest, tell)
        _restore_rows(archive, manifest, tell)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("update_index", verbosity=0)  # of the guides' search
    return manifest


def has_another_key(manifest: Manifest) -> bool:
    """Whether SECRET_KEY is not the one under which second factors were stored."""
    return manifest.key_check != key_check()


def database_name() -> str:
    """What an operator types to have it replaced."""
    return Path(str(connection.settings_dict["NAME"])).name


def _refuse_to_overwrite(confirmed: str | None) -> None:
    if confirmed is None:
        full = next(filter(None, (_find_rows(), _find_files())), None)
        if full is None:
            return
        message = f"{full} To replace what is there: --force-with-name {database_name()}"
        raise RestoreRefused(message)
    if confirmed != database_name():
        message = f"The database is called {database_name()}, not {confirmed}. Nothing was changed."
        raise RestoreRefused(message)


def _find_rows() -> str | None:
    for label in PEOPLES:
        with contextlib.suppress(OperationalError, ProgrammingError):  # no such table
            if installed.get_model(label)._base_manager.values("pk")[:1].exists():  # noqa: SLF001 - Django's own name
                return f"The database is not empty: there are rows of {label}."
    return None


def _find_files() -> str | None:
    storage = get_media()
    found = next(storage.walk(), None)
    return found and f"{storage.place} is not empty: there is {found.name}."


def _make_room(manifest: Manifest) -> None:
    """Tables of another schema go: an empty database can have them, when a server was started on it."""
    if read_schema("default") == manifest.schema:
        return
    if connection.vendor == "sqlite":
        connections.close_all()
        _put_aside(Path(str(connection.settings_dict["NAME"])))
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")


def _put_aside(path: Path) -> None:
    """The file and those of its writes that are not in it yet; it is not deleted, whoever ordered it."""
    stamp = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
    for part in ("", "-wal", "-shm"):
        there = path.with_name(path.name + part)
        if there.exists():
            there.rename(path.with_name(f"{path.name}.before-restore-{stamp}{part}"))


def _restore_files(archive: zipfile.ZipFile, manifest: Manifest, tell: Tell) -> None:
    storage = get_media()
    for number, file in enumerate(manifest.files, 1):
        storage.delete(file.name)  # it takes the name of what is there
        with archive.open(file.member) as source:
            storage.save(file.name, File(source, file.name))
        tell("files", number, len(manifest.files))


def _restore_rows(archive: zipfile.ZipFile, manifest: Manifest, tell: Tell) -> None:
    """All rows or none; what refers to what is compared at the end."""
    migrate_to(manifest.schema)
    registry = models_of(manifest.schema)
    with transaction.atomic():
        empty(registry)
        _write_tables(archive, manifest, registry, tell)
        count_on(registry)


def _write_tables(archive: zipfile.ZipFile, manifest: Manifest, registry: Apps, tell: Tell) -> None:
    parts = {table.table: table for table in manifest.tables}
    models = tables_of(registry)
    for number, model in enumerate(models, 1):
        part = parts[model._meta.db_table]  # noqa: SLF001 - as above
        if part.columns != [field.column for field in columns_of(model)]:
            message = f"The table {part.table} has other columns in the backup."
            raise RestoreRefused(message)
        with archive.open(part.member) as lines:
            write_rows(model, _whole(lines))
        tell("tables", number, len(models))


def _whole(lines: Iterable[bytes]) -> Iterable[bytes]:
    return (line for line in lines if line.strip())
