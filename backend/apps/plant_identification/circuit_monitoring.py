"""The circuits as an operator sees them: log lines with [CIRCUIT] and [QUOTA], numbers for health, and the factory."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from resilience import gate
from resilience.cell import SharedState
from resilience.circuit import State, Transition
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.gate import Reason, Refusal
from resilience.guard import Called, Degraded, Guard, Ledger, Outcome
from resilience.ports import CellStore, Clock, Listener, SystemClock
from resilience.quota import period_of, seconds_to_reset
from resilience.store_breaker import StoreHealth

log = structlog.get_logger("plant_community.circuit")
REFUSALS_LOGGED_SECONDS = 1.0
WORDS = {State.CLOSED: "CLOSED", State.OPEN: "OPEN", State.HALF_OPEN: "HALF-OPEN"}


class CircuitMonitor:
    """Hears what happens to one circuit and writes it to the log. Implements resilience.ports.Listener.

    Of refusals for one reason, a line a second at most: an outage under load is no reason to fill a disk.
    """

    def __init__(self, service_name: str, clock: Clock | None = None) -> None:
        self.service_name, self._clock = service_name, clock or SystemClock()
        self.refusals: dict[str, int] = {}  # by reason, since this process began
        self._logged_at: dict[str, float] = {}  # monotonic seconds, by reason

    def transition(self, _provider: str, change: object) -> None:
        """One change of state, told once in the cluster."""
        assert isinstance(change, Transition)
        before, after = WORDS[change.was], WORDS[change.now]
        log.warning(
            f"[CIRCUIT] {self.service_name} state transition: {before} → {after} (fail_count={change.fail_count})"
        )
        if change.now is State.OPEN:
            log.error(f"[CIRCUIT] {self.service_name} circuit OPENED - API calls blocked for {change.wait:.0f}s")
        elif change.now is State.HALF_OPEN:
            log.info(f"[CIRCUIT] {self.service_name} entering HALF-OPEN state - Testing service recovery")
        else:
            log.info(
                f"[CIRCUIT] {self.service_name} circuit CLOSED - Service recovered after {change.downtime:.1f}s downtime"
            )

    def refused(self, _provider: str, refusal: object) -> None:
        """One call that was not let out."""
        assert isinstance(refusal, Refusal)
        self.refusals[refusal.reason] = self.refusals.get(refusal.reason, 0) + 1
        now = self._clock.monotonic()
        if now - self._logged_at.get(refusal.reason, -REFUSALS_LOGGED_SECONDS) < REFUSALS_LOGGED_SECONDS:
            return
        self._logged_at[refusal.reason] = now
        if refusal.reason in {Reason.CIRCUIT_OPEN, Reason.FORCED_OPEN}:
            log.warning(f"[CIRCUIT] {self.service_name} call BLOCKED - Circuit is OPEN, fast-failing")
        elif refusal.reason is Reason.QUOTA:
            log.warning(f"[QUOTA] {self.service_name} call BLOCKED - the {refusal.detail} limit is reached")
        elif refusal.reason is Reason.PAUSED:
            log.info(
                f"[CIRCUIT] {self.service_name} call BLOCKED - paused ({refusal.detail})",
                retry_after=refusal.retry_after,
            )

    def called(self, _provider: str, call: object) -> None:
        """One call that has ended: without an answer it is a line, that says why and what it may have cost."""
        assert isinstance(call, Called)
        if call.outcome is not Outcome.OK:
            log.warning(
                f"[CIRCUIT] {self.service_name} call FAILED - {call.detail or 'broken off'}",
                outcome=call.outcome.value,
                seconds=round(call.seconds, 1),
                charge=call.charge,
            )


class Listeners:
    """Several who hear the same. Implements resilience.ports.Listener."""

    def __init__(self, all_of_them: Sequence[Listener]) -> None:
        self._all = tuple(all_of_them)

    def transition(self, provider: str, change: object) -> None:
        """One change of state."""
        for each in self._all:
            each.transition(provider, change)

    def refused(self, provider: str, refusal: object) -> None:
        """One call that was not let out."""
        for each in self._all:
            each.refused(provider, refusal)

    def called(self, provider: str, call: object) -> None:
        """One call that has ended."""
        for each in self._all:
            each.called(provider, call)


class CircuitStats:
    """The numbers of one circuit, for health and the operator; asks no provider."""

    def __init__(self, guard: Guard, monitor: CircuitMonitor) -> None:
        self._guard, self._monitor = guard, monitor

    async def read(self) -> dict[str, Any]:
        """State, pause, calls under way and quota, as the cluster has them now; `alone` when the store is away."""
        state, now = await self._guard.state.peek()
        circuit = state.circuit
        open_for = max(0.0, circuit.until - now.seconds) if circuit.state is State.OPEN else None
        return {
            "name": self._monitor.service_name,
            "state": circuit.state.value,
            "override": now.override.value if now.override else None,
            "fail_count": circuit.streak,
            "open_for_seconds": open_for,
            "paused_for_seconds": max(0.0, state.paused_until - now.seconds) or None,
            "pause_reason": state.pause_reason or None,
            "in_flight": len(state.reservations),
            "max_in_flight": self._guard.config.max_in_flight,
            "late_results": state.late,
            "refused_here": dict(self._monitor.refusals),
            "alone": now.alone,
            "quota": [_quota(quota, gate.taken(state), now.seconds) for quota in self._guard.config.quotas],
        }


def _quota(quota: QuotaConfig, taken: dict[str, float], now: float) -> dict[str, Any]:
    used = taken.get(period_of(quota.window, now), 0.0)
    return {
        "window": quota.window,
        "limit": quota.limit,
        "used": used,
        "remaining": max(0.0, quota.limit - used),
        "reset_seconds": seconds_to_reset(quota.window, now),
    }


def create_monitored_circuit(  # noqa: PLR0913 - the one place where all parts are named
    service_name: str,
    fail_max: int,
    reset_timeout: float,
    success_threshold: int,
    *,
    provider: str,
    store: CellStore,
    health: StoreHealth,
    ledger: Ledger,
    clock: Clock,
    call_seconds: float,
    max_in_flight: int,
    quotas: tuple[QuotaConfig, ...] = (),
    degraded: Degraded | None = None,
    limits: Mapping[str, float] | None = None,
    also: Sequence[Listener] = (),
) -> tuple[Guard, CircuitMonitor, CircuitStats]:
    """The circuit of one provider for the whole cluster, its monitor and its numbers.

    `call_seconds` is the longest a call may take; leases and reservations last a little longer. `limits` are those of
    CircuitConfig that an operator has set beside the three; `also` hear what the monitor hears.
    """
    circuit = CircuitConfig.for_calls(
        call_seconds,
        fail_max=fail_max,
        reset_timeout=reset_timeout,
        success_threshold=success_threshold,
        setting=f"{provider.upper()}_CIRCUIT",
        **(limits or {}),
    )
    config = GateConfig(
        circuit=circuit,
        max_in_flight=max_in_flight,
        quotas=quotas,
        reservation=call_seconds + 10,
        setting=provider.upper(),
    )
    state = SharedState(f"gate:{provider}", store, health, clock, counts=lambda: ledger.counts(provider))
    monitor = CircuitMonitor(service_name, clock)
    listener = Listeners((monitor, *also))
    guard = Guard(provider, config, state, ledger=ledger, listener=listener, clock=clock, degraded=degraded)
    return guard, monitor, CircuitStats(guard, monitor)
