"""Run every benchmark, print its table, and write benchmarks/RESULTS.md."""

import importlib
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

NAMES = (
    "normalise",
    "http_client",
    "asgi_server",
    "endpoint",
    "in_flight",
    "breakers",
    "waiters",
    "cells",
    "day",
    "hits",
    "refusals",
    "rate_limits",
    "web_app",
)
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Run those named on the command line, or all; only a run of all writes the results."""
    chosen = sys.argv[1:] or NAMES
    parts = [heading()]
    for name in chosen:
        started = time.monotonic()
        print(f"{name} ...", file=sys.stderr)
        table = importlib.import_module(f"benchmarks.{name}").report()
        print(table, flush=True)
        parts.append(f"{table}\n\n({time.monotonic() - started:.0f} s)\n")
    if tuple(chosen) == NAMES:
        RESULTS.write_text("\n".join(parts), encoding="utf-8")


def heading() -> str:
    """What was measured, when and on what."""
    cores = len(os.sched_getaffinity(0))
    return (
        "# Results of the last `make bench`\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {cores} cores shared by server, simulator and load "
        "generator.\nMachines are noisy: read the ratios, which come from one run, before the seconds.\n"
    )


if __name__ == "__main__":
    main()
