"""Admit, call, settle: what stands between this server and one provider. Nothing is held while a call runs (law 3)."""

import asyncio
import contextlib
import enum
import random
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from resilience import gate
from resilience.cell import Now, SharedState, raise_taken
from resilience.circuit import Transition, Verdict
from resilience.config import GateConfig
from resilience.errors import (
    CallRefused,
    ProviderError,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderUnavailable,
)
from resilience.gate import Admission, Decision, GateState, Override, Reason, Refusal, Report
from resilience.ports import Clock, Listener
from resilience.quota import period_of

KEY_REFUSED_PAUSE = 600.0  # seconds; a refused key needs a person, asking each second helps nobody
EXHAUSTED_PAUSE = 60.0  # seconds, where the provider says nothing of when its quota is back


class Ledger(Protocol):
    """The durable account of what was reserved and used, by provider and period. The last word on quota (law 2)."""

    async def reserve(self, provider: str, token: str, *, cost: float, limits: Mapping[str, float]) -> str | None:
        """Take `cost` in each period of `limits` (amount by period), in all or none; the period that is full, or None."""
        ...

    async def settle(self, provider: str, token: str, *, cost: float) -> None:
        """The call of `token` cost `cost`. What is never settled counts as reserved. Twice is once."""
        ...

    async def counts(self, provider: str) -> Mapping[str, float]:
        """What is reserved and used in the present periods, as this ledger and the provider have counted."""
        ...


class Outcome(enum.StrEnum):
    """How a call ended, for counters."""

    OK = "ok"
    UNAVAILABLE = "unavailable"
    REPLY_INVALID = "reply_invalid"
    EXHAUSTED = "exhausted"
    KEY_REFUSED = "key_refused"
    REJECTED = "rejected"
    BROKEN_OFF = "broken_off"  # cancelled, or ended by something that is no word of the provider


OUTCOMES: tuple[tuple[type[ProviderError], Outcome], ...] = (
    (ProviderExhausted, Outcome.EXHAUSTED),
    (ProviderKeyRefused, Outcome.KEY_REFUSED),
    (ProviderRejected, Outcome.REJECTED),
    (ProviderUnavailable, Outcome.UNAVAILABLE),
    (ProviderError, Outcome.REPLY_INVALID),  # what else a provider's answer can be: none
)


def outcome_of(error: ProviderError) -> Outcome:
    """The word for a call that ended with this error."""
    return next(word for kind, word in OUTCOMES if isinstance(error, kind))


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """One call that was let out. `charge` is what is counted for it, also where the provider may not have billed it.

    `detail` says why there is no answer: the error's own sentence for the operator, "" for a call that was broken off.
    """

    outcome: Outcome
    seconds: float
    charge: float
    detail: str = ""


class Bill(msgspec.Struct, frozen=True):
    """What an answered call cost, and what the provider says is left of its day (None: it does not say)."""

    cost: float
    remaining: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Degraded:
    """What one process may do by itself while the shared store is away: a share of what is free, for `processes`."""

    processes: int = 1
    share: float = 0.1

    def limit(self, config: GateConfig, taken: Mapping[str, float], now: float) -> GateConfig:
        """The limits of this process alone, given what was taken of each period when the store was last seen."""
        quotas = tuple(
            replace(quota, limit=used + max(0.0, quota.limit - used) * self.share / self.processes)
            for quota in config.quotas
            for used in (taken.get(period_of(quota.window, now), 0.0),)
        )
        return replace(config, max_in_flight=max(1, config.max_in_flight // self.processes), quotas=quotas)


class Guard:
    """Lets calls to one provider out and learns from how they end; one object per process, one verdict per cluster."""

    def __init__(  # noqa: PLR0913 - the one place where all parts are named
        self,
        provider: str,
        config: GateConfig,
        state: SharedState,
        *,
        ledger: Ledger,
        listener: Listener,
        clock: Clock,
        degraded: Degraded | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self.provider, self.config, self.state = provider, config, state
        self._ledger, self._listener, self._clock = ledger, listener, clock
        self._degraded, self._chance = degraded or Degraded(), chance or random.Random()  # noqa: S311 - spreads waits
        self._alone_config: GateConfig | None = None
        self._settling: set[asyncio.Task[Any]] = set()

    @property
    def settling(self) -> int:
        """Reports that are on their way."""
        return len(self._settling)

    async def call[T](
        self, work: Callable[[], Awaitable[T]], *, cost: float, bill: Callable[[T], Bill], interactive: bool = True
    ) -> T:
        """What `work` returns, if the rules let it out. Raises CallRefused, or what `work` raises.

        However it ends, also cancelled, the gate and the ledger hear of it.
        """
        admission = await self._admitted(cost=cost, interactive=interactive)
        report = Report(token=admission.token, epoch=admission.epoch, verdict=Verdict.IGNORED)
        outcome, detail, started = Outcome.BROKEN_OFF, "", self._clock.monotonic()
        try:
            result = await work()
        except ProviderError as error:
            report = self._judge(report, error)
            outcome, detail = outcome_of(error), error.detail
            raise
        else:
            said, outcome = bill(result), Outcome.OK
            report = msgspec.structs.replace(
                report, verdict=Verdict.SUCCESS, charge=said.cost, remaining=said.remaining
            )
            return result
        finally:
            seconds = self._clock.monotonic() - started
            report = msgspec.structs.replace(report, slow=seconds > self.config.circuit.slow_seconds)
            charge = cost if report.charge is None else report.charge
            settling = self._in_background(self._settle(report, charge=charge))
            ended = Called(outcome=outcome, seconds=seconds, charge=charge, detail=detail)
            self._listener.called(self.provider, ended)
            await asyncio.shield(settling)

    async def find_refusal(self, *, cost: float, interactive: bool = True) -> Refusal | None:
        """Why a call would be refused at this moment, None when it may be let out; takes, changes and tells nothing.

        A full bulkhead is no refusal here: it passes while one waits.
        """
        state, now = await self.state.peek()
        _, decision, _ = gate.decide(
            state,
            self._config_for(state, now),
            token="",
            cost=cost,
            interactive=interactive,
            now=now.seconds,
            jitter=0.0,
            override=now.override,
        )
        if isinstance(decision, Admission) or decision.reason is Reason.IN_FLIGHT:
            return None
        return decision

    def refuse(self, refusal: Refusal) -> CallRefused:
        """Tell the listener of a refused call; the error that stands for it."""
        self._listener.refused(self.provider, refusal)
        return CallRefused(self.provider, refusal.reason, retry_after=refusal.retry_after, detail=refusal.detail)

    async def _admitted(self, *, cost: float, interactive: bool) -> Admission:
        """The admission. One that comes when the caller was cancelled meanwhile is given back."""
        admitting = self._in_background(self._admit(cost=cost, interactive=interactive))
        try:
            return await asyncio.shield(admitting)
        except asyncio.CancelledError:
            self._in_background(self._give_back_when_there(admitting))
            raise

    async def _give_back_when_there(self, admitting: "asyncio.Task[Admission]") -> None:
        with contextlib.suppress(CallRefused):
            await self._give_back(await admitting)

    async def _give_back(self, admission: Admission) -> None:
        """The call was never made."""
        unused = Report(token=admission.token, epoch=admission.epoch, verdict=Verdict.IGNORED, charge=0.0)
        await self._settle(unused, charge=0.0)

    async def _admit(self, *, cost: float, interactive: bool) -> Admission:
        token = secrets.token_hex(8)
        jitter = self._chance.uniform(-1.0, 1.0)

        def change(state: GateState, now: Now) -> tuple[GateState, tuple[Decision, Transition | None, float]]:
            config = self._config_for(state, now)
            state, decision, transition = gate.decide(
                state,
                config,
                token=token,
                cost=cost,
                interactive=interactive,
                now=now.seconds,
                jitter=jitter,
                override=now.override,
            )
            return state, (decision, transition, now.seconds)

        self.state.own.add(token)
        outcome: tuple[Decision, Transition | None, float] = await self.state.apply(change)
        decision, transition, now = outcome
        self._announce(transition)
        if isinstance(decision, Refusal):
            self.state.own.discard(token)
            raise self.refuse(decision)
        await self._reserve(decision, cost=cost, now=now)
        return decision

    async def _reserve(self, admission: Admission, *, cost: float, now: float) -> None:
        """Reserve in the ledger as well, which has the last word; what it refuses is given back to the gate."""
        limits = {period_of(quota.window, now): quota.limit for quota in self.config.quotas}
        try:
            full = await self._ledger.reserve(self.provider, admission.token, cost=cost, limits=limits)
        except BaseException:
            await self._give_back(admission)
            raise
        if full is not None:
            await self._give_back(admission)
            raise self.refuse(Refusal(reason=Reason.QUOTA, detail=full))

    def _config_for(self, state: GateState, now: Now) -> GateConfig:
        """The limits that hold: all of them, or this process' own share while it is alone."""
        if not now.alone:
            self._alone_config = None
            return self.config
        if self._alone_config is None:
            self._alone_config = self._degraded.limit(self.config, gate.taken(state), now.seconds)
        return self._alone_config

    def _judge(self, report: Report, error: ProviderError) -> Report:
        """The report of a call that brought no answer (law 7)."""
        charge = None if error.charged else 0.0
        match error:
            case ProviderExhausted():
                pause = error.retry_after or EXHAUSTED_PAUSE
                told: dict[str, Any] = {"verdict": Verdict.ALIVE, "pause": pause, "pause_reason": "exhausted"}
            case ProviderKeyRefused():
                told = {"verdict": Verdict.ALIVE, "pause": KEY_REFUSED_PAUSE, "pause_reason": "key refused"}
            case ProviderRejected():
                told = {"verdict": Verdict.ALIVE}
            case ProviderUnavailable():
                told = {"verdict": Verdict.FAILURE, "retry_after": error.retry_after or 0.0}
            case _:
                told = {"verdict": Verdict.FAILURE}
        return msgspec.structs.replace(report, charge=charge, **told)

    async def _settle(self, report: Report, *, charge: float) -> None:
        await asyncio.gather(
            self._ledger.settle(self.provider, report.token, cost=charge),
            self._tell_gate(report),
            return_exceptions=True,
        )

    async def _tell_gate(self, report: Report) -> None:
        jitter = self._chance.uniform(-1.0, 1.0)

        def change(state: GateState, now: Now) -> tuple[GateState, Transition | None]:
            return gate.settle(
                state, self._config_for(state, now), report, now=now.seconds, jitter=jitter, override=now.override
            )

        self._announce(await self.state.apply(change, again=True))
        self.state.own.discard(report.token)

    def _in_background[T](self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task that goes on to its end when the one who waits for it is cancelled."""
        task = asyncio.create_task(work, name=f"guard {self.provider}")
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return task

    def _announce(self, transition: Transition | None) -> None:
        if transition is not None:
            self._listener.transition(self.provider, transition)

    async def order(self, override: Override | None, *, ttl: float | None = None) -> None:
        """Carry out an operator's order for the whole cluster. Raises StoreUnavailable."""
        await self.state.order(override, ttl=ttl)

    async def reset(self) -> None:
        """Close the circuit and end the pause, by an operator's hand; the order too."""
        await self.state.order(None)
        self._announce(await self.state.apply(lambda state, now: gate.reset(state, now=now.seconds)))

    async def reconcile(self) -> None:
        """Raise the gate's counts to what the ledger and the provider have counted: max(ours, theirs)."""
        counts = await self._ledger.counts(self.provider)
        await self.state.apply(lambda state, _now: (raise_taken(state, counts), None))

    async def drain(self) -> None:
        """Wait until every report is in; for a graceful stop."""
        await asyncio.gather(*self._settling, return_exceptions=True)
