"""A request leaves the event loop for what may block, and for nothing else: each turn through a thread costs its caller time."""

import pytest
from asgiref.sync import SyncToAsync
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries


@pytest.fixture
def turns(monkeypatch):
    """What was called through a thread; Django's own code goes there by `sync_to_async`."""
    called, through_a_thread = [], SyncToAsync.__call__
    for receiver in (reset_queries, close_old_connections):  # Django's own client for tests connects them again
        request_started.disconnect(receiver)

    async def counted(self, *args, **kwargs):
        called.append(self.func)
        return await through_a_thread(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    return called


async def test_visitor_takes_one_turn_through_a_thread(client, turns):
    """To close what the request may have opened; who they are needs no look into the database."""
    assert (await client.get("/api/v1/about/")).status_code == 200
    assert len(turns) == 1


async def test_member_is_looked_up_in_a_thread(client, accounts, turns):
    """A session lies in the database, which would hold up everybody else on the loop."""
    person = accounts.Person(client)
    await person.sign_up()
    turns.clear()
    assert (await client.get("/api/v1/me/")).status_code == 200
    assert len(turns) > 1
