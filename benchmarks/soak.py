"""Hours of life in half of one: 70 % of what the machine can do, and every 20 seconds something breaks.

`python -m benchmarks soak` takes 30 minutes, `python -m benchmarks soak 180` three (or SOAK_SECONDS). Two servers, three
worker processes, one PostgreSQL, one Valkey, one folder of photos on a small disk, both providers simulated. It fails
when an answer that was paid for is lost, when a client gets anything but 2xx, 4xx or a 503 problem, or when a process
holds more and more.
"""

import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.grown import SmallDisk, installation
from benchmarks.mixed_load import Call, MixedLoad, Places, quantile
from benchmarks.servers import simulator
from benchmarks.soak_bill import Compared, compare, wait_until_settled
from benchmarks.soak_faults import Faults, Gone, Struck, control
from benchmarks.soak_samples import ALLOWED, WARM_UP, Allowance, Grown, Sample, Sampler, Watched, judge_growth

USUAL_SECONDS = 1800.0
LOAD = 0.7  # of the capacity
FAULT_EVERY = 20.0
CAPACITY_SECONDS = 10.0
PROVIDER_SECONDS = {"plant_id_latency": {"seconds": 0.4}, "plantnet_latency": {"seconds": 0.3}}
DISK_BYTES, DISK_BYTES_A_SECOND = 256 * 2**20, 2**19  # all photos of a run fit, with room
UNDER_WAY_MAX = 120  # a machine that has less to give than when it was measured is not buried
PROGRESS_SECONDS = 10.0
REST_SECONDS = 20.0  # until idle connections to clients and providers are closed
CACHES_BYTES = 40 * 2**20  # of one process: FlightConfig.l1_bytes and memo.MEMORY_BYTES
LISTED_MAX = 10
SETTINGS = {
    "IDENTIFY_DEADLINE_SECONDS": "15",
    "PLANT_ID_TIMEOUT_SECONDS": "6",
    "PLANTNET_TIMEOUT_SECONDS": "6",
    "PLANT_ID_CIRCUIT_RESET_TIMEOUT": "3",
    "PLANTNET_CIRCUIT_RESET_TIMEOUT": "3",
    "CACHE_LOCK_EXPIRE": "2",
}
BAR = "▏▎▍▌▋▊▉█"


@dataclass(slots=True)
class Soak:
    """What a soak was, as far as it came. `problems` is empty when all went well."""

    seconds: float
    capacity: float = 0.0
    began: float = 0.0  # time.monotonic()
    ended: float = 0.0
    calls: list[Call] = field(default_factory=list)
    held_back: int = 0
    struck: list[Struck] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    samples: dict[Watched, list[Sample]] = field(default_factory=dict)
    rest: list[dict[Watched, Sample]] = field(default_factory=list)  # before and after
    growth: list[Grown] = field(default_factory=list)
    compared: Compared | None = None
    no_disk: str = ""
    problems: list[str] = field(default_factory=list)

    def broken(self) -> list[Call]:
        """Calls whose connection broke while a process of that very server was being killed."""
        return [call for call in self.calls if call.why and self._is_excused(call)]

    def wrong(self) -> list[Call]:
        """Calls that ended as none may."""
        return [call for call in self.calls if call.why and not self._is_excused(call)]

    def _is_excused(self, call: Call) -> bool:
        return call.status == 0 and any(
            call.server == gone.server and call.began <= gone.ended and call.ended >= gone.began for gone in self.gone
        )


def run(seconds: float, *, say: Callable[[str], None] = print) -> Soak:
    """A soak of so many seconds. It never raises: what went wrong is among its problems."""
    soak = Soak(seconds)
    try:
        with tempfile.TemporaryDirectory(prefix="soak-") as name, simulator() as providers:
            folder = Path(name)
            folder.chmod(0o755)  # PostgreSQL runs as another user when this is root
            with SmallDisk(folder / "media", DISK_BYTES + int(seconds) * DISK_BYTES_A_SECOND) as disk:
                _run_on(soak, folder, providers, disk, say)
    except Exception as error:  # noqa: BLE001 - it is reported, with all that was seen until then
        soak.problems.append(f"the soak itself ended with {type(error).__name__}: {error}")
    return soak


def _run_on(soak: Soak, folder: Path, providers: str, disk: SmallDisk, say: Callable[[str], None]) -> None:
    control(providers, "config", PROVIDER_SECONDS)
    soak.no_disk = disk.why_not
    with installation(folder, providers, MEDIA_ROOT=str(disk.folder), **SETTINGS) as grown:
        say("starting two servers, three workers ...")
        places = Places({name: (grown.start(name, workers).address, workers) for name, workers in (("A", 2), ("B", 1))})
        faults = Faults(grown, providers, places, disk)
        soak.struck, soak.gone = faults.log, faults.gone
        with Sampler(grown) as sampler:
            soak.samples = sampler.samples
            try:
                asyncio.run(_live(soak, faults, sampler, say))
            finally:
                soak.ended = soak.ended or time.monotonic()
            say("waiting until all that was begun is settled ...")
            if not wait_until_settled(grown, providers):
                soak.problems.append("identifications are still running, minutes after the last request")
            time.sleep(REST_SECONDS)
            soak.rest.append(sampler.look())
        soak.compared = compare(grown, providers, soak.calls, soak.gone)
        _judge(soak, _unfilled(soak, grown.postgres.query))
        _look_for_the_told(soak, grown.postgres.query)
        _keep_logs(soak, folder)


async def _live(soak: Soak, faults: Faults, sampler: Sampler, say: Callable[[str], None]) -> None:
    """Measure the capacity, then live at a part of it while things break."""
    async with MixedLoad(faults.places) as load:
        soak.calls = load.calls
        await load.teach()
        await load.capacity(CAPACITY_SECONDS / 2)  # pools open, code is warm
        soak.capacity = await load.capacity(CAPACITY_SECONDS)
        await asyncio.sleep(REST_SECONDS)
        soak.rest.append(await asyncio.to_thread(sampler.look))
        say(f"capacity {soak.capacity:.1f} turns/s; {soak.seconds:.0f} s at {LOAD:.0%} of it")
        soak.began = time.monotonic()
        end = soak.began + soak.seconds
        breaking = asyncio.create_task(_break_things(faults, end))
        telling = asyncio.create_task(_tell(soak, load, faults, end, say))
        try:
            await load.keep_coming(LOAD * soak.capacity, lambda: time.monotonic() > end, at_most=UNDER_WAY_MAX)
            await breaking
        finally:
            soak.ended, soak.held_back = time.monotonic(), load.held_back
            for task in (breaking, telling):
                task.cancel()
            await asyncio.gather(breaking, telling, return_exceptions=True)


async def _break_things(faults: Faults, end: float) -> None:
    """A fault every 20 seconds; one that takes longer delays the next."""
    due = time.monotonic() + FAULT_EVERY / 4
    for name, act, seconds in faults.all():
        if due + seconds > end:
            return
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await asyncio.to_thread(faults.strike, name, act, seconds)
        due = max(due + FAULT_EVERY, time.monotonic() + 2.0)


async def _tell(soak: Soak, load: MixedLoad, faults: Faults, end: float, say: Callable[[str], None]) -> None:
    """A line of progress every ten seconds."""
    told = len(soak.calls)
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        new, told = soak.calls[told:], len(soak.calls)
        times = [call.seconds for call in new]
        say(
            f"{max(0.0, end - time.monotonic()):5.0f} s left  {len(new) / PROGRESS_SECONDS:5.1f}/s  "
            f"p50 {quantile(times, 0.5) * 1000:5.0f} ms  p99 {quantile(times, 0.99) * 1000:6.0f} ms  "
            f"{len(load.under_way):3d} under way  {len(soak.broken()):3d} broken by kills  {len(soak.wrong()):3d} wrong  {faults.present()}"
        )


def _unfilled(soak: Soak, query: Callable[..., list[tuple[object, ...]]]) -> float:
    """Bytes that the bounded caches of a process could still take in after the warm-up: growth that ends by itself."""
    size = float(
        str(query("SELECT coalesce(avg(length(payload::text)), 0) FROM plant_identification_provideranswer")[0][0])
    )
    warm = soak.began + WARM_UP * (soak.ended - soak.began)
    early = len({call.photo for call in soak.calls if call.photo is not None and call.began < warm})
    late = len({call.photo for call in soak.calls if call.photo is not None and call.began >= warm})
    return max(0.0, min(CACHES_BYTES - early * 2 * size, late * 2 * size))


def _judge(soak: Soak, unfilled: float) -> None:
    """Note what may not be."""
    for kind, calls in itertools.groupby(sorted(soak.wrong(), key=lambda call: call.why), key=lambda call: call.why):
        those = list(calls)
        at = ", ".join(f"{call.kind} at {call.began - soak.began:.0f} s" for call in those[:3])
        soak.problems.append(f"{len(those)} answers that none may get: {kind} ({at})")
    soak.problems += [f"{each.name}: {each.wrong}" for each in soak.struck if each.wrong]
    compared = soak.compared
    if compared is not None:
        soak.problems += [
            f"lost: {each.provider} was paid for photo {each.photo}, and there is no answer"
            for each in compared.lost[:LISTED_MAX]
        ]
        if compared.unbilled:
            soak.problems.append(f"{compared.unbilled} answers are stored that nobody was billed for: stored twice")
    if len(soak.rest) == len(("before", "after")):
        times = {"began": soak.began, "ended": soak.ended}
        soak.growth = judge_growth(soak.samples, soak.rest, **times, unfilled_bytes=unfilled)
    if not soak.growth:
        soak.problems.append("no process lived long enough to say whether it grows")
    soak.problems += [
        f"{each.process} grew: {each.what} {each.usual:.0f}, {each.growth:+.0f} (allowed {each.allowed:.0f}) {each.kinds}".rstrip()
        for each in soak.growth
        if each.too_much
    ]


def _look_for_the_told(soak: Soak, query: Callable[..., list[tuple[object, ...]]]) -> None:
    """Every identification that a client was told of is stored; but one given from memory by a process then killed."""
    stored = {str(row[0]) for row in query("SELECT id FROM plant_identification_identification")}
    lost = [
        call
        for call in soak.calls
        if call.told and call.told not in stored and not _died_with_its_server(call, soak.gone)
    ]
    if lost:
        at = ", ".join(f"{call.server} at {call.began - soak.began:.0f} s" for call in lost[:LISTED_MAX])
        soak.problems.append(f"{len(lost)} identifications that were told to clients are not stored: {at}")


def _died_with_its_server(call: Call, gone: list[Gone]) -> bool:
    """Whether its server was killed within a second after: kept answers are given first, and stored right after (ADR 13)."""
    return any(call.server == each.server and 0 <= each.began - call.ended < 1.0 for each in gone)


def _keep_logs(soak: Soak, folder: Path) -> None:
    """Where something was wrong: the servers' logs, for whoever looks for the reason."""
    if soak.problems and (keep := os.environ.get("SOAK_LOGS")):
        for path in folder.glob("*.log"):
            Path(keep).mkdir(parents=True, exist_ok=True)
            (Path(keep) / path.name).write_bytes(path.read_bytes())


# --- the report ---


def report() -> str:
    """The section of a run as long as SOAK_SECONDS says."""
    soak = run(float(os.environ.get("SOAK_SECONDS", USUAL_SECONDS)), say=lambda line: print(line, file=sys.stderr))
    return write_report(soak)


def write_report(soak: Soak) -> str:
    """What happened, the verdicts first."""
    broken = set(soak.broken())
    turned = Counter(_ending(call, broken) for call in soak.calls)
    lines = [
        f"## Soak: {soak.seconds / 60:.0f} minutes at {LOAD:.0%} of the capacity, a fault every {FAULT_EVERY:.0f} s",
        "",
        "Two servers (two workers and one) that share PostgreSQL, Valkey and a small disk of photos; the load generator and",
        f"both simulated providers are on the same machine. Capacity, measured first: {soak.capacity:.1f} turns/s.",
        "",
        *(["**FAILED**", "", *(f"- {problem}" for problem in soak.problems), ""] if soak.problems else []),
        *_verdicts(soak, turned),
        "",
        *_bill_lines(soak),
        *_growth_lines(soak),
        "",
        *_time_lines(soak),
    ]
    if soak.no_disk:
        lines += ["", f"The disk was not filled, since a small one could not be mounted: {soak.no_disk}."]
    return "\n".join(lines)


def _ending(call: Call, broken: set[Call]) -> str:
    if call.why:
        return "broken by a kill" if call in broken else "wrong"
    return f"{call.status // 100}xx" if call.status != 503 else "503 problem"


def _verdicts(soak: Soak, turned: Counter[str]) -> Iterator[str]:
    lost = len(soak.compared.lost) if soak.compared else "not compared"
    yield f"Lost paid answers: {lost}.  "
    yield f"Answers other than 2xx, 4xx and 503 problems: {turned['wrong']} of {len(soak.calls)}.  "
    grew = "not judged" if not soak.growth else f"{sum(each.too_much for each in soak.growth)} of {len(soak.growth)}"
    yield f"Growing without end: {grew}.  "
    yield (
        f"Answers: {turned['2xx']} 2xx, {turned['4xx']} 4xx, {turned['503 problem']} 503 problems; "
        f"{turned['broken by a kill']} connections broke while a process of that server was being killed. "
        f"Held back by the load generator, with {UNDER_WAY_MAX} under way: {soak.held_back}."
    )


def _bill_lines(soak: Soak) -> Iterator[str]:
    if soak.compared is None:
        return
    compared = soak.compared
    yield "| provider | billed | stored | in doubt, explained | lost |"
    yield "|---|---|---|---|---|"
    for provider in ("plant_id", "plantnet"):
        missing = [each for each in compared.missing if each.provider == provider]
        doubtful = Counter(each.because for each in missing if each.because)
        said = "; ".join(f"{count}: {why}" for why, count in doubtful.items()) or "0"
        lost = sum(not each.because for each in missing)
        yield f"| {provider} | {compared.billed[provider]} | {compared.stored[provider]} | {said} | {lost} |"
    yield ""
    yield (
        f"Read again from Plant.id by `custom_id`, without a second bill: {compared.reconciled}. Pl@ntNet keeps no records: "
        "what it answered to a process that was killed, or as garbage, is its loss and ours."
    )
    yield ""


def _growth_lines(soak: Soak) -> Iterator[str]:
    yield (
        f"Growth of each process that lived on: of memory after the first third of the run, by the median of all slopes "
        f"between samples (Theil and Sen); of all else from rest before to rest after ({REST_SECONDS:.0f} s without a request). Allowed:"
    )
    yield "; ".join(_allowed(each) for each in ALLOWED) + "."
    yield ""
    yield "| process | what | before | growth | allowed |"
    yield "|---|---|---|---|---|"
    for each in soak.growth:
        unit = 2**20 if each.what == "memory" else 1
        name = f"{each.what}, MB" if each.what == "memory" else each.what
        yield f"| {each.process} | {name} | {each.usual / unit:.0f} | {each.growth / unit:+.1f} | {each.allowed / unit:.0f} |"


def _allowed(each: Allowance) -> str:
    if each.ceiling:
        return f"{each.what} up to {each.ceiling:.0f} ({each.why})"
    unit, name = (2**20, " MB") if each.field == "memory" else (1, "")
    return f"{each.what} {each.share:.0%} and {each.more / unit:.0f}{name} ({each.why})"


def _time_lines(soak: Soak) -> Iterator[str]:
    """One row for each fault's time: what happened, how long answers took, and what the oldest worker held."""
    oldest = max(soak.samples.values(), key=lambda seen: seen[-1].at - seen[0].at, default=[])
    yield "| from | fault | answers/s | 2xx | 4xx | 503 | broken | p50 ms | p99 ms | | MB | handles | tasks | store | database |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    broken = set(soak.broken())
    at = soak.began
    while at < soak.ended:
        to = min(at + FAULT_EVERY, soak.ended)
        calls = [call for call in soak.calls if at <= call.began < to]
        names = [each.name for each in soak.struck if at <= each.began < to]
        held = [each for each in oldest if at <= each.at < to]
        yield _row(at - soak.began, to - at, ", ".join(names), calls, held, broken)
        at = to


def _row(  # noqa: PLR0913, PLR0917 - one for each part of the row
    at: float, seconds: float, fault: str, calls: list[Call], held: list[Sample], broken: set[Call]
) -> str:
    times = [call.seconds * 1000 for call in calls]
    ends = Counter("broken" if call in broken else f"{call.status // 100}" for call in calls)
    p99 = quantile(times, 0.99)
    holds = [
        _middle([value for each in held if (value := getattr(each, name)) is not None])
        for name in ("memory", "handles", "tasks", "store", "database")
    ]
    shown = [f"{holds[0] / 2**20:.0f}", *(f"{value:.0f}" for value in holds[1:])]
    return (
        f"| {at // 60:.0f}:{at % 60:02.0f} | {fault} | {len(calls) / max(seconds, 0.1):.1f} | {ends['2']} | {ends['4']} | {ends['5']} "
        f"| {ends['broken']} | {quantile(times, 0.5):.0f} | {p99:.0f} | {_bar(p99 / 500)} | {' | '.join(shown)} |"
    )


def _middle(values: list[float]) -> float:
    return quantile(values, 0.5)


def _bar(length: float) -> str:
    """A bar as long as so many letters, to an eighth; at most twenty."""
    eighths = min(160, round(length * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (BAR[rest - 1] if rest else "")


def has_failed(text: str) -> bool:
    """Whether a report of this benchmark says so."""
    return "**FAILED**" in text
