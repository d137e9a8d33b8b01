"""Counts of use: whatever order and batches they come in, and who pays for a shared call."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from apps.plant_identification.listeners import Ended
from apps.usage.alerts import Allowance, reached
from apps.usage.sums import COUNTED, FIELDS, add, caller_of, counts_of, share_free, total
from identification.answer import CallState, ProviderName, ProviderReport

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
PRICES = {ProviderName.PLANT_ID: 2.0, ProviderName.PLANTNET: 1.0}


def report(provider, state=CallState.OK, source="fresh", *, maybe_charged=False):
    """A line of a receipt that is as a real one: only a fresh answer has a price."""
    billed = state is CallState.OK and source == "fresh"
    return ProviderReport(
        provider=provider,
        state=state,
        seconds=0.1,
        source=source,
        credits=PRICES[provider] if billed else 0.0,
        maybe_charged=maybe_charged and state is not CallState.OK,
    )


def ended(*reports, **more):
    """An end with these lines."""
    answered = any(each.state is CallState.OK for each in reports)
    return Ended(**{"at": NOON, "owner_id": 7, "reports": reports, "prices": PRICES, "answered": answered} | more)


reports = st.builds(
    report,
    st.sampled_from(ProviderName),
    st.sampled_from(CallState),
    st.sampled_from(["fresh", "collapsed", "l1", "store", "archive", "stale"]),
    maybe_charged=st.booleans(),
)
ends = st.builds(
    lambda lines, refused: ended(*lines, refused=refused),
    st.lists(reports, max_size=2, unique_by=lambda line: line.provider),
    st.booleans(),
)


@given(st.lists(ends, max_size=30), st.randoms(use_true_random=False))
def test_sums_are_the_same_in_any_order_and_in_any_batches(all_ends, chance):
    """Two processes, each with batches of its own, store what one process would have stored at once."""
    parts = [counts_of(end) for end in all_ends]
    at_once = total(parts)
    shuffled = chance.sample(parts, len(parts))
    cut = chance.randint(0, len(parts))
    batches = [total(shuffled[:cut]), total(shuffled[cut:])]
    assert total(batches) == at_once
    assert set(at_once) == set(FIELDS)


@given(st.lists(ends, max_size=30))
def test_every_answer_is_either_paid_or_saved(all_ends):
    """For each provider: answers are calls, shared or kept; billed and saved together is what all would have cost."""
    sums = total(counts_of(end) for end in all_ends)
    for name in ProviderName:
        answers = [
            line
            for end in all_ends
            if not end.refused
            for line in end.reports
            if line.provider is name and line.state is CallState.OK
        ]
        kinds = sum(sums[f"{name}_{kind}"] for kind in ("calls", "collapsed", "cached", "stale"))
        assert kinds == len(answers)
        assert sums[f"{name}_credits"] + sums[f"{name}_saved"] == len(answers) * PRICES[name]
    assert sums["identifications"] + sums["refused"] == len(all_ends)
    assert sums["free"] + sums["failed"] <= sums["identifications"]
    assert 0 <= share_free(sums) <= 1
    assert all(float(sums[field]).is_integer() for field in COUNTED)


def test_who_waits_for_the_call_of_another_pays_nothing():
    """One leader, two that share its call: one bill, and what two did not pay (law 1)."""
    shared = ended(*(report(name, source="collapsed") for name in ProviderName))
    sums = total([counts_of(ended(*map(report, ProviderName))), counts_of(shared), counts_of(shared)])
    assert (sums["plant_id_calls"], sums["plant_id_credits"], sums["plant_id_saved"]) == (1, 2.0, 4.0)
    assert (sums["identifications"], sums["free"]) == (3, 2)


def test_a_call_that_may_have_been_billed_is_no_bill_but_is_told():
    """A time-out of Plant.id: unsure, not free, and the other one is counted as usual."""
    late = report(ProviderName.PLANT_ID, CallState.LATE, maybe_charged=True)
    sums = total([counts_of(ended(late, report(ProviderName.PLANTNET)))])
    assert (sums["plant_id_unsure"], sums["plant_id_credits"], sums["free"]) == (2.0, 0, 0)
    assert sums["plantnet_credits"] == 1.0


def test_a_key_is_counted_by_itself_and_belongs_to_its_owner():
    """`key:3` of the account 7, and the account's own use under another name."""
    with_key, without = caller_of(ended(api_key_id=3)), caller_of(ended())
    assert (with_key.name, with_key.owner_id, without.name) == ("key:3", 7, "user:7")
    assert caller_of(ended(owner_id=None)).name == "anonymous"


def test_a_day_is_a_day_of_utc():
    """Half past one in Berlin is the day before."""
    berlin = dt.datetime(2026, 11, 26, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert caller_of(ended(at=berlin)).day == dt.date(2026, 11, 25)


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_levels_are_reached_with_use_and_never_lost_by_more_of_it(used, limit):
    """More use reaches at least the same levels; nothing allowed is all used."""
    now = Allowance(ProviderName.PLANT_ID, NOON.date(), used, limit)
    later = Allowance(ProviderName.PLANT_ID, NOON.date(), used + 1, limit)
    assert set(reached(now.percent)) <= set(reached(later.percent))


def test_levels_begin_where_they_are_said_to():
    """50, 80 and 95 percent, each included."""
    assert [reached(percent) for percent in (49.9, 50, 80, 95, 200)] == [
        (),
        (50,),
        (80, 50),
        (95, 80, 50),
        (95, 80, 50),
    ]


def test_add_keeps_what_is_there():
    """Fields that come together add up, others stay."""
    counts = {"free": 1}
    add(counts, {"free": 2, "failed": 1})
    assert counts == {"free": 3, "failed": 1}
