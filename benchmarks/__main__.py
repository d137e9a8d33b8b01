"""Run every benchmark, print its table, and write benchmarks/RESULTS.md."""

import importlib
import os
import platform
import re
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
    "traces",
    "first_minutes",
)
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Run those named on the command line, or all, which writes the results anew; --write replaces those of the named."""
    chosen = [name for name in sys.argv[1:] if name != "--write"] or NAMES
    parts = [heading()]
    for name in chosen:
        started = time.monotonic()
        print(f"{name} ...", file=sys.stderr)
        table = importlib.import_module(f"benchmarks.{name}").report()
        print(table, flush=True)
        parts.append(f"{table}\n\n({time.monotonic() - started:.0f} s)\n")
        if "--write" in sys.argv:
            kept = RESULTS.read_text(encoding="utf-8")
            alone = f"{table}\n\n({time.monotonic() - started:.0f} s, by itself on {datetime.now(UTC):%Y-%m-%d})\n"
            RESULTS.write_text(replaced(kept, alone), encoding="utf-8")
    if tuple(chosen) == NAMES:
        RESULTS.write_text("\n".join(parts), encoding="utf-8")


def replaced(results: str, part: str) -> str:
    """The results with this part in the place of the one that has its heading up to a bracket or colon, else at the end."""
    first, *parts = re.split(r"^(?=## )", results, flags=re.MULTILINE)
    of = [subject(each) for each in parts]
    if subject(part) in of:
        parts[of.index(subject(part))] = f"{part}\n"
    else:
        parts[-1] = parts[-1].rstrip("\n") + "\n\n"
        parts.append(part)
    return (first + "".join(parts)).rstrip("\n") + "\n"


def subject(part: str) -> str:
    """What its heading is about: the numbers of rounds behind it may have changed."""
    return re.split(r"[:(]", part.partition("\n")[0])[0].strip()


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
