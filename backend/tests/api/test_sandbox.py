"""Test keys: simulated answers that cost nothing, failures on demand, and nothing of it near a real question."""

import asyncio
import io

import pytest
from django.contrib.auth import get_user_model
from PIL import Image

from apps.api_keys.actions import create_key
from apps.api_keys.keys import Mode
from apps.api_keys.models import CreditsOfDay, Scope
from apps.plant_identification.models import Erasure, Identification, ProviderAnswer, QuotaEntry
from apps.plant_identification.sandbox import get_sandbox
from apps.plant_identification.scenarios import SCENARIOS
from apps.plant_identification.wiring import get_services
from plant_community_backend.database import in_database
from plant_simulator.cards import FAULT_CARDS

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
SANDBOX = "/api/v1/sandbox/"
HEADER = "X-Test-Scenario"


@pytest.fixture
async def http(transactional_db, against, serve):
    """A client of a running server with providers of its own, which stand for the real ones."""
    against.IDENTIFY_ANONYMOUS_PER_DAY = 0
    against.SANDBOX_TIMEOUT_SECONDS = 0.5
    async with serve() as connected:
        yield connected


@pytest.fixture
async def owner(http):
    """An account."""
    create = get_user_model().objects.create_user
    return await in_database(create, username="fern", email="fern@example.org", password=None)


class Program:
    """A client with a key."""

    def __init__(self, http, key, text):
        self.http, self.key, self.headers = http, key, {"Authorization": f"Bearer {text}"}

    async def identify(self, photo, scenario="", **more):
        headers = self.headers | {"Content-Type": "image/jpeg"} | ({HEADER: scenario} if scenario else {})
        return await self.http.post(IDENTIFY, content=photo, headers=headers | more.pop("headers", {}), **more)

    async def get(self, path):
        return await self.http.get(path, headers=self.headers)


async def new_program(http, owner, mode, **fields):
    """A client with a new key of this account, which may do all that keys can."""
    return Program(http, *await in_database(create_key, owner, mode=mode, name="x", scopes=Scope.values, **fields))


@pytest.fixture
async def tester(http, owner):
    """A client with a test key."""
    return await new_program(http, owner, Mode.TEST)


@pytest.fixture
async def live(http, owner):
    """A client with a live key of the same account."""
    return await new_program(http, owner, Mode.LIVE)


def calls(simulator):
    """How often the real providers were asked."""
    return simulator.billing.calls("plant_id"), simulator.billing.calls("plantnet")


def states(body):
    """How each provider ended."""
    return {report["provider"]: report["state"] for report in body["providers"]}


def is_problem(reply, status, code):
    """The body of the reply, which must be this problem."""
    body = reply.json()
    assert (reply.status_code, body["status"], body["code"]) == (status, status, code), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    return body


# --- apart from all that is real ------------------------------------------------------------------------------------


async def test_test_key_is_answered_by_the_sandbox_and_costs_nothing(http, tester, leaf, simulator):
    """An answer marked simulated; the real providers, the quota and the archive hear nothing of it."""
    reply = await tester.identify(leaf, params={"include_diseases": "true"})
    assert reply.status_code == 200, reply.text
    assert reply.json()["simulated"] is True
    assert calls(simulator) == (0, 0)

    def kept():
        return [model.objects.count() for model in (ProviderAnswer, QuotaEntry, Erasure, CreditsOfDay)]

    assert await in_database(kept) == [0, 0, 0, 0]
    row = await in_database(Identification.objects.get, pk=reply.json()["id"])
    assert (row.sandbox, row.credits, row.api_key_id) == (True, 0.0, tester.key.pk)


async def test_a_test_answer_is_never_given_to_a_real_question(http, tester, live, leaf, simulator):
    """The same photo with a live key is asked anew; the other way round the test key gets nothing real."""
    await tester.identify(leaf)
    first = (await live.identify(leaf)).json()
    assert calls(simulator) == (1, 1)
    assert first["receipt"]["source"] == "fresh"
    again = (await tester.identify(leaf)).json()
    assert again["receipt"]["source"] == "cached"  # by the sandbox' own store
    assert calls(simulator) == (1, 1)
    sandbox, real = await get_sandbox().services_for(), get_services()
    assert sandbox.answers is not real.answers
    assert sandbox.archive is not real.archive
    assert sandbox.known_photos is not real.known_photos
    asked = list(real.providers)
    assert {name for name in asked if real.last_calls.check(name)["status"] == "pass"} == set(asked)


async def test_real_answers_are_no_answers_of_the_sandbox(http, tester, live, leaf, simulator):
    """What was paid for is not given to a test key, not even when everything else fails."""
    await live.identify(leaf)
    reply = await tester.identify(leaf)
    assert reply.json()["receipt"]["source"] == "fresh"
    is_problem(await tester.identify(leaf, "all_down"), 503, "no-provider-available")
    assert calls(simulator) == (1, 1)


async def test_failures_of_the_sandbox_open_no_circuit_and_bother_nobody(http, owner, tester, live, leaf, make_photo):
    """Ten failures later real circuits are closed, and another integrator is answered at the same moment."""
    other = await new_program(http, owner, Mode.TEST)
    async with asyncio.TaskGroup() as group:
        failing = [
            group.create_task(tester.identify(make_photo(color=(9 * n, 150, 40)), "all_down")) for n in range(10)
        ]
        answered = [group.create_task(other.identify(make_photo(color=(60, 9 * n, 40)))) for n in range(10)]
    assert {task.result().status_code for task in failing} == {503}
    assert {task.result().status_code for task in answered} == {200}
    assert (await tester.identify(leaf)).json()["degraded"] is False
    for circuit in get_services().circuits.values():
        numbers = await circuit.read()
        assert (numbers["state"], numbers["fail_count"], numbers["paused_for_seconds"]) == ("closed", 0, None)
    assert (await live.identify(leaf)).status_code == 200


async def test_test_and_real_histories_are_apart(http, tester, live, leaf, make_photo):
    """A test key sees only what test keys asked, a live key only what is real; each is 404 for the other."""
    tested = (await tester.identify(leaf)).json()
    real = (await live.identify(make_photo())).json()
    for program, own, foreign in ((tester, tested, real), (live, real, tested)):
        listed = (await program.get(HISTORY)).json()["results"]
        assert [each["id"] for each in listed] == [own["id"]]
        assert (await program.get(own["photos"][0]["url"])).status_code == 200
        for path in (foreign["url"], foreign["photos"][0]["url"]):
            is_problem(await program.get(path), 404, "not-found")
        refused = await http.delete(foreign["url"], headers=program.headers)
        is_problem(refused, 404, "not-found")
        assert (await http.delete(own["url"], headers=program.headers)).status_code == 204


async def test_a_budget_of_a_test_key_is_never_used_up(http, owner, leaf):
    """Nothing is taken of it, since nothing costs."""
    program = await new_program(http, owner, Mode.TEST, credits_per_day=0.0)
    assert (await program.identify(leaf)).status_code == 200


async def test_the_sandbox_starts_with_the_first_question_of_a_test_key(http, live, tester, leaf):
    """A server without test keys runs no simulator."""
    await live.identify(leaf)
    assert not get_sandbox().is_open
    await tester.identify(leaf)
    assert get_sandbox().is_open


async def test_a_running_test_question_can_be_read_and_is_finished_at_the_end(
    transactional_db, against, serve, leaf, settings
):
    """202 and its address at once; a server that stops meanwhile finishes it first."""
    settings.SANDBOX_TIMEOUT_SECONDS = 0.5
    async with serve() as http:
        create = get_user_model().objects.create_user
        owner = await in_database(create, username="fern", email="fern@example.org", password=None)
        program = await new_program(http, owner, Mode.TEST)
        reply = await program.identify(leaf, "plant_id_timeout", headers={"Prefer": "respond-async"})
        assert reply.status_code == 202, reply.text
        running = await program.get(reply.headers["Location"])
        assert running.json()["status"] == "running"
    row = await in_database(Identification.objects.get, pk=reply.json()["id"])
    assert row.status == Identification.Status.COMPLETE


# --- scenarios ------------------------------------------------------------------------------------------------------

DEGRADED = {
    "plant_id_down": {"plant_id": "unavailable", "plantnet": "ok"},
    "plantnet_down": {"plant_id": "ok", "plantnet": "unavailable"},
    "plant_id_timeout": {"plant_id": "unavailable", "plantnet": "ok"},
    "garbled": {"plant_id": "ok", "plantnet": "reply_invalid"},
}
FAILED = {
    "all_down": ("unavailable", 30),
    "timeout": ("unavailable", 30),
    "circuit_open": ("circuit_open", 60),
    "quota_used_up": ("exhausted", None),
    "invalid_key": ("key_refused", None),
}
LEVELS = {
    "not_a_plant": {"not_a_plant"},
    "unsure": {"unsure", "maybe", "group"},
    "disagree": {"unsure", "maybe", "group"},
    "genus_only": {"likely", "maybe", "group"},
    "unhealthy": {"sure", "likely", "maybe"},
    "healthy": {"sure", "likely", "maybe"},
}


@pytest.mark.parametrize("scenario", DEGRADED)
async def test_scenario_of_one_provider_gives_a_degraded_answer(tester, leaf, scenario):
    """200, and the answer says what is missing and why."""
    body = (await tester.identify(leaf, scenario)).json()
    assert states(body) == DEGRADED[scenario]
    assert body["degraded"] is True
    assert body["degraded_because"]


@pytest.mark.parametrize("scenario", FAILED)
async def test_scenario_of_both_providers_is_503_with_a_reason(tester, leaf, scenario):
    """503 with Retry-After, and each provider's reason; the same each time, and nothing of it stays."""
    state, wait = FAILED[scenario]
    for _ in range(2):
        reply = await tester.identify(leaf, scenario)
        body = is_problem(reply, 503, "no-provider-available")
        assert states(body) == {"plant_id": state, "plantnet": state}
        assert wait in {None, int(reply.headers["Retry-After"])}
    assert (await tester.identify(leaf)).status_code == 200


@pytest.mark.parametrize("scenario", LEVELS)
async def test_scenario_of_a_verdict_gives_that_verdict(tester, leaf, scenario):
    """200 whatever the photo: what there is to say differs."""
    body = (await tester.identify(leaf, scenario, params={"include_diseases": "true"})).json()
    assert body["verdict"]["level"] in LEVELS[scenario], body["verdict"]
    if scenario == "genus_only":
        assert body["verdict"]["agreement"] == "genus"
    if scenario in {"healthy", "unhealthy"}:
        assert body["health"]["is_healthy"] is (scenario == "healthy")


async def test_scenario_rate_limited_and_credits_used_up_are_429(tester, leaf):
    """429 as a live key gets it: Retry-After, and which limit it was."""
    limited = await tester.identify(leaf, "rate_limited")
    assert is_problem(limited, 429, "too-many-requests")["violated-policies"] == ["identify"]
    assert limited.headers["Retry-After"] == "60"
    used_up = await tester.identify(leaf, "credits_used_up")
    assert is_problem(used_up, 429, "too-many-requests")["violated-policies"] == ["key-credits"]
    assert int(used_up.headers["Retry-After"]) > 0


async def test_scenario_server_error_is_500(tester, leaf):
    """A fault of the server, as a problem."""
    is_problem(await tester.identify(leaf, "server_error"), 500, "internal-error")


async def test_faults_of_the_server_are_logged_with_their_request_and_outages_of_services_are_not(tester, leaf, caplog):
    """An operator who looks for faults finds those of this server; an outage is told by the lines of the circuits."""
    await tester.identify(leaf, "all_down")
    assert [record for record in caplog.records if record.name == "django.request"] == []
    await tester.identify(leaf, "server_error")
    assert "django.request" in {record.name for record in caplog.records if record.levelname == "ERROR"}


async def test_scenario_slow_answers_202_to_who_does_not_wait(tester, leaf, against):
    """The answer takes five seconds: 202 at once for a client that will not wait."""
    against.SANDBOX_TIMEOUT_SECONDS = 6.0
    reply = await tester.identify(leaf, "slow", headers={"Prefer": "wait=0"})
    assert reply.status_code == 202, reply.text
    while (reply := await tester.get(reply.json()["url"])).status_code == 202:
        await asyncio.sleep(0.2)
    assert min(report["seconds"] for report in reply.json()["providers"]) > 4


async def test_scenario_in_a_stream_ends_with_its_problem(tester, leaf):
    """Whoever watches gets the failure as an event."""
    reply = await tester.identify(leaf, "all_down", headers={"Accept": "text/event-stream"})
    assert "event: problem" in reply.text
    assert "no-provider-available" in reply.text


def test_every_scenario_has_a_test():
    """None was added without one."""
    single = {"rate_limited", "credits_used_up", "server_error", "slow"}
    assert {*DEGRADED, *FAILED, *LEVELS, *single} == set(SCENARIOS)


async def test_the_header_is_refused_without_a_test_key(http, live, leaf, simulator):
    """400, and nothing is asked: nobody may think that it works on real questions."""
    reply = await live.identify(leaf, "all_down")
    assert "charged" in is_problem(reply, 400, "test-key-needed")["detail"]
    assert calls(simulator) == (0, 0)


async def test_an_unknown_scenario_is_refused_with_those_there_are(tester, leaf):
    """400; the hint lists them."""
    hint = is_problem(await tester.identify(leaf, "everything_down"), 400, "invalid-input")["hint"]
    assert all(name in hint for name in SCENARIOS)


# --- sample photos --------------------------------------------------------------------------------------------------


async def test_sandbox_lists_its_scenarios_and_photos_to_everybody(http):
    """Developers find them without an account."""
    body = (await http.get(SANDBOX)).json()
    assert set(body["scenarios"]) == set(SCENARIOS)
    assert set(body["photos"]) == set(FAULT_CARDS)


async def test_a_sample_photo_does_what_its_name_says(http, tester):
    """Sent without any header: the photo itself asks for the failure."""
    photos = (await http.get(SANDBOX)).json()["photos"]
    no_plant = await http.get(photos["not_a_plant_card"])
    assert Image.open(io.BytesIO(no_plant.content)).format == "JPEG"
    assert (await tester.identify(no_plant.content)).json()["verdict"]["level"] == "not_a_plant"
    down = await http.get(photos["error_503"])
    is_problem(await tester.identify(down.content), 503, "no-provider-available")
    is_problem(await http.get(f"{SANDBOX}photos/nothing.jpg"), 404, "not-found")


async def test_pictures_of_candidates_are_served_by_this_server(transactional_db, against, serve, leaf):
    """A client elsewhere cannot reach the simulator, so its pictures come from here."""
    against.PUBLIC_URL = "http://plants.example.org"
    async with serve() as http:
        create = get_user_model().objects.create_user
        owner = await in_database(create, username="fern", email="fern@example.org", password=None)
        program = await new_program(http, owner, Mode.TEST)
        body = (await program.identify(leaf)).json()
        urls = [image["url"] for each in body["suggestions"] for image in each["images"]]
        assert urls
        assert all(url.startswith(f"http://plants.example.org{SANDBOX}pictures/") for url in urls)
        picture = await http.get(urls[0].removeprefix("http://plants.example.org"))
    assert picture.headers["Content-Type"] == "image/jpeg"
