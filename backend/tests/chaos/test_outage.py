"""An outage costs milliseconds: circuits of the whole cluster open, probe and close as one (law 6, law 7)."""

import asyncio
import time

FAIL_MAX = {"plant_id": 3, "plantnet": 5}
IN_FLIGHT = 16
RESET_SECONDS = 3.0 * 0.9  # less the jitter


async def states(cluster):
    """The states of all circuits, as all servers tell them."""
    return {each["state"] for name in FAIL_MAX for each in await cluster.checks(f"{name}:circuit")}


async def begin_outage(cluster, draw):
    """All calls fail, under load; the replies."""
    cluster.simulator(lambda running: running.inject("error_500", times=None))
    return await cluster.storm([draw() for _ in range(48)])


async def test_outage_under_load_costs_a_few_calls_then_milliseconds(cluster, draw):
    """Failing calls until open: fail_max in the whole cluster plus what was out already; then refusals (law 6)."""
    kept = draw()
    assert (await cluster.upload(kept)).status == 200
    cluster.simulator(lambda running: running.reset())
    started = time.monotonic()
    replies = await begin_outage(cluster, draw)
    probes = (time.monotonic() - started) / RESET_SECONDS
    assert {reply.status for reply in replies} == {503}
    for name, fail_max in FAIL_MAX.items():
        assert cluster.calls(name) <= fail_max + IN_FLIGHT + probes
    replies += [await cluster.upload(draw()) for _ in range(5)]  # without the load
    refused = [each for reply in replies for each in reply.body["providers"] if each["state"] == "circuit_open"]
    assert min(each["seconds"] for each in refused) < 0.05
    assert all(each["retry_after"] > 0 for each in refused)
    assert all(int(reply.headers["Retry-After"]) >= 1 for reply in replies)
    assert (await cluster.upload(kept, at=1)).status == 200


async def test_outage_over_is_found_by_one_probe_at_a_time_in_the_whole_cluster(cluster, draw):
    """After the wait one call is let out, in all processes together; two successes close the circuit (law 6)."""
    await begin_outage(cluster, draw)
    cluster.simulator(lambda running: running.reset())
    cluster.simulator(lambda running: running.inject("latency", times=None, seconds=5.0))
    asked = await until_a_probe_is_out(cluster, draw)
    replies = await cluster.storm([draw() for _ in range(12)])
    peaks = cluster.simulator(lambda running: [running.peak_in_flight(name) for name in FAIL_MAX])
    assert max(peaks) <= 1
    assert "circuit_open" in {state for reply in replies for state in reply.states.values()}
    cluster.simulator(lambda running: running.clear_faults())
    await asyncio.gather(*asked)
    await cluster.until(lambda: is_answered(cluster, draw))
    await cluster.until(lambda: is_answered(cluster, draw))
    assert {each["state"] for each in await cluster.command("circuits", "list")} == {"closed"}


async def until_a_probe_is_out(cluster, draw):
    """Ask again and again, wherever, until each provider has a call; the uploads that are still under way."""
    asked = []

    async def ask():
        asked.append(asyncio.create_task(cluster.upload(draw(), at=len(asked) % 4)))
        await asyncio.sleep(0.3)
        return cluster.simulator(lambda running: all(running.in_flight(name) for name in FAIL_MAX))

    await cluster.until(ask)
    return asked


async def is_answered(cluster, draw):
    """Whether both providers answer a new photo."""
    return set((await cluster.upload(draw())).states.values()) == {"ok"}


async def test_photos_of_no_plant_leave_every_circuit_closed(cluster, draw_no_plant, long):
    """A photo of no plant has an answer too: however many in a row, nobody is refused after them (law 7)."""
    replies = await cluster.storm([draw_no_plant() for _ in range(100 if long else 12)])
    assert {reply.body["verdict"]["level"] for reply in replies} == {"not_a_plant"}
    assert {state for reply in replies for state in reply.states.values()} == {"ok"}
    assert await states(cluster) == {"closed"}
