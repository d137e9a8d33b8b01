"""Quota windows: periods of UTC, what is full, and when there is room again."""

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.config import DAY, QuotaConfig
from resilience.quota import allowance, find_full, period_of, seconds_to_reset, seconds_to_room, without_old


def at(*moment: int) -> float:
    """Seconds since 1970 of a moment in UTC."""
    return dt.datetime(*moment, tzinfo=dt.UTC).timestamp()


NOON = at(2026, 11, 23, 12)
moments = st.floats(at(2000, 1, 1), at(2200, 1, 1))


@pytest.mark.parametrize(
    ("window", "moment", "period"),
    [
        ("day", (2026, 11, 23, 0, 0, 0), "day:2026-11-23"),
        ("day", (2026, 11, 23, 23, 59, 59), "day:2026-11-23"),
        ("day", (2026, 11, 24, 0, 0, 0), "day:2026-11-24"),
        ("day", (2028, 2, 29, 12, 0, 0), "day:2028-02-29"),
        ("month", (2026, 11, 30, 23, 59, 59), "month:2026-11"),
        ("month", (2026, 12, 1, 0, 0, 0), "month:2026-12"),
        ("total", (2026, 12, 1, 0, 0, 0), "total"),
    ],
)
def test_period_of_moment_is_the_utc_period(window, moment, period):
    """Periods begin at 00:00 UTC, as the providers' do, and are named so that they sort by time."""
    assert period_of(window, at(*moment)) == period


@pytest.mark.parametrize(
    ("window", "moment", "seconds"),
    [
        ("day", (2026, 11, 23, 23, 0, 0), 3_600),
        ("day", (2026, 11, 23, 0, 0, 0), 86_400),
        ("month", (2026, 11, 30, 23, 59, 0), 60),
        ("month", (2026, 12, 31, 12, 0, 0), 43_200),
        ("month", (2028, 2, 1, 0, 0, 0), 29 * 86_400),
        ("total", (2026, 11, 23, 0, 0, 0), None),
    ],
)
def test_seconds_to_reset_counts_to_the_next_period(window, moment, seconds):
    """The wait ends at 00:00 UTC of the next day or the first of the next month; a total never comes back."""
    assert seconds_to_reset(window, at(*moment)) == seconds


@settings(deadline=None)
@given(window=st.sampled_from(["day", "month"]), now=moments)
def test_seconds_to_reset_ends_exactly_where_the_period_does(window, now):
    """Just before the reset it is still this period, at the reset it is the next one."""
    reset = now + seconds_to_reset(window, now)
    assert period_of(window, reset - 0.01) == period_of(window, now)
    assert period_of(window, reset + 0.01) > period_of(window, now)


def test_allowance_keeps_the_last_share_for_those_who_wait():
    """Batch callers leave the last part; a tenth of ten is one whole call, without a rounding error."""
    quota = QuotaConfig(window="day", limit=10, kept_back=0.9)
    assert allowance(quota, interactive=True) == 10
    assert allowance(quota, interactive=False) == 1


def test_find_full_at_the_limit_lets_the_last_call_go():
    """Exactly the limit may be used, not one more (law 2)."""
    quota = QuotaConfig(window="day", limit=3, kept_back=0)
    today = period_of("day", NOON)
    assert find_full([quota], {today: 2}, cost=1, interactive=False, now=NOON) is None
    assert find_full([quota], {today: 2}, cost=1.5, interactive=True, now=NOON) is quota
    assert find_full([quota], {today: 3}, cost=1, interactive=True, now=NOON) is quota
    assert find_full([quota], {"day:2026-11-22": 3}, cost=1, interactive=True, now=NOON) is None


def test_find_full_of_several_is_the_one_with_room_last():
    """Who is sent away until tomorrow is not sent away again tomorrow, until the month is over."""
    day, month = QuotaConfig(window="day", limit=1), QuotaConfig(window="month", limit=1)
    total = QuotaConfig(window="total", limit=1)
    used = {"day:2026-11-23": 1.0, "month:2026-11": 1.0, "total": 0.0}
    assert find_full([day, month, total], used, cost=1, interactive=True, now=NOON) is month
    assert find_full([day, month, total], used | {"total": 1.0}, cost=1, interactive=True, now=NOON) is total


def test_seconds_to_room_for_more_than_the_quota_holds_is_never():
    """Waiting does not help a call that costs more than a whole day, or than batch callers may ever use."""
    quota = QuotaConfig(window="day", limit=10, kept_back=0.5)
    assert seconds_to_room(quota, cost=10, interactive=True, now=NOON) == DAY / 2
    assert seconds_to_room(quota, cost=11, interactive=True, now=NOON) == math.inf
    assert seconds_to_room(quota, cost=6, interactive=False, now=NOON) == math.inf
    assert seconds_to_room(QuotaConfig(window="total", limit=9), cost=1, interactive=True, now=NOON) == math.inf


def test_without_old_keeps_what_a_clock_that_steps_back_needs():
    """Yesterday's and, on the first, last month's counts stay one more day; the total and what lies ahead stay."""
    used = {
        "total": 9.0,
        "month:2026-09": 1.0,
        "month:2026-10": 2.0,
        "month:2026-11": 3.0,
        "day:2026-10-30": 4.0,
        "day:2026-10-31": 5.0,
        "day:2026-11-01": 6.0,
        "day:2026-11-02": 7.0,
        "week:2026-44": 8.0,
        "": 8.0,
    }
    kept = without_old(used, now=at(2026, 11, 1, 0, 0, 5))
    assert set(used) - set(kept) == {"month:2026-09", "day:2026-10-30", "week:2026-44", ""}
    assert kept == {period: used[period] for period in kept}
    assert "month:2026-10" not in without_old(used, now=at(2026, 11, 2, 0, 0, 5))


@settings(deadline=None)
@given(now=moments, ages=st.lists(st.floats(0, 400 * DAY), max_size=60))
def test_without_old_keeps_the_cell_small_and_today_whole(now, ages):
    """However long a provider is used, at most two days, two months and the total are kept."""
    used = {period_of(window, now - age): 1.0 for age in ages for window in ("day", "month", "total")}
    kept = without_old(used, now=now)
    assert len(kept) <= 5
    for window in ("day", "month", "total"):
        period = period_of(window, now)
        assert kept.get(period) == used.get(period)
