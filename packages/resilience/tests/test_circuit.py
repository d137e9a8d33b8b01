"""The circuit, row by row of its state table: state, event, guard -> next state, what is done."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.circuit import (
    Bucket,
    Circuit,
    Ending,
    State,
    Verdict,
    admit,
    begun,
    next_epoch,
    pulled_back,
    reset,
    settle,
)
from resilience.config import CircuitConfig

NOW = 1_800_000_000.0
TOKEN = "t"
CONFIG = CircuitConfig(
    fail_max=3, reset_timeout=60, success_threshold=2, jitter=0.1, max_probes=1, probe_lease=45, half_open_max=120
)
CLOSED = Circuit(epoch=7, since=NOW - 500)
OPEN = Circuit(
    state=State.OPEN, epoch=8, since=NOW - 20, until=NOW + 40, wait=60.0, left_closed_at=NOW - 20, failed_rounds=0
)


def ask(circuit, *, token=TOKEN, now=NOW, config=CONFIG, jitter=0.0):
    """The circuit, the transition, and the seconds to wait."""
    return admit(circuit, config, token=token, now=now, jitter=jitter)


def report(
    circuit, verdict, *, token=TOKEN, now=NOW, config=CONFIG, epoch=None, slow=False, retry_after=0.0, jitter=0.0
):
    """The circuit and the transition after a report, of the present epoch unless told otherwise."""
    epoch = circuit.epoch if epoch is None else epoch
    ending = Ending(token=token, epoch=epoch, verdict=verdict, slow=slow, retry_after=retry_after)
    return settle(circuit, config, ending, now=now, jitter=jitter)


def half_open(*tokens, now=NOW, config=CONFIG):
    """A circuit that probes, with these probes let out at `now`."""
    circuit = OPEN
    for token in tokens or ("t",):
        circuit, _, wait = ask(waited(circuit, now), token=token, now=now, config=config)
        assert wait is None
    return circuit


def waited(circuit, now):
    """The open circuit with its wait over at `now`; one that probes stays as it is."""
    return (
        Circuit(state=State.OPEN, epoch=8, since=now - 60, until=now, wait=60.0, left_closed_at=now - 60)
        if (circuit.state is State.OPEN)
        else circuit
    )


def test_admit_closed_lets_the_call_go_and_changes_nothing():
    """CLOSED, asked -> CLOSED: the call carries the epoch."""
    assert ask(CLOSED) == (CLOSED, None, None)


def test_admit_open_before_its_time_refuses_with_what_is_left():
    """OPEN, asked before `until` -> OPEN: refused, with the seconds that are left."""
    assert ask(OPEN) == (OPEN, None, 40.0)
    assert ask(OPEN, now=NOW + 39.5) == (OPEN, None, 0.5)


def test_admit_open_when_the_wait_is_over_lets_one_probe_go():
    """OPEN, asked at `until` -> HALF_OPEN: a new epoch, no successes yet, a lease for this one token."""
    circuit, transition, wait = ask(OPEN, now=NOW + 40)
    assert wait is None
    assert (circuit.state, circuit.since, circuit.successes) == (State.HALF_OPEN, NOW + 40, 0)
    assert circuit.epoch > OPEN.epoch
    assert circuit.probes == (("t", NOW + 85),)
    assert (transition.was, transition.now) == (State.OPEN, State.HALF_OPEN)


def test_admit_half_open_with_a_probe_under_way_refuses_until_its_lease_ends():
    """HALF_OPEN, asked with max_probes under way -> refused until the earliest lease ends (law 6: one probe)."""
    circuit = half_open("t")
    assert ask(circuit, token="u", now=NOW + 5) == (circuit, None, 40.0)


def test_admit_half_open_lets_no_more_probes_go_than_successes_are_missing():
    """HALF_OPEN, probes under way plus successes reach the threshold -> refused, though max_probes allows more."""
    config = CircuitConfig(max_probes=3, success_threshold=2, probe_lease=45)
    circuit = half_open("a", "b", config=config)
    assert [token for token, _ in circuit.probes] == ["a", "b"]
    assert ask(circuit, token="c", now=NOW + 1, config=config) == (circuit, None, 44.0)
    circuit, _ = report(circuit, Verdict.SUCCESS, token="a", config=config)
    assert ask(circuit, token="c", now=NOW + 1, config=config)[2] == 44.0


def test_admit_half_open_retry_after_is_the_earliest_lease():
    """With several probes under way the wait ends with the first lease."""
    config = CircuitConfig(max_probes=2, success_threshold=3, probe_lease=45)
    circuit, _, _ = ask(half_open("a", config=config), token="b", now=NOW + 10, config=config)
    assert ask(circuit, token="c", now=NOW + 20, config=config)[2] == 25.0


def test_admit_half_open_after_a_killed_probe_heals_at_the_end_of_its_lease():
    """HALF_OPEN, the lease is over -> the dead lease is dropped, the next call probes (law 6: a killed probe heals)."""
    circuit = half_open("killed")
    assert ask(circuit, token="u", now=NOW + 44.9)[2] is not None
    circuit, transition, wait = ask(circuit, token="u", now=NOW + 45)
    assert (wait, transition) == (None, None)
    assert circuit.probes == (("u", NOW + 90),)


def test_admit_half_open_asked_again_stays_one_probe():
    """The same token asked again holds one lease, not two."""
    circuit, _, wait = ask(half_open("t"), token="t", now=NOW + 5)
    assert wait is None
    assert circuit.probes == (("t", NOW + 50),)


def test_admit_half_open_too_long_without_a_verdict_opens_for_twice_as_long():
    """HALF_OPEN, asked after half_open_max with a probe unreported -> OPEN, the wait doubled; refused."""
    circuit, transition, wait = ask(half_open("killed"), token="u", now=NOW + 120.1)
    assert (circuit.state, circuit.failed_rounds, circuit.wait, wait) == (State.OPEN, 1, 120.0, 120.0)
    assert circuit.until == NOW + 120.1 + 120.0
    assert (transition.was, transition.now) == (State.HALF_OPEN, State.OPEN)
    assert ask(half_open("killed"), token="u", now=NOW + 120)[1] is None


def test_admit_half_open_too_long_with_ignored_probes_only_opens():
    """HALF_OPEN, asked after half_open_max when no probe ever gave a verdict -> OPEN."""
    circuit, _ = report(half_open("t"), Verdict.IGNORED)
    assert ask(circuit, token="u", now=NOW + 121)[0].state is State.OPEN


def test_admit_half_open_that_only_lacks_callers_goes_on():
    """A first probe succeeded and nobody came for hours: the next caller probes, instead of paying for a quiet night."""
    circuit, _ = report(half_open("t"), Verdict.SUCCESS)
    circuit, transition, wait = ask(circuit, token="u", now=NOW + 9_000)
    assert (wait, transition, circuit.state) == (None, None, State.HALF_OPEN)
    closed, _ = report(circuit, Verdict.SUCCESS, token="u", now=NOW + 9_001)
    assert closed.state is State.CLOSED


def test_admit_half_open_with_a_lowered_threshold_lets_a_probe_go():
    """Restarted with a lower threshold than successes so far, the circuit does not stay half open for good."""
    config = CircuitConfig(success_threshold=3)
    circuit, _ = report(half_open("a", config=config), Verdict.SUCCESS, token="a", config=config)
    lower = CircuitConfig(success_threshold=1)
    circuit, _, wait = ask(circuit, token="b", config=lower)
    assert wait is None
    assert report(circuit, Verdict.SUCCESS, token="b", config=lower)[0].state is State.CLOSED


def test_settle_closed_opens_at_fail_max_failures_in_a_row():
    """CLOSED, the streak reaches fail_max -> OPEN: new epoch, first wait, outage begins, counts cleared."""
    circuit = CLOSED
    for _ in range(2):
        circuit, transition = report(circuit, Verdict.FAILURE)
        assert (circuit.state, transition) == (State.CLOSED, None)
    circuit, transition = report(circuit, Verdict.FAILURE)
    assert (circuit.state, circuit.wait, circuit.until, circuit.left_closed_at) == (State.OPEN, 60.0, NOW + 60, NOW)
    assert (circuit.since, circuit.failed_rounds, circuit.streak, circuit.window) == (NOW, 0, 0, ())
    assert circuit.epoch > CLOSED.epoch
    assert (transition.was, transition.now, transition.fail_count, transition.wait) == (
        State.CLOSED,
        State.OPEN,
        3,
        60.0,
    )
    assert transition.reason == "3 failures in a row"


def test_settle_closed_success_ends_the_streak():
    """CLOSED, a success between failures -> the failures are not in a row."""
    circuit = CLOSED
    for verdict in (Verdict.FAILURE, Verdict.FAILURE, Verdict.SUCCESS, Verdict.FAILURE, Verdict.FAILURE):
        circuit, _ = report(circuit, verdict)
    assert (circuit.state, circuit.streak) == (State.CLOSED, 2)


@pytest.mark.parametrize("verdict", [Verdict.IGNORED, Verdict.ALIVE])
def test_settle_closed_without_a_verdict_moves_nothing(verdict):
    """CLOSED, cancelled or our own bad request -> nothing: neither a success nor a failure (law 7)."""
    circuit, _ = report(CLOSED, Verdict.FAILURE)
    assert report(circuit, verdict, slow=True) == (circuit, None)


def rated(**limits):
    """Limits under which only the rates open."""
    return CircuitConfig(fail_max=100, minimum_calls=10, **limits)


def ended(*calls, config):
    """The circuit after (verdict, slow) calls, and the last transition."""
    circuit, transition = CLOSED, None
    for verdict, slow in calls:
        circuit, transition = report(circuit, verdict, slow=slow, config=config)
    return circuit, transition


def test_settle_closed_opens_at_the_failure_rate_when_enough_calls_ended():
    """CLOSED, at least minimum_calls and the failure rate reached -> OPEN; one call less decides nothing."""
    config = rated(failure_rate=0.5)
    calls = [(Verdict.SUCCESS, False), (Verdict.FAILURE, False)] * 5
    circuit, transition = ended(*calls, config=config)
    assert circuit.state is State.OPEN
    assert (transition.reason, transition.fail_count) == ("5 of 10 calls failed", 5)
    assert ended(*calls[2:], (Verdict.FAILURE, False), config=config)[0].state is State.CLOSED


def test_settle_closed_below_the_failure_rate_stays_closed():
    """CLOSED, one failure less than the rate -> CLOSED."""
    calls = [(Verdict.FAILURE, False)] * 4 + [(Verdict.SUCCESS, False)] * 5 + [(Verdict.FAILURE, False)]
    assert ended(*calls, config=rated(failure_rate=0.51))[0].state is State.CLOSED


def test_settle_closed_success_alone_never_opens():
    """A fast success is no reason to open, whatever the window says."""
    calls = [(Verdict.FAILURE, False)] * 9 + [(Verdict.SUCCESS, False)]
    assert ended(*calls, config=rated(failure_rate=0.5))[0].state is State.CLOSED


def test_settle_closed_opens_at_the_slow_rate():
    """CLOSED, enough calls too slow though they succeeded -> OPEN."""
    calls = [(Verdict.SUCCESS, False)] * 2 + [(Verdict.SUCCESS, True)] * 8
    circuit, transition = ended(*calls, config=rated(slow_rate=0.8))
    assert (circuit.state, transition.reason) == (State.OPEN, "8 of 10 calls were too slow")
    assert ended(*calls, config=rated(slow_rate=0.81))[0].state is State.CLOSED


def test_settle_closed_rate_is_a_share_without_rounding_error():
    """7 of 100 is 7 %, though 0.07 * 100 is more than 7 in binary."""
    config = CircuitConfig(fail_max=100, minimum_calls=100, failure_rate=0.07)
    calls = [(Verdict.SUCCESS, False)] * 93 + [(Verdict.FAILURE, False)] * 7
    assert ended(*calls, config=config)[0].state is State.OPEN


def test_settle_half_open_ignored_gives_the_lease_back_without_a_verdict():
    """HALF_OPEN, a probe cancelled -> the lease returns, nothing is learned, the next may probe at once."""
    circuit, transition = report(half_open("t"), Verdict.IGNORED)
    assert (circuit.state, circuit.probes, circuit.successes, transition) == (State.HALF_OPEN, (), 0, None)
    assert ask(circuit, token="u")[2] is None


@pytest.mark.parametrize(
    ("verdict", "slow", "reason"),
    [
        (Verdict.FAILURE, False, "the probe failed"),
        (Verdict.SUCCESS, True, "the probe was too slow"),
        (Verdict.ALIVE, True, "the probe was too slow"),
    ],
)
def test_settle_half_open_failed_or_slow_probe_opens_for_twice_as_long(verdict, slow, reason):
    """HALF_OPEN, a probe failed or was slow -> OPEN, one more failed round; the outage began when CLOSED was left."""
    probing = half_open("t")
    circuit, transition = report(probing, verdict, slow=slow, now=NOW + 10)
    assert (circuit.state, circuit.failed_rounds, circuit.until) == (State.OPEN, 1, NOW + 130)
    assert circuit.left_closed_at == probing.left_closed_at
    assert (transition.reason, transition.wait) == (reason, 120.0)


def test_settle_half_open_failed_rounds_double_the_wait_up_to_the_longest():
    """60 s, then 120, 240, 480 and never more than 600."""
    circuit, waits, now = waited(OPEN, NOW), [], NOW
    for _ in range(6):
        circuit, _, _ = ask(circuit, now=now)
        circuit, _ = report(circuit, Verdict.FAILURE, now=now)
        waits.append(circuit.wait)
        now = circuit.until
    assert waits == [120.0, 240.0, 480.0, 600.0, 600.0, 600.0]


@pytest.mark.parametrize("verdict", [Verdict.SUCCESS, Verdict.ALIVE])
def test_settle_half_open_closes_only_at_the_success_threshold(verdict):
    """HALF_OPEN, success_threshold probes succeeded -> CLOSED: new epoch, no counts, the downtime told."""
    circuit, transition = report(half_open("a"), verdict, token="a", now=NOW + 1)
    assert (circuit.state, circuit.successes, circuit.probes, transition) == (State.HALF_OPEN, 1, (), None)
    circuit, _, _ = ask(circuit, token="b", now=NOW + 2)
    closed, transition = report(circuit, verdict, token="b", now=NOW + 5)
    assert closed == Circuit(epoch=closed.epoch, since=NOW + 5)
    assert closed.epoch > circuit.epoch
    assert (transition.was, transition.now, transition.downtime) == (State.HALF_OPEN, State.CLOSED, 65.0)


def test_settle_half_open_second_probe_of_a_failed_round_moves_nothing():
    """Two probes out, one fails: the other reports in an older epoch, and its success closes nothing (law 6)."""
    config = CircuitConfig(max_probes=2, success_threshold=2, probe_lease=45)
    probing = half_open("a", "b", config=config)
    reopened, _ = report(probing, Verdict.FAILURE, token="a", config=config)
    assert report(reopened, Verdict.SUCCESS, token="b", epoch=probing.epoch, config=config) == (reopened, None)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_settle_half_open_after_the_lease_moves_nothing(verdict):
    """HALF_OPEN, a probe given up reports after all -> nothing moves (law 6)."""
    circuit = half_open("t")
    assert report(circuit, verdict, now=NOW + 45) == (circuit, None)
    assert report(circuit, verdict, token="stranger") == (circuit, None)


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("epoch", [8, 7])
def test_settle_open_anything_moves_nothing(verdict, epoch):
    """OPEN, any report, of whatever epoch -> neither longer nor closed."""
    assert report(OPEN, verdict, epoch=epoch, retry_after=9_000, slow=True) == (OPEN, None)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_settle_from_an_older_epoch_moves_nothing(verdict):
    """Any state, an older epoch -> nothing, not even a count (law 6)."""
    assert report(CLOSED, verdict, epoch=CLOSED.epoch - 1) == (CLOSED, None)
    probing = half_open("t")
    assert report(probing, verdict, epoch=probing.epoch - 1) == (probing, None)


@pytest.mark.parametrize(("jitter", "wait"), [(-1.0, 54.0), (0.0, 60.0), (1.0, 66.0)])
def test_settle_wait_is_spread_by_jitter(jitter, wait):
    """A tenth more or less, so that circuits of several providers do not probe in step."""
    circuit, _ = report(CLOSED, Verdict.FAILURE, config=CircuitConfig(fail_max=1), jitter=jitter)
    assert circuit.wait == pytest.approx(wait)


@pytest.mark.parametrize(
    ("retry_after", "wait"), [(10, 60), (90, 90), (10**9, 86_400), (math.inf, 86_400), (math.nan, 60), (-5, 60)]
)
def test_settle_retry_after_is_a_floor_of_at_most_a_day(retry_after, wait):
    """The provider's word makes the wait longer, never shorter, and no longer than a day."""
    opened, _ = report(CLOSED, Verdict.FAILURE, config=CircuitConfig(fail_max=1), retry_after=retry_after)
    assert (opened.wait, opened.until) == (wait, NOW + wait)
    reopened, _ = report(half_open("t"), Verdict.FAILURE, retry_after=retry_after)
    assert reopened.wait == max(wait, 120)


def test_settle_that_may_not_open_counts_and_closes_only():
    """METRICS_ONLY: failures are counted and open nothing; the next real failure opens by what was counted."""
    ending = Ending(token="t", epoch=CLOSED.epoch, verdict=Verdict.FAILURE)
    circuit = CLOSED
    for _ in range(5):
        circuit, transition = settle(circuit, CONFIG, ending, now=NOW, jitter=0, may_open=False)
        assert transition is None
    assert (circuit.state, circuit.streak, circuit.window[0].calls) == (State.CLOSED, 5, 5)
    assert report(circuit, Verdict.SUCCESS)[0].state is State.CLOSED
    assert report(circuit, Verdict.FAILURE)[1].reason == "6 failures in a row"


def test_settle_probe_that_may_not_open_gives_its_lease_back():
    """METRICS_ONLY: a failed probe opens nothing and is no success; a good one closes."""
    probing = half_open("t", config=CircuitConfig(success_threshold=1))
    bad = Ending(token="t", epoch=probing.epoch, verdict=Verdict.FAILURE)
    circuit, transition = settle(probing, CONFIG, bad, now=NOW, jitter=0, may_open=False)
    assert (circuit.state, circuit.probes, circuit.successes, transition) == (State.HALF_OPEN, (), 0, None)
    good = Ending(token="t", epoch=probing.epoch, verdict=Verdict.SUCCESS)
    once = CircuitConfig(success_threshold=1)
    assert settle(probing, once, good, now=NOW, jitter=0, may_open=False)[0].state is State.CLOSED


def test_pulled_back_clock_lets_nobody_wait_longer_than_was_set():
    """The clock steps back an hour: an open circuit waits its own wait at most, a lease lasts its own length."""
    earlier = NOW - 3_600
    assert pulled_back(OPEN, CONFIG, now=earlier).until == earlier + 60
    probing = pulled_back(half_open("t"), CONFIG, now=earlier)
    assert (probing.since, probing.probes, probing.state) == (earlier, (("t", earlier + 45),), State.HALF_OPEN)
    assert pulled_back(OPEN, CONFIG, now=OPEN.since) == OPEN


def test_begun_first_call_gets_an_epoch_that_no_lost_cell_had():
    """A circuit that begins again after its cell was lost uses no epoch of before (law 6)."""
    first = begun(Circuit(), now=NOW)
    again = begun(Circuit(), now=NOW + 0.001)
    assert 0 < first.epoch < again.epoch
    assert first.since == NOW
    assert begun(first, now=NOW + 9) == first


@settings(deadline=None)
@given(epoch=st.integers(0, 10**14), now=st.floats(0, 1e11))
def test_next_epoch_grows_with_every_change_and_with_the_clock(epoch, now):
    """Never the one before, also when the clock stepped back; never below the clock's milliseconds."""
    after = next_epoch(Circuit(epoch=epoch), now)
    assert after > epoch
    assert after >= int(now * 1000)


def test_reset_closes_as_if_nothing_had_happened():
    """An operator's reset closes from any state, in a new epoch, and is told unless it was closed."""
    for circuit in (OPEN, half_open("t")):
        closed, transition = reset(circuit, now=NOW)
        assert closed == Circuit(epoch=closed.epoch, since=NOW)
        assert closed.epoch > circuit.epoch
        assert (transition.was, transition.now, transition.reason) == (
            circuit.state,
            State.CLOSED,
            "reset by an operator",
        )
    counted, _ = report(CLOSED, Verdict.FAILURE)
    closed, transition = reset(counted, now=NOW)
    assert (closed.streak, closed.window, transition) == (0, (), None)


@settings(deadline=None)
@given(
    steps=st.lists(st.tuples(st.floats(0, 20), st.booleans(), st.booleans()), max_size=60),
    window=st.sampled_from([1.0, 30.0, 120.0, 3_600.0]),
)
def test_settle_window_counts_the_last_seconds_to_within_a_twelfth(steps, window):
    """Every call of the last eleven twelfths is counted, none older than the window, in at most twelve buckets."""
    config = CircuitConfig(fail_max=10**6, minimum_calls=10**6, window=window)
    circuit, now, calls = CLOSED, NOW, []
    for seconds, failed, slow in steps:
        now += seconds
        calls.append((now, failed, slow))
        circuit, _ = report(circuit, Verdict.FAILURE if failed else Verdict.SUCCESS, slow=slow, now=now, config=config)
        sure = [call for call in calls if call[0] > now - window * 11 / 12]
        possible = [call for call in calls if call[0] > now - window]
        assert len(sure) <= sum(bucket.calls for bucket in circuit.window) <= len(possible)
        assert (
            sum(c[1] for c in sure) <= sum(bucket.failures for bucket in circuit.window) <= sum(c[1] for c in possible)
        )
        assert sum(c[2] for c in sure) <= sum(bucket.slow for bucket in circuit.window) <= sum(c[2] for c in possible)
        assert len(circuit.window) <= 12
        assert [bucket.at for bucket in circuit.window] == sorted({bucket.at for bucket in circuit.window})


def test_settle_after_the_clock_stepped_back_lets_old_counts_grow_old():
    """Counts that lie ahead join the present bucket: an hour back does not keep them for an hour more."""
    config = CircuitConfig(fail_max=100, window=120)
    circuit, _ = report(CLOSED, Verdict.FAILURE, now=NOW, config=config)
    circuit, _ = report(circuit, Verdict.SUCCESS, now=NOW - 3_600, config=config)
    assert circuit.window == (Bucket(NOW - 3_600, 2, 1, 0),)
    circuit, _ = report(circuit, Verdict.SUCCESS, now=NOW - 3_600 + 120, config=config)
    assert sum(bucket.calls for bucket in circuit.window) == 1
