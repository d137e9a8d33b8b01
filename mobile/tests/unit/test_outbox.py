"""The outbox: kept until the server has it, sent once, seen by its asker alone."""

import pytest
from fake_client import FakeClient, FakeServer

from state.news import Accepted
from state.outbox import NEVER, RETRIES, VISITOR, Item, Outbox, Refused, later
from state.problems import Problem
from state.question import Photo, Place, Question
from state.store import Store

UNREACHABLE = Problem(code="unreachable")


class Clock:
    """Time that passes when the test says so."""

    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """The clock of this test."""
    return Clock()


@pytest.fixture
def server():
    """A server in memory."""
    return FakeServer()


@pytest.fixture
def client(server):
    """A visitor of it."""
    return FakeClient(server=server)


@pytest.fixture
def open_outbox(tmp_path, clock):
    """Opens the outbox of this folder, as the app does at each start."""
    stores = []

    def open_(owner=VISITOR):
        stores.append(Store(tmp_path))
        outbox = Outbox(stores[-1], lambda: None, clock)
        outbox.belong_to(owner)
        return outbox

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def question(photo):
    """One with everything."""
    return Question(
        (Photo(photo(), "leaf"), Photo(photo(), "flower")), "de", health=True, place=Place(52.5, 13.4), continues="3f1c"
    )


def test_kept_question_is_the_same_after_a_restart(open_outbox, question):
    """Photos, organs, language, health, place, key and time: nothing is lost when the app is killed."""
    item = open_outbox().add(question)
    (kept,) = open_outbox().items
    assert kept == item
    assert kept.question == question


async def test_question_without_network_waits_and_is_sent_once(open_outbox, question, client, server, clock):
    """The second try has the same key; the server bills one."""
    server.is_away = True
    outbox = open_outbox()
    key = outbox.add(question).key
    ended, _news = await outbox.deliver(key, client)
    assert isinstance(ended, Item)
    assert ended.problem.code == "unreachable"
    assert outbox.due() == []
    clock.now += RETRIES[0]
    server.is_away = False
    (due,) = outbox.due()
    ended, _news = await outbox.deliver(due.key, client)
    assert isinstance(ended, Accepted)
    assert outbox.items == []
    assert (server.arrivals, server.bills) == ([key, key], 1)


async def test_answer_that_was_lost_on_the_way_is_no_second_bill(open_outbox, question, client, server):
    """The server had it, the phone did not hear: the same key again is the same identification (law 1)."""
    server.is_cut = True
    outbox = open_outbox()
    key = outbox.add(question).key
    await outbox.deliver(key, client)
    server.is_cut = False
    (kept,) = open_outbox().items  # killed meanwhile
    ended, _news = await outbox.deliver(kept.key, client)
    assert isinstance(ended, Accepted)
    assert server.bills == 1


async def test_phone_without_network_does_not_even_try(open_outbox, question, client, server):
    """It says "offline", which has words of its own."""
    outbox = open_outbox()
    ended, _news = await outbox.deliver(outbox.add(question).key, client, is_online=False)
    assert ended.problem.code == "offline"
    assert server.arrivals == []


async def test_what_waits_for_a_connection_is_due_when_there_is_one(open_outbox, question, client):
    """At once, not at its next moment."""
    outbox = open_outbox()
    await outbox.deliver(outbox.add(question).key, client, is_online=False)
    assert outbox.due() == []
    assert len(outbox.due(connected=True)) == 1


async def test_refused_question_does_not_stay(open_outbox, question, client, server):
    """A damaged photo is damaged tomorrow as well."""
    server.refusal = Problem(code="photo-damaged", status=422)
    outbox = open_outbox()
    ended, _news = await outbox.deliver(outbox.add(question).key, client)
    assert ended == Refused(server.refusal)
    assert open_outbox().items == []


@pytest.mark.parametrize("code", ["no-provider-available", "too-many-requests"])
async def test_question_waits_as_long_as_the_server_says(open_outbox, question, client, server, clock, code):
    """Retry-After is heeded."""
    server.refusal = Problem(code=code, status=503, retry_after=90)
    outbox = open_outbox()
    ended, _news = await outbox.deliver(outbox.add(question).key, client)
    assert ended.not_before == clock.now + 90
    assert outbox.next_moment() == clock.now + 90


async def test_visitors_question_waits_for_its_asker_to_sign_in(open_outbox, question, client, server):
    """And is theirs from then on."""
    server.anonymous = False
    outbox = open_outbox()
    ended, _news = await outbox.deliver(outbox.add(question).key, client)
    assert ended.not_before == NEVER
    outbox.belong_to("7")
    assert [(item.owner, item.not_before) for item in outbox.items] == [("7", 0.0)]
    assert [item.owner for item in open_outbox("7").items] == ["7"]


async def test_question_of_an_ended_session_waits_for_the_same_person(open_outbox, question, client, server):
    """Somebody else who signs in on this phone neither sees nor sends it (law 12)."""
    client.token = "ended"
    outbox = open_outbox("7")
    await outbox.deliver(outbox.add(question).key, client)
    outbox.belong_to("8")
    assert outbox.items == []
    assert outbox.due(connected=True) == []
    outbox.belong_to("7")
    assert len(outbox.due()) == 1
    assert server.bills == 0


def test_nobody_known_yet_means_nothing_is_shown_or_sent(open_outbox, question):
    """After a start without network and without a memory of who was here."""
    open_outbox().add(question)
    outbox = open_outbox(None)
    assert (outbox.items, outbox.due()) == ([], [])


def test_waits_grow_and_stay_bounded(question):
    """5, 10, 20, 40, 60, 60 ... seconds."""
    item, waits = Item("key", question, VISITOR, 0.0), []
    for _try in range(7):
        item = later(item, UNREACHABLE, 0.0)
        waits.append(item.not_before)
    assert waits == [5, 10, 20, 40, 60, 60, 60]


def test_discarded_question_is_gone_with_its_photos(open_outbox, question, tmp_path):
    """From the disk, too."""
    outbox = open_outbox()
    outbox.discard(outbox.add(question).key)
    store = Store(tmp_path)
    assert store._database.execute("SELECT COUNT(*) FROM waiting_photos").fetchone() == (0,)
    store.close()
