"""What Django hears of a client that hangs up during a change: nothing once the whole request is here (law 12)."""

import asyncio

import pytest

from plant_community_backend.handler import without_hanging_up

FIRST = {"type": "http.request", "body": b'{"keep_', "more_body": True}
LAST = {"type": "http.request", "body": b'place": true}', "more_body": False}
GONE = {"type": "http.disconnect"}


def receiving(*messages):
    """`receive` of a server to which these messages come."""
    coming = iter(messages)

    async def receive():
        return next(coming)

    return without_hanging_up(receive)


async def test_client_that_hangs_up_after_its_request_is_not_heard():
    """The body comes whole; what listens then for the end of the connection listens until it is cancelled."""
    receive = receiving(FIRST, LAST, GONE)
    assert [await receive(), await receive()] == [FIRST, LAST]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await receive()


async def test_client_that_hangs_up_within_its_request_is_heard():
    """Half a change is none: Django gives it up."""
    receive = receiving(FIRST, GONE)
    assert [await receive(), await receive()] == [FIRST, GONE]
