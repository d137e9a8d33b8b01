"""The file of an export, written piece by piece: never more than a few identifications and one photo in memory."""

import csv
import datetime as dt
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import msgspec

from apps.plant_identification.api.bodies import identification_body, stored_answer
from apps.plant_identification.models import Feedback, Identification, Photo
from apps.privacy import darwin_core
from plant_community_backend.media import get_media

CSV_COLUMNS = (
    "id", "created_at", "status", "level", "name", "rank", "latitude", "longitude", "language", "photos", "was_right",
    "right_name", "comment", "simulated",
)  # fmt: skip
README = """This is all that Plant Community keeps of your account, except secrets such as your password's hash.

account.json          you: addresses, second factors, social accounts
sessions.json         where you are signed in
api_keys.json         your API keys, without what would open anything
use.json              how often you called which version of the API
feedback.json         what you said of answers
identifications.json  all you asked, with the whole answers and their receipts
identifications.csv   the same as a table, short
photos/ID/POSITION.jpg  your photos as they are kept: without metadata
dwca/                 a Darwin Core Archive of the plants that were named, for biodiversity databases. Pack the three
                      files into a zip of their own to publish them. The days on which the photos were taken are not
                      known here: fill in eventDate before. Nobody has verified the names.
"""


class ExportWriter:
    """Writes into `folder`; `path` is the zip once it was finished. Use it in a `with`, one call after another."""

    def __init__(self, folder: Path, *, package: str, licence: str) -> None:
        self._folder, self._package, self._licence = folder, package, licence
        self.path = folder / "export.zip"

    def __enter__(self) -> Self:
        """Open the zip, and the files that grow beside it."""
        self._zip = zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED)
        self._json = (self._folder / "identifications.json").open("wb")
        self._csv = (self._folder / "identifications.csv").open("w", newline="", encoding="utf-8")
        self._occurrences = (self._folder / "occurrence.csv").open("w", newline="", encoding="utf-8")
        self._table = csv.DictWriter(self._csv, CSV_COLUMNS)
        self._core = csv.DictWriter(self._occurrences, darwin_core.COLUMNS, lineterminator="\n")
        self._table.writeheader()
        self._core.writeheader()
        self._separator = b"["
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open."""
        for file in (self._zip, self._json, self._csv, self._occurrences):
            file.close()

    def add(self, identifications: Iterable[Identification]) -> None:
        """Write these, read with all that belongs to them; no query is asked."""
        for identification in identifications:
            self._json.write(self._separator + _json(_whole(identification)))
            self._separator = b",\n"
            self._table.writerow(_short(identification))
            row = darwin_core.occurrence_of(
                identification, stored_answer(identification), feedback_of(identification), self._licence
            )
            if row is not None:
                self._core.writerow(row)
            self._add_photos(identification)

    def _add_photos(self, identification: Identification) -> None:
        for photo in _kept_photos(identification):
            entry = zipfile.ZipInfo(photo_name(identification, photo.position), _now().timetuple()[:6])
            with (
                get_media().open(str(photo.picture.file.name)) as file,
                self._zip.open(entry, "w") as packed,
            ):  # stored: a JPEG is packed
                shutil.copyfileobj(file, packed)

    def write_list(self, name: str, rows: Iterable[Any]) -> None:
        """A file with a JSON list."""
        with self._zip.open(name, "w") as file:
            separator = b"["
            for row in rows:
                file.write(separator + _json(row))
                separator = b",\n"
            file.write(b"[]" if separator == b"[" else b"]")

    def write(self, name: str, content: Any) -> None:
        """A file with this JSON, or these bytes."""
        self._zip.writestr(name, content if isinstance(content, bytes) else _json(content))

    def finish(self) -> None:
        """Put the grown files into the zip, and close it."""
        self._json.write(b"[]" if self._separator == b"[" else b"]")
        for file in (self._json, self._csv, self._occurrences):
            file.close()
        self._zip.write(self._folder / "identifications.json", "identifications.json")
        self._zip.write(self._folder / "identifications.csv", "identifications.csv")
        self._zip.write(self._folder / "occurrence.csv", "dwca/occurrence.csv")
        self.write("dwca/meta.xml", darwin_core.meta_xml())
        self.write("dwca/eml.xml", darwin_core.eml_xml(self._package, self._licence, _now().date()))
        self.write("README.txt", README.encode())
        self._zip.close()


def photo_name(identification: Identification, position: int) -> str:
    """Where a photo is in the zip."""
    return f"photos/{identification.pk}/{position}.jpg"


def _kept_photos(identification: Identification) -> list[Photo]:
    """Those whose file lies there."""
    return [photo for photo in identification.photos.all() if photo.picture.file]


def feedback_of(identification: Identification) -> Feedback | None:
    """What was said of it, of one read with its feedback."""
    found: Feedback | None = getattr(identification, "feedback", None)
    return found


def _whole(identification: Identification) -> dict[str, Any]:
    """All of it: what the API tells, where it was asked, and each service's own answer as it is archived."""
    body: dict[str, Any] = msgspec.to_builtins(identification_body(identification))
    return body | {
        "language": identification.language,
        "latitude": identification.latitude,
        "longitude": identification.longitude,
        "test": identification.sandbox,
        "files": [photo_name(identification, photo.position) for photo in _kept_photos(identification)],
        "provider_answers": [
            {
                name: value for name, value in row.payload.items() if name != "remote_id"
            }  # opens the service's own record
            for row in identification.provider_answers.all()
        ],
    }


def _short(identification: Identification) -> dict[str, Any]:
    answer, feedback = stored_answer(identification), feedback_of(identification)
    return {
        "id": identification.pk,
        "created_at": identification.created_at.isoformat(timespec="seconds"),
        "status": identification.status,
        "level": identification.level,
        "name": identification.name,
        "rank": answer.consensus.verdict.rank if answer else None,
        "latitude": identification.latitude,
        "longitude": identification.longitude,
        "language": identification.language,
        "photos": " ".join(photo_name(identification, photo.position) for photo in _kept_photos(identification)),
        "was_right": feedback.was_right if feedback else None,
        "right_name": feedback.name if feedback else None,
        "comment": feedback.comment if feedback else None,
        "simulated": bool(answer and answer.simulated),
    }


def _json(content: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content, enc_hook=str), indent=1)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
