"""Use is counted, budgets hold under concurrency, and the operator is told in time."""

import asyncio
import datetime as dt
from email.utils import parseaddr

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.api_keys.actions import create_key
from apps.api_keys.keys import Mode
from apps.api_keys.models import Scope
from apps.plant_identification import actions
from apps.plant_identification.ledger import DatabaseLedger
from apps.plant_identification.wiring import get_services
from apps.usage.alerts import QuotaAlerts
from apps.usage.counting import UseCounter, store_use
from apps.usage.models import AccountDay, AccountLimit, DayOfUse, QuotaAlert
from apps.usage.sums import Caller
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_sample_leaf
from resilience.ports import SystemClock

IDENTIFY = "/api/v1/plant-identification/identify/"
USAGE = "/api/v1/usage/"
IMAGE = {"Content-Type": "image/jpeg"}
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"


@pytest.fixture
async def person(client, accounts):
    """Somebody who is signed in, with a token."""
    signed_in = accounts.Person(client, "app")
    await signed_in.sign_up()
    return signed_in


async def identify(person, photo, **more):
    """Ask as this person."""
    return await person.http.post(IDENTIFY, content=photo, headers=person.headers | IMAGE, **more)


async def use_of(person, query=""):
    """What the usage route tells them."""
    reply = await person.http.get(USAGE + query, headers=person.headers)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def limit_account(person, limit):
    """Give this account a budget of its own."""
    user = await in_database(get_user_model().objects.get, email=person.email)
    await in_database(AccountLimit.objects.create, user=user, credits_per_day=limit)
    return user


def photo_of(number):
    """A photo nobody has seen, small and quick to draw."""
    return draw_sample_leaf(number, width=320, height=240)


def is_over_budget(reply):
    """Check the whole 429."""
    body = reply.json()
    assert (reply.status_code, body["type"]) == (429, QUOTA_EXCEEDED), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert body["violated-policies"] == ["user-credits"]
    assert "still answered" in body["detail"]
    now = timezone.now()
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time.min, dt.UTC)
    assert abs(int(reply.headers["Retry-After"]) - (midnight - now).total_seconds()) < 60


async def test_use_shows_what_was_paid_and_what_the_cache_saved(person, leaf):
    """One paid question with health, the same twice more: one call of two credits, four credits saved."""
    for _ in range(3):
        assert (await identify(person, leaf, params={"include_diseases": "true"})).status_code == 200
    body = await use_of(person)
    totals = body["totals"]
    plant_id, plantnet = totals["providers"]["plant_id"], totals["providers"]["plantnet"]
    assert (totals["identifications"], totals["free"], totals["share_from_cache"]) == (3, 2, 0.6667)
    assert plant_id == {
        "calls": 1, "credits": 2.0, "unsure": 0.0, "collapsed": 0, "cached": 2, "stale": 0, "saved": 4.0
    }  # fmt: skip
    assert (plantnet["credits"], plantnet["saved"]) == (1.0, 2.0)
    assert [day["day"] for day in body["days"]] == [timezone.now().date().isoformat()]
    assert body["budgets"][0] | {"resets_at": ""} == {
        "policy": "user-credits", "limit": None, "used": 2.0, "left": None, "resets_at": ""
    }  # fmt: skip


async def test_deleting_an_identification_keeps_its_use(person, leaf):
    """What was paid stays paid."""
    answer = (await identify(person, leaf)).json()
    assert (await person.http.delete(answer["url"], headers=person.headers)).status_code == 204
    assert (await use_of(person))["totals"]["providers"]["plant_id"]["credits"] == 1.0


async def test_only_the_leader_of_a_shared_call_is_billed(person, accounts, simulator):
    """Two people ask the same at the same time: one bill in all, the other saved it."""
    other = accounts.Person(person.http, "app", email="moss@example.org")
    await other.sign_up()
    simulator.inject("latency", times=None, seconds=0.3)
    photo = photo_of(9_001)
    replies = await asyncio.gather(identify(person, photo), identify(other, photo))
    assert [reply.status_code for reply in replies] == [200, 200]
    used = [(await use_of(each))["totals"]["providers"]["plant_id"] for each in (person, other)]
    assert sorted(each["credits"] for each in used) == [0.0, 1.0]
    assert sorted(each["saved"] for each in used) == [0.0, 1.0]
    assert simulator.billing.accepted("plant_id") == 1
    taken = await in_database(lambda: sorted(AccountDay.objects.values_list("taken", flat=True)))
    assert taken == [0.0, 1.0]


async def test_use_is_read_for_the_days_that_are_asked(person):
    """From and to, both included, and nobody else's."""
    user = await in_database(get_user_model().objects.get, email=person.email)
    day = dt.date(2026, 3, 1)
    batch = {
        Caller(day, f"user:{user.pk}", user.pk): {"identifications": 2, "plant_id_credits": 2.5},
        Caller(day + dt.timedelta(days=1), f"user:{user.pk}", user.pk): {"identifications": 1},
        Caller(day, "anonymous"): {"identifications": 9},
    }
    await in_database(store_use, batch)
    await in_database(store_use, batch)
    one = await use_of(person, "?from=2026-03-01&to=2026-03-01")
    both = await use_of(person, "?from=2026-03-01&to=2026-03-02")
    assert (one["from"], one["to"], one["totals"]["identifications"]) == ("2026-03-01", "2026-03-01", 4)
    assert one["totals"]["providers"]["plant_id"]["credits"] == 5.0
    assert (len(both["days"]), both["totals"]["identifications"]) == (2, 6)
    assert (await use_of(person))["days"] == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?from=yesterday", "#/from"),
        ("?to=2026-02-30", "#/to"),
        ("?to=20260201", "#/to"),
        ("?from=2026-03-02&to=2026-03-01", "#/from"),
        ("?from=2025-01-01&to=2026-01-02", "#/from"),
        ("?from=2026-01-01&from=2026-01-02", "#/from"),
        ("?since=2026-01-01", "#/since"),
        ("?to=%00", "#/to"),
    ],
)
async def test_days_that_cannot_be_are_400_with_a_pointer(person, query, pointer):
    """Each wrong field is named."""
    reply = await person.http.get(USAGE + query, headers=person.headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid-input"), reply.text
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]


async def test_the_first_and_the_longest_days_are_read(person):
    """A leap year at once, and the first day there is."""
    await use_of(person, "?from=2024-01-01&to=2024-12-31")
    assert (await use_of(person, "?to=0001-01-02"))["from"] == "0001-01-01"


async def test_nobody_has_no_use(client):
    """401 with what to do."""
    reply = await client.get(USAGE)
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthorized")
    assert reply.headers["WWW-Authenticate"]


async def test_a_key_reads_its_own_use_and_needs_the_scope(person, leaf):
    """The account's own use is none of its keys'; the account sees both."""
    user = await in_database(get_user_model().objects.get, email=person.email)
    key, text = await in_database(
        lambda: create_key(
            user, mode=Mode.LIVE, name="a program", scopes=[Scope.IDENTIFY, Scope.READ_USAGE], credits_per_day=5.0
        )
    )
    _, blind = await in_database(lambda: create_key(user, mode=Mode.LIVE, name="another", scopes=[Scope.IDENTIFY]))
    bearer = {"Authorization": f"Bearer {text}"}
    assert (await identify(person, leaf)).status_code == 200
    assert (await person.http.post(IDENTIFY, content=photo_of(9_100), headers=bearer | IMAGE)).status_code == 200
    own = (await person.http.get(USAGE, headers=bearer)).json()
    assert (own["caller"], own["totals"]["identifications"]) == ("key", 1)
    assert [(each["policy"], each["limit"], each["used"]) for each in own["budgets"]] == [
        ("user-credits", None, 2.0),
        ("key-credits", 5.0, 1.0),
    ]
    whole = await use_of(person)
    assert (whole["caller"], whole["totals"]["identifications"]) == ("account", 2)
    refused = await person.http.get(USAGE, headers={"Authorization": f"Bearer {blind}"})
    assert refused.status_code == 403
    assert key.pk is not None


async def test_a_test_key_counts_as_no_use(person):
    """The sandbox is free, and its answers are none of the account's."""
    user = await in_database(get_user_model().objects.get, email=person.email)
    _, text = await in_database(lambda: create_key(user, mode=Mode.TEST, name="a test", scopes=[Scope.IDENTIFY]))
    headers = {"Authorization": f"Bearer {text}"} | IMAGE
    assert (await person.http.post(IDENTIFY, content=photo_of(9_200), headers=headers)).status_code == 200
    assert (await use_of(person))["totals"]["identifications"] == 0
    assert not await in_database(AccountDay.objects.exists)


async def test_budget_is_kept_with_thirty_different_photos_at_once(person, simulator):
    """Thirty concurrent paid questions, a budget for ten: ten answers, twenty refusals, ten credits billed (law 2)."""
    await limit_account(person, 10.0)
    simulator.inject("latency", times=None, seconds=0.2)
    replies = await asyncio.gather(*(identify(person, photo_of(10_000 + number)) for number in range(30)))
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [200] * 10 + [429] * 20
    for reply in replies:
        if reply.status_code == 429:
            is_over_budget(reply)
    assert simulator.billing.accepted("plant_id") == 10
    body = await use_of(person)
    assert (body["budgets"][0]["used"], body["budgets"][0]["left"], body["totals"]["refused"]) == (10.0, 0.0, 20)


async def test_known_photos_are_answered_when_the_budget_is_used_up(person, leaf, simulator):
    """Also those that only the database still knows, such as after a restart of the store; another photo is not."""
    assert (await identify(person, leaf)).status_code == 200
    await limit_account(person, 1.0)
    is_over_budget(await identify(person, photo_of(9_300)))
    assert (await identify(person, leaf)).status_code == 200
    assert simulator.billing.accepted("plant_id") == 1


async def test_known_photos_are_answered_from_the_archive_without_budget(transactional_db, against, serve, accounts):
    """A new process whose store is empty: the paid answer is in the database, so it is free."""
    photo = photo_of(9_350)
    async with serve() as http:
        first = accounts.Person(http, "app")
        await first.sign_up()
        assert (await identify(first, photo)).status_code == 200
    await limit_account(first, 1.0)
    async with serve() as http:
        first.http = http
        again = await identify(first, photo)
        assert again.status_code == 200, again.text
        assert again.json()["cost"] == {}
    assert await in_database(lambda: AccountDay.objects.get().taken) == 1.0


async def test_the_server_wide_budget_holds_where_the_account_has_none_of_its_own(person, leaf, against):
    """USER_CREDITS_PER_DAY, and a row without a limit as the exception from it."""
    against.USER_CREDITS_PER_DAY = 1.0
    is_over_budget(await identify(person, leaf, params={"include_diseases": "true"}))  # two credits
    assert (await identify(person, leaf)).status_code == 200
    is_over_budget(await identify(person, photo_of(9_400)))
    await limit_account(person, None)
    assert (await identify(person, photo_of(9_400))).status_code == 200


async def test_a_call_that_failed_for_sure_is_given_back(person, leaf, simulator):
    """Providers that refuse the question cost nothing, and the budget knows it."""
    await limit_account(person, 1.0)
    simulator.inject("throttled_429", times=None)
    assert (await identify(person, leaf)).status_code == 503
    assert await in_database(lambda: AccountDay.objects.get().taken) == 0.0


async def test_a_crash_leaves_its_reservation_counted(person, leaf):
    """An identification that nobody ended holds what it reserved until its day is over."""
    user = await limit_account(person, 1.0)

    async def read():
        return leaf

    run, _ = await actions.request_identification(
        actions.Ask(photos=[read], organs=["auto"], owner_id=user.pk), _without_runs(get_services())
    )
    assert not run.ended
    is_over_budget(await identify(person, photo_of(9_500)))


def _without_runs(services):
    """The same services in a process that dies right after the question is stored."""

    class Dead(type(services.runs)):
        def start(self, _run, work):
            work.close()

    return type(services)(
        **{name: getattr(services, name) for name in services.__dataclass_fields__ if name != "runs"}, runs=Dead()
    )


async def test_two_writers_lose_no_count(transactional_db):
    """Counts of two processes add up in one row."""
    caller = Caller(dt.date(2026, 5, 1), "anonymous")
    await asyncio.gather(*(in_database(store_use, {caller: {"identifications": 1}}) for _ in range(20)))
    rows = await in_database(lambda: list(DayOfUse.objects.values_list("identifications", flat=True)))
    assert rows == [20]


async def test_use_of_a_deleted_account_goes_with_it(person, leaf):
    """Neither a row nor a count that comes later."""
    assert (await identify(person, leaf)).status_code == 200
    await use_of(person)
    user = await in_database(get_user_model().objects.get, email=person.email)
    pk = user.pk
    await in_database(user.delete)
    await in_database(store_use, {Caller(timezone.now().date(), f"user:{pk}", pk): {"identifications": 1}})
    assert not await in_database(DayOfUse.objects.filter(caller=f"user:{pk}").exists)
    assert not await in_database(AccountDay.objects.exists)


async def test_what_cannot_be_stored_is_kept_and_stored_later(client, leaf, caplog, monkeypatch):
    """The database refuses once: nothing is lost."""
    counter = next(each for each in get_services().listeners if isinstance(each, UseCounter))
    assert (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).status_code == 200
    await counter.flush()
    counter._count(Caller(dt.date(2026, 5, 1), "x" * 81), {"no_such_field": 1})
    await counter.flush()
    assert "use was not stored" in caplog.text
    assert [caller.name for caller in counter._pending] == ["x" * 81]
    counter._pending.clear()
    assert await in_database(lambda: DayOfUse.objects.get(caller="anonymous").plant_id_credits) == 1.0


async def spend(provider, amount):
    """Take so much of the provider's day, as paid calls do."""
    ledger = DatabaseLedger(SystemClock())
    await ledger.reserve(provider, f"{provider}-{amount}", cost=amount, limits={})


async def test_the_operator_is_told_once_for_each_level(transactional_db, settings, caplog):
    """50, 80 and 95 percent, each once in the whole cluster, in the log and by mail."""
    settings.PLANT_ID_CREDITS_PER_DAY, settings.OPERATOR_EMAIL = 500.0, ["operator@example.org"]
    settings.ADMINS = [("Fern", "fern@example.org")]
    two_processes = [QuotaAlerts(), QuotaAlerts()]
    told = []
    for amount in (249, 1, 150, 3, 72, 25):
        await spend("plant_id", amount)
        await asyncio.gather(*(each.look() for each in two_processes))
        await asyncio.gather(*(each.close() for each in two_processes))
        told.append([line for line in caplog.messages if "[QUOTA]" in line])
        caplog.clear()
    assert [len(lines) for lines in told] == [0, 1, 1, 0, 1, 0]
    assert "[QUOTA] plant_id 80% of today's 500 credits used (400)" in told[2][0]
    assert [parseaddr(letter.subject)[1] is not None and letter.to for letter in mail.outbox] == [
        ["operator@example.org", "fern@example.org"]
    ] * 3
    assert "95%" in mail.outbox[-1].subject
    levels = await in_database(lambda: sorted(QuotaAlert.objects.values_list("level", flat=True)))
    assert levels == [50, 80, 95]


async def test_a_jump_over_levels_is_told_once(transactional_db, settings, caplog):
    """From nothing to all: one line, and silence afterwards."""
    settings.PLANTNET_DAILY_QUOTA = 10.0
    alerts = QuotaAlerts()
    await spend("plantnet", 10)
    await alerts.look()
    await alerts.look()
    lines = [line for line in caplog.messages if "[QUOTA]" in line]
    assert lines == [line for line in lines if "plantnet 100% of today's 10 requests used" in line]
    assert len(lines) == 1
    assert mail.outbox == []  # nobody is named


async def test_a_mail_that_cannot_be_sent_is_logged_and_stops_nothing(transactional_db, settings, caplog):
    """The mailer has no host to reach."""
    settings.PLANTNET_DAILY_QUOTA, settings.OPERATOR_EMAIL = 10.0, ["operator@example.org"]
    settings.MAILERS = {"default": {"BACKEND": "no.such.Backend"}}
    alerts = QuotaAlerts()
    await spend("plantnet", 9)
    await alerts.look()
    await alerts.close()
    assert "the operator's mail was not sent" in caplog.text


async def test_paid_calls_lead_to_the_alert_by_themselves(person, leaf, against, caplog):
    """Nobody has to wait for the upkeep: the count of a paid call looks at the quota."""
    against.PLANT_ID_CREDITS_PER_DAY = 2.0
    assert (await identify(person, leaf)).status_code == 200
    async with asyncio.timeout(10):
        while not any("plant_id 50% of today's 2 credits" in line for line in caplog.messages):
            await asyncio.sleep(0.05)


async def test_health_tells_how_much_of_the_day_is_used(client, leaf):
    """A check for each provider that has a limit; reading it spends nothing."""
    assert (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).status_code == 200
    check = (await client.get(f"{IDENTIFY}health/")).json()["checks"]["plantnet:quota"][0]
    assert (check["status"], check["observedValue"], check["observedUnit"]) == ("pass", 0.2, "percent")


@pytest.fixture
def staff(db, settings):
    """A client of a superuser in the admin."""
    settings.DEBUG = True  # without a second factor
    chief = get_user_model().objects.create_superuser(username="chief", email="chief@example.org", password=None)
    browser = Client()
    browser.force_login(chief)
    return browser


def store_some_use():
    """Two callers on two days."""
    user = get_user_model().objects.create_user(username="fern", email="fern@example.org", password=None)
    day = dt.date(2026, 3, 1)
    store_use(
        {
            Caller(day, f"user:{user.pk}", user.pk): {"identifications": 4, "free": 3, "plant_id_credits": 1.0, "plant_id_saved": 3.0},
            Caller(day + dt.timedelta(days=1), "anonymous"): {"identifications": 9, "plant_id_credits": 9.0},
        }
    )  # fmt: skip
    return user


def test_admin_shows_who_costs_most_and_what_the_cache_saved(staff):
    """Totals, the order of callers and the bars; with no style or script in the page's own part."""
    store_some_use()
    page = staff.get("/admin/usage/dayofuse/")
    text = page.content.decode()
    summary = text[text.index('id="use-summary"') :].partition("</svg>")[0]
    assert page.status_code == 200
    assert "13 identifications, 23 % of them answered without a call" in summary
    assert summary.index("anonymous") < summary.index("fern@example.org")
    assert "10 credits" in summary
    assert summary.count("<rect") == 4
    assert 'width="400.0"' in summary  # nine of nine is the longest bar
    assert "style=" not in summary
    assert "<script" not in summary


def test_admin_summary_follows_the_filters(staff):
    """One account alone, and a search."""
    user = store_some_use()
    filtered = staff.get(f"/admin/usage/dayofuse/?user__id__exact={user.pk}").content.decode()
    assert "4 identifications, 75 % of them" in filtered
    assert "9 identifications, 0 % of them" in staff.get("/admin/usage/dayofuse/?q=anonymous").content.decode()
    assert staff.get("/admin/usage/dayofuse/?q=nobody").status_code == 200


def test_admin_counts_are_read_only_and_budgets_are_not(staff):
    """Nobody adds a count by hand; a budget is."""
    user = store_some_use()
    row = DayOfUse.objects.first()
    assert staff.get("/admin/usage/dayofuse/add/").status_code == 403
    assert staff.post(f"/admin/usage/dayofuse/{row.pk}/change/", {"free": 99}).status_code == 403
    made = staff.post("/admin/usage/accountlimit/add/", {"user": user.pk, "credits_per_day": "20"})
    assert made.status_code == 302
    assert AccountLimit.objects.get().credits_per_day == 20.0
    refused = staff.post("/admin/usage/accountlimit/add/", {"user": user.pk, "credits_per_day": "-1"})
    assert (refused.status_code, AccountLimit.objects.count()) == (200, 1)
    assert staff.get("/admin/usage/quotaalert/").status_code == 200
