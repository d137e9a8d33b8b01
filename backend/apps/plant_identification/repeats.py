"""A question that is sent again under the same Idempotency-Key: one row, one bill (docs/guides/sending-again.md).

The identification's id is made of its asker and the key. So the database's primary key lets one of two through, over any
number of processes, and the same key of another asker is another id (law 1, law 12).
"""

import uuid
from typing import NamedTuple

import msgspec

from apps.plant_identification.models import Identification
from apps.plant_identification.queries import with_all
from apps.plant_identification.runs import Run, Runs
from identification.answer import Answer
from identification.combined import ProviderDone
from plant_community_backend.database import in_database

NAMESPACE = uuid.UUID(
    "1f5ed195-2b3d-41d0-b3a7-64db7f4a98c0"
)  # of these ids; another one would make every key a new one


class Sent(NamedTuple):
    """What two requests have in common when they are one. The place is not in it: it is forgotten after the call."""

    language: str
    health: bool
    photos: tuple[tuple[str, str], ...]  # digest of the file and organ of each, in order


class KeyReusedError(Exception):
    """The key stands for another question already: that of `identification`."""

    def __init__(self, identification: Identification) -> None:
        super().__init__("the key was used for another question")
        self.identification = identification


def id_for(key: str, *, owner_id: int | None, visitor: str, sandbox: bool) -> uuid.UUID:
    """The id of what this asker asks under `key`; nobody can guess a visitor's, whose cookie is random."""
    asker = f"account:{owner_id}" if owner_id is not None else f"visitor:{visitor}"
    return uuid.uuid5(NAMESPACE, f"{'sandbox' if sandbox else 'live'}:{asker}:{key}")


def sent_for(identification: Identification) -> Sent:
    """What was sent for a stored identification."""
    return Sent(
        language=identification.language,
        health=identification.health_asked,
        photos=tuple((photo.raw_digest, str(photo.organ)) for photo in identification.photos.all()),
    )


def is_same(stored: Sent, sent: Sent) -> bool:
    """Whether it is the same question. Where the photos were deleted since, nobody can tell; then the options say it."""
    return stored == (sent if stored.photos else sent._replace(photos=()))


async def find_earlier(identification_id: uuid.UUID, sent: Sent, runs: Runs) -> Run | None:
    """The run of the identification with this id, None for none. Raises KeyReusedError when it was another question."""
    seen = runs.find(identification_id)  # it may end while the row is read
    stored = await in_database(_read, identification_id)
    if stored is None:
        return None
    if not is_same(sent_for(stored), sent):
        raise KeyReusedError(stored)
    for run in (runs.find(identification_id), seen):
        if run is not None and run.identification.reference == stored.reference:
            return run
    return _run_of(stored)


def _read(identification_id: uuid.UUID) -> Identification | None:
    return with_all().filter(pk=identification_id).first()


def _run_of(stored: Identification) -> Run:
    """The run of one that does not run here: it has ended, or another process has it."""
    if stored.status == Identification.Status.RUNNING:
        return Run(stored, here=False)
    run = Run(stored)
    if stored.answer is not None:
        answer = msgspec.convert(stored.answer, Answer)
        for report in answer.reports:
            run.tell(ProviderDone(report=report, so_far=answer.consensus))
    run.end()
    return run
