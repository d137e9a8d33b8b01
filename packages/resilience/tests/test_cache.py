"""Kept answers: the layers they come from, how they age, how they are replaced and deleted."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.cache import Archived, Source, from_hit, make_entry, to_hit
from resilience.errors import CallRefused, ProviderUnavailable, StoreUnavailable
from resilience.memory_cache import MemoryCache
from resilience.ports import Hit
from resilience.testing import FakeClock

DAY = 86_400.0


async def test_get_again_is_served_from_memory_without_a_round_trip(cluster):
    """A repeated question costs this process no command and no look into the archive, with its true age and life."""
    (answers,) = cluster.start()
    await cluster.get(answers)
    said, lookups = len(cluster.roads[0].said), cluster.archive.lookups
    cluster.clock.advance(60.0)
    got = await cluster.get(answers)
    assert (got.source, got.age, got.ttl, got.stale_because) == (Source.L1, 60.0, DAY - 60.0, "")
    assert (len(cluster.roads[0].said), cluster.archive.lookups) == (said, lookups)


async def test_get_in_another_process_costs_one_round_trip_once(cluster):
    """What another process paid for is read from the store in one round trip, then kept here."""
    one, other = cluster.start(2)
    await cluster.get(one)
    lookups = cluster.archive.lookups
    assert [(await cluster.get(other)).source for _ in range(2)] == [Source.STORE, Source.L1]
    assert cluster.roads[1].said == ["read"]
    assert cluster.archive.lookups == lookups


async def test_get_copy_in_memory_makes_nothing_fresh_anew(cluster):
    """A copy taken late in an answer's life ends with it: memory holds the store's deadline."""
    one, other = cluster.start(2, l1_seconds=80_000.0)
    await cluster.get(one)
    cluster.clock.advance(DAY - 10.0)
    assert (await cluster.get(other)).source is Source.STORE
    cluster.clock.advance(11.0)
    assert (await cluster.get(other)).source is Source.STALE


async def test_get_copy_in_memory_ends_after_its_seconds(cluster):
    """A copy whose deletion was not heard of is believed for l1_seconds at most (law 12)."""
    (answers,) = cluster.start(l1_seconds=300.0)
    await cluster.get(answers)
    cluster.clock.advance(301.0)
    assert (await cluster.get(answers)).source is Source.STORE


async def test_get_stale_answer_is_given_at_once_and_replaced_by_one_flight(cluster):
    """Stale-while-revalidate: everybody gets the old answer with its age, one call brings the new one (law 1)."""
    processes = cluster.start(3)
    await cluster.get(processes[0])
    cluster.clock.advance(2 * DAY)
    cluster.provider.hold()
    got = await asyncio.gather(*(cluster.get(answers) for answers in processes for _ in range(4)))
    assert {(each.payload, each.source, each.age, each.ttl) for each in got} == {
        (b"answer 1", Source.STALE, 2 * DAY, -DAY)
    }
    assert {each.stale_because for each in got} == {"it is being refreshed"}
    await cluster.provider.called.wait()
    cluster.provider.let_go()
    await landed(processes)
    assert (await cluster.get(processes[1])).payload == b"answer 2"
    assert cluster.provider.calls == 2


async def test_get_stale_answer_survives_a_failing_refresh(cluster):
    """A failed replacement leaves the stale answer as it is, for its thirty days; then the failure is told."""
    (answers,) = cluster.start()
    await cluster.get(answers)
    cluster.provider.fails = ProviderUnavailable("plant_id", "HTTP 503")
    cluster.clock.advance(29 * DAY)
    for _ in range(3):
        assert (await cluster.get(answers)).source is Source.STALE
        await landed([answers])
    assert cluster.provider.calls == 2  # the failure is shared, not repeated for each
    cluster.clock.advance(2 * DAY)
    with pytest.raises(ProviderUnavailable):
        await cluster.get(answers)


async def test_get_stale_answer_of_the_archive_alone_is_given_at_once(cluster):
    """A stale answer that only the database still has is not waited for either."""
    (answers,) = cluster.start()
    cluster.archive.answers["key"] = Archived(b"old", cluster.clock.wall() - 3 * DAY)
    cluster.provider.hold()
    got = await cluster.get(answers)
    assert (got.payload, got.source, got.age) == (b"old", Source.STALE, 3 * DAY)
    await cluster.provider.called.wait()
    cluster.provider.let_go()
    await landed([answers])
    assert (await cluster.get(answers)).payload == b"answer 1"


@pytest.mark.parametrize(
    "error", [ProviderUnavailable("plant_id", "HTTP 503"), CallRefused("plant_id", "quota"), KeyError("x")]
)
async def test_get_refresh_that_fails_gives_the_stale_answer_and_why(cluster, error):
    """Stale-if-error: whatever keeps the new answer away, the old one is there, and says what happened (law 10)."""
    one, other = cluster.start(2)
    await cluster.get(one)
    cluster.clock.advance(10.0)
    cluster.provider.fails = error
    got = await cluster.get(other, refresh=True)
    assert (got.payload, got.source, got.age) == (b"answer 1", Source.STALE, 10.0)
    expected = "the call ended with KeyError" if isinstance(error, KeyError) else str(error)
    assert got.stale_because == expected


async def test_get_refresh_brings_a_new_answer_to_everybody(cluster):
    """A refresh takes no answer from before it, wherever it is kept; those who refresh together pay once (law 1)."""
    one, other = cluster.start(2)
    await cluster.get(one)
    await cluster.get(other)
    cluster.clock.advance(10.0)
    cluster.provider.hold()
    asked = [cluster.get(answers, refresh=True) for answers in (one, other) for _ in range(3)]
    await cluster.provider.called.wait()
    cluster.provider.let_go()
    assert {each.payload for each in await asyncio.gather(*asked)} == {b"answer 2"}
    assert (await cluster.get(one)).payload == (await cluster.get(other)).payload == b"answer 2"
    assert cluster.provider.calls == 2


async def test_get_refresh_joins_no_flight_that_brings_an_old_answer(cluster):
    """Who refreshes while others are refilled from the archive gets a new answer all the same."""
    (answers,) = cluster.start()
    cluster.archive.answers["key"] = Archived(b"old", cluster.clock.wall() - 60.0)
    plain = cluster.get(answers)
    while not answers.flights:
        await asyncio.sleep(0)
    refreshed = cluster.get(answers, refresh=True)
    assert (await plain).payload == b"old"
    assert (await refreshed).payload == b"answer 1"


async def test_find_never_asks(cluster):
    """What is kept is found in memory, store or archive, fresh or stale, and nothing is begun."""
    one, other = cluster.start(2)
    assert await one.find("key") is None
    cluster.archive.answers["key"] = Archived(b"old", cluster.clock.wall() - 3 * DAY)
    got = await one.find("key")
    assert (got.payload, got.source) == (b"old", Source.STALE)
    cluster.archive.answers["key"] = Archived(b"new", cluster.clock.wall())
    assert (await one.find("key")).source is Source.ARCHIVE
    await cluster.get(one)
    assert [(await each.find("key")).source for each in (one, other)] == [Source.L1, Source.STORE]
    assert (cluster.provider.calls, one.flights, other.flights) == (0, 0, 0)


async def test_forget_deletes_here_in_the_store_and_in_every_process(cluster):
    """Deleting deletes: after it no process gives the answer any more (law 12)."""
    one, other = cluster.start(2)
    await cluster.get(one)
    await cluster.get(other)
    cluster.archive.answers.clear()
    await other.forget(["key"])
    await quiet()
    assert await one.find("key") is None
    assert await other.find("key") is None


async def test_forget_with_the_store_down_tells_so(cluster):
    """A deletion that may not have been carried out is never called done (law 12)."""
    (answers,) = cluster.start()
    await cluster.get(answers)
    cluster.roads[0].down = True
    with pytest.raises(StoreUnavailable):
        await answers.forget(["key"])
    cluster.archive.answers.clear()
    assert await answers.find("key") is None  # not from this process at least


async def test_get_answer_deleted_while_it_is_read_is_not_believed(cluster):
    """A deletion that overtakes a read leaves no copy that is believed (law 12)."""
    one, other = cluster.start(2)
    await cluster.get(one)
    cluster.roads[1].turns = 50
    reading = cluster.get(other)
    await quiet(turns=70)  # read in the store, on its way back
    await cluster.store.forget(["key"])
    assert (await reading).source is Source.STORE
    cluster.archive.answers.clear()
    assert await other.find("key") is None


async def test_get_after_a_deletion_shares_no_reading_from_before_it(cluster):
    """Who asks after a deletion gets nothing that somebody else began to read before it (law 12)."""
    one, other = cluster.start(2)
    await cluster.get(one)
    cluster.roads[1].slow = {"read": 50}
    early = asyncio.create_task(other.find("key"))
    await quiet(turns=70)  # read in the store, on its way back
    cluster.archive.answers.clear()
    await cluster.store.forget(["key"])
    await quiet()
    assert not early.done()
    assert await other.find("key") is None
    assert (await early).source is Source.STORE


async def test_get_callers_at_the_same_time_share_one_round_trip(cluster):
    """Many callers of a hot key cost one command; one that hangs up takes nothing from the others."""
    one, other = cluster.start(2)
    await cluster.get(one)
    first, *others = [cluster.get(other) for _ in range(8)]
    while not cluster.roads[1].said:
        await asyncio.sleep(0)
    first.cancel()
    assert [(await each).source for each in others] == [Source.STORE] * 7
    assert cluster.roads[1].said == ["read"]


async def test_get_unreadable_answer_in_the_store_is_replaced(cluster):
    """What another version wrote, or damage, is no answer and no error: the flight goes on."""
    (answers,) = cluster.start()
    now = cluster.clock.wall()
    await cluster.store.publish("key", token="x", hit=Hit(b"\xff damage", now + DAY, now + DAY))
    assert (await cluster.get(answers)).source is Source.FRESH
    assert (await cluster.get(answers)).payload == b"answer 1"


async def test_get_keeps_the_life_an_answer_claims_for_itself(cluster):
    """A short life, such as that of an answer with a part missing, holds in every layer, the archive too."""
    one, other = cluster.start(2)
    cluster.provider.life = (600.0, 1_200.0)
    await cluster.get(one)
    cluster.clock.advance(599.0)
    assert (await cluster.get(other)).ttl == pytest.approx(1.0)
    await cluster.store.forget(["key"])
    await quiet()
    assert (await cluster.get(other)).source is Source.ARCHIVE
    cluster.clock.advance(2.0)
    assert (await cluster.get(other)).source is Source.STALE
    cluster.clock.advance(600.0)
    await landed([other])


@given(
    payload=st.binary(max_size=64),
    produced_at=st.floats(0, 1e10),
    fresh=st.floats(0, 1e8),
    stale=st.floats(0, 1e8),
    now=st.floats(0, 1e10),
)
def test_entry_survives_the_store_and_ages_in_order(payload, produced_at, fresh, stale, now):
    """An entry comes back from the store as it went, and is never fresh when it is of no use."""
    entry = make_entry(payload, produced_at=produced_at, fresh=fresh, stale=stale)
    assert from_hit(to_hit(entry)) == entry
    assert entry.is_usable(now) or not entry.is_fresh(now)


@given(damage=st.binary(max_size=40))
def test_entry_from_any_bytes_is_none_or_an_entry(damage):
    """Whatever stands in the store, reading it raises nothing."""
    entry = from_hit(Hit(damage, 1.0, 2.0))
    assert entry is None or isinstance(entry.payload, bytes)


@given(
    steps=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 900), st.booleans()), max_size=40),
    max_bytes=st.integers(0, 3_000),
)
def test_memory_cache_never_holds_more_than_its_bytes(steps, max_bytes):
    """The bound holds after every step, and the count is that of what is held (law 8: memory is no second leak)."""
    cache = MemoryCache(FakeClock(), max_bytes=max_bytes, seconds=300.0)
    for key, size, drop in steps:
        cache.keep(key, make_entry(bytes(size), produced_at=0.0, fresh=1e10, stale=1e10), shared=True)
        if drop:
            cache.drop(key)
        held = [len(found.entry.payload) for name in "abcdef" if (found := cache.find(name))]
        assert sum(held) <= cache.size_bytes <= max_bytes
        assert len(held) == len(cache)
        assert (cache.size_bytes == 0) == (not held)


def test_memory_cache_lets_the_least_used_go_first():
    """What was asked for lately stays."""
    cache = MemoryCache(FakeClock(), max_bytes=2_900, seconds=300.0)
    entry = make_entry(bytes(1_000), produced_at=0.0, fresh=1e10, stale=1e10)
    for key in ("a", "b"):
        cache.keep(key, entry, shared=True)
    cache.find("a")
    cache.keep("c", entry, shared=True)
    assert [cache.find(key) is not None for key in ("a", "b", "c")] == [True, False, True]


async def landed(processes):
    """Return when no flight is under way."""
    while any(answers.flights for answers in processes):
        await asyncio.sleep(0)


async def quiet(turns=30):
    """Let everything that is under way come to its next wait."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_find_fresh_gives_all_of_the_answers_or_nothing(cluster):
    """Two that belong together are given together, in one round trip each at the same time, without the archive."""
    one, other = cluster.start(2)
    await cluster.get(one, "leaf")
    assert await other.find_fresh(["leaf", "flower"]) is None
    await cluster.get(one, "flower")
    lookups, calls = cluster.archive.lookups, cluster.provider.calls
    assert [got.payload for got in await other.find_fresh(["leaf", "flower"])] == [b"answer 1", b"answer 2"]
    assert cluster.roads[1].said == ["read"] * 3  # the leaf was known already
    assert (cluster.archive.lookups, cluster.provider.calls) == (lookups, calls)


async def test_find_fresh_gives_no_stale_answer(cluster):
    """What has to be asked again is no answer at hand; nobody is asked for it here."""
    (answers,) = cluster.start()
    await cluster.get(answers)
    cluster.clock.advance(DAY + 1)
    assert await answers.find_fresh(["key"]) is None
    assert (answers.flights, cluster.provider.calls) == (0, 1)
