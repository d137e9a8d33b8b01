"""What happens to answers on their way, for counters; each is told once, in the process where it happened."""

import enum
from collections.abc import Callable


class FlightEvent(enum.StrEnum):
    """One thing that happened. The first six are how a request was answered, and are named as `cache.Source` is."""

    L1 = "l1"
    STORE = "store"
    ARCHIVE = "archive"
    STALE = "stale"
    FRESH = "fresh"
    COLLAPSED = "collapsed"
    MISS = "miss"  # neither this process nor the store had it
    FAILED = "failed"  # a request got an error instead of an answer
    LATE = "late"  # a request's time was over before its flight was
    FAILURE_SHARED = "failure_shared"  # another process' failure ended a flight here
    FOUND_BY_RECHECK = "found_by_recheck"  # an outcome whose news was lost
    LEAD_LOST = "lead_lost"  # somebody else may pay for the same answer: the count of possible second bills
    LEAD_REGAINED = "lead_regained"  # the store had lost it, nobody had taken it
    ALONE = "alone"  # asked without the store: each process for itself


type FlightListener = Callable[[FlightEvent], None]


def tell_nobody(_event: FlightEvent) -> None:
    """For those who count nothing."""
