"""All checks, quick and thorough, in bounded time: whatever is broken, there is a report."""

import asyncio
from collections.abc import Collection, Iterable

from apps.operations import thorough, to_fix  # noqa: F401 - they enter their checks
from apps.operations.registry import QUICK, SEVERITIES, THOROUGH, Thorough, ToFix, read_facts
from apps.plant_identification.wiring import Services

type Found = tuple[str, ToFix]  # the name of the check, and what it found

CHECK_SECONDS = 8.0  # for each thorough check; they run side by side


def names() -> tuple[str, ...]:
    """Of all checks."""
    return (*QUICK, *THOROUGH)


async def examine(services: Services, only: Collection[str] = ()) -> list[Found]:
    """What the checks find, the worst first; with `only`, these checks."""
    chosen = set(only) or set(names())
    facts = await read_facts(services)
    found = [(name, each) for name, check in QUICK.items() if name in chosen for each in check(facts)]
    running = {name: _bounded(name, check, services) for name, check in THOROUGH.items() if name in chosen}
    for name, ended in zip(running, await asyncio.gather(*running.values()), strict=True):
        found += [(name, each) for each in ended]
    return sorted(found, key=lambda each: SEVERITIES.index(each[1].severity))


async def _bounded(name: str, check: Thorough, services: Services) -> Iterable[ToFix]:
    """What it finds; that it cannot look is a finding, too."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check(services)
    except TimeoutError:
        text = f"It did not end within {CHECK_SECONDS:g} seconds."
    except Exception as error:  # noqa: BLE001 - the other findings are to be told all the same
        text = f"{type(error).__name__}: {error}."
    mend = "Look at the other findings first; what it asks may be away."
    return [ToFix(severity="warning", title=f"The check `{name}` could not be made", text=text, mend=mend)]
