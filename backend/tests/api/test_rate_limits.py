"""How often a caller may ask, and how each answer tells it."""

import re

import pytest
import redis

from apps.api_keys.actions import create_key
from apps.api_keys.models import Mode, Scope
from apps.plant_identification.wiring import get_services
from apps.users.models import User
from plant_community_backend.database import in_database
from resilience.gate import Override
from resilience.testing_valkey import Valkey

IDENTIFY = "/api/v1/plant-identification/identify/"
ABOUT = "/api/v1/about/"
IMAGE = {"Content-Type": "image/jpeg"}
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
ITEM = re.compile(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]*)"((?:;[a-z*][a-z0-9_.*-]*=(?:0|[1-9][0-9]{0,14}))*)')


def read_field(text):
    """An RFC 9651 list of strings with whole-number parameters, nothing else; ValueError for the least deviation."""
    members, at = {}, 0
    while True:
        member = ITEM.match(text, at)
        if member is None or member[1] in members:
            raise ValueError(text)
        members[member[1]] = {name: int(number) for name, number in re.findall(r";([^=]+)=(\d+)", member[2])}
        at = member.end()
        if at == len(text):
            return members
        if text[at : at + 2] != ", ":
            raise ValueError(text)
        at += 2


def limits_of(reply):
    """Policies and their state, as the answer tells them."""
    policy, state = read_field(reply.headers["RateLimit-Policy"]), read_field(reply.headers["RateLimit"])
    assert list(policy) == list(state)
    assert all(set(each) == {"q", "w"} for each in policy.values())
    assert all({"r"} <= set(each) <= {"r", "t"} for each in state.values())
    return policy, state


@pytest.fixture
def ask(client, leaf):
    """Asks with one bare photo, without an account unless headers say so."""

    async def ask_once(photo=leaf, **headers):
        return await client.post(IDENTIFY, content=photo, headers=IMAGE | headers)

    return ask_once


@pytest.mark.parametrize(
    "text", ["", "a;r=1", '"a";r=01', '"a";r=1,"b";r=2', '"a";r="1"', '"a";r=1, ', '"a"; r=1,  "b"']
)
def test_read_field_refuses_what_is_no_such_list(text):
    """The reader of these tests is strict."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        read_field(text)


async def test_anonymous_identification_over_its_rate_is_429_with_the_violated_policy(against, ask):
    """The mission's limit for visitors, with all that a client needs to come back in time."""
    against.IDENTIFY_RATE_ANONYMOUS = "3/hour"
    told = [await ask(b"no photo") for _ in range(4)]
    assert [reply.status_code for reply in told] == [415, 415, 415, 429]
    policy, state = limits_of(told[0])
    assert policy["identify"] == {"q": 3, "w": 3600}
    assert state["identify"]["r"] == 2
    last = told[3]
    body = last.json()
    assert last.headers["Content-Type"] == "application/problem+json"
    assert (body["type"], body["status"], body["code"]) == (QUOTA_EXCEEDED, 429, "too-many-requests")
    assert body["violated-policies"] == ["identify"]
    assert body["retryable"] is True
    assert "account" in body["hint"]
    _, state = limits_of(last)
    assert state["identify"]["r"] == 0
    assert int(last.headers["Retry-After"]) == body["retry_after"] >= state["identify"]["t"] > 3500


async def test_refused_request_costs_nothing_in_the_other_limits(against, ask):
    """Who is refused for a burst keeps the rest of the hour."""
    against.IDENTIFY_BURST_ANONYMOUS, against.IDENTIFY_RATE_ANONYMOUS = "2/minute", "10/hour"
    told = [await ask(b"no photo") for _ in range(6)]
    assert [reply.status_code for reply in told] == [415, 415, 429, 429, 429, 429]
    assert told[5].json()["violated-policies"] == ["identify-burst"]
    assert limits_of(told[5])[1]["identify"]["r"] == 8


async def test_spoofed_forwarded_address_is_no_new_caller(against, ask):
    """Without a trusted proxy the header is anybody's word."""
    against.IDENTIFY_RATE_ANONYMOUS = "2/hour"
    told = [await ask(b"no photo", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(3)]
    assert [reply.status_code for reply in told] == [415, 415, 429]


async def test_behind_a_trusted_proxy_each_client_has_its_own_limit(against, ask):
    """And what a client itself writes in front of the proxy's word changes nothing."""
    against.IDENTIFY_RATE_ANONYMOUS, against.TRUSTED_PROXY_COUNT = "1/hour", 1
    senders = ["198.51.100.1", "198.51.100.2", "192.0.2.7, 198.51.100.1", "2001:db8::1", "2001:db8::2"]
    told = [await ask(b"no photo", **{"X-Forwarded-For": sender}) for sender in senders]
    assert [reply.status_code for reply in told] == [415, 415, 429, 415, 429]


async def test_account_has_its_own_larger_limit_on_every_device(against, client, ask, accounts):
    """The limits of accounts, counted by account: the address is not asked."""
    against.IDENTIFY_RATE_ANONYMOUS, against.IDENTIFY_RATE_AUTHENTICATED = "1/hour", "3/hour"
    person = accounts.Person(client, "app")
    await person.sign_up()
    signed_in = person.headers
    assert [(await ask(b"no photo")).status_code for _ in range(2)] == [415, 429]
    told = [await ask(b"no photo", **signed_in) for _ in range(4)]
    assert [reply.status_code for reply in told] == [415, 415, 415, 429]
    assert limits_of(told[0])[0]["identify"] == {"q": 3, "w": 3600}
    assert "hint" not in told[3].json()


async def test_keys_of_an_account_share_its_limit_and_test_keys_cost_it_nothing(against, client, ask, accounts):
    """More keys are not more identifications; a key's own limit holds besides."""
    against.IDENTIFY_RATE_AUTHENTICATED = "3/hour"
    await accounts.Person(client, "app").sign_up()
    client.cookies.clear()
    keys = await in_database(make_keys)
    told = [await ask(b"no photo", Authorization=f"Bearer {keys[each]}") for each in ("a", "b", "strict", "a", "test")]
    assert [reply.status_code for reply in told] == [415, 415, 415, 429, 415]
    assert limits_of(told[2])[1]["identify-key"]["r"] == 0
    assert limits_of(told[4])[1]["identify"]["r"] == 2


def make_keys():
    """Keys of the only account, by name."""
    owner = User.objects.get()
    more = {"a": {}, "b": {}, "strict": {"rate": "1/hour"}}
    made = {
        name: create_key(owner, mode=Mode.LIVE, name=name, scopes=[Scope.IDENTIFY], **extra)[1]
        for name, extra in more.items()
    }
    return made | {"test": create_key(owner, mode=Mode.TEST, name="test", scopes=[Scope.IDENTIFY])[1]}


async def test_kept_answer_costs_the_burst_limit_only(against, ask):
    """It cost the operator nothing, so it costs the caller nothing of the hour; work is work."""
    first = await ask()
    again = await ask()
    assert [reply.json()["receipt"]["source"] for reply in (first, again)] == ["fresh", "cached"]
    before, after = limits_of(first)[1], limits_of(again)[1]
    assert after["identify"]["r"] == before["identify"]["r"]
    assert after["identify-anonymous-day"]["r"] == before["identify-anonymous-day"]["r"]
    assert after["identify-burst"]["r"] == before["identify-burst"]["r"] - 1


async def test_outage_costs_the_burst_limit_only(against, ask, leaf):
    """Who asks again when Retry-After says so has not lost an identification by it."""
    for guard in get_services().guards.values():
        await guard.order(Override.FORCED_OPEN)
    reply = await ask()
    assert reply.status_code == 503
    assert "Retry-After" in reply.headers
    policy, state = limits_of(reply)
    assert state["identify"]["r"] == policy["identify"]["q"]
    assert state["identify-burst"]["r"] == policy["identify-burst"]["q"] - 1


async def test_budget_of_all_visitors_holds_for_all_of_them_together(against, ask):
    """In production the operator's number of a day is shared by every address."""
    against.IDENTIFY_ANONYMOUS_PER_DAY, against.TRUSTED_PROXY_COUNT = 2, 1
    told = [await ask(b"no photo", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(3)]
    assert [reply.status_code for reply in told] == [415, 415, 429]
    assert told[2].json()["violated-policies"] == ["identify-anonymous-day"]
    assert limits_of(told[2])[0]["identify-anonymous-day"] == {"q": 2, "w": 86_400}
    assert limits_of(told[2])[1]["identify"]["r"] == limits_of(told[0])[1]["identify"]["r"] + 1  # cost it nothing


async def test_budget_of_all_visitors_counts_in_production_only(against, ask):
    """A developer's machine has none."""
    against.DEBUG, against.IDENTIFY_ANONYMOUS_PER_DAY = True, 1
    assert "identify-anonymous-day" not in limits_of(await ask(b"no photo"))[0]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", ABOUT, 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/api/v1/plant-identification/identifications/", 200),
        ("GET", "/api/v1/plant-identification/identify/health/", 200),
        ("GET", "/api/v1/plant-identification/identifications/00000000-0000-4000-8000-000000000000/", 404),
        ("GET", "/api/v1/nothing/", 404),
        ("PUT", ABOUT, 405),
        ("GET", IDENTIFY, 405),
        ("OPTIONS", IDENTIFY, 200),
    ],
)
async def test_every_answer_of_the_api_tells_the_limit(against, client, method, path, status):
    """Problems too, and addresses that are none."""
    against.API_RATE = "50/minute"
    reply = await client.request(method, path)
    assert reply.status_code == status
    assert limits_of(reply)[0] == {"api": {"q": 50, "w": 60}}
    assert limits_of(reply)[1]["api"]["r"] == 49


async def test_requests_that_are_refused_before_they_are_known_are_counted_by_address(against, client):
    """Nobody tries out tokens, keys or addresses without end."""
    against.API_RATE = "3/minute"
    wrong = {"X-Session-Token": "not-a-token"}
    told = [await client.get(ABOUT, headers=wrong) for _ in range(4)]
    assert [reply.status_code for reply in told] == [401, 401, 401, 429]
    assert told[3].json()["violated-policies"] == ["api"]
    assert told[3].headers["X-Request-ID"] == told[3].json()["request_id"]


async def test_anonymous_identification_in_production_is_401_and_tells_the_limit(against, client, leaf):
    """Who may not ask at all is told so, not to wait."""
    against.IDENTIFY_ANONYMOUS_PER_DAY = 0
    reply = await client.post(IDENTIFY, content=leaf, headers=IMAGE)
    assert reply.status_code == 401
    assert set(limits_of(reply)[0]) == {"api"}


async def test_stream_of_events_tells_the_limits(ask):
    """The fields come with the head, before the first event."""
    reply = await ask(Accept="text/event-stream")
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    assert set(limits_of(reply)[0]) == {"identify-burst", "identify", "identify-anonymous-day"}


@pytest.mark.parametrize("path", ["/", "/livez", "/api/v1/auth/app/v1/config"])
async def test_pages_probes_and_account_routes_have_no_limit_of_ours(client, path):
    """Allauth has limits of its own."""
    assert "RateLimit" not in (await client.get(path)).headers


async def test_no_address_is_kept_in_clear(transactional_db, against, serve):
    """Counters are named by a keyed hash (law 12)."""
    with Valkey() as store:
        against.REDIS_URL = store.url
        async with serve() as client:
            await client.post(IDENTIFY, content=b"no photo", headers=IMAGE)
            await client.get(ABOUT)
        with redis.Redis(port=store.port) as control:
            keys = [key.decode() for key in control.scan_iter("*rate:*")]
    assert len(keys) == 4
    assert not any("127.0.0.1" in key for key in keys)


async def test_store_that_freezes_costs_little_once_and_the_limit_holds(transactional_db, against, serve):
    """The process goes on by itself (law 8)."""
    against.API_RATE = "3/minute"
    with Valkey() as store:
        against.REDIS_URL = store.url
        async with serve() as client:
            assert (await client.get(ABOUT)).status_code == 200
            store.freeze()
            told = [await client.get(ABOUT) for _ in range(3)]
            store.thaw()
    assert [reply.status_code for reply in told] == [200, 200, 429]
    assert sum(reply.elapsed.total_seconds() for reply in told) < 1.0
