"""Makes a backup while the server runs. First the rows of one moment, then the files that these rows name.

So no file is missed that was stored before that moment, and none is taken that is half written: a row comes after its
files. A file that is deleted in between was deleted by somebody who wanted that.
"""

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec
from django.db import connection, connections, transaction

from apps.safekeeping.files import files_named_by_rows
from apps.safekeeping.manifest import FORMAT, MANIFEST, MEDIA, PREFIX, SUFFIX, File, Manifest, Table, key_check
from apps.safekeeping.note import BackupNote, write_note
from apps.safekeeping.tables import Model, columns_of, models_of, read_rows, read_schema, tables_of
from plant_community_backend.media import get_media

type Tell = Callable[[str, int, int], None]  # what is done, how much of it, of how many

BLOCK = 1 << 20
SNAPSHOT = "snapshot"  # the alias of the copy


class NothingToKeep(Exception):  # noqa: N818 - as BackupUnreadable
    """The database has no tables."""


def create_backup(folder: Path, tell: Tell) -> tuple[Path, Manifest]:
    """The finished backup; readable by nobody else. While it is made it has another name, and no manifest."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    started_at = dt.datetime.now(dt.UTC)
    path = folder / f"{PREFIX}{started_at:%Y%m%dT%H%M%S%f}{SUFFIX}"
    draft = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive, tempfile.TemporaryDirectory(dir=folder) as aside:
                manifest = _fill(archive, Path(aside), started_at, tell)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(folder)
    write_note(BackupNote(finished_at=dt.datetime.now(dt.UTC), file=str(path)))
    return path, manifest


def _sync(folder: Path) -> None:
    """So that the name outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(archive: zipfile.ZipFile, aside: Path, started_at: dt.datetime, tell: Tell) -> Manifest:
    with snapshot(aside) as alias:
        schema = read_schema(alias)
        if not schema:
            message = "The database has no tables: there is nothing to keep."
            raise NothingToKeep(message)
        registry = models_of(schema)
        models = tables_of(registry)
        tables = []
        for number, model in enumerate(models, 1):
            tables.append(_add_table(archive, model, alias))
            tell("tables", number, len(models))
        names = sorted({file.name for file in files_named_by_rows(registry, alias)})
    files, gone = _add_files(archive, names, tell)
    manifest = Manifest(
        format=FORMAT,
        version=importlib.metadata.version("plant-community-backend"),
        started_at=started_at,
        database=connection.vendor,
        schema=schema,
        tables=tables,
        files=files,
        gone=gone,
        key_check=key_check(),
    )
    _add(archive, MANIFEST, [msgspec.json.format(msgspec.json.encode(manifest))])
    return manifest


@contextlib.contextmanager
def snapshot(aside: Path) -> Iterator[str]:
    """The database as it is now, whatever is written meanwhile; nobody waits for us."""
    if connection.vendor == "sqlite":
        with _copy(aside / "copy.sqlite3"):
            yield SNAPSHOT
        return
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield "default"


@contextlib.contextmanager
def _copy(path: Path) -> Iterator[None]:
    """SQLite's own copy of a database that is in use; all pages at once, so that no write begins it anew."""
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    connections.databases[SNAPSHOT] = connections.databases["default"] | {"NAME": str(path)}
    try:
        yield
    finally:
        connections[SNAPSHOT].close()
        del connections[SNAPSHOT]
        del connections.databases[SNAPSHOT]


def _add_table(archive: zipfile.ZipFile, model: Model, alias: str) -> Table:
    table, rows = model._meta.db_table, 0  # noqa: SLF001 - Django's own name

    def lines() -> Iterator[bytes]:
        nonlocal rows
        for line in read_rows(model, alias):
            rows += 1
            yield line

    member = f"tables/{table}.jsonl"
    written, digest = _add(archive, member, lines(), zipfile.ZIP_DEFLATED)
    columns = [field.column or "" for field in columns_of(model)]
    return Table(table=table, columns=columns, member=member, rows=rows, bytes=written, sha256=digest)


def _add_files(archive: zipfile.ZipFile, names: list[str], tell: Tell) -> tuple[list[File], list[str]]:
    """The files, and the names of those that are not there."""
    added: list[File] = []
    gone: list[str] = []
    for number, name in enumerate(names, 1):
        try:
            with get_media().open(name) as file:
                size, digest = _add(archive, f"{MEDIA}{name}", iter(partial(file.read, BLOCK), b""))
            added.append(File(name=name, bytes=size, sha256=digest))
        except FileNotFoundError:
            gone.append(name)
        tell("files", number, len(names))
    return added, gone


def _add(
    archive: zipfile.ZipFile, name: str, blocks: Iterable[bytes], compression: int = zipfile.ZIP_STORED
) -> tuple[int, str]:
    """Write one part; its size and its sum. Photos are compressed already."""
    info = zipfile.ZipInfo(name, date_time=dt.datetime.now(dt.UTC).timetuple()[:6])
    info.compress_type, info.external_attr = compression, 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as part:
        for block in blocks:
            part.write(block)
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
