"""One suite for the client against the real server, and for its twin: what holds for one holds for the other."""

import inspect
import time

import pytest
from fake_client import FakeClient, FakeServer
from one_time import code, second_factor
from signing_up import PASSWORD

from client import HttpClient
from state.news import Accepted, Answered, Failed, Reported
from state.ports import Client
from state.problems import ApiError
from state.question import Photo, Question

KINDS = ["fake", "real"]


@pytest.fixture
async def connect(request):
    """Makes clients of the kind; they are closed at the end."""
    made, in_memory = [], FakeServer()

    def make(kind):
        if kind == "fake":
            client = FakeClient(server=in_memory)
        else:
            request.getfixturevalue("account")
            client = HttpClient(request.getfixturevalue("site")[1])
        client.visitor = f"visitor-of-a-test-{time.time_ns()}"
        made.append(client)
        return client

    yield make
    for client in made:
        await client.close()


async def ask(client, *photos, key="3f1c2f0e-5a3c-4c1e-9d55-0a4f3f0b7a11", **more):
    """All news of one question."""
    question = Question(tuple(Photo(photo, "leaf") for photo in photos), "en", **more)
    return [news async for news in client.identify(question, key, lambda _share: None)]


async def problem_of(call):
    """The problem with which the call ends."""
    with pytest.raises(ApiError) as caught:
        await call
    return caught.value.problem


def names(value):
    """Only the names of a body and of what is in it."""
    return {name: names(each) for name, each in value.items()} if isinstance(value, dict) else None


@pytest.mark.parametrize("kind", [HttpClient, FakeClient])
def test_client_and_twin_have_the_signatures_of_the_port(kind):
    """Every call of the port, with the same parameters in the same order."""
    for name, promised in inspect.getmembers(Client, inspect.isfunction):
        if not name.startswith("_"):
            asked = list(inspect.signature(promised).parameters)
            assert list(inspect.signature(getattr(kind, name)).parameters) == asked, name
            is_stream = inspect.isasyncgenfunction(getattr(kind, name))
            assert is_stream == (not inspect.iscoroutinefunction(promised)), name


async def test_bodies_of_the_twin_are_those_of_the_server(connect, photograph):
    """The twin tells no drifted story: same members, all the way down, in what the app reads."""
    real, fake = connect("real"), connect("fake")
    bodies = []
    for client in (real, fake):
        photo = photograph()
        last = (await ask(client, photo))[-1]
        assert isinstance(last, Answered), last
        page = await client.plants("", "")
        about = await client.about()
        bodies.append((last.body, page, about))
    (answer, page, about), (fake_answer, fake_page, fake_about) = bodies
    assert answer.keys() == fake_answer.keys()
    for part in ("verdict", "safety"):
        assert answer[part].keys() == fake_answer[part].keys(), part
    for part in ("suggestions", "providers", "photos"):
        assert names(answer[part][0]).keys() == names(fake_answer[part][0]).keys(), part
    image, fake_image = answer["suggestions"][0]["images"][0], fake_answer["suggestions"][0]["images"][0]
    assert names(image) == names(fake_image)
    assert page.keys() == fake_page.keys()
    assert about.keys() == fake_about.keys()


@pytest.mark.parametrize("kind", KINDS)
async def test_question_is_accepted_reported_and_answered(kind, connect, photograph):
    """The news come in this order, and the answer can be read again."""
    client = connect(kind)
    news = await ask(client, photograph())
    assert [type(each) for each in news] == [Accepted, Reported, Reported, Answered]
    again = [each async for each in client.follow(news[0].id)]
    assert [type(each) for each in again] == [Answered]
    assert again[0].body["verdict"] == news[-1].body["verdict"]
    assert len(await client.picture(news[-1].body["photos"][0]["thumbnail_url"])) > 0


@pytest.mark.parametrize("kind", KINDS)
async def test_upload_tells_how_much_is_out(kind, connect, photograph):
    """The share never falls, and ends at 1."""
    client, shares = connect(kind), []
    question = Question((Photo(photograph()), Photo(photograph())), "en")
    async for _news in client.identify(question, str(time.time_ns()), shares.append):
        pass
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("kind", KINDS)
async def test_same_key_again_is_the_same_identification(kind, connect, photograph):
    """However often it is sent."""
    client, photo, key = connect(kind), photograph(), str(time.time_ns())
    first, second = await ask(client, photo, key=key), await ask(client, photo, key=key)
    assert first[0].id == second[0].id
    assert len((await client.plants("", ""))["results"]) == 1


async def test_replay_is_billed_once(connect, photograph, calls):
    """By the providers' own counter: one call at each, not two (law 1)."""
    client, photo, key = connect("real"), photograph(), str(time.time_ns())
    await ask(client, photo, key=key)
    paid = calls()
    await ask(client, photo, key=key)
    assert (paid, calls()) == (2, 2)


@pytest.mark.parametrize("kind", KINDS)
async def test_word_about_an_answer_is_stored(kind, connect, photograph):
    """It comes back with the identification."""
    client = connect(kind)
    plant = (await ask(client, photograph()))[0].id
    stored = await client.say(plant, "another", "Ilex aquifolium")
    assert (stored["was_right"], stored["name"]) == ("another", "Ilex aquifolium")
    assert (await client.plants("", ""))["results"][0]["feedback"] == stored


@pytest.mark.parametrize("kind", KINDS)
async def test_deleted_plant_is_not_found(kind, connect, photograph):
    """Neither is one of an account for anybody else (a visitor's is as secret as its id, docs/adr/0009-visitors.md)."""
    client, other = connect(kind), connect(kind)
    await client.sign_in("fern@example.org", PASSWORD)
    plant = (await ask(client, photograph()))[0].id
    assert (await problem_of(other.delete(plant))).code == "not-found"
    await client.delete(plant)
    assert (await problem_of(client.delete(plant))).code == "not-found"
    assert [type(each) for each in [each async for each in client.follow(plant)]] == [Failed]


@pytest.mark.parametrize("kind", KINDS)
async def test_sign_in_and_out(kind, connect):
    """A wrong password is said at its field; once out, the token opens nothing."""
    client = connect(kind)
    problem = await problem_of(client.sign_in("fern@example.org", "wrong"))
    assert problem.status == 400
    assert [error["code"] for error in problem.errors] == ["email_password_mismatch"]
    assert await client.sign_in("fern@example.org", PASSWORD) == "signed-in"
    token = client.token
    me = await client.me()
    assert me["email"] == "fern@example.org"
    await client.usage()
    await client.sign_out()
    assert client.token == ""
    client.token = token
    assert (await problem_of(client.me())).code == "unauthorized"


@pytest.mark.parametrize("kind", KINDS)
async def test_nobody_is_there_says_unreachable(kind, connect, photograph):
    """No call raises anything else, and a question ends with it."""
    client = connect(kind)
    if kind == "fake":
        client.server.is_away = True
    else:
        await client.close()
        client = HttpClient("http://127.0.0.1:9")  # nobody listens on the port of discard
    assert (await problem_of(client.about())).code == "unreachable"
    assert (await problem_of(client.picture("/media/x.jpg"))).code == "unreachable"
    news = await ask(client, photograph())
    assert [(type(each), each.problem.code) for each in news] == [(Failed, "unreachable")]
    await client.close()


async def test_another_program_at_the_address_is_no_server(providers):
    """`about` says so; the app would else send photos there."""
    client = HttpClient(providers.url)
    assert (await problem_of(client.about())).code in {"not-found", "internal-error"}
    await client.close()


async def test_second_factor_is_a_step(connect, site, account):
    """The password alone is not enough; the code is."""
    client = connect("real")
    with second_factor(site[1], account) as secret:
        assert await client.sign_in(account, PASSWORD) == "second-factor"
        assert (await problem_of(client.give_code("000000"))).errors[0]["code"] == "incorrect_code"
        assert await client.give_code(code(secret, steps=1)) == "signed-in"
        assert (await client.me())["second_factor"]
