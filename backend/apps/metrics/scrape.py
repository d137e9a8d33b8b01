"""The answer to a scrape: what all processes have counted, and what is read at this moment. Bounded, asks no provider."""

import asyncio
import datetime as dt
import importlib.metadata
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from apps.metrics.instruments import PREFIX, READ_WHEN_ASKED, REGISTRY
from apps.operations.circuits import why_not_asked
from apps.operations.health import Numbers, read_numbers, within
from apps.plant_identification.ledger import read_periods
from apps.plant_identification.wiring import Services
from identification.answer import ProviderName
from plant_community_backend.database import in_database
from resilience.circuit import State
from resilience.gate import Override

type Period = dict[str, Any]  # a row of read_periods
STATES = tuple(state.value for state in State)
RESTS = ("resting", "paused", "out_of_quota")
BACKUP_FILE = (
    "backup.json"  # in DATA_DIR: {"finished_at": "2026-11-28T03:00:00+00:00"}, written by whoever makes backups
)


async def expose(services: Services, accept: str) -> tuple[bytes, str]:
    """The text of all metrics, and its type. What cannot be read within two seconds is left out, and said to be."""
    numbers, periods = await asyncio.gather(
        read_numbers(services), within(in_database(read_periods), None)
    )  # one small query
    return await asyncio.to_thread(render, tuple(services.circuits), numbers, periods, accept)


def render(
    providers: Iterable[ProviderName], numbers: Numbers, periods: list[Period] | None, accept: str
) -> tuple[bytes, str]:
    """The same, of what was read."""
    encode, content_type = choose_encoder(accept)
    now = CollectorRegistry()
    parts = _parts(providers, numbers, periods)
    now.register(_Read([*_build(), *parts, *_circuits(numbers), *_quota(numbers, periods), *_backup()]))
    return _without_end(encode(_counted())) + encode(now), content_type


def _without_end(text: bytes) -> bytes:
    """The first of two parts; OpenMetrics ends the whole with a line of its own."""
    return text.removesuffix(b"# EOF\n")


def _counted() -> CollectorRegistry:
    """What was counted: by all worker processes, or by this one where there is only one and nobody made a folder."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return REGISTRY
    _forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call] # registers itself
    return registry


def _forget_the_dead(folder: Path) -> None:
    """Take back what processes say of themselves that are no more; what they counted stays."""
    for pid in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        if not _is_alive(int(pid)):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call] # has no types


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Read:
    """A collector of what was read already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        """All of it."""
        return self._families


def _family(name: str, samples: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    about, labels = READ_WHEN_ASKED[name]
    family = GaugeMetricFamily(PREFIX + name, about, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _build() -> Iterator[Metric]:
    version = importlib.metadata.version("plant-community-backend")
    yield _family("build_info", [((version, str(settings.DEMO_MODE).lower()), 1.0)])


def _parts(providers: Iterable[ProviderName], numbers: Numbers, periods: list[Period] | None) -> Iterator[Metric]:
    """What could be read."""
    circuits = [((f"circuit:{name.value}",), float(name.value in numbers)) for name in providers]
    yield _family("collector_up", [*circuits, (("database",), float(periods is not None))])


def _circuits(numbers: Numbers) -> Iterator[Metric]:
    """The circuits as the cluster has them."""
    read = numbers.items()
    yield _family(
        "circuit_state",
        [((name, state), float(state_of(each) == state)) for name, each in read for state in STATES],
    )
    yield _family(
        "circuit_override",
        [((name, order.value), float(each["override"] == order)) for name, each in read for order in Override],
    )
    yield _family(
        "provider_resting",
        [((name, reason), float(_rest_of(each) == reason)) for name, each in read for reason in RESTS],
    )
    yield _family("provider_calls_in_flight", [((name,), each["in_flight"]) for name, each in read])
    yield _family("provider_calls_in_flight_limit", [((name,), each["max_in_flight"]) for name, each in read])


def state_of(numbers: dict[str, Any]) -> str:
    """The circuit's state. One whose waiting time is over is as good as half open: the next call, if there is one, goes out."""
    over = numbers["state"] == State.OPEN and not numbers["open_for_seconds"]
    return State.HALF_OPEN.value if over else str(numbers["state"])


def _rest_of(numbers: dict[str, Any]) -> str | None:
    if state_of(numbers) == State.HALF_OPEN and not numbers["paused_for_seconds"]:
        numbers = numbers | {"state": "closed"}  # a probe may go out
    reason = why_not_asked(numbers)
    return None if reason is None else reason[0]


def _quota(numbers: Numbers, periods: list[Period] | None) -> Iterator[Metric]:
    """Limits and their windows as the circuits know them; what is used from the ledger, with the provider's own count."""
    windows = {(name, quota["window"]): quota for name, each in numbers.items() for quota in each["quota"]}
    now = time.time()
    yield _family("provider_quota_limit", [(key, quota["limit"]) for key, quota in windows.items()])
    yield _family(
        "provider_quota_reset_timestamp_seconds",
        [(key, now + quota["reset_seconds"]) for key, quota in windows.items()],
    )
    if periods is None:
        return
    counted = [
        ((row["provider"], row["period"].partition(":")[0]), origin, row[field])
        for row in periods
        for origin, field in (("ledger", "used"), ("provider", "theirs"))
        if row[field] is not None
    ]
    yield _family("provider_quota_used", [((*key, origin), used) for key, origin, used in counted])
    there = {(key, origin) for key, origin, _ in counted}
    counted += [(key, "ledger", 0.0) for key in windows if (key, "ledger") not in there]  # nobody asked yet
    yield _family(
        "provider_quota_remaining",
        [((*key, origin), max(0.0, windows[key]["limit"] - used)) for key, origin, used in counted if key in windows],
    )
    yield _family(
        "quota_drift",
        [
            ((row["provider"],), row["theirs"] - row["used"])
            for row in periods
            if row["period"].startswith("day:") and row["theirs"] is not None
        ],
    )


def _backup() -> Iterator[Metric]:
    finished = read_backup(settings.DATA_DIR / BACKUP_FILE)
    yield _family("backup_last_success_timestamp_seconds", [] if finished is None else [((), finished)])


def read_backup(path: Path) -> float | None:
    """When the last backup was finished, seconds UTC; None when nobody says."""
    try:
        said = dt.datetime.fromisoformat(json.loads(path.read_bytes())["finished_at"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return (said if said.tzinfo else said.replace(tzinfo=dt.UTC)).timestamp()
