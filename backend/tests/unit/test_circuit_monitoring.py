"""What an operator reads of a circuit: the mission's lines, and not one for each of ten thousand refusals."""

import pytest

from apps.plant_identification.circuit_monitoring import CircuitMonitor
from resilience.circuit import State, Transition
from resilience.gate import Reason, Refusal
from resilience.guard import Called, Outcome
from resilience.testing import FakeClock

BLOCKED = "[CIRCUIT] plant_id_api call BLOCKED - Circuit is OPEN, fast-failing"
OPEN = Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=40.0)


@pytest.fixture
def clock():
    """Stands still."""
    return FakeClock()


@pytest.fixture
def monitor(clock):
    """Of Plant.id."""
    return CircuitMonitor("plant_id_api", clock)


def test_refusals_of_one_second_are_one_line_and_all_counted(monitor, clock, caplog):
    """A thousand refused requests are a number in health and a line a second in the log."""
    for _ in range(1_000):
        monitor.refused("plant_id", OPEN)
    assert caplog.text.count(BLOCKED) == 1
    clock.advance(1.0)
    monitor.refused("plant_id", OPEN)
    assert caplog.text.count(BLOCKED) == 2
    assert monitor.refusals == {"circuit_open": 1_001}


def test_refusals_for_another_reason_have_their_own_line(monitor, caplog):
    """That the quota is used up is not hidden by a circuit that opened in the same second."""
    monitor.refused("plant_id", OPEN)
    monitor.refused("plant_id", Refusal(reason=Reason.QUOTA, detail="day"))
    assert BLOCKED in caplog.text
    assert "[QUOTA] plant_id_api call BLOCKED - the day limit is reached" in caplog.text


def test_call_without_an_answer_is_told_with_its_reason_and_what_it_may_have_cost(monitor, caplog):
    """Nobody at 3 a.m. has to guess why a circuit opens; an answered call is no line, its request has one."""
    monitor.called("plant_id", Called(outcome=Outcome.OK, seconds=2.0, charge=1.0))
    assert caplog.text == ""
    said = "no complete answer within 30 s"
    monitor.called("plant_id", Called(outcome=Outcome.UNAVAILABLE, seconds=30.04, charge=1.0, detail=said))
    monitor.called("plant_id", Called(outcome=Outcome.BROKEN_OFF, seconds=1.0, charge=1.0))
    failed, broken_off = caplog.messages
    assert f"[CIRCUIT] plant_id_api call FAILED - {said}" in failed
    assert all(each in failed for each in ("unavailable", "30.0", "'charge': 1.0"))
    assert "[CIRCUIT] plant_id_api call FAILED - broken off" in broken_off


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            Transition(was=State.CLOSED, now=State.OPEN, reason="failures", fail_count=3, wait=60.0),
            [
                "[CIRCUIT] plant_id_api state transition: CLOSED → OPEN (fail_count=3)",
                "[CIRCUIT] plant_id_api circuit OPENED - API calls blocked for 60s",
            ],
        ),
        (
            Transition(was=State.OPEN, now=State.HALF_OPEN, reason="wait over"),
            ["[CIRCUIT] plant_id_api entering HALF-OPEN state - Testing service recovery"],
        ),
        (
            Transition(was=State.HALF_OPEN, now=State.CLOSED, reason="probes", downtime=65.2),
            ["[CIRCUIT] plant_id_api circuit CLOSED - Service recovered after 65.2s downtime"],
        ),
    ],
)
def test_transitions_are_told_in_the_words_operators_search_for(monitor, caplog, change, lines):
    """The mission's lines, word for word."""
    monitor.transition("plant_id", change)
    for line in lines:
        assert line in caplog.text
