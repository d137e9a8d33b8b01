"""`plant-community identify`: the same actions as the API, with progress and a table in the terminal."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import django
import msgspec
from rich.console import Console
from rich.table import Table

from identification.answer import Health, Level, ProviderName, Suggestion
from identification.assembly import NoAnswer
from identification.errors import IdentificationError
from identification.photo import BYTES_MAX
from identification.question import PHOTOS_MAX, Organ, Place
from plant_community_backend.serving import prepare_database
from plant_simulator.drawings import draw_sample_leaf

if TYPE_CHECKING:
    from apps.plant_identification.actions import Ask
    from apps.plant_identification.api.bodies import IdentificationBody
    from apps.plant_identification.runs import Run

IDENTIFIED, UNSURE, BAD_INPUT, UNAVAILABLE = 0, 2, 3, 4
NOT_IDENTIFIED = {Level.UNSURE, Level.NOT_A_PLANT}


class BadInput(Exception):  # noqa: N818 - what the user gave, not a fault of the program
    """The command line asks for something that cannot be."""


def identify(options: argparse.Namespace) -> int:
    """Identify the photos of `options`, print the answer, and return the exit code."""
    errors = Console(stderr=True)
    try:
        contents = read_photos(options.photos, sample=options.sample)
        django.setup()
        logging.getLogger().setLevel(logging.WARNING)  # the terminal is for the answer
        prepare_database()
        return asyncio.run(_identify(options, contents, errors))
    except NoAnswer as no_answer:
        errors.print(f"[red]{no_answer}[/red]", highlight=False)
        return UNAVAILABLE
    except (BadInput, IdentificationError) as refused:
        errors.print(
            f"[red]{getattr(refused, 'sentence', refused)}[/red] {getattr(refused, 'hint', '')}", highlight=False
        )
        return BAD_INPUT


def read_photos(paths: Iterable[str], *, sample: bool) -> list[bytes]:
    """The contents of the photos. Raises BadInput, naming the file."""
    found = [Path(path) for path in paths]
    if not found and not sample:
        message = "Name one to five photos, or use --sample."
        raise BadInput(message)
    if len(found) > PHOTOS_MAX:
        message = f"At most {PHOTOS_MAX} photos of the same plant; {len(found)} were named."
        raise BadInput(message)
    return [_read(path) for path in found] or [draw_sample_leaf()]


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > BYTES_MAX:
            message = f"{path} has more than {BYTES_MAX // 1_000_000} MB."
            raise BadInput(message)
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise BadInput(message) from error


async def _identify(options: argparse.Namespace, contents: list[bytes], errors: Console) -> int:
    from apps.care_guides.queries import reload_guides  # noqa: PLC0415 - needs Django set up
    from apps.plant_identification.actions import request_identification  # noqa: PLC0415 - needs Django set up
    from apps.plant_identification.api.bodies import identification_body  # noqa: PLC0415 - needs Django set up
    from apps.plant_identification.wiring import open_services  # noqa: PLC0415 - needs Django set up
    from plant_community_backend.database import close_database_threads, in_database  # noqa: PLC0415 - needs Django set up

    try:
        async with open_services() as services:
            run = (await request_identification(_ask(options, contents), services)).run
            await _show_progress(run, errors, [name.label for name in services.providers])
            await in_database(reload_guides)
            body = identification_body(run.identification)
    finally:
        close_database_threads()
    if options.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(body)).decode() + "\n")
    else:
        show(body, Console())
    return exit_code(body)


def _ask(options: argparse.Namespace, contents: list[bytes]) -> "Ask":
    from apps.plant_identification.actions import Ask  # noqa: PLC0415 - needs Django set up

    organs = [_organ(word) for word in options.organ] or [Organ.AUTO] * len(contents)
    if len(organs) != len(contents):
        message = f"--organ is given once per photo: {len(contents)} photos came with {len(organs)} organs."
        raise BadInput(message)
    if (options.latitude is None) != (options.longitude is None):
        message = "--latitude and --longitude are given together."
        raise BadInput(message)
    place = None if options.latitude is None else Place.rounded(options.latitude, options.longitude)
    readers = [_reader(content) for content in contents]
    return Ask(photos=readers, organs=organs, place=place, language=options.language, health=options.health)


def _organ(word: str) -> Organ:
    try:
        return Organ(word)
    except ValueError as error:
        message = f"--organ {word}: must be one of {', '.join(Organ)}."
        raise BadInput(message) from error


def _reader(content: bytes) -> Callable[[], "asyncio.Future[bytes]"]:
    async def read() -> bytes:
        return content

    return read  # type: ignore[return-value] # a coroutine function is what Ask takes


async def _show_progress(run: "Run", errors: Console, providers: list[str]) -> None:
    """Say on standard error whom we wait for, until the run has ended."""
    waiting = dict.fromkeys(providers)
    with errors.status(_waiting(waiting)) as status:
        async for done in run.watch(quiet=60.0):
            if done is None:
                continue
            name = done.report.provider.label
            waiting.pop(name, None)
            errors.print(f"{name}: {done.report.state.value} after {done.report.seconds:.1f} s", highlight=False)
            status.update(_waiting(waiting))


def _waiting(names: Iterable[str]) -> str:
    return f"Waiting for {' and '.join(names) or 'the result'} ..."


def show(body: "IdentificationBody", console: Console) -> None:
    """Print the answer: the sentence, the candidates, health, cost, and what is missing."""
    if body.simulated:
        console.print("[yellow]Simulated: no keys are set, nobody looked at the photo.[/yellow]")
    console.print(f"[bold]{body.sentence or 'No answer.'}[/bold]", highlight=False)
    if body.verdict and body.verdict.reason:
        console.print(body.verdict.reason, highlight=False)
    if body.suggestions:
        console.print(_table(body.suggestions))
    if body.verdict:
        console.print(f"Agreement: {body.verdict.agreement.value}", highlight=False)
    for line in (*_health_lines(body.health), *_cost_lines(body), *body.degraded_because, *_problem_lines(body)):
        console.print(line, highlight=False)


def _table(suggestions: tuple[Suggestion, ...]) -> Table:
    table = Table("Name", "Common names", *(name.label for name in ProviderName))
    for suggestion in suggestions:
        scores = [_percent(suggestion.scores.get(name)) for name in ProviderName]
        table.add_row(f"[italic]{suggestion.name}[/italic]", ", ".join(suggestion.common_names[:3]), *scores)
    return table


def _percent(score: float | None) -> str:
    return "-" if score is None else f"{score:.0%}"


def _health_lines(health: Health | None) -> Iterable[str]:
    if health is None:
        return
    yield f"Health: {'looks healthy' if health.is_healthy else 'looks unhealthy'} ({health.probability:.0%} healthy)"
    if not health.is_healthy:
        yield from (f"  {finding.local_name or finding.name} {finding.score:.0%}" for finding in health.findings[:3])


def _cost_lines(body: "IdentificationBody") -> Iterable[str]:
    units = {ProviderName.PLANT_ID: "Plant.id credits", ProviderName.PLANTNET: "Pl@ntNet requests"}
    if body.cost:
        yield "Cost: " + ", ".join(f"{amount:g} {units[name]}" for name, amount in body.cost.items())


def _problem_lines(body: "IdentificationBody") -> Iterable[str]:
    if body.problem:
        yield str(body.problem["detail"])


def exit_code(body: "IdentificationBody") -> int:
    """0 identified, 2 not a plant or unsure, 4 no service available."""
    if body.verdict is None:
        return UNAVAILABLE
    return UNSURE if body.verdict.level in NOT_IDENTIFIED else IDENTIFIED
