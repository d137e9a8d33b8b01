"""The shared store lost with as many calls under way as may be: their places are not lost with it (law 8)."""

IN_FLIGHT = 16


async def fill_and_lose(cluster, draw, lose):
    """As many calls as may be under way, and the store lost meanwhile; until all are answered."""
    cluster.simulator(lambda running: running.inject("latency", times=2 * IN_FLIGHT, seconds=3.0))
    full = cluster.begin_storm([draw() for _ in range(IN_FLIGHT)])
    await cluster.until(lambda: cluster.calls("plantnet") == IN_FLIGHT)
    lose(cluster.store)
    assert {reply.status for reply in await full} == {200}


async def test_full_house_new_photos_are_answered_while_the_store_is_dead(cluster, draw):
    """The calls of a process that ended are places for its next ones."""
    await fill_and_lose(cluster, draw, lambda store: store.kill())
    try:
        replies = await cluster.storm([draw() for _ in range(8)])
    finally:
        cluster.store.start()
    assert {reply.status for reply in replies} == {200}


async def test_full_house_places_are_free_again_when_the_store_is_back(cluster, draw):
    """What ended while the store was frozen is settled in it when it comes back: health counts no call as under way."""
    await fill_and_lose(cluster, draw, lambda store: store.freeze())
    cluster.store.thaw()
    await cluster.until(cluster.sees_its_store)
    replies = await cluster.storm([draw() for _ in range(8)])
    assert {reply.status for reply in replies} == {200}
    await cluster.until(lambda: are_free(cluster, draw))


async def are_free(cluster, draw):
    """Whether every server counts no call as under way, after each of them was asked once more."""
    await cluster.storm([draw() for _ in range(4)])
    checks = [*await cluster.checks("plant_id:circuit"), *await cluster.checks("plantnet:circuit")]
    return not any(check["in_flight"] for check in checks)
