import aiohttp
import pytest

from plant_simulator import PlantIdKey, SimulatorConfig

NO_CREDITS = "The specified api key does not have sufficient number of available credits."
DAY = 86_400


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", "No api key provided."),
        ("unknown", "The specified api key not found."),
        ("inactive", "The specified api key is not active."),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/identification"), ("GET", "/usage_info"), ("GET", "/identification/abc")]
)
async def test_bad_key_is_refused_everywhere_in_plain_text(plant_id, key, sentence, method, path):
    """Missing, unknown and inactive keys each have their sentence."""
    plant_id.key = key
    reply = await plant_id.call(method, path)
    assert (reply.status, reply.text) == (401, sentence)


async def test_basic_authorization_of_the_client_user_counts_as_the_key(plant_id, photos, sim):
    """User `client`, password the key."""
    auth = aiohttp.encode_basic_auth("client", "demo") if hasattr(aiohttp, "encode_basic_auth") else None
    header = auth or aiohttp.BasicAuth("client", "demo").encode()
    json = {"images": [photos.healthy.base64]}
    reply = await plant_id.send("POST", "/identification", json=json, headers={"Authorization": header})
    assert reply.status == 201
    assert sim.billing.account("plant_id", "demo").accepted == 1


@pytest.mark.parametrize("header", ["Basic !!", "Basic ZGVtbw==", "Basic dXNlcjpkZW1v", "Bearer demo", "Basic /w=="])
async def test_other_authorization_is_refused(plant_id, header):
    """Neither another user nor another scheme is a key."""
    reply = await plant_id.send("GET", "/usage_info", headers={"Authorization": header})
    assert (reply.status, reply.text) == (401, "Invalid authorization header.")


async def test_unlisted_key_is_accepted_unless_keys_are_fixed(plant_id, sim):
    """Any key works by default, so that an operator's own setting does."""
    plant_id.key = "whatever"
    accepted = await plant_id.call("GET", "/usage_info")
    sim.configure({"any_key": False})
    refused = await plant_id.call("GET", "/usage_info")
    assert (accepted.status, refused.status) == (200, 401)


@pytest.mark.parametrize(
    ("body", "path", "price"),
    [
        ({}, "/identification", 1),
        ({"health": "all"}, "/identification", 2),
        ({"health": "only"}, "/identification", 1),
        ({}, "/health_assessment", 1),
    ],
)
async def test_identification_costs_what_it_asks_for(plant_id, photos, sim, body, path, price):
    """One credit, and one more for health beside the species."""
    await plant_id.identify(photos.healthy, path=path, **body)
    assert sim.billing.credits("plant_id") == price


@pytest.mark.parametrize(("charged", "price"), [(True, 1), (False, 0)])
async def test_photo_of_no_plant_may_be_free(plant_id, photos, sim, charged, price):
    """Whether an identification without a plant costs is open."""
    sim.configure({"plant_id": {"not_plant_charged": charged}})
    await plant_id.identify(photos.nothing)
    assert (sim.billing.accepted("plant_id"), sim.billing.credits("plant_id")) == (1, price)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("no-credits", NO_CREDITS),
        ("day-limit", "The specified api key reached its day credit limit (0)."),
        ("week-limit", "The specified api key reached its week credit limit (0)."),
        ("month-limit", "The specified api key reached its month credit limit (0)."),
    ],
)
async def test_key_without_credits_is_refused_with_429_and_still_shows_its_usage(plant_id, photos, sim, key, sentence):
    """429 has no Retry-After: it is a bill, not a speed limit. usage_info stays 200 and carries the sentence."""
    plant_id.key = key
    reply = await plant_id.identify(photos.healthy)
    usage = await plant_id.call("GET", "/usage_info")
    assert (reply.status, reply.text) == (429, sentence)
    assert "Retry-After" not in reply.headers
    assert (usage.status, usage.json["can_use_credits"]) == (200, {"value": False, "reason": sentence})
    assert sim.billing.rejected("plant_id") == 1


@pytest.mark.parametrize(
    ("reading", "status", "keys", "price"),
    [("refuse", 429, set(), 0), ("partial", 201, {"is_plant", "classification"}, 1)],
)
async def test_last_credit_does_not_buy_species_and_health(plant_id, photos, sim, reading, status, keys, price):
    """health=all with one credit left: refused, or answered without health. Both readings."""
    sim.configure({"plant_id": {"short_of_credits": reading}})
    plant_id.key = "one-credit"
    reply = await plant_id.identify(photos.healthy, health="all")
    assert (reply.status, sim.billing.credits("plant_id")) == (status, price)
    assert set(reply.json["result"] if keys else {}) == keys


class TestLimits:
    """A key with two credits a day, three a week and five a month."""

    @pytest.fixture
    def config(self):
        return SimulatorConfig(plant_id_keys={"demo": PlantIdKey(day=2, week=3, month=5, total=100)})

    async def test_limits_roll_with_time(self, plant_id, photos, clock):
        """Credits come back a day, a week, a month after they were used, not at midnight."""
        statuses = []
        for wait in (0, 3600, 0, DAY, 0, 7 * DAY, 0, DAY, 30 * DAY):
            clock.now += wait
            reply = await plant_id.identify(photos.healthy)
            statuses.append((reply.status, reply.text.rpartition("reached its ")[2][:5] if reply.status == 429 else ""))
        assert statuses == [
            (201, ""),
            (201, ""),
            (429, "day c"),
            (201, ""),
            (429, "week "),
            (201, ""),
            (201, ""),
            (429, "month"),
            (201, ""),
        ]

    async def test_usage_info_counts_what_was_used_and_what_is_left(self, plant_id, photos):
        """Numbers stay whole until something costs half a credit; null is no limit."""
        await plant_id.identify(photos.healthy)
        before = (await plant_id.call("GET", "/usage_info")).json
        token = (await plant_id.call("GET", "/kb/plants/name_search", params={"q": "aloe"})).json["entities"][0]
        await plant_id.call("GET", f"/kb/plants/{token['access_token']}", params={"details": "rank"})
        after = (await plant_id.call("GET", "/usage_info")).json
        assert before == {
            "active": True,
            "credit_limits": {"day": 2, "week": 3, "month": 5, "total": 100},
            "used": {"day": 1, "week": 1, "month": 1, "total": 1},
            "can_use_credits": {"value": True, "reason": None},
            "remaining": {"day": 1, "week": 2, "month": 4, "total": 99},
        }
        assert (after["used"]["day"], after["remaining"]["day"]) == (1.5, 0.5)


async def test_conversation_price_is_open(plant_id, photos, sim):
    """A question may cost, too."""
    sim.configure({"plant_id": {"conversation_credits": 0.5}})
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    await plant_id.call("POST", f"/identification/{token}/conversation", json={"question": "What?"})
    assert sim.billing.credits("plant_id") == 1.5


async def test_billing_counts_photos_by_their_bytes(plant_id, photos, sim):
    """Law 1 is proved by this counter: how often a photo was paid for."""
    await plant_id.identify(photos.healthy, photos.other)
    await plant_id.identify(photos.healthy)
    await plant_id.identify(photos.healthy, health="wrong")
    assert sim.billing.photo_calls(photos.healthy.data) == 2
    assert sim.billing.photo_calls(photos.other.data, "plant_id") == 1
    assert sim.billing.photo_calls(photos.other.data, "plantnet") == 0
    assert (sim.billing.calls(), sim.billing.accepted(), sim.billing.rejected()) == (3, 2, 1)
    assert sim.billing.requests("plant_id", "POST identification") == 3
