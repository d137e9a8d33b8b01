"""Joins the settings to the objects of rooms 1 and 2; the only place where Django meets them.

An async client belongs to the event loop that made it, so the services are opened once per process, by the server's
start or by the command line, and closed when it ends.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.conf import settings

from apps.plant_identification.archive import DatabaseArchive
from apps.plant_identification.circuit_monitoring import CircuitStats, create_monitored_circuit
from apps.plant_identification.constants import (
    CLOSING_SECONDS,
    FAILURE_SHARED_SECONDS,
    INTAKE_AT_ONCE,
    PHOTO_KNOWN_SECONDS,
    RUN_GRACE_SECONDS,
)
from apps.plant_identification.files import Filing
from apps.plant_identification.history import HistoryWriter
from apps.plant_identification.last_calls import LastCalls
from apps.plant_identification.ledger import DatabaseLedger
from apps.plant_identification.listeners import Listener, find_witnesses, get_tracing, make_listeners, tell_flight
from apps.plant_identification.runs import Runs
from identification.answer import ProviderName
from identification.combined import CombinedIdentificationService, Policy
from identification.known_photos import KnownPhotos
from identification.photo import Darkroom
from identification.ports import Provider
from identification.providers.http import open_session
from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig
from identification.providers.plantnet import PlantNetAPIService, PlantNetConfig
from identification.shared import SharedProvider
from plant_simulator import Simulator, SimulatorConfig
from resilience.answers import Answers
from resilience.config import QuotaConfig
from resilience.flight_config import FlightConfig
from resilience.guard import Degraded, Guard
from resilience.memo import Memo
from resilience.ports import Clock, SystemClock
from resilience.rates import Rates
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore
from resilience.stores.memory_rates import MemoryRates
from resilience.stores.redis import RedisStore
from resilience.stores.redis_rates import RedisRates

log = structlog.get_logger("plant_community.wiring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What an identification needs, of this process."""

    clock: Clock
    darkroom: Darkroom
    providers: dict[ProviderName, Provider]
    combined: CombinedIdentificationService
    run_seconds: float  # how long an identification may run, whoever waits for it
    patience: float  # how long a request waits for its answer before it is told to come back (law 3)
    last_calls: LastCalls
    answers: Answers
    archive: DatabaseArchive
    ledger: DatabaseLedger
    guards: dict[ProviderName, Guard]
    circuits: dict[ProviderName, CircuitStats]
    reading: asyncio.Semaphore  # uploads whose digest is being made: they are in memory
    intake: asyncio.Semaphore  # questions being developed and stored at once: so are theirs
    known_photos: KnownPhotos
    history: HistoryWriter
    rates: Rates  # how often each caller has asked
    listeners: tuple[Listener, ...]  # who hears how each question ends
    runs: Runs
    filing: Filing


type Store = RedisStore | MemoryStore
_opened: list[Services] = []


def get_services() -> Services:
    """The services of this process. Raises RuntimeError when they are not open."""
    if not _opened:
        message = "the services are not open: serve with a server that runs the ASGI lifespan, such as `plant-community serve`"
        raise RuntimeError(message)
    return _opened[-1]


@contextlib.asynccontextmanager
async def open_services() -> AsyncIterator[Services]:
    """The services, open until the end of the block; then running identifications are finished first."""
    async with contextlib.AsyncExitStack() as stack:
        plant_id, plantnet = settings.PLANT_ID, settings.PLANTNET
        if settings.DEMO_MODE:
            plant_id, plantnet = await _simulated(stack, plant_id, plantnet)
        session = await stack.enter_async_context(open_session(followed_by=get_tracing().http()))
        providers: dict[ProviderName, Provider] = {}
        if settings.PLANT_ID_API_KEY or settings.DEMO_MODE:
            providers[ProviderName.PLANT_ID] = PlantIDAPIService(session, plant_id)
        if settings.PLANTNET_API_KEY or settings.DEMO_MODE:
            providers[ProviderName.PLANTNET] = PlantNetAPIService(session, plantnet)
        services = await _assemble(
            stack, providers, run_seconds=max(plant_id.timeout, plantnet.timeout) + RUN_GRACE_SECONDS
        )
        _opened.append(services)
        stack.callback(_opened.remove, services)
        log.info("services open", providers=[name.value for name in providers], demo=settings.DEMO_MODE)
        yield services


async def _assemble(
    stack: contextlib.AsyncExitStack, providers: dict[ProviderName, Provider], *, run_seconds: float
) -> Services:
    """The services of these providers; `stack` ends them in the reverse order: first the runs, last the store."""
    clock, tracing = SystemClock(), get_tracing()
    store: Store = RedisStore.from_url(settings.REDIS_URL) if settings.REDIS_URL else MemoryStore(clock)
    stack.push_async_callback(store.close)
    health, archive, ledger = StoreHealth(clock), DatabaseArchive(), DatabaseLedger(clock)
    shared_rates = RedisRates.from_url(settings.REDIS_URL) if settings.REDIS_URL else None
    rates = Rates(MemoryRates(clock), shared_rates, health)
    stack.push_async_callback(rates.close)
    answers = Answers(
        store,
        archive=archive,
        clock=clock,
        health=health,
        config=FlightConfig(
            lease=settings.CACHE_LOCK_EXPIRE,
            renew=settings.CACHE_LOCK_AUTO_RENEWAL,
            wait=settings.CACHE_LOCK_TIMEOUT if settings.CACHE_LOCK_BLOCKING else 0.0,
            failure_ttl=FAILURE_SHARED_SECONDS,
        ),
        listener=tell_flight,
        flight_context=tracing.flight_context,
    )
    known_photos = KnownPhotos(Memo(store, health, clock, seconds=PHOTO_KNOWN_SECONDS), archive)
    answers.also_tell(known_photos.hear)
    answers.open()
    stack.push_async_callback(answers.close, grace=CLOSING_SECONDS)
    circuits: dict[ProviderName, CircuitStats] = {}
    guards: dict[ProviderName, Guard] = {}
    for name in providers:
        guards[name], _, circuits[name] = create_monitored_circuit(
            **circuit_limits(name),
            provider=name.value,
            store=store,
            health=health,
            ledger=ledger,
            clock=clock,
            call_seconds=run_seconds,
            degraded=Degraded(processes=settings.WEB_CONCURRENCY),
            also=find_witnesses(),
        )
        stack.push_async_callback(guards[name].drain)
    sources = [
        tracing.source(
            SharedProvider(
                provider, tracing.gate(name, guards[name]), answers, archive, clock=clock, seconds=run_seconds
            )
        )
        for name, provider in providers.items()
    ]
    runs = Runs()
    services = Services(
        runs=runs,
        filing=Filing(runs.beside),
        clock=clock,
        last_calls=LastCalls(clock),
        reading=asyncio.Semaphore(INTAKE_AT_ONCE),
        intake=asyncio.Semaphore(INTAKE_AT_ONCE),
        known_photos=known_photos,
        history=HistoryWriter(),
        rates=rates,
        listeners=make_listeners(),
        darkroom=Darkroom(),
        providers=providers,
        combined=tracing.combined(CombinedIdentificationService(sources, policy=Policy(settings.IDENTIFY_POLICY))),
        run_seconds=run_seconds,
        patience=settings.IDENTIFY_DEADLINE_SECONDS,
        answers=answers,
        archive=archive,
        ledger=ledger,
        guards=guards,
        circuits=circuits,
    )
    for listener in services.listeners:
        stack.push_async_callback(listener.close)
    stack.callback(services.darkroom.close)
    stack.push_async_callback(services.combined.drain)
    stack.push_async_callback(services.runs.drain)
    stack.push_async_callback(services.history.drain)
    return services


def circuit_limits(name: ProviderName) -> dict[str, Any]:
    """What the settings say of this provider's circuit, calls at once and quota, as create_monitored_circuit takes it."""
    prefix = name.value.upper()
    limits = {
        field: getattr(settings, f"{prefix}_CIRCUIT_{field.upper()}")
        for field in ("fail_max", "reset_timeout", "success_threshold")
    }
    allowed = settings.PLANT_ID_CREDITS_PER_DAY if name is ProviderName.PLANT_ID else settings.PLANTNET_DAILY_QUOTA
    quotas = () if allowed is None else (QuotaConfig(window="day", limit=allowed, setting=f"{prefix}_QUOTA"),)
    return limits | {
        "service_name": f"{name.value}_api",
        "max_in_flight": getattr(settings, f"{prefix}_MAX_IN_FLIGHT"),
        "quotas": quotas,
        "limits": settings.CIRCUIT_LIMITS[prefix],
    }


async def _simulated(
    stack: contextlib.AsyncExitStack, plant_id: PlantIDConfig, plantnet: PlantNetConfig
) -> tuple[PlantIDConfig, PlantNetConfig]:
    """Start the simulator and point both configurations to it: demo mode."""
    config = SimulatorConfig.realistic() if settings.DEMO_LATENCY else SimulatorConfig()
    simulator = await stack.enter_async_context(Simulator(config))
    return replace(plant_id, url=simulator.plant_id_url), replace(plantnet, url=simulator.plantnet_url)
