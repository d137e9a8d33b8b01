"""`plant-community backup` and `plant-community media`."""

import argparse
import contextlib
import datetime as dt
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from apps.safekeeping.creating import NothingToKeep, create_backup
from apps.safekeeping.manifest import PERSONAL, PREFIX, SUFFIX, BackupUnreadable, Manifest, read_manifest
from apps.safekeeping.media import MediaReport, check_media
from apps.safekeeping.note import read_note, write_note
from apps.safekeeping.restoring import RestoreRefused, has_another_key, restore
from apps.safekeeping.verifying import verify

OK, WRONG = 0, 1
OTHER_KEY = (
    "SECRET_KEY is not the one of the server that was backed up: second factors do not work until it is "
    "(the file secret_key of its data folder, which is in no backup)."
)


def backup(options: argparse.Namespace) -> int:
    """Create, verify, restore or list; the exit code."""
    orders: dict[str, Callable[[argparse.Namespace], int]] = {
        "create": _create, "verify": _verify, "restore": _restore, "list": _list,
    }  # fmt: skip
    try:
        return orders[options.order](options)
    except (BackupUnreadable, RestoreRefused, NothingToKeep) as refused:
        return _say_wrong(str(refused))
    except OSError as error:
        return _say_wrong(f"{error.filename or 'The file'}: {error.strerror or error}.")


def _create(options: argparse.Namespace) -> int:
    with _progress() as tell:
        path, manifest = create_backup(_folder(options), tell)
    sys.stdout.write(f"{path}\n")
    sys.stderr.write(f"{_contents(manifest)}. {PERSONAL}\n")
    if manifest.gone:
        sys.stderr.write(
            f"{len(manifest.gone)} files that rows name were not there: see `plant-community media check`.\n"
        )
    return OK


def _verify(options: argparse.Namespace) -> int:
    path = Path(options.file)
    manifest, problems = verify(path)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        return _say_wrong(f"{path} is damaged: {len(problems)} of its parts. Use another backup.")
    note = read_note()
    if note is not None and Path(note.file).resolve() == path.resolve():
        write_note(msgspec.structs.replace(note, verified_at=dt.datetime.now(dt.UTC)))
    sys.stdout.write(f"{path} is whole: {_contents(manifest)}.\n")
    return OK


def _restore(options: argparse.Namespace) -> int:
    if not (options.into_empty or options.force_with_name):
        return _say_wrong("Say --into-empty: a database and a folder of photos that hold something are not touched.")
    with _progress() as tell:
        manifest = restore(Path(options.file), confirmed=options.force_with_name, tell=tell)
    sys.stdout.write(f"Restored as of {manifest.started_at:%Y-%m-%d %H:%M} UTC: {_contents(manifest)}.\n")
    if has_another_key(manifest):
        sys.stderr.write(f"{OTHER_KEY}\n")
    return OK


def _list(options: argparse.Namespace) -> int:
    table = Table("Backup", "As of (UTC)", "Version", "Rows", "Files", "MB")
    for path in sorted(_folder(options).glob(f"{PREFIX}*{SUFFIX}")):
        size = f"{path.stat().st_size / 1e6:.1f}"
        try:
            found = read_manifest(path)
        except BackupUnreadable:
            table.add_row(str(path), "not whole", "-", "-", "-", size)
            continue
        moment = f"{found.started_at:%Y-%m-%d %H:%M}"
        table.add_row(str(path), moment, found.version, str(found.rows), str(len(found.files)), size)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return OK


def _folder(options: argparse.Namespace) -> Path:
    return Path(options.folder) if options.folder else Path(settings.DATA_DIR) / "backups"


def _contents(manifest: Manifest) -> str:
    return f"{manifest.rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files"


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Bars for a person who watches; nothing for a log."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=of)
            bars.update(tasks[what], completed=done)

        yield tell


def media(options: argparse.Namespace) -> int:
    """Compare rows and files; the exit code."""
    try:
        report = check_media(delete_orphans=options.delete_orphans)
    except DatabaseError as error:
        return _say_wrong(f"the database cannot be read ({type(error).__name__}): run `plant-community doctor`.")
    if options.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    else:
        _show(report)
    return OK if report.is_clean else WRONG


def _show(report: MediaReport) -> None:
    write = sys.stdout.write
    write(f"{report.files} files, {report.bytes / 1e6:.1f} MB; {report.named} are named by rows\n")
    for title, found in (
        ("without their file", report.missing),
        ("without their small copy", report.small_copies_missing),
        ("with an empty file", report.empty),
    ):
        write(f"{len(found)} rows {title}\n")
        for each in found:
            write(f"  {each.field} of {each.row}: {each.name}\n")
    size = sum(orphan.bytes for orphan in report.orphans) / 1e6
    write(f"{len(report.orphans)} files without a row, {size:.1f} MB; {len(report.deleted)} deleted\n")
    for orphan in report.orphans:
        write(f"  {orphan.name}{' deleted' if orphan.name in report.deleted else ''}\n")


def _say_wrong(sentence: str) -> int:
    sys.stderr.write(f"plant-community: {sentence}\n")
    return WRONG
