import json

import pytest

from plant_simulator import PlantNetKey, SimulatorConfig


async def test_control_lists_its_routes(control):
    """The way in."""
    reply = await control.send("GET", "")
    assert "POST /_control/faults" in reply.json
    assert reply.headers["X-Simulated"] == "true"


async def test_control_lays_out_shows_and_takes_back_faults(control, plant_id, photos):
    """A fault from outside works like one from Python."""
    body = [
        {"fault": "error_503", "provider": "plant_id", "times": None, "params": {"retry_after": 2}},
        {"name": "hang"},
    ]
    made = await control.send("POST", "/faults", json=body)
    struck = await plant_id.identify(photos.healthy)
    shown = await control.send("GET", "/faults")
    one = await control.send("DELETE", f"/faults/{made.json[0]['number']}")
    rest = await control.send("DELETE", "/faults")
    assert (made.status, struck.status, struck.headers["Retry-After"]) == (201, 503, "2")
    assert [fault["name"] for fault in shown.json["pending"]] == ["error_503", "hang"]
    assert shown.json["kinds"]["slow_drip"]["billed"] is True
    assert (one.json, rest.json) == ({"cleared": 1}, {"cleared": 1})
    assert (await plant_id.identify(photos.healthy)).status == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", b"{"),
        ("/faults", b'{"name": "earthquake"}'),
        ("/faults", b'[{"name": "hang"}, 7]'),
        ("/config", b"[]"),
        ("/config", b"nonsense"),
        ("/config", b'{"colour": "red"}'),
        ("/config", b'{"any_key": 1}'),
        ("/config", b'{"plant_id": {"created_status": 202}}'),
        ("/config", b'{"plant_id": {"created_status": true}}'),
        ("/config", b'{"plant_id": {"max_body_bytes": -1}}'),
        ("/config", b'{"plant_id": {"not_plant_charged": 1}}'),
        ("/config", b'{"plant_id": {"colour": 1}}'),
        ("/config", b'{"plantnet": 7}'),
        ("/config", b'{"plantnet_keys": {"demo": {"daily_quota": "many"}}}'),
        ("/config", b'{"plant_id_keys": {"demo": 7}}'),
        ("/config", b'{"plantnet_latency": "slow"}'),
    ],
)
async def test_control_refuses_what_cannot_be_and_changes_nothing(control, sim, path, body):
    """400 with the reason, as JSON."""
    reply = await control.send("POST", path, data=body)
    assert (reply.status, reply.json["error"] != "") == (400, True)
    assert (sim.pending_faults(), sim.config) == ([], SimulatorConfig())


async def test_control_changes_switches_keys_and_latencies(control, sim, plantnet, photos):
    """What is not named stays."""
    change = {
        "plant_id": {"created_status": 200},
        "plantnet_keys": {"mine": {"daily_quota": 1}, "demo": {"paid": True}},
        "plant_id_latency": {"distribution": "uniform", "low": 0.1, "high": 0.2},
        "any_key": False,
    }
    reply = await control.send("POST", "/config", json=change)
    plantnet.key = "mine"
    assert (await plantnet.identify(photos.healthy)).json["remainingIdentificationRequests"] == 0
    assert reply.json["plant_id"]["created_status"] == 200
    assert sim.config.plantnet_keys["demo"] == PlantNetKey(paid=True)
    assert sim.config.plant_id.custom_id_max == 2**63 - 1
    assert (await control.send("GET", "/config")).json == reply.json


async def test_control_shows_the_bill_by_key_without_telling_unknown_keys(control, plant_id, plantnet, photos):
    """Law 13: a key that is none of the demo keys may be a real one, and does not show."""
    await plant_id.identify(photos.healthy, health="all")
    plantnet.key = "a-real-key"
    await plantnet.identify(photos.nothing)
    reply = await control.send("GET", "/billing")
    bill = reply.json
    assert bill["plant_id"]["keys"]["demo"]["credits"] == bill["plant_id"]["credits"] == 2
    assert (bill["plantnet"]["accepted"], bill["plantnet"]["in_flight"], bill["plantnet"]["peak_in_flight"]) == (
        1,
        0,
        1,
    )
    assert bill["plant_id"]["keys"]["demo"]["requests"] == {"POST identification": 1}
    assert {photo["accepted"] for photo in bill["photos"]} == {1}
    assert "a-real-key" not in reply.text


async def test_control_reset_makes_all_forgotten(control, sim, plant_id, plantnet, photos):
    """First settings, no faults, no bill, full quota, no stored identifications."""
    sim.configure({"plant_id": {"created_status": 200}})
    await plant_id.identify(photos.healthy, custom_id=1)
    await plantnet.identify(photos.healthy)
    sim.inject("hang", times=None)
    reply = await control.send("POST", "/reset")
    found = await plant_id.call("GET", "/identification/1")
    left = (await plantnet.identify(photos.healthy)).json["remainingIdentificationRequests"]
    assert (reply.json, found.status, left) == ({"reset": True}, 404, 499)
    assert (sim.billing.accepted(), sim.config, sim.pending_faults()) == (1, SimulatorConfig(), [])


async def test_control_of_an_unknown_route_is_not_found(control):
    """Nothing is there."""
    assert (await control.send("GET", "/nothing")).status == 404


async def test_pictures_of_nothing_are_not_found(sim, session):
    """Pictures exist for names of the catalogue; odd sizes and organs fall back."""
    async with session.get(f"{sim.url}/pictures/unicornus-vulgaris.jpg") as missing:
        assert missing.status == 404
    async with session.get(f"{sim.url}/pictures/aloe-vera.jpg?size=big&organ=wing") as picture:
        assert (picture.status, picture.headers["X-Simulated"]) == (200, "true")


async def test_config_of_a_running_simulator_is_shown_as_json(sim):
    """Everything in the settings can be written down."""
    assert json.loads(json.dumps(sim.config.as_json()))["plant_id"]["created_status"] == 201


class TestBehindProxy:
    """A simulator that its clients reach under another address."""

    @pytest.fixture
    def config(self):
        return SimulatorConfig(public_url="https://plants.example")

    async def test_public_url_replaces_the_address_in_links(self, plant_id, plantnet, photos):
        """Links point to where the client is."""
        one = await plant_id.identify(photos.healthy, similar_images=True)
        two = await plantnet.identify(photos.healthy, include_related_images="true")
        links = [
            one.json["input"]["images"][0],
            one.json["result"]["classification"]["suggestions"][0]["similar_images"][0]["url"],
            two.json["results"][0]["images"][0]["url"]["o"],
        ]
        assert all(link.startswith("https://plants.example/") for link in links)
