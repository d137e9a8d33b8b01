import asyncio
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import aiohttp
import pytest

from plant_simulator import Latency, Simulator, SimulatorConfig, simulator_in_thread
from plant_simulator.__main__ import main, read_latency
from plant_simulator.serving import greeting


async def test_simulator_before_its_start_tells_so():
    """A simulator that is not running cannot be asked."""
    with pytest.raises(RuntimeError, match="async with"):
        _ = Simulator().billing


@pytest.mark.parametrize("fault", ["hang", "latency", "slow_drip", "charged_but_never_answered"])
async def test_simulator_stops_at_once_though_calls_hang(photos, session, fault):
    """Open calls end with the simulator; no task, thread or connection is left."""
    tasks, params = asyncio.all_tasks(), {"latency": {"seconds": 3600}, "slow_drip": {"interval": 3600}}
    async with Simulator() as sim:
        sim.inject(fault, times=None, **params.get(fault, {}))
        body, headers = {"images": [photos.healthy.base64]}, {"Api-Key": "demo"}

        async def call():
            async with session.post(f"{sim.plant_id_url}/identification", json=body, headers=headers) as reply:
                return await reply.read()

        calls = [asyncio.create_task(call()) for _ in range(20)]
        await sim.until(lambda s: s.billing.accepted() + s.billing.rejected() == 20)
    ends = await asyncio.gather(*calls, return_exceptions=True)
    await session.close()
    assert all(isinstance(end, aiohttp.ClientError | ConnectionError | bytes) for end in ends)
    assert asyncio.all_tasks() == tasks
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("plant-simulator")]


async def test_simulator_on_a_taken_port_fails_and_leaves_nothing(sim):
    """A port can be had once."""
    tasks = asyncio.all_tasks()
    with pytest.raises(OSError, match="address"):
        async with Simulator(port=int(sim.url.rpartition(":")[2])):
            pass
    assert asyncio.all_tasks() == tasks


async def test_simulator_can_be_started_again():
    """Each start begins anew."""
    simulator = Simulator()
    async with simulator as sim:
        sim.inject("hang")
    async with simulator as sim:
        assert sim.pending_faults() == []


async def test_simulator_takes_many_calls_at_once(sim, plant_id, photos):
    """Eighty calls at the same moment are all answered, counted, and seen together."""
    sim.inject("latency", times=None, seconds=0.2)
    replies = await asyncio.gather(*(plant_id.identify(photos.healthy) for _ in range(80)))
    assert {reply.status for reply in replies} == {201}
    assert sim.billing.accepted() == 80
    assert 1 < sim.peak_in_flight("plant_id") <= 80
    assert len({reply.json["access_token"] for reply in replies}) == 80


def test_simulator_in_thread_serves_synchronous_code():
    """For code without an event loop: start, ask, stop."""
    with simulator_in_thread(SimulatorConfig()) as sim:
        with urllib.request.urlopen(f"{sim.plantnet_url}/v2/_status") as reply:  # our own address
            assert reply.read() == b'{"status": "ok"}'
        sim.do(lambda s: s.inject("error_500", calls="other"))
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{sim.plantnet_url}/v2/_status")  # the same
        caught.value.close()
        assert caught.value.code == 500
        assert sim.do(lambda s: s.billing.requests("plantnet", "GET _status")) == 2


def test_simulator_in_thread_on_a_taken_port_fails():
    """The error comes to the caller."""
    with simulator_in_thread() as sim:
        second = simulator_in_thread(port=int(sim.url.rpartition(":")[2]))
        with pytest.raises(OSError, match="address"):
            second.__enter__()


def test_program_says_where_it_listens_and_ends_on_sigterm():
    """`python -m plant_simulator`: addresses, keys and control routes at the start, a quick end by signal."""
    command = [sys.executable, "-u", "-m", "plant_simulator", "--port", "0", "--latency", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:  # our own program
        lines = []
        for line in program.stdout:
            lines.append(line)
            if "/_control/reset" in line:
                break
        address = lines[0].split()[3].removesuffix("/v3")
        with urllib.request.urlopen(f"{address}/ping") as reply:  # our own address
            assert reply.status == 200
        os.kill(program.pid, signal.SIGTERM)
        rest = program.stdout.read()
        assert program.wait(timeout=20) == 0
    text = "".join(lines)
    assert all(key in text for key in ("demo", "no-credits", "exhausted", "/api/v3"))
    assert "stopped" in rest


@pytest.mark.parametrize("arguments", [["--config", "/nowhere.json"], ["--port", "1", "--host", "192.0.2.1"]])
def test_program_that_cannot_start_says_why(capsys, arguments):
    """Exit status 1 and a sentence, no traceback."""
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("plant_simulator: ")


@pytest.mark.parametrize(
    ("text", "latency"),
    [("0", Latency()), ("0.5", Latency(seconds=0.5)), ("0.3:1", Latency(distribution="uniform", low=0.3, high=1))],
)
def test_latency_of_the_command_line_is_a_number_or_a_range(text, latency):
    """Seconds, or from:to."""
    assert read_latency(text) == latency


async def test_greeting_names_addresses_and_keys(sim):
    """What the program prints."""
    text = greeting(sim)
    assert sim.plant_id_url in text
    assert "Any other key works like demo." in text


def test_realistic_config_is_as_slow_as_the_providers():
    """The program's default latencies, in seconds."""
    config = SimulatorConfig.realistic()
    assert (config.plant_id_latency.low, config.plant_id_latency.high) == (0.3, 1.0)
    assert (config.plantnet_latency.low, config.plantnet_latency.high) == (1.0, 4.0)
