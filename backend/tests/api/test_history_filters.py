"""History is found again: by name, by how sure the answer was, by state and by day; nobody else's, and no word ignored."""

import datetime as dt
import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model

from apps.plant_identification.models import Identification, fold
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
IMAGE = {"Content-Type": "image/jpeg"}
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
references = itertools.count(1)


@pytest.fixture
async def person(client, accounts):
    """Somebody who is signed in, with a token."""
    signed_in = accounts.Person(client, "app")
    await signed_in.sign_up()
    signed_in.user = await in_database(get_user_model().objects.get, email=signed_in.email)
    return signed_in


async def keep(person, name="", *more, level="sure", status="complete", at=NOON):
    """An identification of theirs, as the row of an answer is; its id."""
    row = await in_database(
        Identification.objects.create,
        owner=person.user,
        name=name,
        names=fold("\n".join((name, *more))),
        level=level,
        status=status,
        created_at=at,
        reference=next(references),
        language="en",
    )
    return str(row.pk)


async def find(person, **filters):
    """The ids on the first page."""
    reply = await person.http.get(HISTORY, params=filters, headers=person.headers)
    assert reply.status_code == 200, reply.text
    return [row["id"] for row in reply.json()["results"]]


async def test_a_plant_is_found_by_every_name_its_answer_gave(person, leaf):
    """The accepted name, another scientific one and a common one, in capitals or not; real answers, fresh and kept."""
    for _ in range(2):
        asked = await person.http.post(IDENTIFY, content=leaf, headers=person.headers | IMAGE)
    body = asked.json()
    best = next(each for each in body["suggestions"] if each["name"] == body["verdict"]["name"])
    assert best["common_names"]
    for name in (best["name"], *best["common_names"], *best["also_called"]):
        assert len(await find(person, q=name.upper())) == 2
        assert len(await find(person, q=name.lower()[1:-1])) == 2
    assert await find(person, q="no such plant") == []


async def test_capitals_beyond_ascii_and_wildcards_are_letters(person):
    """SQLite and PostgreSQL find the same; % and _ are what they look like."""
    dandelion = await keep(person, "Taraxacum officinale", "Löwenzahn", "ÉPERVIÈRE")
    await keep(person, "Acer campestre", "Feldahorn")
    assert await find(person, q="LÖWEN") == await find(person, q="épervi") == [dandelion]
    assert await find(person, q="%") == await find(person, q="a_e") == []


async def test_level_status_and_days_hold_together(person):
    """Several levels are one or the other; both days are included, to their last moment (UTC)."""
    day = dt.timedelta(days=1)
    sure = await keep(person, "Acer campestre", at=NOON)
    maybe = await keep(person, "Acer rubrum", level="maybe", at=NOON.replace(hour=23, minute=59, second=59) + day)
    failed = await keep(person, level="", status="failed", at=NOON.replace(hour=0) + 2 * day)
    assert await find(person, level="sure,maybe") == [maybe, sure]
    assert await find(person, level="maybe") == [maybe]
    assert await find(person, status="failed") == [failed]
    assert await find(person, since="2026-03-11", until="2026-03-11") == [maybe]
    assert await find(person, since="2026-03-12") == [failed]
    assert await find(person, until="2026-03-10", q="acer", level="sure", status="complete") == [sure]
    assert await find(person, until="9999-12-31", since="0001-01-01") == [failed, maybe, sure]
    assert await find(person, level="maybe", until="2026-03-10") == []
    assert await find(person, since="2026-03-11", until="2026-03-10") == []


async def test_pages_keep_the_filters_and_lose_and_repeat_nothing(person):
    """`next` leads through what was asked for, and `previous` back."""
    kept = [await keep(person, "Acer rubrum", level="maybe", at=NOON + dt.timedelta(minutes=each)) for each in range(5)]
    for each in range(5):
        await keep(person, "Ilex aquifolium", at=NOON + dt.timedelta(minutes=each))
    address, seen = f"{HISTORY}?page_size=2&q=rubrum&level=maybe,sure&since=2026-03-10&until=2026-03-10", []
    while address:
        page = (await person.http.get(address, headers=person.headers)).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
        if address:
            query = parse_qs(urlsplit(address).query)
            assert (query["q"], query["level"], query["since"]) == (["rubrum"], ["maybe,sure"], ["2026-03-10"])
    assert seen == kept[::-1]
    back = (await person.http.get(page["previous"], headers=person.headers)).json()
    assert [row["id"] for row in back["results"]] == kept[1:3][::-1]


async def test_nobody_finds_what_others_asked(person, accounts):
    """A filter narrows one's own history and opens no other (law 12)."""
    await keep(person, "Acer campestre")
    other = accounts.Person(person.http, "app", email="moss@example.org")
    await other.sign_up()
    assert await find(other, q="acer") == await find(other, level="sure") == []
    nobody = await person.http.get(HISTORY, params={"q": "acer"})
    assert nobody.json()["results"] == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("level=certain", "#/level"),
        ("level=", "#/level"),
        ("level=sure,,maybe", "#/level"),
        ("level=sure&level=maybe", "#/level"),
        ("status=done", "#/status"),
        ("status=", "#/status"),
        ("since=yesterday", "#/since"),
        ("until=2026-02-30", "#/until"),
        ("until=2026-02-01T10:00", "#/until"),
        ("q=", "#/q"),
        ("q=%00", "#/q"),
        (f"q={'x' * 201}", "#/q"),
        ("levels=sure", "#/levels"),
        ("page_size=0&level=sure", "#/page_size"),
    ],
)
async def test_a_filter_that_cannot_be_is_400_with_a_pointer_and_never_ignored(person, query, pointer):
    """A misspelt filter would show what nobody asked for."""
    reply = await person.http.get(f"{HISTORY}?{query}", headers=person.headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid-input"), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
