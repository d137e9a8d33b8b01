"""`plant-community api-versions`: how much each version is used, and who still calls the one without a number."""

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from apps.api_versions.queries import callers_of, calls_by_version


def api_versions(options: argparse.Namespace) -> int:
    """Print it; the exit code."""
    versions, callers = calls_by_version(options.days), callers_of(options.version, options.days)
    if options.json:
        callers = [each | {"last": each["last"].isoformat()} for each in callers]
        report = {"days": options.days, "calls": versions, "version": options.version, "callers": callers}
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
        return 0
    console = Console()
    console.print(_version_table(versions, options.days))
    console.print(_caller_table(options.version, callers))
    return 0


def _version_table(versions: dict[str, int], days: int) -> Table:
    table = Table("Version", "Calls", "Share", title=f"The last {days} days")
    total = sum(versions.values())
    for version, calls in versions.items():
        table.add_row(version, str(calls), f"{calls / total:.1%}")
    return table


def _caller_table(version: str, callers: list[dict[str, Any]]) -> Table:
    table = Table("Client", "Calls", "Last call (UTC)", title=f"Who calls {version}")
    for each in callers:
        table.add_row(each["client"], str(each["total"]), f"{each['last']:%Y-%m-%d %H:%M}")
    return table
