"""All servers are replaced one after another under load: nothing is lost, and nobody sees an error of ours (law 4)."""

import asyncio
import itertools
import signal
import uuid

SERVERS, CALL_SECONDS = 3, 1.0
FINE = {
    0,
    200,
    202,
    503,
}  # 0: refused or cut off, which a client that knows three servers answers by asking the next one


async def test_rolling_restart_under_load_loses_no_answer(start_cluster, draw, long):
    """SIGTERM to each in turn: what runs is finished, clients that fail over get every answer, each paid for once."""
    cluster = start_cluster(SERVERS)
    cluster.simulator(lambda running: running.inject("latency", times=None, seconds=CALL_SECONDS))
    over, asked, seen = asyncio.Event(), [], []
    clients = [
        asyncio.create_task(keep_asking(cluster, draw, at, over, asked, seen)) for at in range(12 if long else 6)
    ]
    try:
        for at in list(range(SERVERS)) * (3 if long else 1):
            begun = len(asked)
            await cluster.until(lambda begun=begun: len(asked) >= begun + 6)
            cluster.servers[at].process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(cluster.replace_server, at) == 0
    finally:
        over.set()
        ended = await asyncio.gather(*clients, return_exceptions=True)
    assert [each for each in ended if each is not None] == []
    assert {reply.status for reply in seen} <= FINE
    refused = [reply for reply in seen if reply.status == 503]
    assert {reply.headers["Content-Type"] for reply in refused} <= {"application/problem+json"}
    bills = [cluster.calls(name) for name in ("plant_id", "plantnet")]
    assert min(bills) == len(asked)
    assert max(bills) <= cluster.at_most(len(asked))
    again = await cluster.storm(asked)
    assert {reply.status for reply in again} == {200}
    assert {state for reply in again for state in reply.states.values()} == {"ok"}
    assert [cluster.calls(name) for name in ("plant_id", "plantnet")] == bills  # every answer was kept


async def keep_asking(cluster, draw, first, over, asked, seen):
    """One photo after another; each goes to the next server until one has answered it, as the same question."""
    places = itertools.cycle(range(SERVERS))
    for _ in range(first):
        next(places)
    while not over.is_set():
        photo, key = draw(), {"Idempotency-Key": str(uuid.uuid4())}
        asked.append(photo)
        async with asyncio.timeout(60):
            while True:
                reply = await cluster.upload(photo, at=next(places), headers=key)
                seen.append(reply)
                if reply.status in {200, 202}:
                    break
                await asyncio.sleep(0.05)
        if reply.status == 202:
            await cluster.until(lambda reply=reply: is_complete(cluster, reply, places), within=60)


async def is_complete(cluster, reply, places):
    """Whether the identification has its answer, by whichever server answers."""
    try:
        return (await cluster.read(reply, at=next(places)))["status"] == "complete"
    except OSError:
        return False
