"""2,000 different photos at once in one process: against providers that take 5 s, and the same against 0 s."""

import asyncio
import threading
import time
from typing import Self

import psutil

from benchmarks.endpoint import ask_all, set_latency
from benchmarks.servers import photos, server, simulator

AT_ONCE = 2_000
PROVIDER_SECONDS = 5.0
GOAL_FACTOR = 1.3
GOAL_KB = 150


class PeakMemory(threading.Thread):
    """The highest resident memory of a process while the block runs, in bytes."""

    def __init__(self, watched: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.watched, self.peak, self.done = watched, 0, threading.Event()

    def run(self) -> None:
        """Look every 20 ms."""
        while not self.done.is_set():
            self.peak = max(self.peak, self.watched.memory_info().rss)
            time.sleep(0.02)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()


def one_run(shots: list[bytes], provider_seconds: float) -> tuple[float, int, int, int]:
    """Seconds for all, how many were answered, idle and peak memory in bytes; a fresh server."""
    with simulator() as providers, server(providers) as (url, running):
        asyncio.run(ask_all(url, photos(20)))
        set_latency(providers, provider_seconds)
        idle = running.memory_info().rss
        with PeakMemory(running) as memory:
            wall, _, answered = asyncio.run(ask_all(url, shots))
    return wall, answered, idle, memory.peak


def report() -> str:
    """The table."""
    shots = photos(AT_ONCE)
    fast, fast_answered, *_ = one_run(shots, 0.0)
    slow, answered, idle, peak = one_run(shots, PROVIDER_SECONDS)
    bound = PROVIDER_SECONDS + GOAL_FACTOR * fast
    each_kb = (peak - idle) / AT_ONCE / 1024
    memory = (
        f"Memory: {idle / 2**20:.0f} MB idle, {peak / 2**20:.0f} MB at the peak: {each_kb:.0f} kB for each request "
        f"(goal {GOAL_KB} kB: {'met' if each_kb <= GOAL_KB else 'MISSED'})."
    )
    return "\n".join(
        [
            f"## {AT_ONCE:,} different photos at once in one process (640x480, {sum(map(len, shots)) / len(shots) / 1024:.0f} kB each)",
            "",
            "| | answered | wall | goal |",
            "|---|---|---|---|",
            f"| providers take 0 s | {fast_answered} | {fast:.1f} s | |",
            f"| providers take {PROVIDER_SECONDS:.0f} s | {answered} | {slow:.1f} s | {bound:.1f} s = {PROVIDER_SECONDS:.0f} s + {GOAL_FACTOR} x {fast:.1f} s: {'met' if slow <= bound else 'MISSED'} |",
            "",
            memory,
        ]
    )
