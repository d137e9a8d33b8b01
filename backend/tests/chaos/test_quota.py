"""Never past the quota, not with the store killed in the middle; afterwards our count is the provider's (law 2)."""

QUOTA = 30


async def test_quota_is_kept_with_the_store_killed_in_the_middle(start_cluster, draw):
    """Many more photos than the quota, four servers, an empty store afterwards: not one call too many."""
    cluster = start_cluster(4, PLANTNET_DAILY_QUOTA=str(QUOTA))
    cluster.simulator(lambda running: running.inject("latency", times=None, seconds=0.3))
    storm = cluster.begin_storm([draw() for _ in range(40)])
    await cluster.until(lambda: cluster.billed("plantnet") >= QUOTA // 3)
    cluster.store.kill()
    replies = await storm
    replies += await cluster.storm([draw() for _ in range(8)])
    cluster.store.start()
    await cluster.until(cluster.sees_its_store)
    replies += await cluster.storm([draw() for _ in range(40)])
    await cluster.until(lambda: not cluster.simulator(lambda running: running.in_flight("plantnet")))
    assert {reply.status for reply in replies} <= {200, 202}  # Plant.id answers all the same
    assert QUOTA // 2 <= cluster.billed("plantnet") <= QUOTA
    assert "quota" in {reply.states.get("plantnet") for reply in replies}
    assert await used(cluster) == cluster.billed("plantnet")


async def used(cluster):
    """What the ledger says that Pl@ntNet has charged today."""
    rows = await cluster.command("quota")
    return next(row["used"] for row in rows if row["provider"] == "plantnet" and row["period"].startswith("day:"))
