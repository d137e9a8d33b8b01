"""Which missing answers a soak excuses: only those that were told as doubtful, and whose call ended without an answer."""

import pytest

from benchmarks.mixed_load import Call
from benchmarks.soak_bill import PAST_END, failed_calls, find_doubt
from benchmarks.soak_faults import Gone

LATE = {"provider": "plantnet", "state": "late", "maybe_charged": True}
FAILED_LINE = (
    '{"event":"[CIRCUIT] plantnet_api call FAILED - no complete answer within 6 s","charge":%s,'
    '"timestamp":"2026-11-29T10:16:35.000000Z"}\n'
)
UPLOAD = Call("fresh", "A", began=100.0, ended=110.0)


def doubt(failed, *, provider="plantnet", line=LATE, gone=()):
    """The excuse for an answer to UPLOAD."""
    return find_doubt(provider, [{"reports": [line]}], [UPLOAD], gone, failed)


def test_late_answer_is_excused_by_a_call_that_failed_meanwhile_or_soon_after():
    """The provider was paid, and its answer never came."""
    assert doubt([105.0])
    assert doubt([110.0 + PAST_END])


@pytest.mark.parametrize("failed", [[], [99.0], [110.1 + PAST_END]])
def test_late_answer_whose_call_did_not_fail_is_lost(failed):
    """A late answer is kept when it comes: where no call failed it came, and was lost here (law 4)."""
    assert not doubt(failed)


def test_one_failed_call_excuses_one_photo():
    """Of two answers that are missing at a time one is lost."""
    failed = [105.0]
    assert [bool(doubt(failed)), bool(doubt(failed))] == [True, False]


def test_what_nobody_was_told_of_is_lost():
    """Neither is there an excuse for Plant.id, whose answers can be read again."""
    assert not doubt([105.0], line=LATE | {"state": "ok", "maybe_charged": False})
    assert not doubt([105.0], provider="plant_id", line=LATE | {"provider": "plant_id"})


def test_killed_process_excuses_what_it_waited_for():
    """It could log nothing any more, so no failed call is taken for it that another photo needs."""
    failed = [106.0]
    assert doubt(failed, gone=[Gone("A", 105.0)])
    assert not doubt([], gone=[Gone("A", 99.0)])
    assert failed == [106.0]


def test_failed_calls_are_read_from_the_logs_of_servers(tmp_path):
    """Those that may be charged; the last line of a process that was killed is half a line."""
    whole, half = FAILED_LINE % "1.0", (FAILED_LINE % "1.0")[:80]
    (tmp_path / "server-A.log").write_text(whole + FAILED_LINE % "0.0" + half)
    (tmp_path / "server-B.log").write_text(whole)
    assert len(failed_calls(tmp_path)) == 2
