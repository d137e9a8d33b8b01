"""Run every benchmark, print its table, and write benchmarks/RESULTS.md.

`python -m benchmarks NAME...` runs those only, and replaces their sections. `python -m benchmarks soak` is half an hour and
no part of the others; with a number, `soak 180`, it takes so many seconds and is printed only.
"""

import argparse
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
    "capacity",
    "growth",
    "mobile_app",
)
BY_THEMSELVES = ("soak",)  # too long to be part of all
RESULTS = Path(__file__).parent / "RESULTS.md"
MARK = "<!-- {} -->"


def main() -> int:
    """Run those named on the command line, or all but the soak, and write their sections; 1 when one has failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*NAMES, *BY_THEMSELVES)))
    words = parser.parse_args().names
    numbers = [word for word in words if word.isdecimal()]
    names = [word for word in words if not word.isdecimal()]
    if unknown := [name for name in names if name not in {*NAMES, *BY_THEMSELVES}]:
        parser.error(f"no benchmark is called {', '.join(unknown)}; see --help")
    if numbers:
        os.environ["SOAK_SECONDS"] = numbers[0]
    failed = False
    for name in names or NAMES:
        started = time.monotonic()
        print(f"{name} ...", file=sys.stderr)
        section = importlib.import_module(f"benchmarks.{name}").report()
        print(section, flush=True)
        failed = failed or "**FAILED**" in section
        if not (name == "soak" and numbers):
            today = f"{datetime.now(UTC):%Y-%m-%d}"
            write_section(name, f"{section}\n\n({time.monotonic() - started:.0f} s, {today})\n")
    return 1 if failed else 0


def write_section(name: str, section: str) -> None:
    """Put it into RESULTS.md in the place of the earlier one of that name; the others stay as they are."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    found = dict(re.findall(r"<!-- (\w+) -->\n(.*?)(?=\n<!-- |\Z)", text, re.DOTALL))
    found[name] = section
    order = [each for each in (*NAMES, *BY_THEMSELVES) if each in found]
    parts = [heading(), *(f"{MARK.format(each)}\n{found[each].rstrip()}\n" for each in order)]
    RESULTS.write_text("\n".join(parts), encoding="utf-8")


def heading() -> str:
    """What was measured, when and on what."""
    cores = len(os.sched_getaffinity(0))
    return (
        "# Results of the last `make bench`\n\n"
        f"Python {platform.python_version()}, {cores} cores shared by server, simulator and load generator; each section has "
        "the seconds that it took and its date.\nMachines are noisy: read the ratios, which come from one run, before the seconds.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
