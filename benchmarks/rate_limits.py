"""1,000 requests of one caller at once, over 4 processes, against a limit of 100: who admits how many."""

import statistics
import time
from typing import NamedTuple

from benchmarks.crew import Crew
from resilience.testing_valkey import Valkey

PROCESSES, REQUESTS, ROUNDS, IN_TURN = 4, 1_000, 5, 500
HOUR, BURST = 100, 5_000  # a burst limit nobody comes to, and which the refused should leave alone
AT_ONCE = 16  # questions of one process
WAYS = ("ours", "ours, given back", "limits, moving window", "limits, fixed window", "DRF SimpleRateThrottle")
GIVES_BACK = "ours, given back"


class Row(NamedTuple):
    """One way: of each round the admitted, then what all processes needed."""

    admitted: list[int]
    burst: float  # counted against the other limit
    per_second: float
    alone_ms: float  # one decision, nobody else there


def measure() -> dict[str, Row]:
    """Each way on a store of its own."""
    found = {}
    for way in WAYS:
        with Valkey() as valkey, Crew("benchmarks.rate_limits_worker", PROCESSES, way, valkey.url) as crew:
            rounds, burst = [], []
            for number in range(ROUNDS):
                caller, begin = f"round-{number}", time.monotonic() + 0.1
                rounds.append(crew.ask(caller=caller, at=begin, count=REQUESTS // PROCESSES))
                burst.append(min(crew.ask(used=caller)))  # asking may count one, so the first answer is the right one
        with Valkey() as valkey, Crew("benchmarks.rate_limits_worker", 1, way, valkey.url) as crew:
            alone = crew.ask(caller="alone", each=IN_TURN)[0]
        found[way] = Row(
            admitted=[sum(each["admitted"] for each in told) for told in rounds],
            burst=statistics.median(burst),
            per_second=REQUESTS / statistics.median(max(each["seconds"] for each in told) for told in rounds),
            alone_ms=alone * 1000,
        )
    return found


def report() -> str:
    """The table, ratios first."""
    rows = measure()
    ours = rows["ours"]
    lines = [
        f"| {way} | x {row.alone_ms / ours.alone_ms:.1f} | {_range(row.admitted)} | {row.burst:.0f} "
        f"| {row.per_second:.0f} /s | {row.alone_ms:.2f} ms |"
        for way, row in rows.items()
        if way != GIVES_BACK
    ]
    exact = set(ours.admitted) == {HOUR} and ours.burst == HOUR
    more = rows[GIVES_BACK].alone_ms - ours.alone_ms
    return "\n".join(
        [
            (
                f"## {REQUESTS} requests of one caller over {PROCESSES} processes, against {HOUR} an hour and a wide burst "
                f"limit ({ROUNDS} rounds)"
            ),
            "",
            "| | one decision / ours | admitted | counted by the burst limit | decisions | one decision alone |",
            "|---|---|---|---|---|---|",
            *lines,
            "",
            f"A request that is given back, because its answer was kept, costs {more:.2f} ms more.  ",
            f"Goal: exactly {HOUR} admitted, and the refused cost nothing: {'met' if exact else 'MISSED'}.",
        ]
    )


def _range(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}-{high}"
