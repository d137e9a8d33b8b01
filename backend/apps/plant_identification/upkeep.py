"""What is put right later: work a crash left behind, and records still standing at a provider."""

import datetime as dt

import msgspec
import structlog
from django.utils import timezone

from apps.plant_identification.actions import LOOK_AGAIN_SECONDS, complete, fail, link_answer
from apps.plant_identification.constants import ERASURE_ATTEMPTS_MAX
from apps.plant_identification.models import Erasure, Identification, UnheardCall
from apps.plant_identification.wiring import Services
from identification.answer import ProviderAnswer, ProviderName
from identification.assembly import answer_from_archive
from identification.question import Asked, Organ, Place
from identification.shared import question_key
from plant_community_backend.database import in_database
from resilience.deadline import Deadline
from resilience.errors import ProviderError
from resilience.quota import period_of

ERASURE_SECONDS = 10.0
RECOVERY_SECONDS = 10.0
RECOVERY_PATIENCE_SECONDS = 3600.0  # for which an abandoned question waits while Plant.id does not say what it holds
USAGE_SECONDS = 10.0
AT_ONCE = 100
log = structlog.get_logger("plant_community.upkeep")


async def erase_at_providers(services: Services) -> int:
    """Delete every ordered record at its provider; the number that is still standing. What fails is tried again later."""
    pending = await in_database(
        lambda: list(Erasure.objects.filter(attempts__lt=ERASURE_ATTEMPTS_MAX).order_by("pk")[:AT_ONCE])
    )
    erased = [erasure.pk for erasure in pending if await _erase(erasure, services)]
    await in_database(Erasure.objects.filter(pk__in=erased).delete)
    return len(pending) - len(erased)


async def _erase(erasure: Erasure, services: Services) -> bool:
    provider = services.providers.get(ProviderName(erasure.provider))
    deadline = Deadline.after(ERASURE_SECONDS, services.clock)
    try:
        return provider is not None and await provider.forget(erasure.remote_id, deadline=deadline)
    except ProviderError as error:
        log.warning("erasure postponed", provider=erasure.provider, reason=error.detail, attempts=erasure.attempts + 1)
        await in_database(Erasure.objects.filter(pk=erasure.pk).update, attempts=erasure.attempts + 1)
        return False


async def settle_abandoned(services: Services) -> int:
    """Settle identifications that run for longer than any can: their process has ended. How many there were.

    What a provider had answered is in the archive or, at Plant.id, found again by our reference; it becomes the answer
    (law 4, law 9). Who got nothing is told to ask again. While Plant.id cannot tell, they wait for up to an hour.
    """
    abandoned = await in_database(_find_abandoned, older_than=services.run_seconds)
    patient_since = timezone.now() - dt.timedelta(seconds=RECOVERY_PATIENCE_SECONDS)
    settled = 0
    for identification in abandoned:
        if await _recover(identification, services) or identification.created_at < patient_since:
            await in_database(_settle, identification)
            settled += 1
    return settled


def _find_abandoned(*, older_than: float) -> list[Identification]:
    before = timezone.now() - dt.timedelta(seconds=older_than)
    return list(Identification.objects.filter(status=Identification.Status.RUNNING, created_at__lt=before)[:AT_ONCE])


async def look_for_unheard(services: Services) -> int:
    """Look at Plant.id for answers that came too late for their identification, or not at all; how many were looked for.

    What is found is archived and belongs to the identification, whose answer stays as it was told (law 4, law 9).
    """
    due = await in_database(_find_unheard)
    give_up = timezone.now() - dt.timedelta(seconds=RECOVERY_PATIENCE_SECONDS)
    for call in due:
        call.identification.reference = call.reference
        if await _recover(call.identification, services, key=call.key) or call.ended_at < give_up:
            await in_database(call.delete)
        else:
            again = timezone.now() + dt.timedelta(seconds=LOOK_AGAIN_SECONDS)
            await in_database(UnheardCall.objects.filter(pk=call.pk).update, look_at=again)
    return len(due)


def _find_unheard() -> list[UnheardCall]:
    due = UnheardCall.objects.filter(look_at__lt=timezone.now()).select_related("identification")
    return list(due.order_by("look_at")[:AT_ONCE])


async def _recover(identification: Identification, services: Services, *, key: str = "") -> bool:
    """Archive what Plant.id holds for this question, if it is not archived yet; reading it again is free.

    `key` is the question's, where it cannot be made any more. Whether all that Plant.id holds is known now.
    """
    provider = services.providers.get(ProviderName.PLANT_ID)
    archived = identification.provider_answers.filter(provider=ProviderName.PLANT_ID).exists
    if provider is None or identification.sandbox or await in_database(archived):
        return True
    deadline = Deadline.after(RECOVERY_SECONDS, services.clock)
    try:
        answer = await provider.recover(
            identification.reference,
            language=identification.language,
            health=identification.health_asked,
            deadline=deadline,
        )
    except ProviderError as error:
        log.warning("a lost answer could not be looked for", provider=error.provider, reason=error.detail)
        return False
    if answer is None:
        return True
    key = key or question_key(provider, await in_database(_asked, identification))
    archive_id = await services.archive.keep(key, identification.reference, answer)
    await in_database(link_answer, identification, msgspec.structs.replace(answer, archive_id=archive_id))
    return True


def _asked(identification: Identification) -> Asked:
    photos = list(identification.photos.select_related("picture"))
    latitude, longitude = identification.latitude, identification.longitude
    return Asked(
        digests=tuple(photo.picture.digest for photo in photos),
        organs=tuple(Organ(photo.organ) for photo in photos),
        place=None if latitude is None or longitude is None else Place(latitude, longitude),
        language=identification.language,
        health=identification.health_asked,
    )


def _settle(abandoned: Identification) -> None:
    """End an abandoned identification with what is in the archive; one that was settled or deleted meanwhile stays so."""
    running = Identification.objects.filter(
        pk=abandoned.pk, reference=abandoned.reference, status=Identification.Status.RUNNING
    )
    identification = running.prefetch_related("provider_answers", "photos").first()
    if identification is None:
        return
    paid = [msgspec.convert(row.payload, ProviderAnswer) for row in identification.provider_answers.all()]
    organs = [Organ(photo.organ) for photo in identification.photos.all()]
    if paid:
        complete(identification, answer_from_archive(paid, organs=organs, health_asked=identification.health_asked))
    else:
        detail = "The server stopped while the identification was running. Please ask again."
        fail(identification, {"code": "interrupted", "detail": detail, "retry_after": 1.0})


async def reconcile_quota(services: Services) -> None:
    """Compare our count with the provider's own, which is free to read; the larger one holds from now on (law 2)."""
    for name, provider in services.providers.items():
        try:
            usage = await provider.usage(deadline=Deadline.after(USAGE_SECONDS, services.clock))
        except ProviderError as error:
            log.info("[QUOTA] the provider's own count could not be read", provider=name.value, reason=error.detail)
            continue
        window = usage.windows.get("day")
        if window is not None and window.used is not None:
            await _compare(services, name, window.used)


async def _compare(services: Services, name: ProviderName, used: float) -> None:
    under_way = services.runs  # calls that they may have counted and we not yet, or the other way round
    drift = await services.ledger.note_theirs(name.value, period_of("day", services.clock.wall()), used)
    if abs(drift) > len(under_way):
        log.warning(f"[QUOTA] {name.value} drift {drift:+g}: they counted {used:g} today; the larger count holds")
    await services.guards[name].reconcile()
