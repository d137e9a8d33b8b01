"""One admission per provider: pause, circuit, calls at once and quota are decided together on one value.

So a refusal by one never consumes another: a full quota takes no probe, an open circuit no quota. Pure functions; the
value is kept as a versioned cell in a store, and is the same in memory, in Redis and in degraded mode.
"""

import enum
import math
from collections.abc import Container, Mapping
from typing import Annotated

import msgspec

from resilience import circuit as breaker
from resilience.circuit import RETRY_AFTER_MAX, Circuit, Count, Ending, Epoch, Moment, Seconds, Transition, replace
from resilience.config import GateConfig
from resilience.quota import find_full, period_of, seconds_to_room, without_old

FORMAT = 1  # of the encoded cell; another one is treated as absent
FULL_RETRY_AFTER = 1.0  # seconds; when a place among the calls at once may be free again: nobody knows, soon

AMOUNT_MAX = 1e12  # of one call, in the provider's unit; more is no amount
USED_MAX = 1e15  # no count grows beyond it, so that every cell written can be read

type Amount = Annotated[float, msgspec.Meta(ge=0, le=AMOUNT_MAX)]
type Used = Annotated[float, msgspec.Meta(ge=0, le=USED_MAX)]


class Override(enum.StrEnum):
    """What an operator ordered for the circuit; kept apart from the state. Pause, calls at once and quota still hold."""

    FORCED_OPEN = "forced_open"  # nothing may go
    DISABLED = "disabled"  # the circuit refuses nothing and learns nothing
    METRICS_ONLY = "metrics_only"  # the circuit refuses nothing, counts, may close and never opens


class Reason(enum.StrEnum):
    """Why a call may not go."""

    PAUSED = "paused"
    CIRCUIT_OPEN = "circuit_open"
    FORCED_OPEN = "forced_open"
    IN_FLIGHT = "in_flight"  # the bulkhead is full
    QUOTA = "quota"


class Reservation(msgspec.Struct, frozen=True, array_like=True):
    """A call under way: until when it is waited for, what it will cost, and in which periods."""

    ends_at: Moment
    cost: Amount
    epoch: Epoch
    periods: tuple[str, ...] = ()


class GateState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one provider. `used` counts by period, `reservations` are the calls under way by token."""

    format: int = FORMAT
    circuit: Circuit = Circuit()
    paused_until: Moment = 0.0
    pause: Seconds = 0.0  # how long the present pause was to last
    pause_reason: str = ""
    used: Mapping[str, Used] = {}
    reservations: Mapping[str, Reservation] = {}
    late: Count = 0  # reports from an older epoch: charged, otherwise dropped
    unreported: Count = 0  # calls that nobody reported in time: counted as used
    seen: Moment = 0.0  # the latest moment of an admission or a report


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A call may go. `epoch` is to be given back with its report."""

    token: str
    epoch: int


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A call may not go. `retry_after` in seconds, None when nobody knows; `detail` names the quota that is full."""

    reason: Reason
    retry_after: float | None = None
    detail: str = ""


class Report(Ending, frozen=True, kw_only=True):
    """How a call ended. `charge` None: as reserved; 0: nothing was billed. `pause` in seconds from now.

    `remaining` is the provider's own count of what is left of its day, where it tells one.
    """

    charge: float | None = None
    pause: float = 0.0
    pause_reason: str = ""
    remaining: float | None = None


type Decision = Admission | Refusal


def decide(  # noqa: PLR0913 - what a decision depends on
    state: GateState,
    config: GateConfig,
    *,
    token: str,
    cost: float,
    interactive: bool,
    now: float,
    jitter: float,
    override: Override | None = None,
) -> tuple[GateState, Decision, Transition | None]:
    """Whether the call `token` may go, at a `cost` of 0 or more. A refusal may change the state too: keep it.

    Asked again with the same token while its reservation lasts, the answer is the same and nothing is added.
    """
    if not 0 <= cost <= AMOUNT_MAX:  # NaN would poison the counts
        message = f"cost must be a number from 0 to {AMOUNT_MAX:g}, not {cost}"
        raise ValueError(message)
    state = expire(_pulled_back(state, config, now=now), now=now)
    if token in state.reservations:
        return state, Admission(token=token, epoch=state.reservations[token].epoch), None
    if refusal := _refuse_before_circuit(state, now=now, override=override):
        return state, refusal, None
    circuit, transition, wait = state.circuit, None, None
    if override is None:
        circuit, transition, wait = breaker.admit(state.circuit, config.circuit, token=token, now=now, jitter=jitter)
    if wait is not None:
        return replace(state, circuit=circuit), Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=wait), transition
    if refusal := _refuse_by_room(state, config, cost=cost, interactive=interactive, now=now):
        return state, refusal, None  # with the circuit as it was: no probe is taken, no transition made
    circuit = breaker.begun(circuit, now=now)
    state = _reserved(replace(state, circuit=circuit), config, token=token, cost=cost, now=now)
    return state, Admission(token=token, epoch=circuit.epoch), transition


def _refuse_before_circuit(state: GateState, *, now: float, override: Override | None) -> Refusal | None:
    if override is Override.FORCED_OPEN:
        return Refusal(reason=Reason.FORCED_OPEN)
    if now < state.paused_until:
        return Refusal(reason=Reason.PAUSED, retry_after=state.paused_until - now, detail=state.pause_reason)
    return None


def _refuse_by_room(
    state: GateState, config: GateConfig, *, cost: float, interactive: bool, now: float
) -> Refusal | None:
    if len(state.reservations) >= config.max_in_flight:
        return Refusal(reason=Reason.IN_FLIGHT, retry_after=FULL_RETRY_AFTER)
    full = find_full(config.quotas, taken(state), cost=cost, interactive=interactive, now=now)
    if full is None:
        return None
    wait = seconds_to_room(full, cost=cost, interactive=interactive, now=now)
    return Refusal(reason=Reason.QUOTA, retry_after=wait if math.isfinite(wait) else None, detail=full.window)


def _reserved(state: GateState, config: GateConfig, *, token: str, cost: float, now: float) -> GateState:
    """The state with one more call under way, and without periods long over."""
    periods = tuple(period_of(quota.window, now) for quota in config.quotas)
    reservation = Reservation(now + config.reservation, cost, state.circuit.epoch, periods)
    return replace(
        state,
        reservations={**state.reservations, token: reservation},
        used=without_old(state.used, now=now),
        seen=max(state.seen, now),
    )


def settle(  # noqa: PLR0913 - as above
    state: GateState, config: GateConfig, report: Report, *, now: float, jitter: float, override: Override | None = None
) -> tuple[GateState, Transition | None]:
    """The state after a call's report. Reported again, or after its reservation ended, it moves nothing.

    It is charged in the periods in which it was reserved, also after midnight, whatever its epoch.
    """
    state = expire(state, now=now)
    others = dict(state.reservations)
    reserved = others.pop(report.token, None)
    if reserved is None:  # reported before, or counted as used when its time was over
        return _learn_remaining(state, config, report, now=now), None
    state = replace(
        state,
        reservations=others,
        used=_with_cost(state.used, reserved, cost=_billed(report.charge, reserved)),
        late=state.late + (report.epoch != state.circuit.epoch),
        seen=max(state.seen, now),
    )
    state = _learn_remaining(_paused(state, report, now=now), config, report, now=now)
    if override is Override.DISABLED:
        return state, None
    may_open = override is not Override.METRICS_ONLY
    circuit, transition = breaker.settle(
        state.circuit, config.circuit, report, now=now, jitter=jitter, may_open=may_open
    )
    return replace(state, circuit=circuit), transition


def reset(state: GateState, *, now: float) -> tuple[GateState, Transition | None]:
    """The circuit closed and the pause ended by an operator's hand; what was used and what is under way stays."""
    circuit, transition = breaker.reset(state.circuit, now=now)
    return replace(state, circuit=circuit, paused_until=0.0, pause=0.0, pause_reason=""), transition


def expire(state: GateState, *, now: float) -> GateState:
    """Reservations nobody reported in time count as used: the provider may have billed them (law 2)."""
    gone = [token for token, each in state.reservations.items() if each.ends_at <= now]
    if not gone:
        return state
    used, alive = state.used, dict(state.reservations)
    for token in gone:
        each = alive.pop(token)
        used = _with_cost(used, each, cost=each.cost)
    return replace(state, used=used, reservations=alive, unreported=state.unreported + len(gone))


def only_own(state: GateState, own: Container[str]) -> GateState:
    """The state of a process by itself: other processes' calls count as used, but it waits for no report of theirs."""
    used, kept = state.used, {}
    for token, each in state.reservations.items():
        if token in own:
            kept[token] = each
        else:
            used = _with_cost(used, each, cost=each.cost)
    return replace(state, used=used, reservations=kept)


def _pulled_back(state: GateState, config: GateConfig, *, now: float) -> GateState:
    """The state after the clock stepped back: nothing lies further ahead than it was set. Else the same."""
    if now >= state.seen:
        return state
    latest = now + config.reservation
    return replace(
        state,
        circuit=breaker.pulled_back(state.circuit, config.circuit, now=now),
        paused_until=min(state.paused_until, now + state.pause),
        reservations={
            token: replace(each, ends_at=min(each.ends_at, latest)) for token, each in state.reservations.items()
        },
        seen=now,
    )


def _billed(charge: float | None, reserved: Reservation) -> float:
    """What a call cost; as reserved when nobody says, or says what is no amount."""
    return reserved.cost if charge is None or not 0 <= charge <= AMOUNT_MAX else charge


def _with_cost(used: Mapping[str, float], reserved: Reservation, *, cost: float) -> dict[str, float]:
    """Used counts with this call's cost, in the periods in which it was reserved."""
    return {**used, **{period: min(used.get(period, 0.0) + cost, USED_MAX) for period in reserved.periods}}


def _paused(state: GateState, report: Report, *, now: float) -> GateState:
    """A pause only grows: two refusals at once do not shorten each other. It is never longer than a day."""
    pause = min(report.pause, RETRY_AFTER_MAX) if report.pause > 0 else 0.0  # NaN is no pause
    if now + pause <= max(now, state.paused_until):
        return state
    return replace(state, paused_until=now + pause, pause=pause, pause_reason=report.pause_reason)


def _learn_remaining(state: GateState, config: GateConfig, report: Report, *, now: float) -> GateState:
    """What the provider itself counted today, where that is more than ours: max(ours, theirs).

    It may have counted the other calls under way already, so those are left to their own reports. Just after midnight
    the count may be yesterday's, so nothing is learned until no call of yesterday can be under way.
    """
    quota = next((each for each in config.quotas if each.window == "day"), None)
    today = period_of("day", now)
    if report.remaining is None or quota is None or period_of("day", now - config.reservation) != today:
        return state
    return raise_used(state, {today: quota.limit - report.remaining - _under_way(state).get(today, 0.0)})


def raise_used(state: GateState, counted: Mapping[str, float]) -> GateState:
    """Used counts that are at least `counted`; never less than before. What is no amount is left out."""
    more = {period: count for period, count in counted.items() if state.used.get(period, 0.0) < count <= AMOUNT_MAX}
    return replace(state, used={**state.used, **more}) if more else state


def taken(state: GateState) -> dict[str, float]:
    """Used and reserved, by period."""
    under_way = _under_way(state)
    return {**state.used, **{period: state.used.get(period, 0.0) + cost for period, cost in under_way.items()}}


def _under_way(state: GateState) -> dict[str, float]:
    """Reserved by period; one pass over the calls, since nearly all are in the same periods."""
    by_periods: dict[tuple[str, ...], float] = {}
    for each in state.reservations.values():
        by_periods[each.periods] = by_periods.get(each.periods, 0.0) + each.cost
    total: dict[str, float] = {}
    for periods, cost in by_periods.items():
        total.update({period: total.get(period, 0.0) + cost for period in periods})
    return total


def encode(state: GateState) -> bytes:
    """The bytes of a cell, in MessagePack; with 16 calls under way below 4 kB."""
    return _ENCODER.encode(state)


def read(value: bytes) -> GateState | None:
    """The state in a cell; None for no bytes, another format, and whatever is no state. Never raises."""
    try:
        state = _DECODER.decode(value)
    except (ValueError, RecursionError):  # msgspec's own errors and broken UTF-8 are ValueErrors
        return None
    return state if state.format == FORMAT else None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(GateState)
