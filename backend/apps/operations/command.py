"""`plant-community doctor`: all that is to fix, in the terminal or as JSON."""

import argparse
import asyncio
import sys

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from apps.operations.doctor import Found, examine, names
from apps.operations.registry import ToFix
from apps.plant_identification.wiring import open_services
from plant_community_backend.database import close_database_threads

EXIT_CODES = {"info": 0, "warning": 1, "error": 2}
COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def doctor(options: argparse.Namespace) -> int:
    """Examine and tell; the exit code: 0 nothing worse than info, 1 warnings, 2 errors."""
    if unknown := set(options.only) - set(names()):
        sys.stderr.write(f"plant-community: no check is called {', '.join(sorted(unknown))}: {', '.join(names())}\n")
        return EXIT_CODES["error"]
    try:
        found = asyncio.run(_examine(options.only))
    finally:
        close_database_threads()
    if options.json:
        _print_json(found, options.only)
    else:
        _print(found)
    return max((EXIT_CODES[each.severity] for _, each in found), default=0)


async def _examine(only: list[str]) -> list[Found]:
    try:
        async with open_services() as services:
            return await examine(services, only)
    except ValueError as error:  # an address that is none
        mend = "Correct the setting, and look again."
        wrong = ToFix(severity="error", title="The server cannot start", text=f"{error}.", mend=mend)
        return [("settings", wrong)]


def _print_json(found: list[Found], only: list[str]) -> None:
    rows = [{"check": name} | msgspec.to_builtins(each) for name, each in found]
    body = {"worst": found[0][1].severity if found else None, "checks": only or list(names()), "to_fix": rows}
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(body)).decode() + "\n")


def _print(found: list[Found]) -> None:
    if not found:
        sys.stdout.write("Nothing to fix.\n")
        return
    table = Table("", "Check", "What", "What to do", show_lines=True)
    for name, each in found:
        colour = COLOURS[each.severity]
        what = f"[bold]{escape(each.title)}[/bold]\n{escape(each.text)}"
        table.add_row(f"[{colour}]{each.severity}[/{colour}]", name, what, escape(each.mend))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
