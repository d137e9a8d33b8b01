"""What traces cost: the same requests at servers without them, with them, and with a collector that nobody runs."""

import asyncio
import contextlib
import http.server
import statistics
import threading
import time
from collections.abc import Iterator

import psutil

from benchmarks.endpoint import ask_all
from benchmarks.hits import rate, visit
from benchmarks.servers import photos, server, simulator
from benchmarks.uploads import SIZES, body_of, make_photo
from resilience.testing_ports import find_free_port

ROUNDS, AT_ONCE, SHOTS = 5, 8, 40
IDENTIFY = "/api/v1/plant-identification/identify/"
OFF, ON, AWAY = "off", "on", "on, nobody listens"


@contextlib.contextmanager
def collector() -> Iterator[tuple[str, list[int]]]:
    """The address of one that takes everything, and the bytes of each batch."""
    batches: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Read it."""
            batches.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{serving.server_address[1]}", batches
        finally:
            serving.shutdown()
            thread.join()


def measure(servers: dict[str, tuple[str, psutil.Process]]) -> dict[str, dict[str, list[float]]]:
    """Processor seconds for an answer of each server, by kind of question; round by round.

    Not answers a second: these say more about what else the machine does at that moment than about a few spans.
    """
    body, headers = body_of(make_photo(SIZES[0], 0), "bare body")
    stock = iter(photos(ROUNDS * len(servers) * SHOTS + len(servers) * AT_ONCE))
    found: dict[str, dict[str, list[float]]] = {kind: {name: [] for name in servers} for kind in ("kept", "new")}
    targets = {name: asyncio.run(visit(f"{url}{IDENTIFY}", body, headers)) for name, (url, _) in servers.items()}
    for url, _ in servers.values():
        asyncio.run(ask_in_turns(url, [next(stock) for _ in range(AT_ONCE)]))  # warm up
    for _ in range(ROUNDS):
        for name, (url, running) in servers.items():
            before, started = used(running), time.monotonic()
            reached = asyncio.run(rate(targets[name], body, headers))
            found["kept"][name].append((used(running) - before) / (reached * (time.monotonic() - started)))
            before = used(running)
            asyncio.run(ask_in_turns(url, [next(stock) for _ in range(SHOTS)]))
            found["new"][name].append((used(running) - before) / SHOTS)
    return found


def used(running: psutil.Process) -> float:
    """Processor seconds of the process so far, all its threads together: the exporter's too."""
    times = running.cpu_times()
    return float(times.user + times.system)


async def ask_in_turns(url: str, shots: list[bytes]) -> None:
    """Identify all, AT_ONCE at once. Raises RuntimeError when one is not answered."""
    for first in range(0, len(shots), AT_ONCE):
        _, _, answered = await ask_all(url, shots[first : first + AT_ONCE])
        if answered != len(shots[first : first + AT_ONCE]):
            message = f"only {answered} of {AT_ONCE} were answered"
            raise RuntimeError(message)


def report() -> str:
    """The table, ratios first."""
    with contextlib.ExitStack() as stack:
        providers, (address, batches) = stack.enter_context(simulator()), stack.enter_context(collector())
        endpoints = {OFF: "", ON: address, AWAY: f"http://127.0.0.1:{find_free_port()}"}
        servers = {
            name: stack.enter_context(server(providers, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint))
            for name, endpoint in endpoints.items()
        }
        found = measure(servers)
    if not batches:
        message = "the collector was told nothing"
        raise RuntimeError(message)
    words = {"kept": f"a photo that was answered before, {SIZES[0].name}", "new": "photos nobody has seen, 640x480"}
    rows = []
    for kind, each in found.items():
        plain = statistics.median(each[OFF])
        for name in (ON, AWAY):
            ratio = statistics.median(now / off for now, off in zip(each[name], each[OFF], strict=True))
            reached = statistics.median(each[name])
            rows.append(f"| {words[kind]} | {name} | x {ratio:.2f} | {1000 * reached:.1f} ms | {1000 * plain:.1f} ms |")
    return "\n".join(
        [
            f"## Traces: processor time of an answer with and without (docs/adr/0024-traces.md; median of {ROUNDS} rounds)",
            "",
            "Every request is traced, none is sampled out; the exporter's thread is counted, the collector is not.",
            "",
            "| | traces | with / without | with | without |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )
