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


async def test_full_house_of_others_does_not_shut_out_a_server_by_itself(cluster, draw):
    """A process that lost the store cannot hear of the others' calls ending, so it does not wait for that."""
    cluster.simulator(lambda running: running.inject("latency", times=2 * IN_FLIGHT, seconds=3.0))
    full = cluster.begin_storm([draw() for _ in range(IN_FLIGHT)], over=[1, 2, 3])
    await cluster.until(lambda: cluster.calls("plantnet") == IN_FLIGHT)
    waiting = cluster.begin_storm([draw()], over=[0])
    await cluster.until(lambda: is_waiting(cluster))
    cluster.store.kill()
    try:
        replies = [*await full, *await waiting]
    finally:
        cluster.store.start()
    assert {reply.status for reply in replies} == {200}


async def is_waiting(cluster):
    """Whether server 0 was told that there is no place."""
    return (await cluster.health(0))["checks"]["plant_id:circuit"][0]["refused_here"].get("in_flight", 0) > 0
