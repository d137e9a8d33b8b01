"""What traces cost: the same requests at servers without them, with them, and with a collector that nobody runs."""

import asyncio
import contextlib
import http.server
import statistics
import threading
from collections.abc import Iterator

from benchmarks.endpoint import ask_all
from benchmarks.hits import rate, visit
from benchmarks.servers import free_port, photos, server, simulator
from benchmarks.uploads import SIZES, body_of, make_photo

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


def measure(addresses: dict[str, str]) -> dict[str, dict[str, list[float]]]:
    """Answers a second of each server, by kind of question; round by round, so that a slow minute hits all of them."""
    body, headers = body_of(make_photo(SIZES[0], 0), "bare body")
    stock = iter(photos(ROUNDS * len(addresses) * SHOTS + len(addresses) * AT_ONCE))
    found: dict[str, dict[str, list[float]]] = {kind: {name: [] for name in addresses} for kind in ("kept", "new")}
    targets = {name: asyncio.run(visit(f"{url}{IDENTIFY}", body, headers)) for name, url in addresses.items()}
    for url in addresses.values():
        asyncio.run(ask_all(url, [next(stock) for _ in range(AT_ONCE)]))  # warm up
    for _ in range(ROUNDS):
        for name, url in addresses.items():
            found["kept"][name].append(asyncio.run(rate(targets[name], body, headers)))
            found["new"][name].append(asyncio.run(ask_in_turns(url, [next(stock) for _ in range(SHOTS)])))
    return found


async def ask_in_turns(url: str, shots: list[bytes]) -> float:
    """Identifications a second, AT_ONCE at once. Raises RuntimeError when one is not answered."""
    spent = 0.0
    for first in range(0, len(shots), AT_ONCE):
        seconds, _, answered = await ask_all(url, shots[first : first + AT_ONCE])
        spent += seconds
        if answered != len(shots[first : first + AT_ONCE]):
            message = f"only {answered} of {AT_ONCE} were answered"
            raise RuntimeError(message)
    return len(shots) / spent


def report() -> str:
    """The table, ratios first."""
    with contextlib.ExitStack() as stack:
        providers, (address, batches) = stack.enter_context(simulator()), stack.enter_context(collector())
        endpoints = {OFF: "", ON: address, AWAY: f"http://127.0.0.1:{free_port()}"}
        addresses = {
            name: stack.enter_context(server(providers, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint))[0]
            for name, endpoint in endpoints.items()
        }
        found = measure(addresses)
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
            rows.append(f"| {words[kind]} | {name} | x {ratio:.2f} | {reached:.0f}/s | {plain:.0f}/s |")
    return "\n".join(
        [
            f"## Traces: answers a second with and without (docs/adr/0024-traces.md; median of {ROUNDS} rounds)",
            "",
            "Every request is traced, none is sampled out; the collector shares the cores.",
            "",
            "| | traces | with / without | with | without |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )
