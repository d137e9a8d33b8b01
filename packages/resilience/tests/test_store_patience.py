"""How long a question is waited for on an event loop that turns, and on one that does not."""

import asyncio
import time

import pytest

from resilience.stores.patience import SLICES, patience

SECONDS = 0.06


def block_the_loop():
    """Let more time go by than there is patience for, without a turn of the event loop."""
    end = time.perf_counter() + 2 * SECONDS
    while time.perf_counter() < end:
        pass


async def test_patience_with_what_never_comes_ends():
    """A dead store costs what it may cost, on a loop that turns (law 8)."""
    start = time.perf_counter()
    with pytest.raises(TimeoutError):
        async with patience(SECONDS):
            await asyncio.Event().wait()
    assert time.perf_counter() - start >= SECONDS


async def test_patience_of_a_loop_that_did_not_turn_sees_what_came_meanwhile():
    """A reply that came while nobody could look is no time-out, however many turns it needs to be read."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.call_soon(block_the_loop)
    loop.call_soon(came.set)
    async with patience(SECONDS):
        await came.wait()
        for _ in range(SLICES):
            await asyncio.sleep(0)


async def test_patience_that_was_not_needed_leaves_no_timer():
    """The next question of the same task is not cancelled by the last one's clock."""
    async with patience(SECONDS):
        pass
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2 * SECONDS):
            await asyncio.Event().wait()


async def test_patience_lets_a_cancellation_through():
    """Who is cancelled from outside is cancelled, not late."""

    async def wait():
        async with patience(60):
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
