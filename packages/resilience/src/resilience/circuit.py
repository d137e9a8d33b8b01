"""The circuit breaker's rules: pure functions over one small value, time and chance passed in.

CLOSED --failures--> OPEN --wait over--> HALF_OPEN --successes--> CLOSED, HALF_OPEN --failure--> OPEN (wait doubled).
A call carries the epoch in which it was let out; what it reports in another epoch moves nothing (law 6). A probe
carries a lease; one that reports nothing is given up at its end. All times are seconds of one clock, the store's;
`jitter` is drawn by the caller, from -1 to 1.
"""

import enum
from typing import Annotated

import msgspec

from resilience.config import DAY, CircuitConfig

RETRY_AFTER_MAX = DAY  # no provider is believed further than a day
BUCKETS = 12  # the window's resolution: a twelfth of its length, so that it stays small

type Moment = Annotated[float, msgspec.Meta(ge=0, le=1e11)]  # seconds since 1970; bounds are for bytes read back
type Seconds = Annotated[float, msgspec.Meta(ge=0, le=2 * RETRY_AFTER_MAX)]
type Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
type Epoch = Annotated[int, msgspec.Meta(ge=0, le=10**15)]

replace = msgspec.structs.replace


class State(enum.StrEnum):
    """Where the circuit is."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Verdict(enum.StrEnum):
    """What a call says about the provider."""

    SUCCESS = "success"
    FAILURE = "failure"  # down, too slow, garbage
    ALIVE = "alive"  # refused us by its own rules, so it lives: success for a probe, nothing otherwise
    IGNORED = "ignored"  # says nothing: cancelled, never sent


class Bucket(msgspec.Struct, frozen=True, array_like=True):
    """The calls that ended within one twelfth of the window, from `at` on."""

    at: Moment
    calls: Count = 0
    failures: Count = 0
    slow: Count = 0


class Circuit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One circuit. `probes` are the tokens of probes under way with the ends of their leases."""

    state: State = State.CLOSED
    epoch: Epoch = 0  # 0: no call was let out yet
    since: Moment = 0.0  # begin of this state
    until: Moment = 0.0  # OPEN: when a probe may go
    wait: Seconds = 0.0  # OPEN: how long this round was to last
    left_closed_at: Moment = 0.0  # begin of the outage
    failed_rounds: Count = 0
    streak: Count = 0  # failures in a row
    successes: Count = 0  # of probes
    window: tuple[Bucket, ...] = ()
    probes: tuple[tuple[str, Moment], ...] = ()


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A change of state, told exactly once."""

    was: State
    now: State
    reason: str
    fail_count: int = 0  # OPEN from CLOSED: failures in a row, or in the window where those are more
    wait: float = 0.0  # OPEN: seconds until the first probe
    downtime: float = 0.0  # CLOSED: seconds since the circuit left CLOSED


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended, as far as it concerns the circuit. `retry_after` in seconds, as the provider asked."""

    token: str
    epoch: int
    verdict: Verdict
    slow: bool = False
    retry_after: float = 0.0


type Step = tuple[Circuit, Transition | None]


def admit(
    circuit: Circuit, config: CircuitConfig, *, token: str, now: float, jitter: float
) -> tuple[Circuit, Transition | None, float | None]:
    """The circuit after letting `token` out, with None; or with the seconds to wait when it may not go."""
    if circuit.state is State.CLOSED:
        return circuit, None, None
    if circuit.state is State.HALF_OPEN and _is_stuck(circuit, config, now=now):
        wait = _wait(config, rounds=circuit.failed_rounds + 1, jitter=jitter)
        circuit, transition = _open(circuit, wait=wait, now=now, reason="probes gave no verdict")
        return circuit, transition, wait
    transition = None
    if circuit.state is State.OPEN:
        if now < circuit.until:
            return circuit, None, circuit.until - now
        circuit, transition = _half_open(circuit, now=now)
    circuit, left = _probe(circuit, config, token=token, now=now)
    return circuit, transition, left


def _is_stuck(circuit: Circuit, config: CircuitConfig, *, now: float) -> bool:
    """Whether probing goes on too long; not when all probes so far succeeded and only callers are missing."""
    return now - circuit.since > config.half_open_max and bool(circuit.probes or not circuit.successes)


def _probe(circuit: Circuit, config: CircuitConfig, *, token: str, now: float) -> tuple[Circuit, float | None]:
    """Let `token` probe, or say how long to wait for the probes under way. Asked again, a probe stays one."""
    alive = tuple((name, end) for name, end in circuit.probes if end > now and name != token)
    enough = len(alive) >= config.max_probes or len(alive) + circuit.successes >= config.success_threshold
    if alive and enough:  # none alive: one may go, also when the threshold was lowered under the successes so far
        return circuit, min(end for _, end in alive) - now
    return replace(circuit, probes=(*alive, (token, now + config.probe_lease))), None


def begun(circuit: Circuit, *, now: float) -> Circuit:
    """The circuit in an epoch of its own, for its first call: one that the store lost never comes back."""
    return circuit if circuit.epoch else replace(circuit, epoch=next_epoch(circuit, now), since=now)


def pulled_back(circuit: Circuit, config: CircuitConfig, *, now: float) -> Circuit:
    """The circuit after the clock stepped back: nothing lies further ahead than it was set, so nobody waits longer."""
    latest = now + config.probe_lease
    return replace(
        circuit,
        since=min(circuit.since, now),
        until=min(circuit.until, now + circuit.wait),
        probes=tuple((token, min(end, latest)) for token, end in circuit.probes),
    )


def settle(  # noqa: PLR0913 - a report, and what its judgement depends on
    circuit: Circuit, config: CircuitConfig, ending: Ending, *, now: float, jitter: float, may_open: bool = True
) -> Step:
    """The circuit after a call's report. A report from another epoch, or of a probe given up, moves nothing (law 6).

    With `may_open` False reports are counted, and the circuit may close but not open.
    """
    if ending.epoch != circuit.epoch or circuit.state is State.OPEN:
        return circuit, None
    if circuit.state is State.HALF_OPEN:
        return _settle_probe(circuit, config, ending, now=now, jitter=jitter, may_open=may_open)
    if ending.verdict not in {Verdict.SUCCESS, Verdict.FAILURE}:
        return circuit, None
    failed = ending.verdict is Verdict.FAILURE
    window = _counted(circuit.window, config, failed=failed, slow=ending.slow, now=now)
    circuit = replace(circuit, streak=circuit.streak + 1 if failed else 0, window=window)
    reason = _reason_to_open(circuit, config) if may_open and (failed or ending.slow) else None
    if reason is None:
        return circuit, None
    wait = _wait(config, rounds=0, jitter=jitter, retry_after=ending.retry_after)
    return _open(circuit, wait=wait, now=now, reason=reason)


def _settle_probe(  # noqa: PLR0913 - as above
    circuit: Circuit, config: CircuitConfig, ending: Ending, *, now: float, jitter: float, may_open: bool
) -> Step:
    if not any(token == ending.token and end > now for token, end in circuit.probes):
        return circuit, None
    circuit = replace(circuit, probes=tuple(probe for probe in circuit.probes if probe[0] != ending.token))
    failed = ending.verdict is Verdict.FAILURE
    if ending.verdict is Verdict.IGNORED or ((failed or ending.slow) and not may_open):
        return circuit, None
    if failed or ending.slow:
        wait = _wait(config, rounds=circuit.failed_rounds + 1, jitter=jitter, retry_after=ending.retry_after)
        return _open(circuit, wait=wait, now=now, reason="the probe failed" if failed else "the probe was too slow")
    circuit = replace(circuit, successes=circuit.successes + 1)
    if circuit.successes < config.success_threshold:
        return circuit, None
    return _close(circuit, now=now, reason="the probes succeeded")


def _counted(
    window: tuple[Bucket, ...], config: CircuitConfig, *, failed: bool, slow: bool, now: float
) -> tuple[Bucket, ...]:
    """The window with one more call, without what is too old.

    What a clock that stepped back left ahead joins the present bucket: it grows old from here.
    """
    width = config.window / BUCKETS
    at = now // width * width
    older = (bucket for bucket in window if now - config.window < bucket.at < at)
    present = [Bucket(at, 1, failed, slow), *(bucket for bucket in window if bucket.at >= at)]
    return (*older, Bucket(at, *_totals(present)))


def _totals(window: tuple[Bucket, ...] | list[Bucket]) -> tuple[int, int, int]:
    """Calls, failures and slow calls."""
    return (
        sum(bucket.calls for bucket in window),
        sum(bucket.failures for bucket in window),
        sum(bucket.slow for bucket in window),
    )


def _reason_to_open(circuit: Circuit, config: CircuitConfig) -> str | None:
    if circuit.streak >= config.fail_max:
        return f"{circuit.streak} failures in a row"
    calls, failures, slow = _totals(circuit.window)
    if calls < config.minimum_calls:
        return None
    if failures / calls >= config.failure_rate:
        return f"{failures} of {calls} calls failed"
    if slow / calls >= config.slow_rate:
        return f"{slow} of {calls} calls were too slow"
    return None


def _wait(config: CircuitConfig, *, rounds: int, jitter: float, retry_after: float = 0.0) -> float:
    """Seconds to stay open after `rounds` failed rounds of probing; never less than the provider asked for."""
    doubled = min(config.reset_timeout * 2.0 ** min(rounds, 32), config.reset_timeout_max)
    return max(doubled * (1 + config.jitter * jitter), min(retry_after, RETRY_AFTER_MAX))


def _open(circuit: Circuit, *, wait: float, now: float, reason: str) -> Step:
    was_closed = circuit.state is State.CLOSED
    opened = Circuit(
        state=State.OPEN,
        epoch=next_epoch(circuit, now),
        since=now,
        until=now + wait,
        wait=wait,
        left_closed_at=now if was_closed else circuit.left_closed_at,
        failed_rounds=0 if was_closed else circuit.failed_rounds + 1,
    )
    fail_count = max(circuit.streak, _totals(circuit.window)[1])
    return opened, Transition(was=circuit.state, now=State.OPEN, reason=reason, fail_count=fail_count, wait=wait)


def _half_open(circuit: Circuit, *, now: float) -> Step:
    changed = replace(circuit, state=State.HALF_OPEN, epoch=next_epoch(circuit, now), since=now)
    return changed, Transition(was=State.OPEN, now=State.HALF_OPEN, reason="the wait is over")


def _close(circuit: Circuit, *, now: float, reason: str) -> Step:
    downtime = max(0.0, now - circuit.left_closed_at)
    closed = Circuit(epoch=next_epoch(circuit, now), since=now)
    return closed, Transition(was=circuit.state, now=State.CLOSED, reason=reason, downtime=downtime)


def reset(circuit: Circuit, *, now: float) -> Step:
    """Closed, as if nothing had happened, by an operator's hand; no transition when it was closed already."""
    closed, transition = _close(circuit, now=now, reason="reset by an operator")
    return closed, None if circuit.state is State.CLOSED else transition


def next_epoch(circuit: Circuit, now: float) -> int:
    """An epoch that no call carries yet; it grows with the clock, so also after the store lost everything.

    Only a store that forgets and then tells an earlier time repeats one; calls of before are then kept out by their
    tokens, which the new cell does not know.
    """
    return max(circuit.epoch + 1, int(now * 1000))
