"""The note of the last backup, for the doctor and for whoever else looks: DATA_DIR/backup.json."""

import datetime as dt
import os
from pathlib import Path

import msgspec
from django.conf import settings


class BackupNote(msgspec.Struct, frozen=True, kw_only=True):
    """When the last backup was finished, where it is, and when all its sums were compared. Another tool may write it, too."""

    finished_at: dt.datetime
    file: str
    verified_at: dt.datetime | None = None


def note_path() -> Path:
    """Where it lies."""
    return Path(settings.DATA_DIR) / "backup.json"


def read_note() -> BackupNote | None:
    """The note; None when there is none, or none that can be read."""
    try:
        note = msgspec.json.decode(note_path().read_bytes(), type=BackupNote)
    except (OSError, msgspec.MsgspecError):
        return None
    return note if note.finished_at.tzinfo else None


def write_note(note: BackupNote) -> None:
    """Replace the note, at once."""
    draft = note_path().with_suffix(f".{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(note))
    draft.replace(note_path())
