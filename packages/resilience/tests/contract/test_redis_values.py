"""What a RedisStore makes of values it did not write: absent, said once, and healed by the next write."""

import pytest

from resilience.ports import Hit, Lead, Wait

HIT = Hit(b"Bellis perennis", 4e9, 5e9)
CELL, ORDER = "pc:{cell:plant-id}", "pc:{cell:plant-id}:order"
ANSWER, FAILURE, LEAD = "pc:{flight:daisy}:answer", "pc:{flight:daisy}:failure", "pc:{flight:daisy}:lead"


@pytest.fixture
def store(redis_stand):
    """A store on a real server."""
    return redis_stand.store


@pytest.fixture
def client(redis_stand):
    """Somebody else who writes there."""
    return redis_stand._nodes[0]


BAD_HASHES = [
    {"other": "field"},
    {"version": "seven", "value": "x"},
    {"version": "1.5", "value": "x"},
    {"version": "-1", "value": "x"},
    {"version": "1e400", "value": "x"},
    {"version": "9007199254740993", "value": "x"},
    {"version": "nan", "value": "x"},
    {"version": "7"},
    {"value": "x"},
]


@pytest.mark.parametrize("fields", BAD_HASHES)
async def test_unreadable_cell_is_absent_and_the_next_swap_heals_it(store, client, fields):
    """A cell of a newer or broken program stops nobody."""
    client.hset(CELL, mapping=fields)
    assert (await store.load("plant-id")).version == 0
    refused = await store.swap("plant-id", version=7, value=b"", ttl=60)
    assert (refused.done, refused.cell.version) == (False, 0)
    swapped = await store.swap("plant-id", version=0, value=b"new", ttl=60)
    assert swapped.done
    loaded = await store.load("plant-id")
    assert (loaded.version, loaded.value) == (swapped.cell.version, b"new")


async def test_version_ahead_of_the_clock_still_grows(store, client):
    """A server whose clock was set back, or a new primary whose clock is behind, gives no version twice."""
    client.hset(CELL, mapping={"version": "8000000000000000", "value": "x"})
    swapped = await store.swap("plant-id", version=8_000_000_000_000_000, value=b"new", ttl=60)
    assert (swapped.done, swapped.cell.version) == (True, 8_000_000_000_000_001)


async def test_cell_of_another_type_is_absent_and_the_next_swap_heals_it(store, client):
    """WRONGTYPE is no outage."""
    client.rpush(CELL, "one", "two")
    client.rpush(ORDER, "one")
    cell = await store.load("plant-id")
    assert (cell.version, cell.override) == (0, "")
    assert (await store.swap("plant-id", version=0, value=b"new", ttl=60)).done
    await store.order("plant-id", "disabled")
    cell = await store.load("plant-id")
    assert (cell.value, cell.override) == (b"new", "disabled")


async def test_unreadable_value_is_told_once(store, client, caplog):
    """The operator hears of it, and not with every question."""
    client.rpush(CELL, "one")
    for _ in range(3):
        await store.load("plant-id")
    assert [record.message for record in caplog.records] == [
        "load_cell: a value in the store is unreadable and counts as absent"
    ]


async def test_readable_values_are_not_told(store, caplog):
    """No cry without a wolf: absent is not unreadable."""
    await store.load("plant-id")
    await store.swap("plant-id", version=0, value=b"", ttl=60)
    await store.load("plant-id")
    await store.read("daisy")
    await store.join("daisy", token="a", lease=60)
    await store.publish("daisy", token="a", hit=HIT)
    await store.publish("daisy", token="a", hit=HIT)
    await store.join("daisy", token="b", lease=60)
    assert caplog.records == []


BAD_ANSWERS = [
    {"payload": "x"},
    {"payload": "x", "fresh_until": "soon", "stale_until": "later"},
    {"payload": "x", "fresh_until": "nan", "stale_until": "nan"},
    {"payload": "x", "fresh_until": "4000000000.0", "stale_until": "later"},
    {"payload": "x", "fresh_until": "0x7fffffffffff", "stale_until": "0x7fffffffffff"},
    {"payload": "x", "fresh_until": "-1.0", "stale_until": "4000000000.0"},
    {"fresh_until": "4000000000.0", "stale_until": "4000000000.0"},
]


@pytest.mark.parametrize("fields", BAD_ANSWERS)
async def test_unreadable_answer_is_absent_and_the_next_one_takes_its_place(store, client, caplog, fields):
    """An answer nobody can read is got anew, once."""
    client.hset(ANSWER, mapping=fields)
    assert await store.read("daisy") is None
    assert await store.join("daisy", token="a", lease=60) == Lead()
    assert await store.publish("daisy", token="a", hit=HIT)
    assert await store.read("daisy") == HIT
    assert len(caplog.records) == 3


async def test_flight_of_other_types_is_absent_and_healed(store, client):
    """WRONGTYPE is no outage, whichever part of a flight it hits."""
    for key in (ANSWER, FAILURE, LEAD):
        client.sadd(key, "x")
    assert await store.read("daisy") is None
    assert list(await store.renew({"daisy": "a"}, lease=60)) == ["daisy"]
    assert not await store.leave("daisy", token="a")
    assert not await store.publish_failure("daisy", token="a", payload=b"", ttl=60)
    assert not await store.publish("daisy", token="a", hit=HIT)
    assert await store.read("daisy") == HIT
    await store.forget(["daisy"])
    assert await store.join("daisy", token="a", lease=60) == Lead()


async def test_lead_without_an_end_is_taken_over(store, client):
    """A lease that lost its end would keep everybody waiting for ever."""
    await store.join("daisy", token="dead", lease=60)
    client.persist(LEAD)
    assert await store.join("daisy", token="b", lease=60) == Lead()
    waiting = await store.join("daisy", token="c", lease=60)
    assert isinstance(waiting, Wait)
    assert waiting.seconds <= 60


async def test_every_key_ends_by_itself(store, client):
    """Nothing is left behind in the server for ever, but for an order without an end."""
    await store.swap("plant-id", version=0, value=b"", ttl=60)
    await store.order("plant-id", "disabled", ttl=60)
    await store.publish("daisy", token="a", hit=HIT)
    await store.join("rose", token="a", lease=60)
    await store.publish_failure("rose", token="a", payload=b"", ttl=60)
    await store.join("oak", token="a", lease=60)
    keys = client.keys()
    assert len(keys) == 5
    assert [key for key in keys if client.pttl(key) <= 0] == []
