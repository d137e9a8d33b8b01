"""Identifications under way in this process: each runs detached from the request that began it (law 3, law 4)."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from uuid import UUID

import structlog

from apps.plant_identification.models import Identification
from identification.combined import ProviderDone

log = structlog.get_logger("plant_community.run")


class Run:
    """One identification under way: what happened so far, for everybody who watches."""

    def __init__(self, identification: Identification, *, here: bool = True) -> None:
        self.identification = identification
        self.here = here  # False: it is under way in another process, and nothing is heard of it
        self.progress: list[ProviderDone] = []
        self._news = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether `identification` is final."""
        return self._ended.is_set()

    def tell(self, done: ProviderDone) -> None:
        """A provider has ended; everybody who watches hears of it."""
        self.progress.append(done)
        self._announce()

    def end(self) -> None:
        """`identification` is final and stored."""
        self._ended.set()
        self._announce()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Whether it has ended within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def watch(self, *, quiet: float) -> AsyncIterator[ProviderDone | None]:
        """Each provider as it ends, from the first on; None after each `quiet` seconds without news; stops at the end."""
        told = 0
        while True:
            news = self._news
            while told < len(self.progress):
                told += 1
                yield self.progress[told - 1]
            if self.ended:
                return
            try:
                async with asyncio.timeout(quiet):
                    await news.wait()
            except TimeoutError:
                yield None


class Runs:
    """The runs of this process."""

    def __init__(self) -> None:
        self._runs: dict[UUID, Run] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def find(self, identification_id: UUID) -> Run | None:
        """The run of this identification, None when it has ended or belongs to another process."""
        return self._runs.get(identification_id)

    async def to_the_end[T](self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns; it is done also when whoever waits here is cancelled meanwhile, and `drain` waits for it."""
        task = asyncio.create_task(work, name="beginning of an identification")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    def beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do `work` in a task of its own, which `drain` waits for; what goes wrong with it is logged."""
        task = asyncio.create_task(work, name="beside identifications", context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._end_beside)
        return task

    def _end_beside(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work beside identifications failed", exc_info=error)

    def start(self, run: Run, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` in a task of its own; a client that hangs up does not end it."""
        self._runs[run.identification.pk] = run
        task = asyncio.create_task(work, name=f"identification {run.identification.pk}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._forget(run, done))

    def _forget(self, run: Run, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._runs.get(run.identification.pk) is run:  # it may run anew under its id
            del self._runs[run.identification.pk]
        if not task.cancelled() and (error := task.exception()):
            log.error("run ended without storing its end", identification=str(run.identification.pk), exc_info=error)

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    async def drain(self) -> None:
        """Wait until every run has ended, and those they begin; for a graceful stop."""
        while self._tasks:
            ended, _ = await asyncio.wait(self._tasks)
            self._tasks -= ended  # their own callbacks may not have had a turn yet
