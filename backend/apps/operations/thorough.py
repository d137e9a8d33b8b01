"""Checks that ask others: the providers (only what is free), the store, the database, the folder of photos."""

import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from wagtail.models import Site

from apps.operations.registry import ToFix, thorough
from apps.plant_identification.wiring import Services
from identification.ports import Provider
from plant_community_backend.database import in_database
from plant_community_backend.media import get_media, in_media
from resilience.deadline import Deadline
from resilience.errors import ProviderError, ProviderKeyRefused, StoreUnavailable
from resilience.stores.redis import RedisStore

USAGE_SECONDS = 5.0
CLOCK_SECONDS = 2.0  # a difference that a slow answer does not explain
PORTS = {"https": 443, "http": 80}


@thorough("keys")
async def _of_keys(services: Services) -> Iterable[ToFix]:
    """Asks for the state of each key, which is free (Plant.id `usage_info`, Pl@ntNet `quota/daily`)."""
    if settings.DEMO_MODE:
        return ()
    return [each for provider in services.providers.values() for each in await _of_key(provider, services)]


async def _of_key(provider: Provider, services: Services) -> Iterable[ToFix]:
    label, setting = provider.name.label, f"{provider.name.upper()}_API_KEY"
    try:
        usage = await provider.usage(deadline=Deadline.after(USAGE_SECONDS, services.clock))
    except ProviderKeyRefused:
        text = f"{label} does not know the key: every identification goes without it."
        return [ToFix(severity="error", title=f"{label} refuses the key", text=text, mend=f"Check {setting}.")]
    except ProviderError as error:
        mend = "Look whether this machine reaches it, and try again: the key was not checked."
        return [ToFix(severity="warning", title=f"{label} does not answer", text=f"{error.detail}.", mend=mend)]
    if usage.can_use:
        return ()
    text = f"It says: {usage.reason or 'nothing is left'}."
    mend = "Buy credits or wait for the next period; until then only kept answers come from it."
    return [ToFix(severity="error", title=f"{label} would refuse a call now", text=text, mend=mend)]


@thorough("store-clock")
async def _of_store(_services: Services) -> Iterable[ToFix]:
    """Reachable, and of the same time: what is kept until when is said by its clock."""
    if not settings.REDIS_URL:
        return ()
    store = RedisStore.from_url(settings.REDIS_URL)
    try:
        begun = time.time()
        cell = await store.load("doctor")
        return _of_clock("shared store", cell.now, begun)
    except StoreUnavailable as error:
        mend = "Look whether REDIS_URL is right, and whether this machine reaches it."
        return [ToFix(severity="error", title="The shared store cannot be reached", text=f"{error}.", mend=mend)]
    finally:
        await store.close()


@thorough("database-clock")
async def _of_database_clock(_services: Services) -> Iterable[ToFix]:
    """SQLite has no clock of its own."""
    if connection.vendor == "sqlite":
        return ()
    begun = time.time()
    return _of_clock("database", (await in_database(_database_time)).timestamp(), begun)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CLOCK_TIMESTAMP()")
        return cursor.fetchone()[0].astimezone(UTC)  # type: ignore[no-any-return] # untyped there


def _of_clock(whose: str, theirs: float, begun: float) -> Iterable[ToFix]:
    """Compare with the time between asking and being answered."""
    ahead = max(begun - theirs, theirs - time.time(), 0.0)
    if ahead <= CLOCK_SECONDS:
        return ()
    text = f"They differ by {ahead:.0f} seconds: limits, leases and one-time codes end too early or too late."
    mend = "Let both machines follow the same time server."
    return [ToFix(severity="warning", title=f"This clock and that of the {whose} differ", text=text, mend=mend)]


@thorough("storage")
async def _of_storage(_services: Services) -> Iterable[ToFix]:
    """Writes a small file where photos and where data are kept, and deletes it."""
    if settings.MEDIA_S3_BUCKET:
        return await in_media(lambda: [*_try_bucket(), *_try_to_write("DATA_DIR")])
    return await in_media(lambda: [found for name in ("MEDIA_ROOT", "DATA_DIR") for found in _try_to_write(name)])


def _try_bucket() -> Iterable[ToFix]:
    """Write, read without a key, delete: whoever knows the name of a photo must not get it from the bucket."""
    bucket = get_media()
    name = f".doctor-{uuid.uuid4().hex}"
    try:
        bucket.save(name, ContentFile(b"written by plant-community doctor"))
        is_open = bucket.is_open_to_anybody(name)
        bucket.delete(name)
    except OSError as error:
        text = f"{bucket.place}: {error.strerror}. New photos are not kept, old ones not shown; answers go on."
        mend = "Look whether MEDIA_S3_ENDPOINT can be reached, and what the key may do: get, put, delete and list."
        yield ToFix(severity="error", title="Photos cannot be stored", text=text, mend=mend)
        return
    if is_open:
        text = f"Who knows or guesses an address gets photos from {bucket.place} without asking this server."
        mend = "Make the bucket private (Block Public Access, and no policy for everybody)."
        yield ToFix(severity="error", title="The bucket of photos is public", text=text, mend=mend)


def _try_to_write(setting: str) -> Iterable[ToFix]:
    folder = Path(getattr(settings, setting))
    path = folder / f".doctor-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"written by plant-community doctor")
        path.unlink()
    except OSError as error:
        yield ToFix(
            severity="error",
            title=f"{setting} cannot be written",
            text=f"{folder}: {error.strerror}. Photos and answers cannot be stored.",
            mend=f"Let the user of this process write there, or set {setting}.",
        )


@thorough("site")
async def _of_site(_services: Services) -> Iterable[ToFix]:
    """The CMS makes links with an address of its own."""
    return await in_database(_compare_site) if settings.PUBLIC_URL else ()


def _compare_site() -> Iterable[ToFix]:
    site = Site.objects.filter(is_default_site=True).first()
    public = urlsplit(settings.PUBLIC_URL)
    wanted = (public.hostname, public.port or PORTS.get(public.scheme))
    if site is not None and (site.hostname, site.port) == wanted:
        return ()
    kept = f"{site.hostname}:{site.port}" if site else "nowhere"
    text = f"The guides think they are at {kept}, PUBLIC_URL says {settings.PUBLIC_URL}: links in the CMS lead astray."
    mend = "Start the server again, which puts it right, or run `plant-community manage migrate`."
    return [ToFix(severity="warning", title="The site of the guides is elsewhere", text=text, mend=mend)]


@thorough("version")
async def _of_version(_services: Services) -> Iterable[ToFix]:
    """Whether a newer version has been here."""
    unknown = await in_database(_find_unknown_migrations)
    if not unknown:
        return ()
    text = f"It has changes that this version does not know: {', '.join(unknown[:3])}."
    mend = "Run the version that made them, or restore a backup from before."
    return [ToFix(severity="error", title="The database is of a newer version", text=text, mend=mend)]


def _find_unknown_migrations() -> list[str]:
    loader = MigrationLoader(connection)
    replaced = {key for migration in loader.replacements.values() for key in migration.replaces}
    unknown = set(loader.applied_migrations) - set(loader.disk_migrations) - replaced
    return sorted(f"{app}.{name}" for app, name in unknown if app in loader.migrated_apps)
