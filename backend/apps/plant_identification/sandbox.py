"""Where test keys ask: the built-in simulator behind everything that is ours, apart from all that real questions use.

It has a store, an archive that keeps nothing, no ledger and no circuits: what one integrator makes fail must not be
another's refusal. It starts with the first question of a test key. Why so: docs/adr/0016-api-keys-and-sandbox.md.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import aiohttp
import msgspec
import structlog
from django.conf import settings

from apps.plant_identification.archive import DatabaseArchive
from apps.plant_identification.constants import (
    CLOSING_SECONDS,
    FAILURE_SHARED_SECONDS,
    PHOTO_KNOWN_SECONDS,
    SANDBOX_AT_ONCE,
    SANDBOX_GRACE_SECONDS,
)
from apps.plant_identification.last_calls import LastCalls
from apps.plant_identification.scenarios import NO_SCENARIO, Behaviour, Scenario
from apps.plant_identification.wiring import Services
from identification.answer import ProviderAnswer, ProviderName, Told
from identification.combined import CombinedIdentificationService, Policy
from identification.known_photos import KnownPhoto, KnownPhotos
from identification.photo import NormalisedPhoto
from identification.ports import Provider
from identification.providers.http import open_session
from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig
from identification.providers.plantnet import PlantNetAPIService, PlantNetConfig
from identification.question import Asked, Question
from identification.shared import question_key, told_of
from plant_simulator import PlantNetKey, Simulator, SimulatorConfig
from plant_simulator.cards import FAULT_CARDS, draw_fault_card
from plant_simulator.config import PLANTNET_KEYS
from plant_simulator.pictures import Pictures
from resilience.answers import Answers
from resilience.cache import Archived, Fresh
from resilience.deadline import Deadline
from resilience.errors import CallRefused
from resilience.flight_config import FlightConfig
from resilience.gate import Reason, Refusal
from resilience.memo import Memo
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore

KEY = "sandbox"  # with which the sandbox comes to its simulator; it has no limits there
PICTURES_PATH = "/api/v1/sandbox"  # below it are the pictures that answers of the sandbox point to
SAMPLES = FAULT_CARDS
RECORDS_KEPT = 1_000  # identifications the simulator can be asked for again
log = structlog.get_logger("plant_community.sandbox")


class EmptyArchive(DatabaseArchive):
    """Keeps nothing and finds nothing: a simulated answer is never a paid one."""

    async def keep(self, _key: str, _reference: int, _answer: ProviderAnswer, *, fresh: float | None = None) -> int:
        """0, the id of no row."""
        del fresh
        return 0

    async def find(self, _key: str) -> Archived | None:
        """None."""
        return None

    async def find_photo(self, _raw_digest: str) -> KnownPhoto | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all sources of an open sandbox use."""

    answers: Answers
    places: asyncio.Semaphore  # calls at the simulator at once; the next wait
    seconds: float  # one call may take so long


class SandboxSource:
    """One simulated provider, as one scenario has it. Implements identification.ports.Source.

    Without a scenario answers are kept and shared as real ones are; with one each question is asked anew.
    """

    def __init__(self, provider: Provider, behaviour: Behaviour, photo: NormalisedPhoto | None, shared: Shared) -> None:
        self._provider, self._behaviour, self._photo, self._shared = provider, behaviour, photo, shared

    @property
    def name(self) -> ProviderName:
        """Whose answers they stand for."""
        return self._provider.name

    def key(self, asked: Asked) -> str:
        """Under which the answer is kept in the sandbox' own store; one of a scenario is kept nowhere."""
        return f"sandbox:{self._behaviour.name}:{question_key(self._provider, asked)}"

    async def ask(self, question: Question, *, deadline: Deadline) -> Told:
        """The simulated answer. Raises ProviderError, CallRefused or DeadlinePassed."""
        if (refusal := await self.find_refusal(question.asked)) is not None:
            raise self.refuse(refusal)
        if self._behaviour != Behaviour():
            return Told(answer=await self._call(question, deadline))
        pay = partial(self._pay, question, deadline)
        return told_of(await self._shared.answers.get(self.key(question.asked), pay, deadline=deadline))

    async def find_refusal(self, _asked: Asked) -> Refusal | None:
        """A refusal where the scenario is a circuit that is open; else None."""
        if not self._behaviour.refused:
            return None
        return Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=self._behaviour.refused)

    def refuse(self, refusal: Refusal) -> CallRefused:
        """The error that stands for it."""
        return CallRefused(self.name, refusal.reason, retry_after=refusal.retry_after, detail=refusal.detail)

    async def _pay(self, question: Question, deadline: Deadline) -> Fresh:
        return Fresh(msgspec.json.encode(await self._call(question, deadline)))

    async def _call(self, question: Question, deadline: Deadline) -> ProviderAnswer:
        if self._photo is not None:  # the card that makes the simulator behave so, in the place of each photo
            question = replace(question, photos=(self._photo,) * len(question.photos))
        async with self._shared.places:
            bounded = Deadline.after(deadline.share(self._shared.seconds), deadline.clock)
            return await self._provider.identify(question, deadline=bounded)


class Sandbox:
    """The services that test keys get, one set for each scenario; opened with the first question."""

    def __init__(self, real: Services) -> None:
        self._real = real
        self._stack = contextlib.AsyncExitStack()
        self._opening: asyncio.Task[_Open] | None = None
        self._services: dict[Scenario, Services] = {}
        self._making = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Whether anybody has asked yet."""
        return self._opening is not None

    async def services_for(self, scenario: Scenario = NO_SCENARIO) -> Services:
        """The services with which a question of this scenario is asked. Raises what the simulator's start raises."""
        async with self._making:
            if scenario not in self._services:
                opened = await self._opened()
                self._services[scenario] = await opened.services_for(scenario)
            return self._services[scenario]

    async def close(self) -> None:
        """End it, after the last question: those under way are finished first."""
        await self._real.runs.drain()
        for services in self._services.values():
            await services.combined.drain()
        self._services.clear()
        if self._opening is not None:
            await asyncio.gather(self._opening, return_exceptions=True)
        await self._stack.aclose()

    async def _opened(self) -> "_Open":
        """What all scenarios share; a start that failed is tried again with the next question."""
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(self._open(), name="sandbox", context=contextvars.Context())
        return await asyncio.shield(self._opening)

    async def _open(self) -> "_Open":
        """Start the simulator, a store and all that stands on it; `close` ends them in the reverse order."""
        real, stack, archive = self._real, self._stack, EmptyArchive()
        simulator = await stack.enter_async_context(Simulator(_simulator_config()))
        session = await stack.enter_async_context(open_session())
        store, health = MemoryStore(real.clock), StoreHealth(real.clock)
        stack.push_async_callback(store.close)
        config = FlightConfig(failure_ttl=FAILURE_SHARED_SECONDS)
        answers = Answers(store, archive=archive, clock=real.clock, health=health, config=config)
        answers.open()
        stack.push_async_callback(answers.close, grace=CLOSING_SECONDS)
        seconds = settings.SANDBOX_TIMEOUT_SECONDS + SANDBOX_GRACE_SECONDS
        services = replace(
            real,
            answers=answers,
            archive=archive,
            known_photos=KnownPhotos(Memo(store, health, real.clock, seconds=PHOTO_KNOWN_SECONDS), archive),
            last_calls=LastCalls(real.clock),
            guards={},
            circuits={},
            providers={},
            run_seconds=seconds + SANDBOX_GRACE_SECONDS,
        )
        log.info("sandbox open", simulator=simulator.url)
        shared = Shared(answers=answers, places=asyncio.Semaphore(SANDBOX_AT_ONCE), seconds=seconds)
        return _Open(services=services, shared=shared, session=session, simulator=simulator)


def _simulator_config() -> SimulatorConfig:
    """No latency, no limits for our key, and pictures that clients elsewhere can reach."""
    return SimulatorConfig(
        plantnet_keys=PLANTNET_KEYS | {KEY: PlantNetKey(daily_quota=10**9)},
        records_kept=RECORDS_KEPT,
        public_url=f"{settings.PUBLIC_URL}{PICTURES_PATH}" if settings.PUBLIC_URL else "",
    )


_pictures = Pictures()


async def draw_picture(slug: str, *, size: int, organ: str) -> bytes | None:
    """The picture an answer of the sandbox points to, a JPEG; None for one that is not there."""
    return await _pictures.find(slug, size=size, organ=organ)


@lru_cache(maxsize=len(FAULT_CARDS))
def draw_sample(name: str) -> bytes | None:
    """The sample photo with which the sandbox behaves as its name says, a JPEG; None for a name there is not."""
    return draw_fault_card(name) if name in FAULT_CARDS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A sandbox that runs."""

    services: Services
    shared: Shared
    session: aiohttp.ClientSession
    simulator: Simulator

    async def services_for(self, scenario: Scenario) -> Services:
        """The shared services with sources that behave as `scenario` says."""
        sources = [await self._source(name, scenario.of(name)) for name in ProviderName]
        return replace(self.services, combined=CombinedIdentificationService(sources, policy=Policy.PARALLEL))

    async def _source(self, name: ProviderName, behaviour: Behaviour) -> SandboxSource:
        key, timeout = behaviour.key or KEY, settings.SANDBOX_TIMEOUT_SECONDS
        provider: Provider
        if name is ProviderName.PLANT_ID:
            plant_id = PlantIDConfig(url=self.simulator.plant_id_url, key=key, timeout=timeout)
            provider = PlantIDAPIService(self.session, plant_id)
        else:
            plantnet = PlantNetConfig(url=self.simulator.plantnet_url, key=key, timeout=timeout)
            provider = PlantNetAPIService(self.session, plantnet)
        photo = await self._develop(behaviour.card) if behaviour.card else None
        return SandboxSource(provider, behaviour, photo, self.shared)

    async def _develop(self, card: str) -> NormalisedPhoto:
        return await self.services.darkroom.develop(await asyncio.to_thread(draw_fault_card, card))


_opened: list[Sandbox] = []


def get_sandbox() -> Sandbox:
    """The sandbox of this process. Raises RuntimeError when the services are not open."""
    if not _opened:
        message = "the sandbox is not there: serve with a server that runs the ASGI lifespan"
        raise RuntimeError(message)
    return _opened[-1]


async def forget_files(raws: Sequence[str]) -> None:
    """Forget in the sandbox of this process which photos these files are, if it has been opened."""
    for sandbox in _opened:
        if sandbox.is_open:
            await (await sandbox.services_for()).known_photos.forget(raws)


@contextlib.asynccontextmanager
async def open_sandbox(real: Services) -> AsyncIterator[Sandbox]:
    """The sandbox beside these services, until the end of the block."""
    sandbox = Sandbox(real)
    _opened.append(sandbox)
    try:
        yield sandbox
    finally:
        _opened.remove(sandbox)
        await sandbox.close()
