"""Deleting: rows, files, cached answers, and the records that providers keep (law 12)."""

import contextlib
from collections.abc import Iterable

from django.db import transaction

from apps.plant_identification.continuing import find_earlier_of
from apps.plant_identification.files import erase_files
from apps.plant_identification.models import Erasure, Identification, ProviderAnswer, UnheardCall
from apps.plant_identification.pictures import delete_with_photos, drop_photos
from apps.plant_identification.sandbox import forget_files
from apps.plant_identification.wiring import Services
from identification.answer import ProviderName
from plant_community_backend.database import in_database
from resilience.errors import StoreUnavailable


async def delete_identification(identification: Identification, services: Services) -> None:
    """Delete its rows, files and cached answers, and order the erasure of the providers' own records (law 12)."""
    keys, raws = await in_database(_delete_rows, identification)
    await erase_files()
    with contextlib.suppress(StoreUnavailable):  # what is left there ends by itself, and nobody knows its key
        await _forget_files(identification, raws, services)
        await services.answers.forget(keys)


@transaction.atomic
def _delete_rows(identification: Identification) -> tuple[list[str], list[str]]:
    """The keys of the answers that nobody needs any more, and the digests of the files that nobody else has sent."""
    answers = list(identification.provider_answers.select_for_update().order_by("pk"))  # nobody links them meanwhile
    identification.provider_answers.clear()
    keys = drop_answers(answers)
    for unheard in UnheardCall.objects.filter(identification=identification):
        _order_erasure(ProviderName.PLANT_ID, str(unheard.reference))  # they keep it under our number as well
    return keys, delete_with_photos(identification)


async def delete_with_earlier(identification: Identification, services: Services) -> None:
    """Delete it, and those that it stands for: whoever deletes a plant means all that was asked about it (law 12)."""
    doomed: Identification | None = identification
    while doomed is not None:
        await delete_identification(doomed, services)
        doomed = await in_database(find_earlier_of, doomed)


async def delete_photos(identification: Identification, services: Services) -> None:
    """Delete only its photos, rows and files; the answer stays."""
    raws = await in_database(drop_photos, identification)
    await erase_files()
    with contextlib.suppress(StoreUnavailable):  # as above
        await _forget_files(identification, raws, services)


def drop_answers(answers: Iterable[ProviderAnswer]) -> list[str]:
    """Delete those that belong to no identification any more, and order their erasure; the keys they were kept under."""
    orphans = [answer for answer in answers if not answer.identifications.exists()]
    for answer in orphans:
        _order_erasure(ProviderName(answer.provider), answer.remote_id)
        answer.delete()
    return [answer.key for answer in orphans if answer.key]


async def _forget_files(identification: Identification, raws: list[str], services: Services) -> None:
    if identification.sandbox:
        await forget_files(raws)
    await services.known_photos.forget(raws)


def _order_erasure(provider: ProviderName, remote_id: str) -> None:
    """Remember to delete the provider's record; Pl@ntNet keeps none, so its answers have no remote id."""
    if remote_id:
        Erasure.objects.create(provider=provider, remote_id=remote_id)
