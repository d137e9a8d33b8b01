"""A paid answer is never lost and never paid for twice (law 4, law 9)."""

import asyncio

PROVIDERS = ("plant_id", "plantnet")


def bill(cluster):
    """Calls each provider has charged for."""
    return [cluster.billed(name) for name in PROVIDERS]


async def test_client_that_hangs_up_leaves_an_answer_that_is_paid_for(cluster, draw):
    """The call goes on without its client; who uploads the same photo later gets it for nothing (law 4)."""
    photo = draw()
    cluster.simulator(lambda running: running.inject("latency", times=2, seconds=2.0))
    asking = asyncio.create_task(cluster.upload(photo, patience=30))
    await cluster.until(lambda: bill(cluster) == [1, 1])
    asking.cancel()
    await cluster.until(lambda: cluster.simulator(lambda running: not running.in_flight("plantnet")))
    for at in (0, 3):
        reply = await cluster.upload(photo, at=at)
        assert reply.status == 200
        assert set(reply.states.values()) == {"ok"}
        assert "hit" in reply.headers["Cache-Status"]
    assert bill(cluster) == [1, 1]


async def test_answer_that_was_charged_and_never_came_is_read_again(cluster, draw):
    """Plant.id takes the credit and then says nothing: its record is found by our reference, not bought again (law 9)."""
    photo = draw()
    cluster.simulator(lambda running: running.inject("charged_but_never_answered", provider="plant_id"))
    replies = await cluster.storm([photo] * 8)
    assert {reply.status for reply in replies} == {200}
    assert {reply.states["plant_id"] for reply in replies} == {"ok"}
    assert all(each["reconciled"] for reply in replies for each in reply.body["providers"][:1])
    assert cluster.billed("plant_id") == 1


async def test_emptied_store_is_refilled_from_the_archive(cluster, draw):
    """What the store forgot is in the database: no second bill, in whichever process (law 4)."""
    photo = draw()
    assert (await cluster.upload(photo, at=1)).status == 200
    cluster.store.kill()
    cluster.store.start()
    replies = await cluster.storm([photo] * 12, over=[0, 2, 3])
    assert {reply.status for reply in replies} == {200}
    assert "archive" in {source for reply in replies for source in reply.sources.values()}
    assert bill(cluster) == [1, 1]
