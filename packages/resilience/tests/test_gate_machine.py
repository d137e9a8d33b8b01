"""The gate against a naive model: random configurations, calls, reports, orders and clocks, also backwards.

The model is written from the state table, with plain lists and no bytes, epochs or shared code; each reply and each
state must be the model's. Beside it stand the promises themselves, checked without the model.

Long on purpose: model and machine are read side by side, rule for rule.
"""

import datetime as dt
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from resilience.circuit import State, Verdict
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.gate import Admission, GateState, Override, Report, decide, encode, expire, read, reset, settle, taken

DAY = 86_400


@dataclass
class Call:
    """A call under way in the model."""

    ends: float
    cost: float
    era: int
    periods: list[str]


@dataclass
class Model:
    """What the gate should do, said as plainly as possible."""

    config: GateConfig
    state: str = "closed"
    era: int = 0  # one more with each change of state
    until: float = 0.0
    wait: float = 0.0
    since: float = 0.0
    left: float = 0.0
    rounds: int = 0
    in_a_row: int = 0
    good_probes: int = 0
    leases: dict[str, float] = field(default_factory=dict)
    ended: list[list] = field(default_factory=list)  # [bucket's begin, failed, slow] of each counted call
    calls: dict[str, Call] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)
    paused_until: float = 0.0
    pause: float = 0.0
    latest: float = 0.0
    late: int = 0
    lost: int = 0

    def periods(self, now):
        moment = dt.datetime.fromtimestamp(now, dt.UTC)
        names = {"day": f"day:{moment.date()}", "month": f"month:{moment.date().isoformat()[:7]}", "total": "total"}
        return {quota.window: names[quota.window] for quota in self.config.quotas}

    def charge(self, call, amount):
        for period in call.periods:
            self.used[period] = self.used.get(period, 0) + amount

    def give_up(self, now):
        for token in [token for token, call in self.calls.items() if call.ends <= now]:
            call = self.calls.pop(token)
            self.charge(call, call.cost)
            self.lost += 1

    def change(self, state, now):
        self.state, self.era, self.since = state, self.era + 1, now
        self.in_a_row, self.good_probes, self.leases, self.ended = 0, 0, {}, []

    def open(self, now, jitter, floor=0.0):
        limits = self.config.circuit
        if self.state == "closed":
            self.rounds, self.left = 0, now
        else:
            self.rounds += 1
        grown = limits.reset_timeout
        for _ in range(self.rounds):
            grown = min(grown * 2, limits.reset_timeout_max)
        self.wait = max(grown * (1 + limits.jitter * jitter), min(floor, DAY))
        self.change("open", now)
        self.until = now + self.wait

    def step_back(self, now):
        if now >= self.latest:
            return
        self.latest = now
        self.since = min(self.since, now)
        self.until = min(self.until, now + self.wait)
        self.paused_until = min(self.paused_until, now + self.pause)
        for call in self.calls.values():
            call.ends = min(call.ends, now + self.config.reservation)
        lease = self.config.circuit.probe_lease
        self.leases = {token: min(end, now + lease) for token, end in self.leases.items()}

    def full(self, cost, interactive, now):
        """Whether no quota has room, and in how many seconds all have."""
        waits = []
        for quota in self.config.quotas:
            period = self.periods(now)[quota.window]
            under_way = sum(call.cost for call in self.calls.values() if period in call.periods)
            allowed = quota.limit if interactive else quota.limit - quota.limit * quota.kept_back
            if self.used.get(period, 0) + under_way + cost > allowed:
                moment = dt.datetime.fromtimestamp(now, dt.UTC)
                tomorrow = dt.datetime.combine(moment.date() + dt.timedelta(days=1), dt.time(), dt.UTC)
                first = tomorrow
                while quota.window == "month" and first.day != 1:
                    first += dt.timedelta(days=1)
                never = quota.window == "total" or cost > allowed
                waits.append(math.inf if never else (first - moment).total_seconds())
        return waits

    def ask(self, token, cost, interactive, now, jitter, override):
        """(None, None) when the call may go, else (reason, seconds)."""
        self.step_back(now)
        self.give_up(now)
        if token in self.calls:
            return None, None
        refused = self.order_or_pause(now, override) or (override is None and self.circuit(token, now, jitter))
        if refused := refused or self.no_room(cost, interactive, now):
            return refused
        if override is None and self.state == "open":
            self.change("half_open", now)
        if override is None and self.state == "half_open":
            self.leases = {**self.alive(token, now), token: now + self.config.circuit.probe_lease}
        self.latest = max(self.latest, now)
        periods = list(self.periods(now).values())
        self.calls[token] = Call(now + self.config.reservation, cost, self.era, periods)
        return None, None

    def order_or_pause(self, now, override):
        if override is Override.FORCED_OPEN:
            return "forced_open", None
        return ("paused", self.paused_until - now) if now < self.paused_until else None

    def circuit(self, token, now, jitter):
        limits = self.config.circuit
        too_long = self.state == "half_open" and now - self.since > limits.half_open_max
        if too_long and (self.leases or self.good_probes == 0):
            self.open(now, jitter)
        if self.state == "open" and now < self.until:
            return "circuit_open", self.until - now
        alive = self.alive(token, now) if self.state == "half_open" else {}
        if len(alive) >= limits.max_probes or len(alive) + self.good_probes >= limits.success_threshold:
            return "circuit_open", min(alive.values()) - now
        return None

    def alive(self, token, now):
        return {name: end for name, end in self.leases.items() if end > now and name != token}

    def no_room(self, cost, interactive, now):
        if len(self.calls) >= self.config.max_in_flight:
            return "in_flight", 1.0
        if waits := self.full(cost, interactive, now):
            return "quota", max(waits) if max(waits) < math.inf else None
        return None

    def report(self, report, era, now, jitter, override):
        self.give_up(now)
        call = self.calls.pop(report.token, None)
        if call is not None:
            self.latest = max(self.latest, now)
            self.charge(call, call.cost if report.charge is None else report.charge)
            self.late += era != self.era
            if now + report.pause > max(now, self.paused_until):
                self.paused_until, self.pause = now + report.pause, report.pause
        today = self.periods(now).get("day")
        if report.remaining is not None and today and self.periods(now - self.config.reservation)["day"] == today:
            limit = next(quota.limit for quota in self.config.quotas if quota.window == "day")
            under_way = sum(call.cost for call in self.calls.values() if today in call.periods)
            counted = limit - report.remaining - under_way
            if counted > self.used.get(today, 0):
                self.used[today] = counted
        if call is not None and override is not Override.DISABLED and era == self.era:
            self.judge(report, now, jitter, may_open=override is None or override is Override.FORCED_OPEN)

    def judge(self, report, now, jitter, *, may_open):
        failed, limits = report.verdict is Verdict.FAILURE, self.config.circuit
        if self.state == "half_open":
            if self.leases.get(report.token, 0) <= now:
                return
            del self.leases[report.token]
            if report.verdict is Verdict.IGNORED:
                return
            if failed or report.slow:
                if may_open:
                    self.open(now, jitter, report.retry_after)
                return
            self.good_probes += 1
            if self.good_probes >= limits.success_threshold:
                self.change("closed", now)
        elif self.state == "closed" and report.verdict in {Verdict.SUCCESS, Verdict.FAILURE}:
            self.in_a_row = self.in_a_row + 1 if failed else 0
            begin = now // (limits.window / 12) * (limits.window / 12)
            kept = [[min(at, begin), f, s] for at, f, s in self.ended if at > now - limits.window]
            self.ended = [*kept, [begin, failed, report.slow]]
            calls, failures, slow = len(self.ended), sum(e[1] for e in self.ended), sum(e[2] for e in self.ended)
            by_rate = calls >= limits.minimum_calls and (
                failures / calls >= limits.failure_rate or slow / calls >= limits.slow_rate
            )
            if may_open and (failed or report.slow) and (self.in_a_row >= limits.fail_max or by_rate):
                self.open(now, jitter, report.retry_after)


@st.composite
def configs(draw):
    """Limits small enough that every rule is met within a short history."""
    lease = draw(st.sampled_from([1.0, 4.0]))
    base = draw(st.sampled_from([1.0, 2.5, 6.0]))
    circuit = CircuitConfig(
        fail_max=draw(st.integers(1, 4)),
        reset_timeout=base,
        reset_timeout_max=base * draw(st.sampled_from([1, 3, 8])),
        success_threshold=draw(st.integers(1, 3)),
        window=draw(st.sampled_from([1.0, 6.0, 120.0])),
        minimum_calls=draw(st.integers(2, 5)),
        failure_rate=draw(st.sampled_from([0.25, 0.5, 1.0])),
        slow_rate=draw(st.sampled_from([0.5, 1.0])),
        jitter=draw(st.sampled_from([0.0, 0.1, 0.5])),
        max_probes=draw(st.integers(1, 3)),
        probe_lease=lease,
        half_open_max=draw(st.sampled_from([lease, 6.0])),
    )
    quota = st.builds(
        QuotaConfig,
        window=st.sampled_from(["day", "month", "total"]),
        limit=st.sampled_from([0.0, 3.0, 12.0, 40.0, 1_000.0, 1_000.0]),
        kept_back=st.sampled_from([0.0, 0.1, 0.5]),
    )
    quotas = draw(st.lists(quota, max_size=2, unique_by=lambda each: each.window))
    return GateConfig(
        circuit=circuit,
        quotas=tuple(quotas),
        max_in_flight=draw(st.sampled_from([1, 3, 6, 9])),
        reservation=draw(st.sampled_from([1.0, 5.0, 20.0])),
    )


BEGINNINGS = [
    dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp(),
    dt.datetime(2026, 11, 30, 23, 59, 55, tzinfo=dt.UTC).timestamp(),
]
jitters = st.sampled_from([-1.0, 0.0, 0.5, 1.0])
quarters = st.integers(0, 40).map(lambda n: n / 4)
verdicts = st.sampled_from([Verdict.FAILURE, Verdict.FAILURE, Verdict.SUCCESS, Verdict.SUCCESS, *Verdict])
QUIET = {"slow": False, "charge": None, "retry_after": 0.0, "pause": 0.0, "remaining": None}
reports = st.fixed_dictionaries(
    {
        "verdict": verdicts,
        "slow": st.sampled_from([False, False, True]),
        "charge": st.sampled_from([None, None, None, 0.0, 0.5, 4.0]),
        "retry_after": st.sampled_from([0.0, 0.0, 7.0, 1e9]),
        "pause": st.sampled_from([0.0, 0.0, 0.0, 1.0, 5.0]),
        "remaining": st.sampled_from([None, None, None, 0.0, 1.0, 7.0, 50.0]),
    }
)


class GateMachine(RuleBasedStateMachine):
    """Drives the gate and its model through the same history."""

    @initialize(config=configs(), now=st.sampled_from(BEGINNINGS))
    def begin(self, config, now):
        self.config, self.now, self.highest = config, now, now
        self.state, self.model, self.override = GateState(), Model(config), None
        self.admitted = {}  # token -> (epoch, era), of every call ever let out
        self.tokens = 0
        self.epochs = set()  # of every circuit that ever let a call out
        self.lost_at = 0.0  # a clock behind the last loss may repeat an epoch; tokens still keep old reports out
        self.probe_successes = 0
        self.only_as_reserved = True  # until a report charges more, or the provider counts more

    def follow(self, before, after, transition):
        """Every change is told once, in a new epoch; nothing else is told."""
        was, now = before.circuit, after.circuit
        if transition is None:
            assert now.state is was.state
            assert was.epoch in {now.epoch, 0}
        else:
            assert (transition.was, transition.now) == (was.state, now.state)
            assert was.state is not now.state
            assert now.epoch > was.epoch
            assert now.epoch not in self.epochs or self.now < self.lost_at
        if transition is not None and now.state is State.CLOSED:
            assert self.probe_successes >= self.config.circuit.success_threshold
        if transition is not None:
            self.probe_successes = 0
            self.epochs.add(now.epoch)

    def ask(self, token, *, cost, interactive, jitter):
        before, era = self.state, self.model.era
        self.state, decision, transition = decide(
            before,
            self.config,
            token=token,
            cost=cost,
            interactive=interactive,
            now=self.now,
            jitter=jitter,
            override=self.override,
        )
        reason, wait = self.model.ask(token, cost, interactive, self.now, jitter, self.override)
        self.follow(before, self.state, transition)
        assert (transition is not None) == (self.model.era != era)
        if isinstance(decision, Admission):
            assert reason is None
            return decision
        assert decision.reason == reason
        assert decision.retry_after == (None if wait is None else pytest.approx(wait, abs=1e-5))
        assert decision.retry_after is None or decision.retry_after > 0
        self.refused(before, decision, transition)
        return None

    def refused(self, before, refusal, transition):
        """A refusal consumes nothing: calls, counts and probes are as they were without those given up."""
        expired = expire(before, now=self.now)
        if self.now >= before.seen:
            assert self.state.used == expired.used
            assert self.state.reservations == expired.reservations
            assert transition is not None or self.state.circuit == before.circuit
        if refusal.reason != "circuit_open":
            assert transition is None

    @rule(
        cost=st.sampled_from([0.0, 0.5, 1.0, 1.0, 3.0, 9.0]),
        interactive=st.booleans(),
        jitter=jitters,
        n=st.integers(1, 3),
    )
    def new_calls(self, cost, interactive, jitter, n):
        for _ in range(n):
            self.tokens += 1
            token = f"call {self.tokens}"
            decision = self.ask(token, cost=cost, interactive=interactive, jitter=jitter)
            if decision is not None:
                assert decision.epoch == self.state.circuit.epoch > 0
                self.epochs.add(decision.epoch)
                self.admitted[token] = (decision.epoch, self.model.era)
                for quota in self.config.quotas:
                    period = self.model.periods(self.now)[quota.window]
                    assert taken(self.state)[period] <= quota.limit

    @rule(
        verdict=verdicts, n=st.integers(1, 5), slow=st.booleans(), seconds=st.sampled_from([0.0, 0.25]), jitter=jitters
    )
    def whole_calls(self, verdict, n, slow, seconds, jitter):
        for _ in range(n):
            self.new_calls(cost=1.0, interactive=True, jitter=jitter, n=1)
            self.now += seconds
            self.highest = max(self.highest, self.now)
            if (token := f"call {self.tokens}") in self.state.reservations:
                self.report_once(token, QUIET | {"verdict": verdict, "slow": slow and seconds > 0}, jitter)

    @rule(verdict=verdicts, jitter=jitters)
    def probe_when_the_wait_is_over(self, verdict, jitter):
        self.now = max(self.now, self.model.until, self.model.paused_until)
        self.highest = max(self.highest, self.now)
        self.whole_calls(verdict=verdict, n=1, slow=False, seconds=0.25, jitter=jitter)

    @precondition(lambda self: self.admitted)
    @rule(data=st.data(), jitter=jitters)
    def ask_again(self, data, jitter):
        token = data.draw(st.sampled_from(sorted(self.admitted)))
        under_way = token in expire(self.state, now=self.now).reservations
        before = len(self.state.reservations)
        decision = self.ask(token, cost=1.0, interactive=True, jitter=jitter)
        if under_way:
            assert decision == Admission(token=token, epoch=self.admitted[token][0])
            assert len(self.state.reservations) <= before
        elif decision is not None:
            self.admitted[token] = (decision.epoch, self.model.era)

    @precondition(lambda self: self.admitted)
    @rule(data=st.data(), jitter=jitters, report=reports, times=st.sampled_from([1, 1, 2]), oldest=st.booleans())
    def report(self, data, jitter, report, times, oldest):
        under_way = sorted(self.state.reservations, key=lambda name: int(name.split()[1]))
        choices = under_way[:1] if oldest and under_way else sorted(self.admitted)
        token = data.draw(st.sampled_from(choices))
        for _ in range(times):
            self.report_once(token, report, jitter)

    @precondition(lambda self: self.model.calls)
    @rule(verdict=verdicts, jitter=jitters)
    def report_all(self, verdict, jitter):
        for token in sorted(self.state.reservations):
            self.report_once(token, QUIET | {"verdict": verdict}, jitter)

    def report_once(self, token, fields, jitter):
        epoch, era = self.admitted[token]
        before, before_era = self.state, self.model.era
        ending = Report(token=token, epoch=epoch, **fields)
        probe = before.circuit.state is State.HALF_OPEN and token in dict(before.circuit.probes)
        if probe and fields["verdict"] in {Verdict.SUCCESS, Verdict.ALIVE} and not fields["slow"]:
            self.probe_successes += 1
        self.state, transition = settle(
            before, self.config, ending, now=self.now, jitter=jitter, override=self.override
        )
        self.model.report(ending, era, self.now, jitter, self.override)
        self.follow(before, self.state, transition)
        assert (transition is not None) == (self.model.era != before_era)
        if epoch != before.circuit.epoch or before.circuit.state is State.OPEN or self.override is Override.DISABLED:
            assert self.state.circuit == before.circuit
        counts = epoch == before.circuit.epoch and token in expire(before, now=self.now).reservations
        in_a_row = before.circuit.streak + 1 >= self.config.circuit.fail_max
        if (
            counts
            and in_a_row
            and before.circuit.state is State.CLOSED
            and self.override in {None, Override.FORCED_OPEN}
        ):
            assert fields["verdict"] is not Verdict.FAILURE or transition.now is State.OPEN
        if self.override is Override.METRICS_ONLY:
            assert transition is None or transition.now is State.CLOSED
        if (fields["charge"] or 0) > 0 or fields["remaining"] is not None:
            self.only_as_reserved = False
        twice = settle(self.state, self.config, ending, now=self.now, jitter=jitter, override=self.override)
        assert twice == (self.state, None)
        assert token not in self.state.reservations

    @rule(seconds=quarters)
    def pass_time(self, seconds):
        self.now += seconds
        self.highest = max(self.highest, self.now)

    @rule(override=st.sampled_from([*Override]), n=st.integers(1, 6), data=st.data())
    def ordered(self, override, n, data):
        """An order that lasts for a few calls and reports, which may be those of calls from before it."""
        self.override = override
        for _ in range(n):
            if self.admitted and data.draw(st.booleans()):
                self.report(data=data, jitter=0.0, report=data.draw(reports), times=1, oldest=True)
            else:
                self.new_calls(cost=1.0, interactive=True, jitter=0.0, n=1)
        self.override = None

    @rule(mishap=st.sampled_from(["reset", "lost", 0.25, 3.0, 3_600.0]))
    def mishap(self, mishap):
        if mishap == "reset":
            self.reset_by_an_operator()
        elif mishap == "lost":
            self.lose_the_cell()
        else:
            self.now -= mishap

    def reset_by_an_operator(self):
        before = self.state
        self.state, transition = reset(before, now=self.now)
        assert (transition is None) == (before.circuit.state is State.CLOSED)
        assert self.state.circuit.epoch > before.circuit.epoch
        self.model.change("closed", self.now)
        self.model.paused_until = self.model.pause = 0.0
        self.probe_successes = 0

    def lose_the_cell(self):
        """The store forgets, at a moment later than any before: epochs grow with its clock."""
        self.now = self.highest = self.lost_at = self.highest + 0.25
        self.state, self.model = GateState(), Model(self.config, era=self.model.era + 1)
        self.only_as_reserved = True
        self.probe_successes = 0

    @invariant()
    def state_is_the_models(self):
        state, model = self.state, self.model
        circuit = state.circuit
        assert circuit.state == model.state
        assert set(state.reservations) == set(model.calls)
        assert {token: each.ends_at for token, each in state.reservations.items()} == pytest.approx(
            {token: call.ends for token, call in model.calls.items()}
        )
        assert (circuit.streak, circuit.successes, circuit.failed_rounds if model.state != "closed" else 0) == (
            model.in_a_row,
            model.good_probes,
            model.rounds if model.state != "closed" else 0,
        )
        assert dict(circuit.probes) == pytest.approx(model.leases)
        assert sum(bucket.calls for bucket in circuit.window) == len(model.ended)
        assert (state.paused_until, state.late, state.unreported) == (model.paused_until, model.late, model.lost)
        if model.state == "open":
            assert circuit.until == pytest.approx(model.until)
        counted = {
            period: count for period, count in model.used.items() if period in self.model.periods(self.now).values()
        }
        assert {period: state.used.get(period, 0) for period in counted} == pytest.approx(counted)

    @invariant()
    def promises_hold(self):
        state, circuit, limits = self.state, self.state.circuit, self.config.circuit
        assert read(encode(state)) == state
        assert len(state.reservations) <= self.config.max_in_flight
        assert sum(end > self.now for _, end in circuit.probes) <= limits.max_probes
        assert circuit.state is State.HALF_OPEN or not circuit.probes
        assert len(circuit.window) <= 12
        if self.only_as_reserved:
            for quota in self.config.quotas:
                for period, count in taken(state).items():
                    assert count <= quota.limit or not period.startswith(quota.window)

    def teardown(self):
        """Every call is reported or given up: nothing stays under way for ever (law 2)."""
        if hasattr(self, "state"):
            end = max([self.now, *(each.ends_at for each in self.state.reservations.values())])
            assert expire(self.state, now=end).reservations == {}


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
