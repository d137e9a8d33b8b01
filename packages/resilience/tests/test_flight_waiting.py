"""How long one waits for another's call, and how long a lead lasts: the operator's CACHE_LOCK settings."""

import asyncio

import pytest

from resilience.errors import DeadlinePassed


async def test_get_while_another_process_asks_waits_no_longer_than_it_may(cluster):
    """Who may not wait is told so, and asks nobody: the call goes on for those who do (law 1, law 3)."""
    one, other = cluster.start(2, wait=0.05)
    cluster.provider.hold()
    first = cluster.get(one)
    await cluster.provider.called.wait()
    with pytest.raises(DeadlinePassed):
        await cluster.get(other)
    with pytest.raises(DeadlinePassed):  # in the same process too
        await cluster.get(one)
    cluster.provider.let_go()
    assert (await first).payload == b"answer 1"
    assert (await cluster.get(other)).payload == b"answer 1"
    assert cluster.provider.calls == 1


async def test_get_that_does_not_wait_leads_all_the_same(cluster):
    """Not waiting for others says nothing of one's own calls."""
    (answers,) = cluster.start(wait=0.0)
    assert (await cluster.get(answers)).payload == b"answer 1"


async def test_lead_that_is_not_renewed_says_so_to_the_store(cluster):
    """Without renewal a lease is as long as it was made: no command while the call runs."""
    (answers,) = cluster.start(renew=False, lease=0.03)
    cluster.provider.hold()
    asking = cluster.get(answers)
    await cluster.provider.called.wait()
    said = len(cluster.roads[0].said)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):  # three leases
            await asyncio.shield(asking)
    assert cluster.roads[0].said[said:] == []
    cluster.provider.let_go()
    assert (await asking).payload == b"answer 1"
