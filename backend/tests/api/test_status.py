"""The status is calm and true: a word for each provider, no numbers for strangers, nothing asked and nothing waited for."""

import datetime as dt
import json

import jsonschema
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from apps.plant_identification.ledger import DatabaseLedger
from apps.plant_identification.wiring import get_services
from apps.safekeeping.note import BackupNote, write_note
from apps.usage.counting import store_use
from apps.usage.sums import Caller
from identification.answer import ProviderName
from plant_community_backend import openapi
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_sample_leaf
from resilience.gate import Override
from resilience.ports import SystemClock
from resilience.testing_valkey import Valkey

IDENTIFY = "/api/v1/plant-identification/identify/"
STATUS = "/api/v1/status/"
ABOUT = "/api/v1/about/"
IMAGE = {"Content-Type": "image/jpeg"}
DOCUMENT = json.loads(openapi.DOCUMENT.read_text(encoding="utf-8"))
PLANTNET = ProviderName.PLANTNET


def check(body, name):
    """Raise unless `body` is what the document calls `name`."""
    jsonschema.validate(body, {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})
    assert set(body) <= set(DOCUMENT["components"]["schemas"][name]["properties"])


async def status_of(client, headers=None):
    """The status, checked against its description."""
    reply = await client.get(STATUS, headers=headers or {})
    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "private, no-store"), reply.text
    check(reply.json(), "StatusBody")
    return reply.json()


async def states_of(client):
    """The word for each provider, and whether an end is known."""
    return {each["name"]: (each["state"], each["until"] is not None) for each in (await status_of(client))["providers"]}


@pytest.fixture(autouse=True)
def sound(settings, tmp_path):
    """A server with which nothing is wrong: a built web app, a backup that was read, and mails that leave."""
    (tmp_path / "index.html").write_text("the web app")
    settings.WEB_DIR = settings.DATA_DIR = tmp_path
    now = timezone.now()
    write_note(BackupNote(finished_at=now, file="backup.zip", verified_at=now))
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


@pytest.fixture
async def chief(client, accounts):
    """Staff with a second factor and a token."""
    person = accounts.Person(client, "app")
    await person.sign_up()
    await person.add_second_factor()
    await in_database(get_user_model().objects.filter(email=person.email).update, is_staff=True)
    return person


async def test_all_is_well_and_costs_nothing(client, simulator):
    """Everybody reads it, without an account; no provider hears of it."""
    body = await status_of(client)
    assert (body["health"], body["demo"], body["quota"], body["to_fix"]) == ("healthy", False, None, None)
    assert await states_of(client) == {"plant_id": ("answering", False), "plantnet": ("answering", False)}
    assert body["providers"][1]["label"] == "Pl@ntNet"
    assert (simulator.billing.calls("plant_id"), simulator.billing.calls("plantnet")) == (0, 0)


async def test_today_is_what_everybody_asked_together_and_nobody_by_name(client):
    """Sums over all callers of this day: answered, the share that was kept, the calls that nobody had to make."""
    today = timezone.now().date()
    batch = {
        Caller(today, "anonymous"): {"identifications": 5, "free": 3, "failed": 1, "plant_id_cached": 3, "plantnet_cached": 2},
        Caller(today, "key:7"): {"identifications": 5, "free": 2, "plant_id_collapsed": 1, "plantnet_stale": 1},
        Caller(today - dt.timedelta(days=1), "anonymous"): {"identifications": 90, "free": 90, "plant_id_cached": 90},
    }  # fmt: skip
    await in_database(store_use, batch)
    assert (await status_of(client))["today"] == {"identifications": 9, "share_from_cache": 0.5, "calls_avoided": 7}


async def test_each_way_of_not_being_asked_has_its_word(client, simulator, against):
    """Resting after failures and paused by its own word have an end; an operator's order has none."""
    simulator.inject("status", provider="plant_id", times=None, code=503)
    for seed in range(3):
        await client.post(IDENTIFY, content=draw_sample_leaf(30_000 + seed, width=320, height=240), headers=IMAGE)
    assert await states_of(client) == {"plant_id": ("resting", True), "plantnet": ("answering", False)}
    assert (await status_of(client))["health"] == "degraded"
    await get_services().guards[PLANTNET].order(Override.FORCED_OPEN)
    assert (await states_of(client))["plantnet"] == ("paused", False)


async def test_out_of_quota_ends_at_midnight(transactional_db, against, serve):
    """The day is used up: until 00:00 UTC, and no numbers for strangers."""
    against.PLANTNET_DAILY_QUOTA = 3.0
    await DatabaseLedger(SystemClock()).reserve("plantnet", "a token", cost=3.0, limits={})
    async with serve() as client:
        plantnet = (await status_of(client))["providers"][1]
    tomorrow = timezone.now().date() + dt.timedelta(days=1)
    assert plantnet["state"] == "out_of_quota"
    until = dt.datetime.fromisoformat(plantnet["until"])
    assert abs((until - dt.datetime.combine(tomorrow, dt.time.min, dt.UTC)).total_seconds()) <= 2


async def test_staff_sees_quota_and_what_to_fix_and_others_do_not(chief, accounts, against):
    """The worst first, each with what to do about it."""
    against.PLANTNET_DAILY_QUOTA = 500.0
    await DatabaseLedger(SystemClock()).reserve("plantnet", "a token", cost=480.0, limits={})
    await get_services().guards[PLANTNET].reconcile()
    await get_services().guards[PLANTNET].order(Override.FORCED_OPEN)
    against.DEMO_MODE = True
    body = await status_of(chief.http, chief.headers)
    assert [(each["severity"], each["title"]) for each in body["to_fix"]] == [
        ("warning", "Demo mode"),
        ("warning", "Pl@ntNet is held open by an operator"),
        ("warning", "96 % of today's quota of Pl@ntNet is used"),
    ]
    assert all(each["mend"] and each["text"] for each in body["to_fix"])
    windows = {each["provider"]: each["windows"] for each in body["quota"]}
    assert windows["plant_id"] == []
    assert [(each["used"], each["remaining"]) for each in windows["plantnet"]] == [(480.0, 20.0)]
    other = accounts.Person(chief.http, "app", email="moss@example.org")
    await other.sign_up()
    for headers in ({}, other.headers):
        assert (await status_of(chief.http, headers))["quota"] is None
        assert (await status_of(chief.http, headers))["to_fix"] is None


async def test_staff_is_told_that_nobody_reads_the_alerts(chief, against):
    """Until OPERATOR_EMAIL is set; then nothing is left to fix."""
    body = await status_of(chief.http, chief.headers)
    assert [(each["severity"], "OPERATOR_EMAIL" in each["mend"]) for each in body["to_fix"]] == [("info", True)]
    against.OPERATOR_EMAIL = ["operator@example.org"]
    assert (await status_of(chief.http, chief.headers))["to_fix"] == []


async def test_a_dead_store_delays_nobody_and_staff_is_told(transactional_db, against, serve, accounts):
    """The process goes on by itself, and says so (law 8)."""
    with Valkey() as store:
        against.REDIS_URL = store.url
        async with serve() as http:
            person = accounts.Person(http, "app")
            await person.sign_up()
            await person.add_second_factor()
            await in_database(get_user_model().objects.update, is_staff=True)
            store.freeze()
            replies = [await http.get(STATUS, headers=person.headers) for _ in range(3)]
            store.thaw()
    assert [reply.status_code for reply in replies] == [200] * 3
    assert sum(reply.elapsed.total_seconds() for reply in replies) < 3.0
    body = replies[-1].json()
    assert (body["health"], body["to_fix"][0]["title"]) == ("degraded", "The shared store does not answer")


async def test_a_database_without_its_tables_is_unhealthy_and_still_told(client):
    """200 with the word; the counts of today are not known."""

    def rename(old, new):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")

    def call_newest_migration(name):
        newest = MigrationRecorder.Migration.objects.filter(app="plant_identification").latest("pk")
        before, newest.name = newest.name, name
        newest.save()
        return before

    await in_database(rename, "usage_dayofuse", "usage_away")
    try:
        body = await status_of(client)
    finally:
        await in_database(rename, "usage_away", "usage_dayofuse")
    assert (body["today"], body["health"]) == (None, "healthy")
    name = await in_database(call_newest_migration, "9999_unknown")
    try:
        body = await status_of(client)
    finally:
        await in_database(call_newest_migration, name)
    assert body["health"] == "unhealthy"


async def test_about_tells_what_a_client_may_offer(client, against):
    """Languages, whether an account is needed, whether one can be made, and where else one signs in."""
    body = (await client.get(ABOUT)).json()
    check(body, "AboutBody")
    assert body["languages"][:2] == ["en", "de"]
    assert (body["anonymous"], body["sign_up"], body["social"]) == (True, True, [])
    against.IDENTIFY_ANONYMOUS_PER_DAY = 0
    against.SOCIALACCOUNT_PROVIDERS = {"github": {}, "apple": {}}
    body = (await client.get(ABOUT)).json()
    assert (body["anonymous"], body["social"]) == (False, ["apple", "github"])
