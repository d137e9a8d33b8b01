"""What can be done: ask for an identification, give feedback on it, delete it. API, pages and commands call these."""

import contextlib
import secrets
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from apps.plant_identification.constants import RETRY_UNKNOWN_SECONDS
from apps.plant_identification.models import Erasure, Feedback, Identification, Photo, ProviderAnswer, photo_storage
from apps.plant_identification.runs import Run
from apps.plant_identification.wiring import Services
from identification.answer import Answer, ProviderName
from identification.answer import ProviderAnswer as PaidAnswer
from identification.combined import NoAnswer, ProviderDone
from identification.errors import PhotoRefused
from identification.photo import NormalisedPhoto
from identification.question import Organ, Place, Question
from plant_community_backend.database import in_database
from resilience.deadline import Deadline
from resilience.errors import StoreUnavailable

REFERENCE_BITS = 53  # an integer that every JSON reader keeps exact; Plant.id's bound is not documented
log = structlog.get_logger("plant_community.identification")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody asks, before the photos are looked at. `photos` are read one after another, in order."""

    photos: Sequence[Callable[[], Awaitable[bytes]]]
    organs: Sequence[Organ]
    place: Place | None = None
    language: str = "en"
    health: bool = False
    owner_id: int | None = None
    visitor: str = ""  # digest of the visitor cookie


async def request_identification(ask: Ask, services: Services) -> Run:
    """Begin an identification; it runs on its own from here, whether anybody waits for it or not (law 4).

    Raises PhotoRefused or QuestionInvalid, in which case nothing was stored and nobody was asked.
    """
    async with services.intake:
        photos = await _develop(ask, services)
        question = Question(
            photos=photos,
            organs=tuple(ask.organs),
            reference=secrets.randbits(REFERENCE_BITS) or 1,
            place=ask.place,
            language=ask.language,
            health=ask.health,
        )
        identification = await in_database(_store_question, ask, question)
    run = Run(identification)
    slim = replace(question, photos=tuple(replace(photo, thumbnail=b"") for photo in photos))
    services.runs.start(run, _carry_out(run, slim, services))
    return run


async def _develop(ask: Ask, services: Services) -> tuple[NormalisedPhoto, ...]:
    photos = []
    for position, read in enumerate(ask.photos):
        try:
            photos.append(await services.darkroom.develop(await read()))
        except PhotoRefused as refused:
            refused.position = position
            raise
    return tuple(photos)


def _store_question(ask: Ask, question: Question) -> Identification:
    """The identification with its photos, rows and files; on failure neither stays."""
    identification = Identification(
        owner_id=ask.owner_id,
        visitor=ask.visitor,
        reference=question.reference,
        language=question.language,
        latitude=question.place.latitude if question.place else None,
        longitude=question.place.longitude if question.place else None,
        health_asked=question.health,
    )
    with contextlib.ExitStack() as on_failure, transaction.atomic():
        identification.save(force_insert=True)
        photos = [
            _store_photo(identification, position, question, on_failure) for position in range(len(question.photos))
        ]
        Photo.objects.bulk_create(photos)
        on_failure.pop_all()
    identification._prefetched_objects_cache = {"photos": photos}  # type: ignore[attr-defined] # noqa: SLF001 - spares a query
    return identification


def _store_photo(
    identification: Identification, position: int, question: Question, on_failure: contextlib.ExitStack
) -> Photo:
    developed = question.photos[position]
    photo = Photo(
        identification=identification,
        position=position,
        organ=question.organs[position],
        digest=developed.digest,
        width=developed.width,
        height=developed.height,
    )
    for field, name, content in (
        (photo.file, f"{position}.jpg", developed.large),
        (photo.thumbnail, f"{position}-thumbnail.jpg", developed.thumbnail),
    ):
        field.save(name, ContentFile(content), save=False)
        on_failure.callback(field.storage.delete, str(field.name))
    return photo


async def _carry_out(run: Run, question: Question, services: Services) -> None:
    """Ask, store how it ended, and only then tell those who wait."""
    identification = run.identification
    deadline = Deadline.after(services.run_seconds, services.clock)

    async def keep(answer: PaidAnswer) -> None:
        await in_database(link_answer, identification.pk, answer)

    def tell(done: ProviderDone) -> None:
        services.last_calls.note(done.report)
        run.tell(done)

    try:
        asking = services.combined.identify(question, deadline=deadline, keep=keep, tell=tell)
        del question  # whoever waits for an answer holds no photos: thousands may wait
        answer = await asking
    except NoAnswer as no_answer:
        await in_database(fail, identification, _problem_of(no_answer))
    except Exception:
        log.exception("identification failed", identification=str(identification.pk))
        await in_database(
            fail, identification, {"code": "internal-error", "detail": "Something went wrong on this server."}
        )
    else:
        await in_database(complete, identification, answer)
    finally:
        run.end()


def link_answer(identification_id: uuid.UUID, answer: PaidAnswer) -> None:
    """Note that an archived answer is part of this identification; one that was deleted meanwhile needs none."""
    with transaction.atomic():
        identification = Identification.objects.filter(pk=identification_id).first()
        if identification is not None:
            identification.provider_answers.add(*ProviderAnswer.objects.filter(pk=answer.archive_id or 0))
        else:
            drop_answers(ProviderAnswer.objects.filter(pk=answer.archive_id or 0))


def drop_answers(answers: Iterable[ProviderAnswer]) -> list[str]:
    """Delete those that belong to no identification any more, and order their erasure; the keys they were kept under."""
    orphans = [answer for answer in answers if not answer.identifications.exists()]
    for answer in orphans:
        _order_erasure(ProviderName(answer.provider), answer.remote_id)
        answer.delete()
    return [answer.key for answer in orphans if answer.key]


def complete(identification: Identification, answer: Answer) -> None:
    """Store the answer; the identification is at its end."""
    verdict = answer.consensus.verdict
    identification.answer = msgspec.to_builtins(answer)
    identification.level, identification.name = verdict.level, (verdict.name or "")[:200]
    _finish(identification, Identification.Status.COMPLETE)


def fail(identification: Identification, problem: dict[str, Any]) -> None:
    """Store why there is none; the identification is at its end."""
    identification.problem = problem
    _finish(identification, Identification.Status.FAILED)


def _finish(identification: Identification, status: Identification.Status) -> None:
    """Store how it ended; a row that was deleted meanwhile stays deleted."""
    identification.status, identification.completed_at = status, timezone.now()
    Identification.objects.filter(pk=identification.pk).update(
        **{
            name: getattr(identification, name)
            for name in ("status", "completed_at", "answer", "problem", "level", "name")
        }
    )


def _problem_of(no_answer: NoAnswer) -> dict[str, Any]:
    return {
        "code": "no-provider-available",
        "detail": str(no_answer),
        "retry_after": no_answer.retry_after or RETRY_UNKNOWN_SECONDS,
        "providers": msgspec.to_builtins(no_answer.reports),
    }


def give_feedback(identification: Identification, *, was_right: str, name: str = "", comment: str = "") -> Feedback:
    """Store whether the answer was right; said again, the later word counts."""
    feedback, _ = Feedback.objects.update_or_create(
        identification=identification, defaults={"was_right": was_right, "name": name, "comment": comment}
    )
    return feedback


async def delete_identification(identification: Identification, services: Services) -> None:
    """Delete its rows, files and cached answers, and order the erasure of the providers' own records (law 12)."""
    keys = await in_database(_delete_rows, identification)
    if keys:
        with contextlib.suppress(StoreUnavailable):  # what is left there ends by itself, and nobody knows its key
            await services.answers.forget(keys)


@transaction.atomic
def _delete_rows(identification: Identification) -> list[str]:
    """The keys of the answers that nobody needs any more."""
    storage = photo_storage()
    names = [str(file.name) for photo in identification.photos.all() for file in (photo.file, photo.thumbnail)]
    answers = list(identification.provider_answers.all())
    identification.provider_answers.clear()
    keys = drop_answers(answers)
    identification.delete()
    for name in names:
        transaction.on_commit(partial(storage.delete, name), robust=True)
    return keys


def _order_erasure(provider: ProviderName, remote_id: str) -> None:
    """Remember to delete the provider's record; Pl@ntNet keeps none, so its answers have no remote id."""
    if remote_id:
        Erasure.objects.create(provider=provider, remote_id=remote_id)
