"""How often a provider's shared cell can be changed, and how many calls the guard can let out and settle."""

import statistics
import time
from typing import NamedTuple

from benchmarks.crew import Crew
from resilience.testing_valkey import Valkey

PROCESSES, ROUNDS, SECONDS = (1, 4, 8), 5, 1.0
KINDS = {  # name: kind of work, callers in each process
    "changes, one caller a process": ("swaps", 1),
    "calls, one caller a process": ("calls", 1),
    "calls, 16 callers a process": ("calls", 16),
}
GOAL = 500  # admissions a second over eight processes


class Row(NamedTuple):
    """One round, or the medians of several; all but `alone` are per second."""

    done: float
    swaps: float
    conflicts: float
    alone: float  # changes decided without the store, which was too slow


def one_round(crew: Crew, kind: str, callers: int, *, key: str) -> Row:
    """What all processes did together in SECONDS seconds."""
    told = crew.ask(kind=kind, callers=callers, key=key, at=time.monotonic() + 0.2, seconds=SECONDS)
    total = {name: sum(each[name] for each in told) for name in Row._fields}
    return Row(total["done"] / SECONDS, total["swaps"] / SECONDS, total["conflicts"] / SECONDS, total["alone"])


def measure() -> dict[tuple[str, int], Row]:
    """The medians of each kind of work at each number of processes."""
    found = {}
    for processes in PROCESSES:
        with Valkey() as valkey, Crew("benchmarks.cells_worker", processes, valkey.url) as crew:
            for name, (kind, callers) in KINDS.items():
                one_round(crew, kind, callers, key=f"{name} warm-up")
                rounds = [one_round(crew, kind, callers, key=f"{name} {number}") for number in range(ROUNDS)]
                found[name, processes] = Row(*(statistics.median(values) for values in zip(*rounds, strict=True)))
    return found


def report() -> str:
    """The table, ratios first."""
    found = measure()
    rows = [
        f"| {name} | {processes} | x {row.done / found[name, 1].done:.2f} | {row.conflicts / max(row.swaps, 1):.2f} "
        f"| {row.done:.0f}/s | {row.swaps:.0f}/s | {row.conflicts:.0f}/s | {row.alone:.0f} |"
        for (name, processes), row in found.items()
    ]
    most = max(PROCESSES)
    reached = {name: found[name, most] for name, (kind, _) in KINDS.items() if kind == "calls"}
    goals = [
        f"Goal: {GOAL} admissions/s over {most} processes, none of them alone; {name}: "
        f"{'met' if row.done >= GOAL and not row.alone else 'MISSED'} ({row.done:.0f}/s, {row.alone:.0f} alone)."
        for name, row in reached.items()
    ]
    return "\n".join(
        [
            f"## The shared cell: changes and calls a second on one key (median of {ROUNDS} rounds of {SECONDS} s)",
            "",
            "A call that takes no time is two changes: its admission and its report. Changes of one process that wait together",
            "are one swap. A swap that another process came before is made again: a conflict.",
            "",
            "| | processes | of one process | conflicts a swap | done | swaps | conflicts | decided alone |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "  \n".join(goals),
        ]
    )
