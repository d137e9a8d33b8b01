"""One caller who asks four servers at once: no more are admitted than the limit says, with a store and without."""

from collections import Counter
from itertools import cycle

LIMIT, REQUESTS = 100, 1_000
NO_PHOTO = b"refused after it was counted, so that nothing but counting is done"


async def storm(cluster):
    """How many of many simultaneous requests each server admitted; the others were told 429 and when to come back."""
    replies = await cluster.storm([NO_PHOTO] * REQUESTS)
    assert Counter(reply.status for reply in replies).keys() <= {415, 429}
    refused = [reply for reply in replies if reply.status == 429]
    assert all(reply.body["violated-policies"] == ["identify"] for reply in refused)
    assert all(0 < int(reply.headers["Retry-After"]) <= 3_636 for reply in refused)
    servers = cycle(range(len(cluster.servers)))
    return Counter(server for server, reply in zip(servers, replies, strict=False) if reply.status == 415)


async def test_a_thousand_requests_at_once_over_four_servers_admit_exactly_the_limit(start_cluster):
    """A race over four processes lets nobody through; without the store each process keeps the limit by itself."""
    cluster = start_cluster(4, IDENTIFY_RATE_ANONYMOUS=f"{LIMIT}/hour")
    admitted = await storm(cluster)
    if cluster.at_most(0) == 0:
        assert sum(admitted.values()) == LIMIT
    else:  # a server on a machine too busy to hear the store counted by itself for a while (law 8)
        assert sum(admitted.values()) >= LIMIT
        assert max(admitted.values()) <= LIMIT
    cluster.store.kill()
    admitted += await storm(cluster)
    assert admitted == dict.fromkeys(range(4), LIMIT)
