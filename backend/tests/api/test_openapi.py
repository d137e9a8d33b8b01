"""The OpenAPI document says what the server sends."""

import json

import jsonschema
import pytest

from plant_community_backend import openapi
from plant_simulator.drawings import draw_not_a_plant

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
DOCUMENT = json.loads(openapi.DOCUMENT.read_text(encoding="utf-8"))


def check(body, name):
    """Raise unless `body` is what the document calls `name`, and has no field that it does not name."""
    schema = DOCUMENT["components"]["schemas"][name]
    jsonschema.validate(body, {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})
    assert set(body) <= set(schema["properties"])


def test_openapi_committed_document_is_current():
    """What is committed is what the code says; `make openapi` writes it anew."""
    assert openapi.is_current()


def test_openapi_is_3_1_and_names_every_route():
    """Version 3.1, and no route of the API is missing."""
    assert DOCUMENT["openapi"] == "3.1.0"
    for path in (IDENTIFY, HISTORY, "/api/v1/about/", "/api/v1/plant-identification/identify/health/"):
        assert path in DOCUMENT["paths"]


async def test_openapi_is_served_to_everybody(client):
    """Developers read it without an account."""
    response = await client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["paths"].keys() == DOCUMENT["paths"].keys()
    assert (await client.get("/api/docs/")).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_openapi_schemas_hold_for_answers(client, leaf, accept):
    """An answer, with all that is in it, is valid; as a plain body and as the stream's last event."""
    data = {"include_diseases": "true", "organs": "leaf"}
    response = await client.post(IDENTIFY, files={"image": ("a.jpg", leaf)}, data=data, headers={"Accept": accept})
    if accept == "application/json":
        check(response.json(), "IdentificationBody")
        return
    blocks = [block.splitlines() for block in response.text.strip().split("\n\n")]
    names = {"accepted": "AcceptedEvent", "provider": "ProviderEvent", "result": "IdentificationBody"}
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block)
        check(json.loads(fields["data"]), names[fields["event"]])


async def test_openapi_schemas_hold_for_no_plant_running_failed_and_lists(client, simulator, leaf, make_photo):
    """The rarer bodies are valid too: no plant, still running, failed, a page of history, feedback."""
    check((await client.post(IDENTIFY, files={"image": ("a.jpg", draw_not_a_plant())})).json(), "IdentificationBody")
    simulator.inject("latency", times=2, seconds=0.5)
    running = await client.post(IDENTIFY, files={"image": ("a.jpg", leaf)}, headers={"Prefer": "respond-async"})
    check(running.json(), "IdentificationBody")
    simulator.inject("status", times=2, code=500)
    failed = await client.post(IDENTIFY, files={"image": ("b.jpg", make_photo())})
    check(failed.json(), "ProblemBody")
    check((await client.get(failed.json()["identification"])).json(), "IdentificationBody")
    check((await client.get(HISTORY)).json(), "IdentificationPage")
    feedback = await client.post(f"{running.json()['url']}feedback/", json={"was_right": "yes"})
    check(feedback.json(), "FeedbackBody")


async def test_openapi_schemas_hold_for_problems(client):
    """Problems are valid, pointers and all."""
    check((await client.post(IDENTIFY, files={"language": (None, "en")})).json(), "ProblemBody")
    check((await client.get("/api/v1/nowhere/")).json(), "ProblemBody")
