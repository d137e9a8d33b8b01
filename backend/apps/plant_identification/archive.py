"""The durable archive of paid answers, and of which file is which photo: read when every cache has forgotten (law 4)."""

from functools import cache
from typing import Any

import msgspec
from django.db import connection

from apps.plant_identification.models import Photo, ProviderAnswer
from identification.answer import ProviderAnswer as PaidAnswer
from identification.known_photos import KnownPhoto
from plant_community_backend.database import in_database, in_database_when_back
from resilience.cache import Archived


class DatabaseArchive:
    """Implements identification.ports.AnswerArchive, resilience.cache.Archive and known_photos.PhotoArchive."""

    async def keep(self, key: str, reference: int, answer: PaidAnswer, *, fresh: float | None = None) -> int:
        """Store a paid answer that is fresh for `fresh` seconds (None: as long as usual); its id.

        It is paid for, so it waits for a database that is away (law 4).
        """
        return await in_database_when_back(store_answer, key, reference, answer, fresh)

    async def find(self, key: str) -> Archived | None:
        """The newest answer under `key`."""
        return await in_database(_find, key)

    async def find_photo(self, raw_digest: str) -> KnownPhoto | None:
        """The photo of the file with this digest; one whose own file is missing counts as unknown, so that it comes again."""
        return await in_database(_find_photo, raw_digest)


def store_answer(key: str, reference: int, answer: PaidAnswer, fresh: float | None = None) -> int:
    """The id of the row that holds `answer` from now on. One call has one row, however often it is stored."""
    stored = ProviderAnswer.objects.filter(provider=answer.provider, reference=reference, key=key).first()
    if stored is not None:
        return int(stored.pk)
    row = ProviderAnswer.objects.create(
        key=key,
        provider=answer.provider,
        reference=reference,
        remote_id=answer.remote_id or "",
        payload=msgspec.to_builtins(answer),
        credits=answer.credits,
        model_version=answer.model_version[:100],
        simulated=answer.simulated,
        fresh_seconds=fresh,
    )
    return int(row.pk)


def _find(key: str) -> Archived | None:
    row = ProviderAnswer.objects.filter(key=key).order_by("-pk").first()
    if row is None:
        return None
    answer = msgspec.structs.replace(msgspec.convert(row.payload, PaidAnswer), archive_id=int(row.pk))
    return Archived(msgspec.json.encode(answer), row.produced_at.timestamp(), fresh=row.fresh_seconds)


def _find_photo(raw_digest: str) -> KnownPhoto | None:
    sql, others = _photo_query()
    with connection.cursor() as cursor:
        cursor.execute(sql, (raw_digest, *others))
        found = cursor.fetchone()
    return KnownPhoto(*found) if found else None


@cache
def _photo_query() -> tuple[str, tuple[Any, ...]]:
    """The query for a file's photo in SQL, and what it takes besides the digest.

    Each photo that nobody has seen asks it, also in an outage; to put it into words costs ten times what it takes.
    """
    photos = Photo.objects.filter(raw_digest="").exclude(picture__file="").order_by()
    found = photos.values_list("picture__digest", "picture__width", "picture__height")[:1]
    sql, (_, *others) = found.query.sql_with_params()
    return sql, tuple(others)
