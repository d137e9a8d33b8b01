"""What a refusal costs while no provider may be asked: photos that nobody has seen, beside a bare view that reads them."""

import asyncio
import itertools
import json
import statistics
import time
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.bare_view import bare_view
from benchmarks.servers import server, simulator
from benchmarks.uploads import SIZES, Size, body_of, make_photo, open_session

AT_ONCE, ONE_BY_ONE, ROUNDS, GOAL = 16, 8, 5, 1.2
OPENING = 12  # failing questions, more than open both circuits
OPEN_SECONDS = "600"


class Row(NamedTuple):
    """Seconds: of one refusal when there is no other, and until all of AT_ONCE are told."""

    alone: float
    together: float


def control(simulator_url: str, route: str, order: dict[str, Any] | None = None) -> Any:
    """What the simulator's control route answers."""
    body = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(f"{simulator_url}/_control/{route}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


async def send(url: str, photos: list[bytes], *, status: int, at_once: bool) -> list[float]:
    """Send each photo; the seconds of each. Raises RuntimeError when the answer has another status."""
    async with open_session() as session:

        async def one(photo: bytes) -> float:
            body, headers = body_of(photo, "bare body")
            started = time.monotonic()
            async with session.post(url, data=body, headers=headers) as reply:
                content = await reply.read()
                if reply.status != status:
                    message = f"{url} answered {reply.status} instead of {status}: {content[:300]!r}"
                    raise RuntimeError(message)
            return time.monotonic() - started

        if at_once:
            return await asyncio.gather(*(one(photo) for photo in photos))
        return [await one(photo) for photo in photos]


def one_round(url: str, alone: list[bytes], together: list[bytes], *, status: int) -> Row:
    """One place, one photo at a time and then many at once."""
    each = asyncio.run(send(url, alone, status=status, at_once=False))
    last = max(asyncio.run(send(url, together, status=status, at_once=True)))
    return Row(statistics.median(each), last)


def measure(ours: str, bare: str, size: Size, numbers: Iterator[int]) -> tuple[Row, Row]:
    """The medians of our server and of the bare view, which get the same photos in turn."""
    rows: dict[str, list[Row]] = {ours: [], bare: []}
    for _ in range(ROUNDS):
        alone = [make_photo(size, number) for number in itertools.islice(numbers, ONE_BY_ONE)]
        together = [make_photo(size, number) for number in itertools.islice(numbers, AT_ONCE)]
        rows[ours].append(one_round(ours, alone, together, status=503))
        rows[bare].append(one_round(bare, alone, together, status=200))
    first, second = (
        Row(*(statistics.median(values) for values in zip(*found, strict=True))) for found in rows.values()
    )
    return first, second


def measure_all() -> tuple[dict[str, tuple[Row, Row]], int]:
    """Both rows for each size, and how many calls reached a provider all the same."""
    found, numbers = {}, itertools.count()
    settings = {"PLANT_ID_CIRCUIT_RESET_TIMEOUT": OPEN_SECONDS, "PLANTNET_CIRCUIT_RESET_TIMEOUT": OPEN_SECONDS}
    with simulator() as providers, bare_view() as bare, server(providers, **settings) as (url, _):
        ours = f"{url}/api/v1/plant-identification/identify/"
        control(providers, "faults", {"name": "error_500", "provider": "any", "times": None})
        opening = [make_photo(SIZES[0], number) for number in itertools.islice(numbers, OPENING)]
        asyncio.run(send(ours, opening, status=503, at_once=False))
        asyncio.run(send(bare, opening, status=200, at_once=False))
        before = count_calls(providers)
        for size in SIZES:
            found[size.name] = measure(ours, bare, size, numbers)
        return found, count_calls(providers) - before


def count_calls(simulator_url: str) -> int:
    """How many calls both providers have had."""
    return sum(_numbers(control(simulator_url, "billing"), "calls"))


def _numbers(found: Any, name: str) -> Iterator[int]:
    """Every number under `name`, however deep."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key == name and isinstance(value, int):
                yield value
            else:
                yield from _numbers(value, name)


def _judge(ratio: float) -> str:
    return f"{'met' if ratio <= GOAL else 'MISSED'} ({ratio:.2f})"


def report() -> str:
    """The table, ratios first."""
    found, asked = measure_all()
    lines, goals = [], []
    for size, (ours, bare) in found.items():
        for name, mine, theirs in (
            ("one at a time", ours.alone, bare.alone),
            (f"{AT_ONCE} at once", ours.together, bare.together),
        ):
            ratio = mine / theirs
            on_top = (mine - theirs) / theirs
            lines.append(
                f"| {size}, {name} | x {ratio:.2f} | x {on_top:.2f} | {mine * 1000:.1f} ms | {theirs * 1000:.1f} ms |"
            )
            goals.append(
                f"Goal: {GOAL} times the bare view, {size}, {name}: "
                f"whole request {_judge(ratio)}, time in our code {_judge(on_top)}."
            )
    return "\n".join(
        [
            f"## Refusals while both circuits are open: photos nobody has seen (median of {ROUNDS} rounds)",
            "",
            "The bare view reads the same upload with the same parser and answers with a constant.",
            f"{AT_ONCE} at once: until the last of them is told. Calls that reached a provider meanwhile: {asked}.",
            "Time in our code: what the request takes on top of the bare view (digest, look-ups, circuits, log, headers).",
            "",
            "| | whole request / bare view | time in our code / bare view | ours | bare view |",
            "|---|---|---|---|---|",
            *lines,
            "",
            "  \n".join(goals),
        ]
    )
