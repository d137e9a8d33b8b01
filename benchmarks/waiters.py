"""48 callers in 6 processes who want one answer: our flights beside the locks that others wait with."""

import statistics
import time
from typing import NamedTuple

from redis import Redis

from benchmarks.crew import Crew
from benchmarks.waiters_worker import LOCKS
from resilience.testing_valkey import Valkey

PROCESSES, CALLERS, ROUNDS = 6, 8, 5
ALL = PROCESSES * CALLERS
CASES = {"succeeds after 0.5 s": (0.5, False), "fails after 0.3 s": (0.3, True)}
WAYS = ("ours", *LOCKS)
WAKE_GOAL_MS = 5.0


class Row(NamedTuple):
    """One round, or the medians of several; seconds are told as milliseconds where the name says so."""

    calls: float
    wake_p50_ms: float  # after the end of the first call
    wake_max_ms: float
    last: float
    answered: float
    connections: float


def one_round(crew: Crew, redis: Redis, *, key: str, seconds: float, fails: bool) -> Row:
    """What all callers got, who begin at the same moment."""
    begin = time.monotonic() + 0.2
    crew.tell(key=key, at=begin, seconds=seconds, fails=fails)
    time.sleep(begin + seconds / 2 - time.monotonic())
    connections = len(redis.client_list()) - 1  # the one that counts
    told = crew.hear()
    calls = [call for each in told for call in each["calls"]]
    answers = [answer for each in told for answer in each["answers"]]
    wanted = "ProviderUnavailable" if fails else "the answer"
    result = min(ended for _, ended in calls)
    wakes = [(at - result) * 1000 for at, _ in answers]
    return Row(
        calls=len(calls),
        wake_p50_ms=statistics.median(wakes),
        wake_max_ms=max(wakes),
        last=max(at for at, _ in answers) - begin,
        answered=sum(outcome == wanted for _, outcome in answers),
        connections=connections,
    )


def measure() -> dict[tuple[str, str], Row]:
    """The medians of each way in each case."""
    found = {}
    for way in WAYS:
        with (
            Valkey() as valkey,
            Redis.from_url(valkey.url) as redis,
            Crew("benchmarks.waiters_worker", PROCESSES, way, valkey.url, str(CALLERS)) as crew,
        ):
            one_round(crew, redis, key="warm-up", seconds=0.1, fails=False)
            for case, (seconds, fails) in CASES.items():
                rounds = [
                    one_round(crew, redis, key=f"{case} {number}", seconds=seconds, fails=fails)
                    for number in range(ROUNDS)
                ]
                found[case, way] = Row(*(statistics.median(values) for values in zip(*rounds, strict=True)))
    return found


def table_of(case: str, rows: dict[str, Row]) -> list[str]:
    """The table of one case."""
    ours = rows["ours"]
    return [
        f"One call that {case}:",
        "",
        "| | calls | wake-up p50 / ours | last answer / ours | calls made | wake-up p50 | max | last answer | connections |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {way} | x {row.calls / ours.calls:.0f} | x {row.wake_p50_ms / ours.wake_p50_ms:.1f} "
            f"| x {row.last / ours.last:.1f} | {row.calls:.0f} | {row.wake_p50_ms:.1f} ms | {row.wake_max_ms:.1f} ms "
            f"| {row.last:.2f} s | {row.connections:.0f} |"
            for way, row in rows.items()
        ),
        "",
    ]


def report() -> str:
    """The tables, ratios first."""
    found = measure()
    succeeds, fails = CASES
    good, bad = found[succeeds, "ours"], found[fails, "ours"]
    return "\n".join(
        [
            f"## {ALL} callers in {PROCESSES} processes who want one answer (median of {ROUNDS} rounds)",
            "",
            "The locks are used as usual: cache, lock, cache again, call, release; in threads, without a limit to the waiting.",
            "Wake-up: from the end of the first call to each caller's outcome, callers who then call themselves included.",
            "",
            *table_of(succeeds, {way: found[succeeds, way] for way in WAYS}),
            *table_of(fails, {way: found[fails, way] for way in WAYS}),
            (
                f"Goal: half of all callers within {WAKE_GOAL_MS:.0f} ms of the result: "
                f"{'met' if good.wake_p50_ms <= WAKE_GOAL_MS else 'MISSED'} ({good.wake_p50_ms:.1f} ms).  "
            ),
            (
                f"Goal: of a failure, all {ALL} hear after one call: "
                f"{'met' if (bad.calls, bad.answered) == (1, ALL) else 'MISSED'} ({bad.calls:.0f} calls, {bad.answered:.0f} told)."
            ),
        ]
    )
