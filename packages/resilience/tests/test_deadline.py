"""The deadline: how much time is left, and how it is shared."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.deadline import Deadline
from resilience.testing import FakeClock


def test_deadline_remaining_counts_down_to_zero_and_stays():
    """What is left shrinks with the clock and is never negative (law 3)."""
    clock = FakeClock()
    deadline = Deadline.after(10.0, clock)
    clock.advance(4.0)
    assert deadline.remaining() == pytest.approx(6.0)
    clock.advance(60.0)
    assert deadline.remaining() == 0.0


def test_deadline_share_keeps_back_what_follows():
    """An attempt leaves the time that the read-again after it needs."""
    deadline = Deadline.after(10.0, FakeClock())
    assert deadline.share(30.0, keep_back=3.0) == pytest.approx(7.0)
    assert deadline.share(5.0, keep_back=3.0) == pytest.approx(5.0)


@pytest.mark.parametrize("seconds", [-0.1, math.nan, math.inf])
def test_deadline_after_impossible_seconds_raises(seconds):
    """A deadline in the past, at no time or never is a mistake of the caller."""
    with pytest.raises(ValueError, match="finite number of seconds"):
        Deadline.after(seconds, FakeClock())


@given(
    total=st.floats(0, 1e6),
    passed=st.floats(0, 1e6),
    at_most=st.floats(0, 1e6),
    keep_back=st.floats(0, 1e6),
)
def test_deadline_share_never_passes_its_bounds(total, passed, at_most, keep_back):
    """A share is never negative, never above what was allowed, never above what is left (law 3)."""
    clock = FakeClock()
    deadline = Deadline.after(total, clock)
    clock.advance(passed)
    share = deadline.share(at_most, keep_back=keep_back)
    assert 0.0 <= share <= at_most
    assert share <= deadline.remaining()
