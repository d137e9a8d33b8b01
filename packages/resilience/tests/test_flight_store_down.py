"""The shared store fails: no request does, and what was bought meanwhile is shared on its return (law 8)."""

import asyncio
import logging

import pytest

from resilience.cache import Source
from resilience.deadline import Deadline
from resilience.errors import ProviderUnavailable, StoreUnavailable
from resilience.ports import SystemClock
from resilience.store_breaker import StoreHealth
from resilience.testing import FakeClock

PAUSE = 1.0  # seconds the store is left alone after a failure


@pytest.mark.parametrize("lost_after", [False, True], ids=["never arrived", "reply lost"])
@pytest.mark.parametrize("nth", range(3))
async def test_get_with_the_nth_verb_failing_is_answered(cluster, nth, lost_after):
    """Whichever verb fails (read, join, publish), and even if it was carried out: one call, one answer, no lead left."""
    one, other = cluster.start(2)
    cluster.roads[0].fails_at, cluster.roads[0].lost_after = {nth}, lost_after
    got = await cluster.get(one)
    assert (got.payload, got.source) == (b"answer 1", Source.FRESH)
    cluster.clock.advance(4.0)
    assert (await cluster.get(other)).payload == b"answer 1"
    assert cluster.provider.calls == 1
    assert cluster.is_free()


@pytest.mark.parametrize("verb", ["publish_failure", "leave", "renew"])
async def test_get_failing_with_the_verb_lost_too_tells_the_failure(cluster, verb):
    """The provider's failure is told, not the store's; the lead ends by itself."""
    (answers,) = cluster.start(lease=0.03)
    cluster.provider.hold()
    cluster.provider.fails = ProviderUnavailable("plant_id", "HTTP 503")
    asked = cluster.get(answers)
    await cluster.provider.called.wait()
    if verb == "renew":
        cluster.roads[0].down = True
        await until(lambda: "renew" in cluster.roads[0].said)
    cluster.roads[0].down = True
    if verb == "leave":
        asked.cancel()
        await answers.close()
    cluster.provider.let_go()
    (outcome,) = await asyncio.gather(asked, return_exceptions=True)
    assert type(outcome) is (asyncio.CancelledError if verb == "leave" else ProviderUnavailable)
    cluster.clock.advance(0.05)
    assert cluster.is_free()


async def test_get_with_the_store_down_collapses_in_the_process(cluster):
    """Without a store each process flies alone: its own waiters still cost one call, also those that come later."""
    one, other = cluster.start(2)
    for road in cluster.roads:
        road.down = True
    cluster.provider.hold()
    asked = [cluster.get(one) for _ in range(8)]
    await until(lambda: cluster.events.count("miss") == 8)
    cluster.provider.let_go()
    assert sorted(each.source for each in await asyncio.gather(*asked)) == [Source.COLLAPSED] * 7 + [Source.FRESH]
    assert (await cluster.get(one)).source is Source.L1
    assert (await cluster.get(other)).source is Source.ARCHIVE  # the database is still there
    assert cluster.provider.calls == 1
    assert one.health.degraded


async def test_get_whose_reading_fails_takes_what_landed_meanwhile(cluster):
    """An answer that came while the store was waited for in vain is not bought again (law 1)."""
    (answers,) = cluster.start()
    cluster.archive.forgetful = True
    cluster.provider.hold()
    first = cluster.get(answers)
    await cluster.provider.called.wait()
    cluster.roads[0].down, cluster.roads[0].slow = True, {"read": 60}
    second = cluster.get(answers)
    await until(lambda: cluster.roads[0].said.count("read") == 2)
    cluster.provider.let_go()
    assert (await first).source is Source.FRESH
    assert (await second).source is Source.L1
    assert cluster.provider.calls == 1


async def test_get_with_the_store_down_shares_failures_in_the_process(cluster):
    """A failure still answers for a while those who come after it, in this process (law 5)."""
    (answers,) = cluster.start()
    cluster.roads[0].down = True
    cluster.provider.fails = ProviderUnavailable("plant_id", "HTTP 503")
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await cluster.get(answers)
    assert cluster.provider.calls == 1
    cluster.clock.advance(1.6)
    with pytest.raises(ProviderUnavailable):
        await cluster.get(answers)
    assert cluster.provider.calls == 2


async def test_get_with_the_store_down_pays_for_one_failed_command_a_second(cluster):
    """One request in a second tries the store; the others go on without waiting for it."""
    (answers,) = cluster.start()
    cluster.roads[0].down = True
    for number in range(20):
        await cluster.get(answers, f"key {number}")
    assert cluster.roads[0].said == ["read"]
    cluster.clock.advance(PAUSE)
    for number in range(20):
        await cluster.get(answers, f"other {number}")
    assert cluster.roads[0].said == ["read", "read"]


async def test_get_after_the_store_is_back_shares_what_was_bought_meanwhile(cluster):
    """An answer bought alone reaches the store when it is next used, and from there the other processes."""
    one, other = cluster.start(2)
    cluster.archive.forgetful = True
    cluster.roads[0].down = True
    await cluster.get(one)
    cluster.roads[0].down = False
    cluster.clock.advance(PAUSE)
    assert (await cluster.get(one)).source is Source.L1
    assert not one.health.degraded
    assert (await cluster.get(other)).source is Source.STORE
    assert cluster.roads[0].said[-2:] == ["read", "publish"]
    assert (await cluster.get(one)).source is Source.L1
    assert cluster.roads[0].said[-1] == "publish"
    assert cluster.provider.calls == 1


async def test_get_after_the_store_is_back_takes_the_newer_answer(cluster):
    """What was bought alone replaces nothing newer: counts and answers are merged, not replayed (law 8)."""
    one, other = cluster.start(2)
    cluster.archive.forgetful = True
    cluster.roads[0].down = cluster.roads[0].silent = True
    await cluster.get(one)
    cluster.clock.advance(PAUSE)
    await cluster.get(other)
    cluster.roads[0].down = False
    got = await cluster.get(one)
    assert (got.payload, got.source) == (b"answer 2", Source.STORE)


async def test_get_waiter_that_loses_the_store_leaves_the_leader_its_lease(cluster):
    """Who knows of a living leader does not pay as well: it looks into the archive until that lease is over (law 1)."""
    one, other = cluster.start(2)
    cluster.provider.hold()
    leader = cluster.get(one)
    await cluster.provider.called.wait()
    waiting = cluster.get(other)
    await until(lambda: cluster.roads[1].said.count("join") >= 2)
    for road in cluster.roads:
        road.down = True
    cluster.provider.let_go()
    assert (await leader).source is Source.FRESH
    assert (await waiting).source is Source.COLLAPSED
    assert cluster.provider.calls == 1


async def test_get_waiter_that_loses_store_and_leader_asks_after_the_lease(cluster):
    """A machine that takes leader and store with it delays an answer by one lease, no more."""
    (answers,) = cluster.start(lease=0.05)
    await cluster.store.join("key", token="another process", lease=0.05)
    asked = cluster.get(answers)
    await until(lambda: cluster.roads[0].said.count("join") >= 2)
    cluster.roads[0].down = True
    assert (await asyncio.wait_for(asked, 2.0)).source is Source.FRESH
    assert "alone" in cluster.events


async def test_get_call_begun_alone_takes_the_lead_when_the_store_is_back(cluster):
    """A store that returns in the middle of a call hears who leads: the others wait for it (law 1)."""
    one, other = cluster.start(2, lease=0.03)
    cluster.roads[0].down = True
    cluster.provider.hold()
    asked = cluster.get(one)
    await cluster.provider.called.wait()
    cluster.roads[0].down = False
    cluster.clock.advance(PAUSE)
    await until(lambda: "lead_regained" in cluster.events)
    waiting = cluster.get(other)
    await until(lambda: "join" in cluster.roads[1].said)
    cluster.provider.let_go()
    assert [(await each).source for each in (asked, waiting)] == [Source.FRESH, Source.COLLAPSED]
    assert cluster.provider.calls == 1


async def test_get_when_this_process_is_too_busy_to_ask_waits_its_turn(cluster):
    """A want of connections here is no failure of the store: nobody flies alone, the outcome is told (law 1)."""
    one, other = cluster.start(2)
    cluster.archive.forgetful = True
    cluster.roads[0].busy_at = {0, 1, 2, 4, 5}  # read, two joins, and two of the publishes
    assert (await cluster.get(one)).source is Source.FRESH
    assert cluster.roads[0].said == ["read", "join", "join", "join", "publish", "publish", "publish"]
    assert not one.health.degraded
    assert "alone" not in cluster.events
    assert (await cluster.get(other)).source is Source.STORE


async def test_get_copies_after_a_gap_in_the_news_are_believed_only_while_the_store_is_down(cluster):
    """After missed news the store is asked again; while it is down the copy is all there is (laws 8 and 12)."""
    (answers,) = cluster.start()
    await cluster.get(answers)
    answers._copies.hear("")
    assert (await cluster.get(answers)).source is Source.STORE
    assert (await cluster.get(answers)).source is Source.L1
    answers._copies.hear("")
    cluster.roads[0].down = True
    assert (await cluster.get(answers)).source is Source.L1


async def test_health_logs_one_line_per_change(caplog):
    """An outage is one warning and one return, however many commands fail; it says since when (law 8)."""
    caplog.set_level(logging.INFO, logger="resilience.store")
    clock = FakeClock()
    health = StoreHealth(clock, pause=PAUSE)
    assert (health.usable(), health.degraded_since) == (True, None)
    began = clock.wall()
    for _ in range(5):
        health.note_failure(StoreUnavailable("join", "timeout"))
        clock.advance(1.0)
    assert health.degraded_since == began
    for _ in range(3):
        health.note_ok()
    assert not health.degraded
    assert caplog.messages == [
        "[CACHE] The shared store is unavailable (join: timeout): this process goes on by itself",
        "[CACHE] The shared store is back after 5.0 s",
    ]


async def test_health_lets_one_caller_try_while_the_others_go_on():
    """While the store is down one caller in a pause tries it; a try that fails begins the pause anew."""
    clock = FakeClock()
    health = StoreHealth(clock, pause=PAUSE)

    async def fail() -> None:
        verb = "read"
        raise StoreUnavailable(verb, "timeout")

    with pytest.raises(StoreUnavailable, match="timeout"):
        await health.attempt(fail)
    with pytest.raises(StoreUnavailable, match="skipped"):
        await health.attempt(fail)
    clock.advance(PAUSE)
    assert [health.usable() for _ in range(3)] == [True, False, False]
    clock.advance(PAUSE)
    with pytest.raises(StoreUnavailable, match="timeout"):
        await health.attempt(fail)
    assert not health.usable()


async def until(condition, *, seconds=5.0):
    """Wait for something that comes by itself; fail when it does not."""
    deadline = Deadline.after(seconds, SystemClock())
    while not condition():
        assert deadline.remaining() > 0, "it did not come"
        await asyncio.sleep(0)
