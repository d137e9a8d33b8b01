"""The gate: pause, circuit, calls at once and quota decided together; one refusal consumes nothing of another."""

import datetime as dt
import math

import pytest

from resilience.circuit import Circuit, State, Verdict
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.gate import (
    Admission,
    GateState,
    Override,
    Reason,
    Refusal,
    Report,
    Reservation,
    decide,
    expire,
    raise_used,
    replace,
    reset,
    settle,
    taken,
)

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp()
TOKEN = "t"
TODAY, MONTH = "day:2026-11-23", "month:2026-11"
CONFIG = GateConfig(
    circuit=CircuitConfig(fail_max=3, success_threshold=2, reset_timeout=60, probe_lease=45, half_open_max=120),
    max_in_flight=4,
    quotas=(QuotaConfig(window="day", limit=10, kept_back=0.2), QuotaConfig(window="month", limit=100)),
    reservation=120,
)
OPEN = Circuit(state=State.OPEN, epoch=8, since=NOON - 20, until=NOON + 40, wait=60.0, left_closed_at=NOON - 20)
OVER = replace(OPEN, since=NOON - 60, until=NOON)  # open, and the wait is over


def ask(state, token=TOKEN, *, now=NOON, cost=1.0, interactive=True, override=None, config=CONFIG):
    """The state, the decision and the transition."""
    return decide(
        state, config, token=token, cost=cost, interactive=interactive, now=now, jitter=0.0, override=override
    )


def with_circuit(**limits):
    """The usual limits, with other ones for the circuit."""
    return GateConfig(circuit=CircuitConfig(**limits), max_in_flight=4, quotas=CONFIG.quotas, reservation=120)


def admitted(state, *tokens, now=NOON, override=None, config=CONFIG, cost=1.0):
    """The state with these calls under way, and the epoch of the last."""
    epoch = 0
    for token in tokens:
        state, decision, _ = ask(state, token, now=now, override=override, config=config, cost=cost)
        assert isinstance(decision, Admission), decision
        epoch = decision.epoch
    return state, epoch


def report(state, token=TOKEN, verdict=Verdict.SUCCESS, *, now=NOON, epoch=None, override=None, config=CONFIG, **more):
    """The state and the transition after a report, of the present epoch unless told otherwise."""
    epoch = state.circuit.epoch if epoch is None else epoch
    ending = Report(token=token, epoch=epoch, verdict=verdict, **more)
    return settle(state, config, ending, now=now, jitter=0.0, override=override)


def test_decide_admission_reserves_cost_in_every_quota():
    """An admitted call is under way in today and this month until it is reported or given up (law 2)."""
    state, decision, transition = ask(GateState(), cost=1.5)
    assert decision == Admission(token="t", epoch=state.circuit.epoch)
    assert transition is None
    assert state.reservations == {"t": Reservation(NOON + 120, 1.5, decision.epoch, (TODAY, MONTH))}
    assert taken(state) == {TODAY: 1.5, MONTH: 1.5}
    assert state.used == {}


def test_decide_asked_twice_answers_twice_and_adds_once():
    """A decision whose answer was lost is asked again: the same answer, one reservation, one probe."""
    once, first, transition = ask(GateState(circuit=OVER))
    assert transition.now is State.HALF_OPEN
    for now, override in ((NOON, None), (NOON + 119, None), (NOON + 1, Override.FORCED_OPEN)):
        assert ask(once, now=now, override=override) == (once, first, None)


@pytest.mark.parametrize("cost", [math.nan, math.inf, -1.0, 1e300])
def test_decide_impossible_cost_raises(cost):
    """A cost that is no amount would poison the counts, so it is the caller's mistake (law 2)."""
    with pytest.raises(ValueError, match=r"^cost must be a number from 0 to 1e\+12, not "):
        ask(GateState(), cost=cost)


def test_decide_forced_open_refuses_whatever_the_state():
    """Any state, asked, forced open -> refused; nobody knows for how long."""
    for circuit in (Circuit(), OPEN, OVER):
        state = GateState(circuit=circuit)
        assert ask(state, override=Override.FORCED_OPEN) == (state, Refusal(reason=Reason.FORCED_OPEN), None)


@pytest.mark.parametrize("override", [Override.DISABLED, Override.METRICS_ONLY])
def test_decide_overridden_circuit_lets_go_without_a_probe(override):
    """Any state, asked, disabled or metrics only -> admitted; no lease is taken and no transition made."""
    for circuit in (OPEN, OVER):
        state, decision, transition = ask(GateState(circuit=circuit), override=override)
        assert isinstance(decision, Admission)
        assert (state.circuit, transition) == (circuit, None)


@pytest.mark.parametrize("override", [Override.DISABLED, Override.METRICS_ONLY])
def test_decide_overridden_circuit_still_holds_pause_places_and_quota(override):
    """An order concerns the circuit only: nobody orders us past the quota (law 2)."""
    assert ask(GateState(paused_until=NOON + 5), override=override)[1].reason is Reason.PAUSED
    assert ask(GateState(used={TODAY: 10}), override=override)[1].reason is Reason.QUOTA
    full, _ = admitted(GateState(), "a", "b", "c", "d")
    assert ask(full, override=override)[1].reason is Reason.IN_FLIGHT


def test_decide_paused_refuses_until_the_known_moment():
    """A pause refuses with what is left of it and why, and ends by itself (law 7)."""
    state = GateState(paused_until=NOON + 30, pause=30, pause_reason="429", circuit=OVER)
    refusal = Refusal(reason=Reason.PAUSED, retry_after=30.0, detail="429")
    assert ask(state) == (state, refusal, None)
    assert isinstance(ask(state, now=NOON + 30)[1], Admission)


def test_decide_open_circuit_consumes_nothing():
    """Refused by the circuit: no reservation, nothing used."""
    state = GateState(circuit=OPEN)
    assert ask(state) == (state, Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=40.0), None)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (GateState(circuit=OVER, used={TODAY: 10}), Reason.QUOTA),
        (GateState(circuit=OVER, paused_until=NOON + 1, pause=1), Reason.PAUSED),
        (GateState(circuit=OVER, reservations={t: Reservation(NOON + 9, 1, 8) for t in "abcd"}), Reason.IN_FLIGHT),
    ],
)
def test_decide_refused_by_another_rule_takes_no_probe(state, reason):
    """The wait is over, but another rule refuses: still OPEN, no lease, no transition, the next call may probe."""
    after, refusal, transition = ask(state)
    assert (refusal.reason, transition, after) == (reason, None, state)


def test_decide_half_open_too_long_keeps_the_transition_of_a_refusal():
    """Probing timed out: the circuit opens with the refusal, is told once, and stays open."""
    state, epoch = admitted(GateState(circuit=OVER), "killed")
    state, refusal, transition = ask(state, "u", now=NOON + 121)
    assert (transition.was, transition.now) == (State.HALF_OPEN, State.OPEN)
    assert refusal == Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=120.0)
    assert state.circuit.epoch > epoch
    assert ask(state, "u", now=NOON + 122) == (state, Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=119.0), None)


def test_decide_half_open_too_long_with_a_full_quota_opens_all_the_same():
    """The circuit is asked before the quota, so its own time-out is kept though the quota would refuse too."""
    state, _ = admitted(GateState(circuit=OVER), "killed")
    state, refusal, transition = ask(replace(state, used={TODAY: 10}), "u", now=NOON + 121)
    assert (refusal.reason, transition.now) == (Reason.CIRCUIT_OPEN, State.OPEN)


def test_decide_bulkhead_refuses_beyond_max_in_flight():
    """No more calls at once than allowed; a place is free again when one is reported."""
    state, _ = admitted(GateState(), "a", "b", "c", "d")
    after, refusal, _ = ask(state, "e")
    assert (after, refusal) == (state, Refusal(reason=Reason.IN_FLIGHT, retry_after=1.0))
    assert isinstance(ask(report(state, "b")[0], "e")[1], Admission)


def test_decide_quota_counts_used_and_reserved():
    """Nine used and one under way are ten: the eleventh waits until 00:00 UTC (law 2)."""
    state, _ = admitted(GateState(used={TODAY: 9}), "a")
    after, refusal, _ = ask(state, "b")
    assert (after, refusal) == (state, Refusal(reason=Reason.QUOTA, retry_after=43_200.0, detail="day"))
    assert isinstance(ask(state, "b", now=NOON + 43_200)[1], Admission)


def test_decide_quota_keeps_the_last_share_for_those_who_wait():
    """With 8 of 10 used a batch caller is refused, a person is served."""
    state = GateState(used={TODAY: 8})
    assert ask(state, interactive=False)[1].detail == "day"
    assert isinstance(ask(state, interactive=True)[1], Admission)


@pytest.mark.parametrize(
    ("quota", "cost"), [(QuotaConfig(window="total", limit=5), 6.0), (QuotaConfig(window="day", limit=0), 1.0)]
)
def test_decide_quota_that_never_has_room_names_no_moment(quota, cost):
    """Nobody knows when a spent total, or a call above the whole limit, may go."""
    config = GateConfig(circuit=CircuitConfig(), quotas=(quota,))
    assert ask(GateState(), cost=cost, config=config)[1] == Refusal(reason=Reason.QUOTA, detail=quota.window)


def test_settle_charges_what_it_cost_and_frees_the_rest():
    """As reserved, what the provider billed, or nothing (law 2)."""
    state, _ = admitted(GateState(), "a", "b", "c", "d", cost=2.0)
    state, _ = report(state, "a")
    assert state.used == {TODAY: 2.0, MONTH: 2.0}
    state, _ = report(state, "b", charge=0)
    assert state.used == {TODAY: 2.0, MONTH: 2.0}
    state, _ = report(state, "c", charge=3.5)
    assert state.used == {TODAY: 5.5, MONTH: 5.5}
    assert set(state.reservations) == {"d"}


@pytest.mark.parametrize("charge", [math.nan, math.inf, -1.0, 1e300])
def test_settle_charge_that_is_no_amount_is_as_reserved(charge):
    """What cannot be a bill does not make the counts smaller or useless."""
    state, _ = admitted(GateState(), "t", cost=2.0)
    assert report(state, charge=charge)[0].used == {TODAY: 2.0, MONTH: 2.0}


@pytest.mark.parametrize("verdict", list(Verdict))
def test_settle_twice_moves_nothing(verdict):
    """A report whose answer was lost is sent again: not charged, not counted, not paused again."""
    state, epoch = admitted(GateState(circuit=OVER, used={TODAY: 1}), "t")
    once, _ = report(state, verdict=verdict, epoch=epoch, pause=5, pause_reason="429", remaining=3)
    twice = report(once, verdict=verdict, epoch=epoch, pause=50, pause_reason="429", remaining=3, now=NOON + 1)
    assert twice == (once, None)


def test_settle_after_midnight_charges_the_day_it_was_reserved_in():
    """Reserved at 23:59:59 on the last of the month, reported in the next: yesterday's quota is charged."""
    before = dt.datetime(2026, 11, 30, 23, 59, 59, tzinfo=dt.UTC).timestamp()
    state, _ = admitted(GateState(), "t", now=before)
    state, _ = report(state, now=before + 20)
    assert state.used == {"day:2026-11-30": 1.0, "month:2026-11": 1.0}
    state, _ = admitted(state, "next", now=before + 21)
    assert taken(state)["day:2026-12-01"] == 1.0


def test_expire_counts_unreported_calls_as_used_where_they_were_reserved():
    """Nobody reported, the provider may have billed: used, in the periods of the reservation, also after midnight."""
    before = dt.datetime(2026, 11, 30, 23, 59, 59, tzinfo=dt.UTC).timestamp()
    state, epoch = admitted(GateState(), "a", "b", now=before)
    assert expire(state, now=before + 119) is state
    state, decision, _ = ask(state, "c", now=before + 120)
    assert isinstance(decision, Admission)
    assert state.used == {"day:2026-11-30": 2.0, "month:2026-11": 2.0}
    assert (set(state.reservations), state.unreported) == ({"c"}, 2)
    assert report(state, "a", Verdict.FAILURE, epoch=epoch, charge=5, now=before + 121) == (state, None)


def test_decide_first_call_of_a_new_day_forgets_old_periods():
    """The cell keeps yesterday and today, not a year of days; a total is never forgotten."""
    config = GateConfig(
        circuit=CircuitConfig(), quotas=tuple(QuotaConfig(window=w, limit=99) for w in ("day", "total"))
    )
    state, now = GateState(), NOON
    for day in range(40):
        state, _ = admitted(state, f"{day}", now=now, config=config)
        state, _ = report(state, f"{day}", now=now, config=config)
        now += 86_400
    assert len(state.used) == 3
    assert state.used["total"] == 40


def test_settle_late_report_is_charged_and_otherwise_dropped():
    """A report of an older epoch is paid for, counted as late, and moves no circuit (law 6)."""
    state, epoch = admitted(GateState(), "slow", "a", "b", "c")
    for token in "abc":
        state, transition = report(state, token, Verdict.FAILURE, epoch=epoch)
    assert transition.now is State.OPEN
    for verdict in Verdict:
        after, transition = report(state, "slow", verdict, epoch=epoch, retry_after=900, now=NOON + 5)
        assert (after.circuit, transition) == (state.circuit, None)
        assert (after.late, after.used[TODAY], after.reservations) == (1, 4.0, {})


def test_settle_token_that_a_lost_cell_forgot_moves_nothing():
    """The store lost everything: a report from before does not count in the circuit that began again (law 6)."""
    _, epoch = admitted(GateState(), "old")
    fresh, new_epoch = admitted(GateState(), "new", now=NOON + 0.002)
    assert new_epoch > epoch
    assert report(fresh, "old", Verdict.FAILURE, epoch=epoch, now=NOON + 1) == (fresh, None)


def test_settle_pause_grows_only():
    """Two 429 at once: the longer pause stays, with its reason (law 7)."""
    state, _ = admitted(GateState(), "a", "b", "c")
    state, _ = report(state, "a", Verdict.IGNORED, pause=60, pause_reason="daily limit")
    shorter, _ = report(state, "b", Verdict.IGNORED, pause=5, pause_reason="429")
    assert (shorter.paused_until, shorter.pause, shorter.pause_reason) == (NOON + 60, 60, "daily limit")
    longer, _ = report(shorter, "c", Verdict.IGNORED, pause=61, pause_reason="429")
    assert (longer.paused_until, longer.pause, longer.pause_reason) == (NOON + 61, 61, "429")


@pytest.mark.parametrize(("pause", "until"), [(math.nan, 0.0), (-1, 0.0), (0, 0.0), (math.inf, NOON + 86_400)])
def test_settle_pause_is_a_number_of_at_most_a_day(pause, until):
    """What is no time is no pause, and for ever is a day."""
    state, _ = admitted(GateState(), "t")
    assert report(state, verdict=Verdict.IGNORED, pause=pause)[0].paused_until == until


def test_settle_throttled_call_pauses_without_a_verdict():
    """A 429 pauses and says nothing of the provider's health: the circuit stays as it was (law 7)."""
    state, _ = admitted(GateState(), "t")
    after, _ = report(state, verdict=Verdict.IGNORED, pause=30, charge=0)
    assert (after.circuit, after.used[TODAY]) == (state.circuit, 0.0)


def test_settle_disabled_moves_no_circuit_but_charges():
    """Any state, reported while disabled -> nothing is learned; what was billed is charged."""
    state, _ = admitted(GateState(), "t")
    after, transition = report(state, verdict=Verdict.FAILURE, override=Override.DISABLED, pause=9)
    assert (after.circuit, transition, after.used[TODAY], after.paused_until) == (state.circuit, None, 1.0, NOON + 9)
    probing, _ = admitted(GateState(circuit=OVER), "p")
    assert report(probing, "p", override=Override.DISABLED)[0].circuit == probing.circuit


def test_settle_metrics_only_counts_and_never_opens():
    """Reported while metrics only -> counted, never opened; taken back, only what the window really says opens."""
    state = GateState()
    for token in "abcde":
        state, _ = admitted(state, token, override=Override.METRICS_ONLY)
        state, transition = report(state, token, Verdict.FAILURE, override=Override.METRICS_ONLY)
        assert transition is None
    assert (state.circuit.state, state.circuit.streak) == (State.CLOSED, 5)
    state, _ = admitted(state, "f", "g")
    recovered, transition = report(state, "f", Verdict.SUCCESS)
    assert (recovered.circuit.state, transition) == (State.CLOSED, None)
    assert report(recovered, "g", Verdict.FAILURE)[0].circuit.state is State.CLOSED
    assert report(state, "g", Verdict.FAILURE)[1].reason == "6 failures in a row"


@pytest.mark.parametrize("override", [Override.DISABLED, Override.METRICS_ONLY])
def test_settle_call_let_out_past_an_open_circuit_closes_nothing(override):
    """A call that an order let out holds no lease, so its success is no probe's, also when the order is taken back."""
    state, _ = admitted(GateState(circuit=OVER), "probe")
    state, epoch = admitted(state, "ordered", override=override)
    for order in (override, None):
        after, transition = report(state, "ordered", epoch=epoch, override=order)
        assert (after.circuit, transition) == (state.circuit, None)


def test_settle_remaining_raises_the_used_count_and_never_lowers_it():
    """The provider counted more, for instance before our store was lost: its number holds; fewer does not (law 2)."""
    state, _ = admitted(GateState(used={TODAY: 2}), "a", "b")
    state, _ = report(state, "a", remaining=2)
    assert state.used[TODAY] == 7.0  # 10 - 2, and one of those is b, still under way
    assert taken(state)[TODAY] == 8.0
    state, _ = report(state, "b", remaining=9)
    assert state.used[TODAY] == 8.0
    assert state.used[MONTH] == 2.0


@pytest.mark.parametrize("remaining", [math.nan, math.inf, -math.inf, -1e300, 99.0])
def test_settle_remaining_that_says_nothing_changes_nothing(remaining):
    """No number, or more left than the limit, is no news."""
    state, _ = admitted(GateState(), "t")
    assert report(state, remaining=remaining)[0].used == {TODAY: 1.0, MONTH: 1.0}


def test_settle_remaining_of_an_unknown_call_raises_the_used_count():
    """A call from before the store was lost still tells what the provider counted (law 2)."""
    state, transition = report(GateState(), "lost", remaining=4, epoch=1)
    assert (state.used, transition) == ({TODAY: 6.0}, None)


def test_settle_remaining_just_after_midnight_may_be_yesterdays():
    """Nothing left at 23:59 is not nothing left today: a whole day's quota would be lost."""
    midnight = NOON + 43_200
    before, _ = admitted(GateState(), "t", now=midnight - 1)
    assert "day:2026-11-24" not in report(before, now=midnight + 5, remaining=0)[0].used
    after, _ = admitted(GateState(), "t", now=midnight + 120)
    assert report(after, now=midnight + 121, remaining=0)[0].used["day:2026-11-24"] == 10


def test_settle_remaining_without_a_daily_quota_is_ignored():
    """Without a limit of the day there is nothing to compare with."""
    config = GateConfig(circuit=CircuitConfig())
    assert report(GateState(), remaining=1, epoch=1, config=config)[0] == GateState()


def test_raise_used_takes_the_larger_count():
    """Counts rebuilt from elsewhere merge by the larger; no change is the same state (law 8)."""
    state = GateState(used={TODAY: 5.0, "total": 1.0})
    assert raise_used(state, {TODAY: 4.0, "total": 1.0, MONTH: 0.0, "day:x": math.nan}) is state
    assert raise_used(state, {TODAY: 6.0, MONTH: 2.0}).used == {TODAY: 6.0, MONTH: 2.0, "total": 1.0}


def test_decide_clock_stepped_back_moves_no_state_and_nobody_waits_longer():
    """The store's clock steps back an hour: what is open stays open for its own wait, what is reserved is given up."""
    back = NOON - 3_600
    state, _ = admitted(GateState(), "t", now=NOON + 31)
    opened = replace(state, circuit=OPEN)
    paused = replace(opened, paused_until=NOON + 61, pause=30)
    assert ask(paused, "u", now=back)[1] == Refusal(reason=Reason.PAUSED, retry_after=30.0)
    after, refusal, transition = ask(opened, "u", now=back)
    assert (refusal, transition) == (Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=60.0), None)
    assert (after.circuit.state, after.circuit.until, after.seen) == (State.OPEN, back + 60, back)
    assert after.reservations["t"].ends_at == back + 120
    assert ask(after, "u", now=back + 60)[2].now is State.HALF_OPEN


def test_decide_clock_stepped_back_behind_a_report_keeps_its_pause_to_its_length():
    """A pause of 30 s that began ten seconds ahead of the clock lasts 30 s from now, not 40."""
    state, _ = admitted(GateState(), "t")
    state, _ = report(state, verdict=Verdict.IGNORED, pause=30, now=NOON + 20)
    assert ask(state, "u", now=NOON + 10)[1].retry_after == 30.0


def test_settle_after_the_reservation_ended_is_already_counted():
    """Nobody else asked meanwhile: the call is counted as used, and what it now reports moves no circuit (law 2)."""
    config = with_circuit(fail_max=1)
    state, _ = admitted(GateState(), "t", config=config)
    after, transition = report(state, verdict=Verdict.FAILURE, charge=0, pause=9, now=NOON + 120, config=config)
    assert (after, transition) == (expire(state, now=NOON + 120), None)
    assert (after.used[TODAY], after.unreported, after.circuit) == (1.0, 1, state.circuit)


def test_reset_closes_the_circuit_and_ends_the_pause_only():
    """An operator's reset: circuit closed, pause over, what was used and is under way stays."""
    state, _ = admitted(GateState(), "t")
    state = replace(
        state, circuit=OPEN, paused_until=NOON + 600, pause=600, pause_reason="key refused", used={TODAY: 3}
    )
    after, transition = reset(state, now=NOON)
    assert (after.circuit.state, transition.now, after.paused_until) == (State.CLOSED, State.CLOSED, 0.0)
    assert (after.used, after.reservations, after.pause_reason) == (state.used, state.reservations, "")
