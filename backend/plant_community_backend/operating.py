"""`plant-community circuits` and `quota`: what the operator sees and orders, for the whole cluster."""

import argparse
import asyncio
import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from rich.console import Console
from rich.table import Table

from plant_community_backend.serving import prepare_database
from resilience.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = {"plant_id": "credits", "plantnet": "requests"}
OWN_MEMORY = (
    "without REDIS_URL every process keeps its circuits in its own memory: this command cannot reach the server's. "
    "Look at /api/v1/plant-identification/identify/health/, or set REDIS_URL."
)


def circuits(options: argparse.Namespace) -> int:
    """List the circuits, or carry out an order; the exit code."""
    if not settings.REDIS_URL:
        sys.stderr.write(f"plant-community: {OWN_MEMORY}\n")
        return 1
    django.setup()
    logging.getLogger().setLevel(logging.WARNING)  # the terminal is for the answer
    prepare_database()
    try:
        return asyncio.run(_circuits(options))
    except StoreUnavailable as error:
        sys.stderr.write(f"plant-community: the shared store does not answer ({error}); nothing was ordered.\n")
        return 1


async def _circuits(options: argparse.Namespace) -> int:
    from apps.operations.circuits import Order, carry_out  # noqa: PLC0415 - needs Django set up
    from apps.plant_identification.wiring import open_services  # noqa: PLC0415 - needs Django set up
    from plant_community_backend.database import close_database_threads  # noqa: PLC0415 - needs Django set up

    try:
        async with open_services() as services:
            chosen = [name for name in services.guards if options.provider in {None, name.value}]
            for name in chosen if options.order != "list" else ():
                await carry_out(Order(options.order), services.guards[name], by="command line")
            numbers = [await services.circuits[name].read() for name in chosen]
    finally:
        close_database_threads()
    if options.json:
        sys.stdout.write(json.dumps(numbers, indent=2) + "\n")
    else:
        Console().print(_circuit_table(numbers))
    return 0


def _circuit_table(numbers: list[dict[str, Any]]) -> Table:
    table = Table("Circuit", "State", "Order", "Tried again in", "Paused for", "Under way", "Failures in a row")
    for each in numbers:
        table.add_row(
            each["name"],
            each["state"],
            each["override"] or "-",
            _seconds(each["open_for_seconds"]),
            _seconds(each["paused_for_seconds"]),
            f"{each['in_flight']} of {each['max_in_flight']}",
            str(each["fail_count"]),
        )
    return table


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.0f} s"


def quota(options: argparse.Namespace) -> int:
    """Show what is used and left of each provider's allowance, from the ledger; the exit code."""
    django.setup()
    prepare_database()
    rows = asyncio.run(_quota())
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    table = Table("Provider", "Period", "Used", "Their count", "Limit", "Left", "Unit")
    for row in rows:
        left = "-" if row["limit"] is None else f"{max(0.0, row['limit'] - row['used']):g}"
        cells = (_amount(row["used"]), _amount(row["theirs"]), _amount(row["limit"]), left, UNITS[row["provider"]])
        table.add_row(row["provider"], row["period"], *cells)
    Console().print(table)
    return 0


def _amount(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:g}"


async def _quota() -> list[dict[str, Any]]:
    from apps.plant_identification.ledger import read_periods  # noqa: PLC0415 - needs Django set up
    from apps.plant_identification.wiring import circuit_limits  # noqa: PLC0415 - needs Django set up
    from identification.answer import ProviderName  # noqa: PLC0415 - needs Django set up
    from plant_community_backend.database import close_database_threads, in_database  # noqa: PLC0415 - needs Django set up

    limits: Mapping[str, float | None] = {
        name.value: next((each.limit for each in circuit_limits(name)["quotas"]), None) for name in ProviderName
    }
    try:
        rows = await in_database(read_periods)
    finally:
        close_database_threads()
    return [row | {"limit": limits[row["provider"]] if row["period"].startswith("day:") else None} for row in rows]
