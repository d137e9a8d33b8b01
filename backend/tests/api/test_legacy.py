"""The addresses without a version: the same views and results in the old shape, and the end they announce."""

import datetime as dt
import email.utils
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.auth import get_user_model

from apps.api_versions.counting import find_counter
from apps.api_versions.legacy import old_rate_headers
from apps.api_versions.models import CallerCount
from plant_community_backend.cli import parser
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_not_a_plant

V1, LEGACY = "/api/v1/plant-identification/", "/api/plant-identification/"
DATE = re.compile(r"@(-?\d{1,15})")  # a Date of RFC 9651
LINK = re.compile(r'<([^>]*)>((?:; ?[a-z]+="[^"]*")*)(?:, |\Z)')
NOWHERE = "00000000-0000-0000-0000-000000000000"


def photo(content):
    """A form with one photo."""
    return {"image": ("leaf.jpg", content, "image/jpeg")}


def links(reply):
    """The targets of the Link header by their relation."""
    header = reply.headers["Link"]
    assert "".join(match[0] for match in LINK.finditer(header)) == header
    return {re.search(r'rel="([^"]*)"', match[2])[1]: match[1] for match in LINK.finditer(header)}


def check_headers(reply, successor):
    """Assert that the answer announces its end, in the form of the standards."""
    deprecated = int(DATE.fullmatch(reply.headers["Deprecation"])[1])
    sunset = reply.headers["Sunset"]
    assert sunset.endswith(" GMT")
    assert email.utils.format_datetime(email.utils.parsedate_to_datetime(sunset), usegmt=True) == sunset
    assert email.utils.parsedate_to_datetime(sunset).timestamp() >= deprecated
    found = links(reply)
    assert found["deprecation"] == "/api-versions/"
    assert found["sunset"] == "/api-versions/#sunset"
    assert found.get("successor-version") == successor


async def test_legacy_and_v1_answer_one_photo_from_one_paid_call_in_two_shapes(client, simulator, leaf):
    """The same photo by both addresses: one bill, one result, said in each version's words."""
    new = await client.post(f"{V1}identify/", files=photo(leaf))
    old = await client.post(f"{LEGACY}identify/", files=photo(leaf))
    assert (new.status_code, old.status_code) == (200, 200)
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 1
    v1, legacy = new.json(), old.json()
    best = v1["suggestions"][0]
    assert set(v1) & {"success", "plant_name", "error"} == set()
    assert legacy["success"] is True
    assert legacy["plant_name"] == best["common_names"][0]
    assert legacy["scientific_name"] == best["name"] == v1["verdict"]["name"]
    assert legacy["confidence"] == best["scores"]["plant_id"]
    assert legacy["summary"] == v1["sentence"]
    assert (legacy["error"], legacy["code"], legacy["care_instructions"]) == (None, None, None)
    assert legacy["disease_detection"] is None
    assert set(legacy) & {"verdict", "receipt", "sentence"} == set()
    assert [each["scientific_name"] for each in legacy["suggestions"]] == [each["name"] for each in v1["suggestions"]]
    assert {"deprecation", "sunset", "x-ratelimit-limit"}.isdisjoint(new.headers)
    assert int(old.headers["X-RateLimit-Remaining"]) < int(old.headers["X-RateLimit-Limit"])
    check_headers(old, f"{V1}identify/")
    assert old.headers["Cache-Status"].startswith("PlantCommunity; hit")


async def test_legacy_first_and_v1_after_it_is_one_bill_too(client, simulator, leaf):
    """The old addresses pay like the new ones, and what they paid is kept for both."""
    old = (await client.post(f"{LEGACY}identify/", files=photo(leaf))).json()
    new = (await client.post(f"{V1}identify/", files=photo(leaf))).json()
    assert old["scientific_name"] == new["suggestions"][0]["name"]
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 1


async def test_legacy_suggestion_has_the_old_fields(client, leaf):
    """A candidate as old clients read it; the score is that of the service it names."""
    suggestion = (await client.post(f"{LEGACY}identify/", files=photo(leaf))).json()["suggestions"][0]
    assert suggestion["rank"] == 1
    assert suggestion["source"] == "plant_id"
    assert 0 < suggestion["probability"] <= 1
    assert suggestion["plantnet_matched"] is (suggestion["plantnet_score"] is not None)
    assert {"plant_name", "scientific_name", "common_names", "family", "genus", "description", "url"} <= set(suggestion)
    assert {"url", "url_small", "similarity", "citation"} <= set(suggestion["similar_images"][0])


async def test_legacy_health_of_the_plant_is_disease_detection(client, leaf):
    """Asked for as in v1, said as before."""
    data = {"include_diseases": "true"}
    body = (await client.post(f"{LEGACY}identify/", files=photo(leaf), data=data)).json()
    found = body["disease_detection"]
    assert isinstance(found["is_healthy"], bool)
    assert (found["disease_name"] is None) is found["is_healthy"]
    assert all({"name", "probability", "description"} == set(each) for each in found["diseases"])


async def test_legacy_photo_without_a_plant_is_no_success(client):
    """As the old service did: 200, `success` false, and a sentence. No name is made up."""
    reply = await client.post(f"{LEGACY}identify/", files=photo(draw_not_a_plant()))
    assert reply.status_code == 200
    body = reply.json()
    assert (body["success"], body["code"], body["error"]) == (False, "not-a-plant", "We see no plant on this photo.")


async def test_legacy_answer_that_is_not_ready_says_so(client, leaf):
    """202 as in v1, with the place to look at; `success` is false until there is something to say."""
    reply = await client.post(f"{LEGACY}identify/", files=photo(leaf), headers={"Prefer": "respond-async"})
    assert (reply.status_code, reply.json()["success"], reply.json()["code"]) == (202, False, "running")
    assert reply.headers["Location"].endswith(f"{reply.json()['id']}/")


@pytest.mark.parametrize(
    ("method", "address", "sent"),
    [
        ("POST", "identify/", {"files": {"image": ("a.jpg", b"", "image/jpeg")}}),
        ("POST", "identify/", {"files": {"image": ("a.jpg", b"no photo at all", "image/jpeg")}}),
        ("POST", "identify/", {"data": {"organs": "leaf"}, "files": {}}),
        ("POST", "identify/", {"content": b"{}", "headers": {"Content-Type": "application/json"}}),
        ("GET", "identify/", {}),
        ("GET", f"identifications/{NOWHERE}/", {}),
        ("GET", "identifications/?page_size=zero", {}),
        ("GET", "identifications/", {"headers": {"Accept": "text/html"}}),
        ("GET", "identifications/", {"headers": {"X-Session-Token": "made-up"}}),
        ("GET", "nothing/", {}),
    ],
    ids=str,
)
async def test_legacy_error_has_the_status_and_code_of_v1_in_the_old_shape(client, method, address, sent):
    """`success` false and `error` for people, the same code for programs; headers that belong to the status stay."""
    new = await client.request(method, V1 + address, **sent)
    old = await client.request(method, LEGACY + address, **sent)
    v1, legacy = new.json(), old.json()
    assert old.status_code == new.status_code >= 400
    assert old.headers["Content-Type"] == "application/json"
    assert legacy["success"] is False
    assert legacy["code"] == v1["code"]
    assert legacy["error"] == v1["detail"].replace(V1, LEGACY)
    assert legacy["request_id"] == old.headers["X-Request-ID"]
    for name in ("Allow", "WWW-Authenticate"):
        assert old.headers.get(name) == new.headers.get(name)
    check_headers(old, None if "nothing" in address else V1 + address.partition("?")[0])


async def test_legacy_without_an_account_is_401_where_one_is_needed(client, settings, leaf):
    """Old addresses are no way around the permission."""
    settings.IDENTIFY_ANONYMOUS_PER_DAY = 0
    reply = await client.post(f"{LEGACY}identify/", files=photo(leaf))
    assert (reply.status_code, reply.json()["success"], reply.json()["code"]) == (401, False, "unauthorized")


async def test_legacy_outage_is_503_with_the_time_to_come_back(client, simulator, make_photo):
    """Both services down: no success, `error`, and Retry-After, as a header and in the body."""
    simulator.inject("status", provider="plant_id", code=503)
    simulator.inject("status", provider="plantnet", code=500)
    reply = await client.post(f"{LEGACY}identify/", files=photo(make_photo()))
    body = reply.json()
    assert (reply.status_code, body["success"], body["code"]) == (503, False, "no-provider-available")
    assert int(reply.headers["Retry-After"]) == body["retry_after"] > 0


async def test_legacy_upload_that_is_too_large_says_error_too(client, settings):
    """Refused before Django sees it, as a problem with the two members that old clients read."""
    settings.BODY_BYTES_MAX = 1000
    reply = await client.post(f"{LEGACY}identify/", files=photo(b"x" * 2000))
    body = reply.json()
    assert (reply.status_code, body["code"]) == (413, "body-too-large")
    assert (body["success"], body["error"]) == (False, body["detail"])
    assert "success" not in (await client.post(f"{V1}identify/", files=photo(b"x" * 2000))).json()


async def test_legacy_history_one_feedback_photo_and_deletion(client, leaf):
    """The other routes are the same views as well, each announcing its own successor."""
    made = (await client.post(f"{LEGACY}identify/", files=photo(leaf))).json()
    page = await client.get(f"{LEGACY}identifications/?page_size=1")
    assert (page.json()["success"], page.json()["results"][0]["id"]) == (True, made["id"])
    one = f"identifications/{made['id']}/"
    read = await client.get(LEGACY + one)
    assert read.json() | {"simulated": True} == made
    check_headers(read, V1 + one)
    said = await client.post(f"{LEGACY}{one}feedback/", json={"was_right": "yes"})
    assert said.json() == {"success": True, "was_right": "yes", "name": "", "comment": ""}
    picture = await client.get(f"{LEGACY}{one}photos/0/")
    assert picture.headers["Content-Type"] == "image/jpeg"
    check_headers(picture, f"{V1}{one}photos/0/")
    assert (await client.delete(LEGACY + one)).status_code == 204
    assert (await client.get(V1 + one)).status_code == 404


async def test_legacy_history_keeps_the_links_to_its_other_pages(client, leaf, make_photo):
    """Link has the next page and the announcements side by side."""
    for content in (leaf, make_photo(color=(50, 160, 50))):
        await client.post(f"{LEGACY}identify/", files=photo(content))
    page = await client.get(f"{LEGACY}identifications/?page_size=1")
    assert LEGACY in links(page)["next"]
    check_headers(page, f"{V1}identifications/")


async def test_legacy_health_of_the_service_has_the_old_words(client):
    """`status` is a word for people, and which services are set up."""
    reply = await client.get(f"{LEGACY}identify/health/")
    assert reply.status_code == 200
    assert reply.json() == {
        "success": True,
        "status": "healthy",
        "plant_id_available": True,
        "plantnet_available": True,
        "message": "Plant identification service is ready",
    }
    check_headers(reply, f"{V1}identify/health/")


async def test_legacy_gone_answers_410_with_the_successor_everywhere(client, settings, simulator, leaf):
    """After the switch nothing is asked and nothing is stored: each address names the one that took its place."""
    settings.LEGACY_API = "gone"
    for method, address in [("POST", "identify/"), ("GET", "identifications/"), ("GET", "identify/health/")]:
        reply = await client.request(method, LEGACY + address, files=photo(leaf) if method == "POST" else None)
        body = reply.json()
        assert (reply.status_code, reply.headers["Content-Type"]) == (410, "application/problem+json")
        assert (body["code"], body["status"], body["successor"]) == ("gone", 410, V1 + address)
        assert (body["success"], body["error"]) == (False, body["detail"])
        check_headers(reply, V1 + address)
    assert (await client.get(f"{LEGACY}nothing/")).status_code == 410
    assert (await client.post(f"{V1}identify/", files=photo(leaf))).status_code == 200
    assert simulator.billing.calls("plant_id") == 1
    await find_counter().flush()
    count = await in_database(CallerCount.objects.get, version="legacy")
    assert count.calls == 4


async def test_legacy_headers_lead_to_a_page(client, settings):
    """The address in Link is a page for people, with the date; also when the end has come."""
    settings.LEGACY_API_SUNSET = dt.datetime(2031, 5, 6, 23, 59, 59, tzinfo=dt.UTC)
    page = await client.get("/api-versions/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "2031-05-06" in page.text
    settings.LEGACY_API = "gone"
    assert "answers 410" in (await client.get("/api-versions/")).text


@pytest.mark.parametrize(
    ("fields", "old"),
    [
        (
            {"RateLimit-Policy": '"burst";q=10;w=60, "day";q=200;w=86400', "RateLimit": '"burst";r=7;t=32, "day";r=3'},
            ("200", "3"),
        ),
        ({"RateLimit-Policy": '"hour";q=100;w=3600', "RateLimit": '"hour";r=0;t=9'}, ("100", "0")),
        ({"RateLimit-Policy": '"hour";q=100;w=3600'}, (None, None)),
        ({"RateLimit": "nonsense;r=x", "RateLimit-Policy": "q"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_old_rate_headers_tell_the_limit_that_ends_first(fields, old):
    """X-RateLimit-Limit and -Remaining of the policy with the least left; none where nothing is known."""
    headers = old_rate_headers(fields)
    assert (headers.get("X-RateLimit-Limit"), headers.get("X-RateLimit-Remaining")) == old


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"LEGACY_API": "off"}, "LEGACY_API"),
        ({"LEGACY_API_SUNSET": "soon"}, "LEGACY_API_SUNSET"),
        ({"LEGACY_API_DEPRECATED_SINCE": "2026-13-01"}, "LEGACY_API_DEPRECATED_SINCE"),
        ({"LEGACY_API_SUNSET": "2025-01-01"}, "LEGACY_API_SUNSET must not be before LEGACY_API_DEPRECATED_SINCE"),
    ],
)
def test_bad_legacy_setting_stops_the_start_with_its_name(monkeypatch, values, named):
    """A date that is none, a word that is none, and a sunset before the deprecation."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    program = Path(sys.executable).with_name("plant-community")
    ended = subprocess.run([program, "manage", "check"], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode != 0
    assert named in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("as_json", [True, False])
async def test_command_lists_who_still_calls_without_a_version(client, accounts, capsys, as_json):
    """The operator sees shares and names: the account, or the hash of an address."""
    person = accounts.Person(client, kind="app")
    await person.sign_up()
    await client.get(f"{LEGACY}identifications/", headers=person.headers)
    await client.get(f"{LEGACY}identifications/", headers=person.headers)
    await client.get(f"{LEGACY}identify/health/")
    await find_counter().flush()
    await in_database(run_command, *(["--json"] if as_json else []))
    printed = capsys.readouterr().out
    if not as_json:
        assert "Who calls legacy" in printed
        assert "user:" in printed
        return
    report = json.loads(printed)
    assert report["calls"]["legacy"] == 3
    assert [(each["client"].partition(":")[0], each["total"]) for each in report["callers"]] == [
        ("user", 2),
        ("address", 1),
    ]


def run_command(*arguments):
    """`plant-community api-versions`, in this process: it reads the test's database."""
    options = parser().parse_args(["api-versions", *arguments])
    assert options.run(options) == 0


async def test_admin_shows_the_counts_and_lets_nobody_change_them(client, rf):
    """Read-only: counts are counted, not edited."""
    page = site._registry[CallerCount]
    request = rf.get("/admin/")
    request.user = get_user_model()(email="operator@example.org", is_staff=True, is_superuser=True)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
    await client.get(f"{LEGACY}identify/health/")
    await find_counter().flush()

    def show():
        return page.changelist_view(request).render().content.decode()

    shown = await in_database(show)
    assert "legacy" in shown
