"""`plant-community serve`: memory under bad input, a graceful stop, and what a crash leaves behind."""

import concurrent.futures
import contextlib
import http.client
import io
import signal
import sqlite3
import struct
import threading
import time
import zlib
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from PIL import Image

from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
MEMORY_BYTES_MAX = 150 * 1024 * 1024
IMAGE = {"Content-Type": "image/jpeg"}
CLIENT_IDLE_SECONDS = httpx.Limits().keepalive_expiry  # of the common clients it keeps an idle connection the shortest


class Peak(threading.Thread):
    """The highest resident memory of a process while the block runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.watched, self.bytes, self.over = psutil.Process(pid), 0, threading.Event()

    def run(self):
        while not self.over.wait(0.005):
            self.bytes = max(self.bytes, self.watched.memory_info().rss)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def flat_png(width, height, depth=8):
    """A PNG of one colour, 8 or 16 bits a sample: huge in pixels, small in bytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compressobj(9)
    row = b"\0" * (width * depth // 8 * 3 + 1)
    pixels = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def flat_jpeg(width, height, **options):
    """A JPEG of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (70, 130, 40)).save(stream, "JPEG", **options)
    return stream.getvalue()


def post(address, content, **options):
    """One photo as a bare body."""
    return httpx.post(address + IDENTIFY, content=content, headers=IMAGE, timeout=60, **options)


def bad_inputs():
    """Bodies that try to take memory."""
    return {
        "20000x20000 png": flat_png(20_000, 20_000),
        "40 Mpx png": flat_png(8_000, 5_000),
        "40 Mpx 16-bit png": flat_png(8_000, 5_000, 16),
        "40 Mpx jpeg": flat_jpeg(8_000, 5_000),
        "40 Mpx progressive jpeg": flat_jpeg(8_000, 5_000, progressive=True),
        "15 MB of noise behind a jpeg": draw_sample_leaf() + b"\xaa" * 14_000_000,
        "17 MB": b"\xff\xd8\xff" + b"\0" * 17_000_000,
        "text": b"a" * 15_000_000,
    }


def test_serve_peak_memory_under_any_bad_input_stays_bounded(serve, keys):
    """No single request takes more than 150 MB above idle, nor do five photos, nor a thousand fields."""
    with serve(**keys) as (address, process):
        for _ in range(3):
            post(address, draw_sample_leaf())
        idle = psutil.Process(process.pid).memory_info().rss
        peaks = {}
        for name, content in bad_inputs().items():
            with Peak(process.pid) as peak:
                assert post(address, content).status_code < 500
            peaks[name] = peak.bytes - idle
        five = [("images", (f"{n}.jpg", draw_sample_leaf(n) + b"\xaa" * 9_000_000, "image/jpeg")) for n in range(5)]
        with Peak(process.pid) as peak:
            httpx.post(address + IDENTIFY, files=five, timeout=60)
        peaks["45 MB in five photos"] = peak.bytes - idle
        with Peak(process.pid) as peak:
            fields = {f"field{n}": "x" * 1000 for n in range(1000)}
            httpx.post(address + IDENTIFY, data=fields, files={"image": ("a.jpg", b"x")}, timeout=60)
        peaks["1,000 fields"] = peak.bytes - idle
    assert {name: taken // 2**20 for name, taken in peaks.items() if taken > MEMORY_BYTES_MAX} == {}


def test_serve_sigterm_finishes_what_runs_and_stores_it(serve, keys, providers, tmp_path):
    """A stop loses nothing: the running identification is answered and stored (law 4)."""
    providers.do(lambda running: running.inject("latency", times=2, seconds=1.5))
    with serve(**keys) as (address, process), concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(post, address, draw_sample_leaf())
        wait_for(lambda: providers.do(lambda running: running.in_flight("plant_id")) == 1)
        process.send_signal(signal.SIGTERM)
        reply = waiting.result(timeout=30)
        assert reply.status_code == 200
        assert process.wait(timeout=30) == 0
    rows = stored(tmp_path, "select status, level != '' from plant_identification_identification")
    assert rows == [("complete", 1)]


def test_serve_after_a_crash_settles_what_was_left_running(serve, keys, providers, tmp_path):
    """A killed server leaves no identification running for ever; what had been paid becomes its answer (law 4)."""
    providers.do(lambda running: running.inject("hang", provider="plantnet"))
    short = {"PLANT_ID_TIMEOUT_SECONDS": "1", "PLANTNET_TIMEOUT_SECONDS": "1"}
    with (
        serve(**keys, **short) as (address, process),
        contextlib.suppress(httpx.TransportError),
        httpx.stream(
            "POST", address + IDENTIFY, content=draw_sample_leaf(), headers=IMAGE | {"Accept": "text/event-stream"}
        ) as stream,
    ):
        for line in stream.iter_lines():
            if line == "event: provider":
                process.kill()
    shift = "update plant_identification_identification set created_at = datetime(created_at, '-1 hour')"
    stored(tmp_path, shift)
    with serve(**keys) as (address, _):
        ask = "select status, level != '' from plant_identification_identification"
        wait_for(lambda: stored(tmp_path, ask) == [("complete", 1)])


def test_serve_killed_with_a_paid_call_out_reads_the_answer_again(serve, keys, providers, tmp_path):
    """A call that was paid and never heard of again is read by its reference, not bought twice (law 4, law 9)."""
    providers.do(lambda running: running.inject("hang", provider="plantnet"))
    providers.do(lambda running: running.inject("charged_but_never_answered", provider="plant_id"))
    short = {"PLANT_ID_TIMEOUT_SECONDS": "5", "PLANTNET_TIMEOUT_SECONDS": "5"}
    with serve(**keys, **short) as (address, process), concurrent.futures.ThreadPoolExecutor() as pool:
        pool.submit(post, address, draw_sample_leaf())
        wait_for(lambda: providers.do(lambda running: running.billing.calls("plant_id")) == 1)
        process.kill()
    stored(tmp_path, "update plant_identification_identification set created_at = datetime(created_at, '-1 hour')")
    with serve(**keys) as (address, _):
        ask = "select status, level != '' from plant_identification_identification"
        wait_for(lambda: stored(tmp_path, ask) == [("complete", 1)])
    assert providers.do(lambda running: running.billing.calls("plant_id")) == 1


def test_serve_many_workers_without_redis_refuses_with_the_reason(run):
    """The operator learns at the start, not from wrong limits later."""
    ended = run("serve", "--workers", "3")
    assert ended.returncode == 1
    assert "REDIS_URL" in ended.stderr


def test_serve_readyz_and_about_tell_demo_mode(serve):
    """Without keys the server says that it is a demonstration."""
    with serve() as (address, _):
        about = httpx.get(f"{address}/api/v1/about/").json()
        assert about["demo"] is True
        assert about["limits"]["photos"] == 5
        health = httpx.get(f"{address}/api/v1/plant-identification/identify/health/")
        assert health.headers["Content-Type"] == "application/health+json"
        assert health.json()["health"] == "healthy"


def stored(folder, query):
    """The rows of `query` in the server's database."""
    with contextlib.closing(sqlite3.connect(folder / "plant-community.sqlite3", timeout=10)) as database, database:
        return database.execute(query).fetchall()


def wait_for(condition):
    """Return when `condition` holds; fails after 20 seconds."""
    give_up = time.monotonic() + 20
    while not condition():
        if time.monotonic() > give_up:
            pytest.fail("waited 20 seconds in vain")
        time.sleep(0.02)


def test_serve_idle_connection_outlives_those_of_clients(serve):
    """A client that is about to use one again never meets the moment in which the server closes it."""
    with serve() as (address, _):
        place = urlsplit(address)
        line = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        with contextlib.closing(line):
            line.request("GET", "/readyz")
            line.getresponse().read()
            line.sock.settimeout(CLIENT_IDLE_SECONDS + 1)
            with pytest.raises(TimeoutError):
                line.sock.recv(1)
