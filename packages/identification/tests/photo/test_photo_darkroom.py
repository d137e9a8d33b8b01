import asyncio
import threading

import pytest

from identification.errors import PhotoDamaged
from identification.photo import Darkroom, normalise
from identification.photo.darkroom import MemoryBound


@pytest.fixture
def darkroom():
    """A darkroom with two workers, closed after the test."""
    room = Darkroom(workers=2)
    yield room
    room.close()


async def test_darkroom_gives_what_normalise_gives(photos, darkroom):
    """The same photo, off the event loop; many at once do not mix."""
    files = [photos.encode(photos.leaves(seed=seed)) for seed in range(6)]
    developed = await asyncio.gather(*(darkroom.develop(data) for data in files))
    assert developed == [normalise(data) for data in files]


async def test_darkroom_leaves_the_event_loop_free(photos, darkroom):
    """While a photo is developed, the event loop goes on turning."""
    task = asyncio.create_task(darkroom.develop(photos.encode(photos.leaves(2400, 1800))))
    turns = 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    assert (await task).width == 1500
    assert turns > 100


async def test_darkroom_refusal_reaches_the_caller(darkroom):
    """A refused photo raises in the caller, and the next one is developed all the same."""
    with pytest.raises(PhotoDamaged):
        await darkroom.develop(b"\xff\xd8\xff\xe0 cut")


async def test_darkroom_cancelled_waiter_leaves_nothing_behind(photos, darkroom):
    """Who goes away, before or while their photo is developed, breaks nothing for those who stay."""
    data = photos.encode(photos.leaves(1600, 1200))
    leaving = [asyncio.create_task(darkroom.develop(data)) for _ in range(8)]
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    gone = await asyncio.gather(*leaving, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in gone)
    assert (await darkroom.develop(data)).width == 1500


async def test_darkroom_smaller_than_a_photo_develops_one_at_a_time(photos):
    """A photo that needs more than the whole bound is developed alone, not refused and not stuck."""
    room = Darkroom(workers=2, memory=1)
    data = photos.encode(photos.leaves())
    developed = await asyncio.gather(*(room.develop(data) for _ in range(4)))
    room.close()
    assert {photo.digest for photo in developed} == {normalise(data).digest}


def test_memory_bound_never_promises_more_than_its_total():
    """Twenty threads that ask for different amounts hold at most the total together, and all are served."""
    bound, lock, held, peaks = MemoryBound(100), threading.Lock(), [0], []

    def work(amount):
        for _ in range(20):
            with bound.reserve(amount):
                with lock:
                    held[0] += amount
                    peaks.append(held[0])
                with lock:
                    held[0] -= amount

    threads = [threading.Thread(target=work, args=(amount,)) for amount in range(5, 105, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(peaks) == 400
    assert max(peaks) <= 100


def test_memory_bound_large_request_is_not_overtaken():
    """Who came first goes first: a small photo waits behind a large one that does not fit yet."""
    bound, order = MemoryBound(100), []

    def work(name, amount):
        with bound.reserve(amount):
            order.append(name)

    with bound.reserve(60):
        waiting = [threading.Thread(target=work, args=("large", 90)), threading.Thread(target=work, args=("small", 20))]
        for count, thread in enumerate(waiting, start=1):
            thread.start()
            while len(bound._line) < count:  # until it stands in line
                assert thread.is_alive()
        assert order == []
    for thread in waiting:
        thread.join(timeout=30)
    assert order == ["large", "small"]
