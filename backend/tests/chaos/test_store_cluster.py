"""A store of several nodes loses one: nobody's request fails of it, and the servers share again afterwards (law 8)."""

SERVERS = 3


async def test_store_cluster_that_loses_a_node_fails_no_request(start_cluster, store_cluster, draw):
    """Calls under way and new ones are answered and paid for once each; health says it, until the node is back (law 8)."""
    cluster = start_cluster(SERVERS, store=store_cluster)
    cluster.simulator(lambda running: running.inject("latency", times=None, seconds=1.0))
    flying = cluster.begin_storm([draw() for _ in range(8)])
    await cluster.until(lambda: cluster.calls("plantnet"))
    store_cluster.nodes[1].kill()
    try:
        replies = await flying
        await cluster.until(lambda: some_warn(cluster))
        replies += await cluster.storm([draw() for _ in range(8)])
    finally:
        store_cluster.nodes[1].start()
    assert {reply.status for reply in replies} == {200}
    assert {state for reply in replies for state in reply.states.values()} == {"ok"}
    assert [cluster.calls("plant_id"), cluster.calls("plantnet")] == [16, 16]
    await cluster.until(cluster.sees_its_store)
    before = cluster.at_most(0)
    same = await cluster.storm([draw()] * 20)
    assert {reply.status for reply in same} == {200}
    assert max(cluster.calls("plant_id"), cluster.calls("plantnet")) <= 16 + cluster.at_most(1) - before


async def some_warn(cluster):
    """Whether a server says that something is wrong."""
    return "warn" in {(await cluster.health(at))["status"] for at in range(SERVERS)}
