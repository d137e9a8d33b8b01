"""The one list of checks for an operator: for `plant-community doctor`, the status, the admin and the health.

A quick check looks at facts that were read already; a thorough one looks for itself, and only who asks for it waits.
"""

import asyncio
import datetime as dt
import shutil
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.utils import timezone

from apps.operations.health import Checks, Numbers, check_database, checks_of, read_numbers, within
from apps.plant_identification.wiring import Services
from apps.safekeeping.note import BackupNote, read_note
from apps.usage.alerts import Allowance, read_allowances
from identification.answer import Struct
from plant_community_backend.database import in_database

SEVERITIES = ("error", "warning", "info")


class ToFix(Struct):
    """One thing: what it is, what comes of it, and how to mend it."""

    severity: Literal["error", "warning", "info"]
    title: str
    text: str
    mend: str


@dataclass(frozen=True, slots=True)
class Disk:
    """What is to be seen in this machine's folders."""

    bytes_free: int
    bytes_total: int
    is_web_built: bool
    backup: BackupNote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a quick check may look at. `disk` is None when the folders did not answer in time."""

    checks: Checks
    numbers: Numbers
    allowances: Sequence[Allowance] = ()
    disk: Disk | None = None
    now: dt.datetime


type Quick = Callable[[Facts], Iterable[ToFix]]
type Thorough = Callable[[Services], Awaitable[Iterable[ToFix]]]
QUICK: dict[str, Quick] = {}
THOROUGH: dict[str, Thorough] = {}


def quick(name: str) -> Callable[[Quick], Quick]:
    """Enter a check that waits for nothing."""

    def enter(check: Quick) -> Quick:
        QUICK[name] = check
        return check

    return enter


def thorough(name: str) -> Callable[[Thorough], Thorough]:
    """Enter a check that asks others, for nothing that costs; it is given a few seconds."""

    def enter(check: Thorough) -> Thorough:
        THOROUGH[name] = check
        return check

    return enter


async def read_facts(services: Services, *, for_staff: bool = True) -> Facts:
    """Read all of them at once, each for a few seconds at most; the allowances only for staff, who is told of them."""
    numbers, database, disk, allowances = await asyncio.gather(
        read_numbers(services),
        check_database(),
        within(asyncio.to_thread(_look_at_disk), None),
        within(in_database(read_allowances), []) if for_staff else _nothing(),
    )
    checks = checks_of(services, numbers, database)
    return Facts(checks=checks, numbers=numbers, allowances=allowances, disk=disk, now=timezone.now())


async def _nothing() -> list[Allowance]:
    return []


def _look_at_disk() -> Disk | None:
    here = [settings.DATA_DIR] if settings.MEDIA_S3_BUCKET else [settings.MEDIA_ROOT, settings.DATA_DIR]
    folder = next((each for each in map(Path, here) if each.exists()), None)
    if folder is None:
        return None
    room = shutil.disk_usage(folder)
    is_built = (Path(settings.WEB_DIR) / "index.html").is_file()
    return Disk(bytes_free=room.free, bytes_total=room.total, is_web_built=is_built, backup=read_note())


def worst_first(found: Iterable[ToFix]) -> tuple[ToFix, ...]:
    """In the order in which they are to be mended."""
    return tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity)))
