"""What every CellStore does, in memory and on real servers."""

import asyncio

import pytest

KEYS = ["plant-id", "", "a}b{c", "{}", "Blüte am Weg", "x" * 500]


async def test_load_of_nothing_returns_version_0_without_bytes(stand):
    """There is no cell until one is written; the store still tells its time."""
    cell = await stand.store.load("plant-id")
    assert (cell.version, cell.value, cell.override) == (0, b"", "")
    assert cell.now == pytest.approx(stand.now(), abs=2)


@pytest.mark.parametrize("key", KEYS)
async def test_swap_of_an_absent_cell_writes_it(store, key):
    """Version 0 says there was none: the first writer gets it, under any name, and any bytes come back."""
    value = bytes(range(256))
    swapped = await store.swap(key, version=0, value=value, ttl=60)
    assert swapped.done
    assert swapped.cell.version > 0
    assert swapped.cell.value == value
    loaded = await store.load(key)
    assert (loaded.version, loaded.value) == (swapped.cell.version, value)


@pytest.mark.parametrize("version", [0, 1, 2**53])
async def test_swap_with_another_version_changes_nothing_and_tells_the_cell(store, version):
    """Who comes late learns what stands there and can decide anew."""
    first = await store.swap("plant-id", version=0, value=b"first", ttl=60)
    late = await store.swap("plant-id", version=version, value=b"late", ttl=60)
    assert not late.done
    assert (late.cell.version, late.cell.value) == (first.cell.version, b"first")
    assert (await store.load("plant-id")).value == b"first"


async def test_swap_with_a_version_of_an_absent_cell_is_refused(store):
    """A cell that is gone is not the cell that was loaded."""
    swapped = await store.swap("plant-id", version=7, value=b"late", ttl=60)
    assert not swapped.done
    assert (swapped.cell.version, swapped.cell.value) == (0, b"")


async def test_swap_again_and_again_gives_growing_versions(store):
    """No version comes twice, also within one microsecond of the store's clock."""
    versions = [0]
    for _ in range(20):
        swapped = await store.swap("plant-id", version=versions[-1], value=b"", ttl=60)
        assert swapped.done
        versions.append(swapped.cell.version)
    assert versions == sorted(set(versions))


async def test_swap_keeps_cells_of_other_names_apart(store):
    """One provider's state is not another's."""
    await store.swap("plant-id", version=0, value=b"one", ttl=60)
    assert (await store.load("plantnet")).version == 0


async def test_cell_past_its_ttl_is_gone_and_its_version_never_comes_again(stand):
    """A late writer of the old cell cannot write over the new one (law 6)."""
    old = await stand.store.swap("plant-id", version=0, value=b"old", ttl=60)
    stand.pass_time(61)
    assert (await stand.store.load("plant-id")).version == 0
    new = await stand.store.swap("plant-id", version=0, value=b"new", ttl=60)
    assert new.cell.version > old.cell.version
    assert not (await stand.store.swap("plant-id", version=old.cell.version, value=b"late", ttl=60)).done


async def test_swap_starts_the_ttl_anew(stand):
    """A cell in use does not end."""
    version = 0
    for _ in range(3):
        version = (await stand.store.swap("plant-id", version=version, value=b"", ttl=60)).cell.version
        stand.pass_time(40)
    assert (await stand.store.load("plant-id")).version == version
    stand.pass_time(40)
    assert (await stand.store.load("plant-id")).version == 0


async def test_refused_swap_leaves_the_ttl(stand):
    """Who only tries does not keep a cell alive."""
    await stand.store.swap("plant-id", version=0, value=b"", ttl=60)
    stand.pass_time(40)
    await stand.store.swap("plant-id", version=0, value=b"", ttl=60)
    stand.pass_time(40)
    assert (await stand.store.load("plant-id")).version == 0


async def test_order_shows_in_loads_and_swaps_until_it_is_taken_back(store):
    """An operator's word reaches whoever decides next."""
    await store.order("plant-id", "forced_open")
    assert (await store.load("plant-id")).override == "forced_open"
    swapped = await store.swap("plant-id", version=0, value=b"", ttl=60)
    refused = await store.swap("plant-id", version=0, value=b"", ttl=60)
    assert (swapped.cell.override, refused.cell.override) == ("forced_open", "forced_open")
    await store.order("plant-id", "disabled")
    assert (await store.load("plant-id")).override == "disabled"
    await store.order("plant-id", "")
    assert (await store.load("plant-id")).override == ""


async def test_order_outlives_the_cell(stand):
    """The state may expire, the operator's word does not."""
    await stand.store.swap("plant-id", version=0, value=b"", ttl=60)
    await stand.store.order("plant-id", "forced_open")
    stand.pass_time(1_000_000)
    cell = await stand.store.load("plant-id")
    assert (cell.version, cell.override) == (0, "forced_open")


async def test_order_with_a_ttl_ends_by_itself(stand):
    """A word for an hour is forgotten by nobody."""
    await stand.store.order("plant-id", "forced_open", ttl=60)
    stand.pass_time(40)
    assert (await stand.store.load("plant-id")).override == "forced_open"
    stand.pass_time(40)
    assert (await stand.store.load("plant-id")).override == ""


@pytest.mark.parametrize("ttl", [0, 0.0004, -1, float("nan"), float("inf")])
async def test_swap_with_a_ttl_below_a_millisecond_or_without_end_is_refused(store, ttl):
    """What no store can count is a mistake of the caller, told before anything is asked."""
    with pytest.raises(ValueError, match="ttl must be"):
        await store.swap("plant-id", version=0, value=b"", ttl=ttl)
    with pytest.raises(ValueError, match="ttl must be"):
        await store.order("plant-id", "disabled", ttl=ttl)


async def test_swap_of_a_hundred_counts_by_eight_tasks_loses_none(store):
    """Whoever lost tries again with what was told: each count is there exactly once."""
    left = list(range(100))

    async def count():
        cell = await store.load("count")
        while left:
            left.pop()
            done = False
            while not done:
                swapped = await store.swap(
                    "count", version=cell.version, value=b"%d" % (int(cell.value or b"0") + 1), ttl=60
                )
                done, cell = swapped.done, swapped.cell

    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(count())
    assert (await store.load("count")).value == b"100"


async def test_ping_tells_seconds(store):
    """A store that is there answers in far less than its limit."""
    assert 0 <= await store.ping() < 0.15
