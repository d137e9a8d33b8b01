"""What can be done: ask for an identification, give feedback on it. API, pages and commands call these."""

import contextlib
import secrets
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import structlog
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.api_keys.credits import CreditsUsedUpError
from apps.plant_identification import spending
from apps.plant_identification.constants import RETRY_UNKNOWN_SECONDS
from apps.plant_identification.continuing import refuse_unless_own, stand_for_earlier
from apps.plant_identification.deletions import drop_answers
from apps.plant_identification.files import NewPicture, give_back
from apps.plant_identification.history import Answered, store_answered
from apps.plant_identification.listeners import Ended
from apps.plant_identification.models import (
    Feedback,
    Identification,
    ProviderAnswer,
    UnheardCall,
    names_in,
)
from apps.plant_identification.pictures import ShownPhoto, show_photos, store_photos
from apps.plant_identification.repeats import Sent, find_earlier, is_same, sent_for
from apps.plant_identification.runs import Run
from apps.plant_identification.wiring import Services
from identification.answer import Answer, CallState, ProviderName, ProviderReport, Verdict
from identification.answer import ProviderAnswer as PaidAnswer
from identification.assembly import NoAnswer
from identification.combined import KeptAnswer, ProviderDone
from identification.errors import PhotoRefused
from identification.known_photos import KnownPhoto, digest_upload
from identification.photo import NormalisedPhoto
from identification.question import Asked, Organ, Place, Question
from identification.shared import question_key
from plant_community_backend.database import AWAY, in_database, in_database_when_back
from resilience.deadline import Deadline
from resilience.errors import StoreUnavailable

READ_AGAIN = (ProviderName.PLANT_ID,)  # keep what they answered under our reference; Pl@ntNet keeps nothing
LOOK_AGAIN_SECONDS = 60.0  # after the end, when a call that goes on without its identification has ended too
REFERENCE_BITS = 53  # an integer that every JSON reader keeps exact; Plant.id's bound is not documented
DATABASE_AWAY = {"code": "database-unavailable", "detail": "The database did not answer.", "retry_after": 5.0}
UNFORESEEN = {"code": "internal-error", "detail": "Something went wrong on this server."}
log = structlog.get_logger("plant_community.identification")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody asks, before the photos are looked at. `photos` are read one after another, in order, maybe twice."""

    photos: Sequence[Callable[[], Awaitable[bytes]]]
    organs: Sequence[Organ]
    place: Place | None = None
    keep_place: bool = False  # beyond the call: the asker's account says so
    language: str = "en"
    health: bool = False
    owner_id: int | None = None
    visitor: str = ""  # digest of the visitor cookie
    api_key_id: int | None = None
    sandbox: bool = False  # asked with a test key
    continues: uuid.UUID | None = (
        None  # an earlier identification of the asker, which this stands for once it is answered
    )
    repeatable_as: uuid.UUID | None = None  # the id it gets, known before: asked again, it is the same identification


class Begun(NamedTuple):
    """The run that answers a question; `repeated` when it was there already, so that this request asked nobody."""

    run: Run
    repeated: bool = False


async def request_identification(ask: Ask, services: Services) -> Begun:
    """Begin an identification; it runs on its own from here, whether anybody waits for it or not (law 4).

    One that is answered by what is kept has ended already. Raises PhotoRefused or QuestionInvalid for what cannot be
    asked, CreditsUsedUpError when the budget of the key or the account does not suffice for what is not kept, and
    NoAnswer when no provider may be asked and nothing is kept: then nothing was stored and nobody was asked.

    A question that is `repeatable_as` an identification there is gets that one. Raises KeyReusedError when that was
    another question. One that failed has given nothing that could be given again: it is asked anew in its own row.
    """
    try:
        return await _answer_or_begin(ask, services)
    except (CreditsUsedUpError, NoAnswer) as refusal:
        _announce(_end_of(ask, refused=True, reports=getattr(refusal, "reports", ())), services)
        raise


async def _answer_or_begin(ask: Ask, services: Services) -> Begun:
    await _look_back(ask, services)
    raws, known = await _recognise(ask, services)
    earlier = await _find_earlier(ask, raws, services)
    failed = earlier is not None and earlier.identification.status == Identification.Status.FAILED
    if earlier is not None and not failed:
        return Begun(earlier, repeated=True)
    try:
        return Begun(await _give_or_begin(ask, raws, known, services, anew=failed))
    except IntegrityError:  # the same question came twice at once, and the other was first
        earlier = await _find_earlier(ask, raws, services)
        if earlier is None:
            raise
        return Begun(earlier, repeated=True)


async def _look_back(ask: Ask, services: Services) -> None:
    """Raise QuestionInvalid when what it is to continue is none of the asker's."""
    if ask.continues is not None:
        await services.history.flush()  # it may have been given a moment ago
        await in_database(
            refuse_unless_own, ask.continues, owner_id=ask.owner_id, visitor=ask.visitor, sandbox=ask.sandbox
        )


async def _find_earlier(ask: Ask, raws: tuple[str, ...], services: Services) -> Run | None:
    if ask.repeatable_as is None:
        return None
    photos = tuple(zip(raws, ask.organs, strict=True))
    sent = Sent(language=ask.language, health=ask.health, photos=photos)
    return await find_earlier(ask.repeatable_as, sent, services.runs)


async def _give_or_begin(
    ask: Ask, raws: tuple[str, ...], known: tuple[KnownPhoto, ...], services: Services, *, anew: bool
) -> Run:
    """Give what is kept, else begin; what is asked `anew` has a row, so its run finds what is kept."""
    asked = Asked(
        digests=tuple(photo.digest for photo in known),
        organs=tuple(ask.organs),
        place=ask.place,
        language=ask.language,
        health=ask.health,
    )
    kept = await services.combined.find_answer(asked, services.answers) if known else None
    if kept and not anew:
        giving = _give_kept(ask, asked, kept, raws, known, services)
        return await (giving if ask.repeatable_as is None else services.runs.to_the_end(giving))
    if not kept and (no_answer := await services.combined.find_refusal(asked, services.answers)):
        raise no_answer
    async with services.intake:
        photos = await _develop(ask, services)
        question = Question(
            photos=photos,
            organs=tuple(ask.organs),
            reference=_new_reference(),
            place=ask.place,
            language=ask.language,
            health=ask.health,
        )
        return await services.runs.to_the_end(_begin(ask, question, raws, services))


async def _begin(ask: Ask, question: Question, raws: Sequence[str], services: Services) -> Run:
    """Store the question and start its run: both or neither, also when the client hangs up in between."""
    prices = _prices(question.asked, services)
    new = await services.filing.begin(question.photos)
    try:
        identification = await _store(ask, question, raws, new, prices.get(ProviderName.PLANT_ID, 0.0), services)
    finally:
        services.runs.beside(services.filing.end(new))
    run = Run(identification)
    slim = replace(question, photos=tuple(replace(photo, thumbnail=b"") for photo in question.photos))
    services.runs.start(run, _carry_out(run, slim, services, prices))
    for raw, photo in zip(raws, question.photos, strict=True):
        if photo.digest not in new or new[photo.digest].is_filed:  # else it is to come again, to be kept then
            await services.known_photos.keep(raw, photo)
    return run


async def _store(  # noqa: PLR0913, PLR0917 - what is asked, and what belongs to it
    ask: Ask, question: Question, raws: Sequence[str], new: dict[str, NewPicture], cost: float, services: Services
) -> Identification:
    """The stored question, for `cost` credits; for none where the answer is paid for and the asker has none left."""
    try:
        return await in_database(_store_question, ask, question, raws, new, cost=cost)
    except CreditsUsedUpError:
        if not await _is_paid_for(question.asked, services):
            raise
        return await in_database(_store_question, ask, question, raws, new, cost=0.0)


def _prices(asked: Asked, services: Services) -> dict[ProviderName, float]:
    """What an answer of each provider would cost that nobody has yet."""
    return {name: provider.cost(asked) for name, provider in services.providers.items()}


async def _is_paid_for(asked: Asked, services: Services) -> bool:
    """Whether Plant.id's answer is kept, also in the archive, and fresh: whoever has spent all still gets it."""
    key = question_key(services.providers[ProviderName.PLANT_ID], asked)
    with contextlib.suppress(StoreUnavailable):
        kept = await services.answers.find(key)
        return kept is not None and kept.ttl > 0
    return False


def _end_of(  # noqa: PLR0913 - one for each thing an end has
    ask: Ask | Identification,
    *,
    answered: bool = False,
    refused: bool = False,
    reports: Sequence[ProviderReport] = (),
    prices: Mapping[ProviderName, float] | None = None,
    verdict: Verdict | None = None,
    seconds: float = 0.0,
) -> Ended:
    """How a question ended, for the listeners."""
    return Ended(
        at=timezone.now(),
        owner_id=ask.owner_id,
        api_key_id=ask.api_key_id,
        sandbox=ask.sandbox,
        answered=answered,
        refused=refused,
        reports=tuple(reports),
        prices=prices or {},
        verdict=verdict,
        seconds=seconds,
    )


def _announce(ended: Ended, services: Services) -> None:
    """Tell the listeners; what goes wrong with one of them is no fault of the answer."""
    for listener in services.listeners:
        try:
            listener.ended(ended)
        except Exception:
            log.exception("a listener failed", listener=type(listener).__name__)


async def _recognise(ask: Ask, services: Services) -> tuple[tuple[str, ...], tuple[KnownPhoto, ...]]:
    """The digests of the uploaded files, and which photos they are; none of them unless all are known."""
    raws, known = [], []
    async with services.reading:
        for position, read in enumerate(ask.photos):
            with _at(position):
                raws.append(await digest_upload(await read()))
    for raw in raws:
        if (photo := await services.known_photos.find(raw)) is None:
            return tuple(raws), ()
        known.append(photo)
    return tuple(raws), tuple(known)


async def _give_kept(  # noqa: PLR0913, PLR0917 - what is asked, and what is known of it
    ask: Ask, asked: Asked, kept: KeptAnswer, raws: tuple[str, ...], known: tuple[KnownPhoto, ...], services: Services
) -> Run:
    """The ended run of an identification that needed nobody; its place in history is stored right after.

    One that can be asked again is stored before it is given: whoever asks again, in whichever process, finds it.
    """
    identification = _new_identification(ask if ask.keep_place else replace(ask, place=None), _new_reference())
    identification.given = kept.answer
    _complete(identification, kept.answer)
    show_photos(identification, [ShownPhoto(*each) for each in zip(range(len(known)), ask.organs, known, strict=True)])
    ids = tuple(paid.archive_id for paid in kept.paid if paid.archive_id is not None)
    answered = Answered(
        identification=identification, photos=known, raws=raws, organs=tuple(ask.organs), archive_ids=ids
    )
    if ask.repeatable_as is None:
        await services.history.add(answered)
    else:
        await in_database(store_answered, [answered])
    ended = _end_of(
        ask,
        answered=True,
        reports=kept.answer.reports,
        prices=_prices(asked, services),
        verdict=kept.answer.consensus.verdict,
    )
    _announce(ended, services)
    run = Run(identification)
    for report in kept.answer.reports:
        run.tell(ProviderDone(report=report, so_far=kept.answer.consensus))
    run.end()
    return run


async def _develop(ask: Ask, services: Services) -> tuple[NormalisedPhoto, ...]:
    photos = []
    for position, read in enumerate(ask.photos):
        with _at(position):
            photos.append(await services.darkroom.develop(await read()))
    return tuple(photos)


@contextlib.contextmanager
def _at(position: int) -> Iterator[None]:
    """Note in a refusal which photo it is about."""
    try:
        yield
    except PhotoRefused as refused:
        refused.position = position
        raise


def _new_reference() -> int:
    return secrets.randbits(REFERENCE_BITS) or 1


def _new_identification(ask: Ask, reference: int) -> Identification:
    return Identification(
        pk=ask.repeatable_as or uuid.uuid4(),
        owner_id=ask.owner_id,
        visitor=ask.visitor,
        reference=reference,
        language=ask.language,
        latitude=ask.place.latitude if ask.place else None,
        longitude=ask.place.longitude if ask.place else None,
        health_asked=ask.health,
        api_key_id=ask.api_key_id,
        sandbox=ask.sandbox,
        continues=ask.continues,
    )


def _store_question(
    ask: Ask, question: Question, raws: Sequence[str], new: dict[str, NewPicture], *, cost: float
) -> Identification:
    """The identification with its photos, and its credits taken; on failure nothing of it stays."""
    identification = _new_identification(ask, question.reference)
    identification.credits = cost
    with give_back(new), transaction.atomic():
        failed = _lock_failed(ask)
        identification.save(force_insert=not failed, force_update=failed)  # before any credit: one of two gets past
        spending.reserve(identification)
        photos = list(identification.photos.select_related("picture")) if failed else []
        photos = photos or store_photos(identification, question, raws, new)
    show_photos(identification, photos)
    return identification


def _lock_failed(ask: Ask) -> bool:
    """Whether the question has a row, which failed; nobody else begins it anew in the meantime."""
    if ask.repeatable_as is None:
        return False
    failed = Identification.objects.filter(pk=ask.repeatable_as, status=Identification.Status.FAILED)
    return failed.select_for_update().first() is not None


async def _carry_out(run: Run, question: Question, services: Services, prices: Mapping[ProviderName, float]) -> None:
    """Ask, store how it ended, and only then tell those who wait."""
    answered, reports, verdict = False, tuple[ProviderReport, ...](), None
    identification, started = run.identification, services.clock.monotonic()
    plant_id = services.providers.get(ProviderName.PLANT_ID)
    key = question_key(plant_id, question.asked) if plant_id else ""
    deadline = Deadline.after(services.run_seconds, services.clock)

    async def keep(answer: PaidAnswer) -> None:
        await in_database_when_back(link_answer, identification, answer)

    def tell(done: ProviderDone) -> None:
        services.last_calls.note(done.report)
        run.tell(done)

    try:
        asking = services.combined.identify(question, deadline=deadline, keep=keep, tell=tell)
        del question  # whoever waits for an answer holds no photos: thousands may wait
        answer = await asking
    except NoAnswer as no_answer:
        reports = no_answer.reports
        await in_database_when_back(fail, identification, problem_of(no_answer), unheard=_unheard(reports, key))
    except StoreUnavailable:  # the ledger, or the archive: without them nobody is asked (law 2)
        log.exception("identification failed: the database is away", identification=str(identification.pk))
        await in_database_when_back(fail, identification, DATABASE_AWAY)
    except AWAY:  # not stored, though paid for: the row stays running, and upkeep looks for the answer (law 4)
        log.exception("identification is left to the upkeep", identification=str(identification.pk))
        _fail(identification, DATABASE_AWAY)
    except Exception:
        log.exception("identification failed", identification=str(identification.pk))
        await in_database_when_back(fail, identification, UNFORESEEN)
    else:
        answered, reports, verdict = True, answer.reports, answer.consensus.verdict
        await in_database_when_back(complete, identification, answer, unheard=_unheard(reports, key))
    finally:
        ended = _end_of(
            identification,
            answered=answered,
            reports=reports,
            prices=prices,
            verdict=verdict,
            seconds=services.clock.monotonic() - started,
        )
        _announce(ended, services)
        run.end()


def _unheard(reports: Sequence[ProviderReport], key: str) -> str:
    """`key`, when Plant.id may have been paid for an answer that did not come; else ""."""
    doubtful = (each.maybe_charged or each.state is CallState.LATE for each in reports if each.provider in READ_AGAIN)
    return key if any(doubtful) else ""


def link_answer(asked: Identification, answer: PaidAnswer) -> None:
    """Note that an archived answer is part of this identification; one that was deleted meanwhile needs none."""
    with transaction.atomic():
        identification = Identification.objects.filter(pk=asked.pk).first()
        if identification is not None and _is_for(asked, identification):
            kept = ProviderAnswer.objects.select_for_update().filter(
                pk=answer.archive_id or 0
            )  # nobody deletes it meanwhile
            identification.provider_answers.add(*kept)
        else:
            drop_answers(ProviderAnswer.objects.filter(pk=answer.archive_id or 0))


def _is_for(asked: Identification, stored: Identification) -> bool:
    """Whether an answer to `asked` answers the row that has its id now: it may be another question's since."""
    return asked.reference == stored.reference or is_same(sent_for(stored), sent_for(asked))


def complete(identification: Identification, answer: Answer, *, unheard: str = "") -> None:
    """Store the answer; the identification is at its end, and Plant.id's part of it still to come under `unheard`."""
    identification.answer = msgspec.to_builtins(answer)
    _complete(identification, answer)
    cost = spending.cost_of_answer(answer, reserved=identification.credits)
    _store_end(identification, cost=cost, unheard=unheard)


def _complete(identification: Identification, answer: Answer) -> None:
    verdict = answer.consensus.verdict
    identification.level, identification.name = verdict.level, (verdict.name or "")[:200]
    identification.names = names_in(answer)
    identification.status, identification.completed_at = Identification.Status.COMPLETE, timezone.now()


def fail(identification: Identification, problem: dict[str, Any], *, unheard: str = "") -> None:
    """Store why there is none; the identification is at its end, but for what `complete` says of `unheard`."""
    _fail(identification, problem)
    cost = spending.cost_of_failure(problem, reserved=identification.credits)
    _store_end(identification, cost=cost, unheard=unheard)


def _fail(identification: Identification, problem: dict[str, Any]) -> None:
    identification.problem = problem
    identification.status, identification.completed_at = Identification.Status.FAILED, timezone.now()


@transaction.atomic
def _store_end(identification: Identification, *, cost: float, unheard: str) -> None:
    """Store how it ended and what it cost; a row that was deleted meanwhile stays deleted, or is another question's."""
    spending.settle(identification, 0.0 if identification.sandbox else cost)
    rows = Identification.objects.filter(pk=identification.pk, reference=identification.reference)
    found = rows.update(
        **{
            name: getattr(identification, name)
            for name in ("status", "completed_at", "answer", "problem", "level", "name", "names")
        },
        **({} if _keeps_place(identification) else {"latitude": None, "longitude": None}),
    )
    if identification.status == Identification.Status.COMPLETE:
        stand_for_earlier([identification])
    if found and unheard and not identification.sandbox:
        look_at = timezone.now() + timedelta(seconds=LOOK_AGAIN_SECONDS)
        UnheardCall.objects.create(
            identification_id=identification.pk, reference=identification.reference, key=unheard, look_at=look_at
        )


def _keeps_place(identification: Identification) -> bool:
    """Whether the place may stay: there is none, or the asker's account wants it kept. While it runs it is needed."""
    if identification.latitude is None:
        return True
    owner = identification.owner_id
    return owner is not None and get_user_model().objects.filter(pk=owner, keep_place=True).exists()


def problem_of(no_answer: NoAnswer) -> dict[str, Any]:
    """Why there is no answer, as it is stored and told."""
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
