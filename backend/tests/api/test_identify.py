"""POST identify: the whole way once, over HTTP, against both providers' wire."""

import asyncio
import json
import pathlib

import pytest
from PIL import Image

from apps.plant_identification.models import Identification, Photo, ProviderAnswer
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_not_a_plant

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"


def parse_events(text):
    """The events of a stream as (name, data)."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if fields:
            events.append((fields["event"], json.loads(fields["data"])))
    return events


def files(*photos, name="images"):
    """Photos as a multipart form has them."""
    return [(name, (f"{number}.jpg", photo, "image/jpeg")) for number, photo in enumerate(photos)]


async def until(condition):
    """Wait until `condition` holds, at most ten seconds."""
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_identify_photo_answers_with_the_simulators_species(client, simulator, leaf):
    """A photo goes in, the providers' species comes out, with a receipt (law 10)."""
    response = await client.post(IDENTIFY, files=files(leaf, name="image"))
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["status"] == "complete"
    assert body["verdict"]["name"] == body["suggestions"][0]["name"]
    assert body["simulated"] is True
    assert {report["provider"] for report in body["providers"]} == {"plant_id", "plantnet"}
    assert body["cost"] == {"plant_id": 1.0, "plantnet": 1.0}
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 1


async def test_identify_carries_the_receipt_in_its_headers(client, leaf):
    """Cache-Status, Server-Timing, request id, and nothing that a shared cache may keep (law 10, law 12)."""
    response = await client.post(IDENTIFY, files=files(leaf), headers={"X-Request-ID": "my-request-1"})
    assert response.headers["Cache-Status"] == "PlantCommunity; fwd=uri-miss; stored"
    assert "plant_id;dur=" in response.headers["Server-Timing"]
    assert response.headers["X-Request-ID"] == "my-request-1"
    assert response.json()["receipt"]["request_id"] == "my-request-1"
    assert response.headers["Cache-Control"] == "private, no-store"


async def test_identify_stores_answers_and_photos_before_the_client_sees_them(client, leaf):
    """What was paid is in the database when the answer arrives, and the photo without its original bytes (law 4)."""
    body = (await client.post(IDENTIFY, files=files(leaf))).json()

    def stored():
        row = Identification.objects.get(pk=body["id"])
        return row.provider_answers.count(), row.photos.count(), row.name, row.status

    assert await in_database(stored) == (2, 1, body["verdict"]["name"], "complete")


async def test_identify_bare_body_is_the_photo(client, leaf):
    """Curl --data-binary with an image type is enough; the options stand in the query."""
    response = await client.post(
        f"{IDENTIFY}?organs=leaf&language=de", content=leaf, headers={"Content-Type": "image/jpeg"}
    )
    assert response.status_code == 200, response.text
    assert response.json()["photos"][0]["organ"] == "leaf"


async def test_identify_five_photos_cost_one_call_each(client, simulator, make_photo):
    """Five photos of one plant are one question and one bill per provider (law 1)."""
    photos = [make_photo(color=(40 + 10 * number, 150, 40)) for number in range(5)]
    response = await client.post(
        IDENTIFY, files=files(*photos), data={"organs": ["leaf", "flower", "auto", "auto", "bark"]}
    )
    assert response.status_code == 200, response.text
    assert [photo["organ"] for photo in response.json()["photos"]] == ["leaf", "flower", "auto", "auto", "bark"]
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 1


async def test_identify_with_health_is_one_call_of_two_credits(client, simulator, leaf):
    """Species and health come in one Plant.id call; its price is stated."""
    body = (await client.post(IDENTIFY, files=files(leaf), data={"include_diseases": "true"})).json()
    assert body["health"]["is_healthy"] in (True, False)
    assert body["cost"]["plant_id"] == 2.0
    assert simulator.billing.calls("plant_id") == 1


async def test_identify_not_a_plant_is_an_answer(client):
    """A photo without a plant is answered with 200 (law 7)."""
    response = await client.post(IDENTIFY, files=files(draw_not_a_plant()))
    assert response.status_code == 200
    assert response.json()["verdict"]["level"] == "not_a_plant"
    assert response.json()["sentence"] == "We see no plant on this photo."


async def test_identify_stream_tells_accepted_providers_result(client, leaf):
    """Progress comes as it happens: accepted, each provider, the result."""
    response = await client.post(IDENTIFY, files=files(leaf), headers={"Accept": "text/event-stream"})
    assert response.headers["Content-Type"].startswith("text/event-stream")
    events = parse_events(response.text)
    assert [name for name, _ in events] == ["accepted", "provider", "provider", "result"]
    assert events[1][1]["sentence"]
    assert events[3][1]["id"] == events[0][1]["id"]


async def test_identify_stream_shows_the_first_answer_while_the_other_hangs(client, simulator, leaf):
    """The first provider's verdict is on the wire before the second has answered (design 6)."""
    simulator.inject("hang", provider="plantnet")
    async with client.stream("POST", IDENTIFY, files=files(leaf), headers={"Accept": "text/event-stream"}) as response:
        seen = ""
        async for text in response.aiter_text():
            seen += text
            if "event: provider" in seen:
                break
    assert '"plant_id"' in seen
    assert "event: result" not in seen


async def test_identify_respond_async_answers_202_and_finishes_at_its_address(client, leaf):
    """Prefer: respond-async gives the address at once; the answer is there when it is done (RFC 7240)."""
    response = await client.post(IDENTIFY, files=files(leaf), headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    assert response.headers["Preference-Applied"] == "respond-async"
    assert int(response.headers["Retry-After"]) >= 1

    async def complete():
        return (await client.get(response.headers["Location"])).status_code == 200

    await until(complete)
    body = (await client.get(response.headers["Location"])).json()
    assert body["status"] == "complete"


async def test_identify_past_the_clients_deadline_is_told_202_with_what_is_known(client, simulator, against, leaf):
    """Nobody waits past the deadline; what one provider said until then is shown (law 3)."""
    simulator.inject("hang", provider="plantnet")
    response = await client.post(IDENTIFY, files=files(leaf), headers={"Prefer": "wait=1"})
    assert response.status_code == 202
    body = response.json()
    assert body["status"] == "running"
    assert [report["provider"] for report in body["providers"]] == ["plant_id"]
    assert body["verdict"]["agreement"] == "single"


async def test_identify_one_provider_down_answers_degraded(client, simulator, leaf):
    """One provider is enough; the answer says which is missing (law 10)."""
    simulator.inject("status", provider="plantnet", code=503)
    body = (await client.post(IDENTIFY, files=files(leaf))).json()
    assert body["degraded"] is True
    assert "Pl@ntNet" in body["degraded_because"][0]
    assert body["receipt"]["credits_to"] == ["Identified with Plant.id"]
    assert body["verdict"]["agreement"] == "single"


async def test_identify_both_down_is_a_503_problem_with_retry_after(client, simulator, leaf):
    """No provider, no invented answer: 503, when to come back, and the photos are kept."""
    simulator.inject("status", provider="plant_id", code=503, retry_after=17)
    simulator.inject("status", provider="plantnet", code=500)
    response = await client.post(IDENTIFY, files=files(leaf))
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"].endswith("#temporary-reduced-capacity")
    assert problem["retryable"] is True
    assert int(response.headers["Retry-After"]) == problem["retry_after"] >= 1
    assert (await client.get(problem["identification"])).json()["status"] == "failed"


async def test_identify_both_down_as_stream_ends_with_a_problem_event(client, simulator, leaf):
    """The stream tells the same problem as the plain answer."""
    simulator.inject("status", provider="plant_id", code=500)
    simulator.inject("status", provider="plantnet", code=500)
    response = await client.post(IDENTIFY, files=files(leaf), headers={"Accept": "text/event-stream"})
    name, data = parse_events(response.text)[-1]
    assert (name, data["code"]) == ("problem", "no-provider-available")


async def test_identify_client_hangs_up_answer_is_stored(client, simulator, leaf):
    """A client that hangs up throws nothing away: what is paid is stored (law 4)."""
    simulator.inject("latency", times=2, seconds=0.3)
    asking = asyncio.create_task(client.post(IDENTIFY, files=files(leaf)))
    async with asyncio.timeout(10):
        await simulator.until(lambda running: running.in_flight("plant_id") == running.in_flight("plantnet") == 1)
    asking.cancel()  # closes the connection
    await asyncio.gather(asking, return_exceptions=True)

    async def stored():
        return await in_database(
            lambda: (ProviderAnswer.objects.count(), Identification.objects.filter(status="complete").count())
        ) == (2, 1)

    await until(stored)


async def test_identify_place_is_rounded_before_it_leaves(client, simulator, leaf):
    """The providers and the database learn the place to 0.1 degree only (law 12); the database forgets it at the end."""
    simulator.inject("latency", provider="plant_id", seconds=0.5)
    data, later = {"latitude": "52.520008", "longitude": "13.404954"}, {"Prefer": "respond-async"}
    running = await client.post(IDENTIFY, files=files(leaf), data=data, headers=later)

    def place():
        return Identification.objects.values_list("latitude", "longitude").get()

    assert await in_database(place) == (52.5, 13.4)

    async def ended():
        return (await client.get(running.json()["url"])).status_code == 200

    await until(ended)
    token = await in_database(lambda: ProviderAnswer.objects.get(provider="plant_id").remote_id)
    record = await client.get(f"{simulator.plant_id_url}/identification/{token}", headers={"Api-Key": "demo"})
    assert (record.json()["input"]["latitude"], record.json()["input"]["longitude"]) == (52.5, 13.4)
    assert await in_database(place) == (None, None)


async def test_identify_photo_loses_its_metadata(client, make_photo):
    """EXIF and GPS do not leave the upload: not to disk, not to providers (law 12)."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    body = (await client.post(IDENTIFY, files=files(make_photo(exif=exif)))).json()
    photo = await client.get(body["photos"][0]["url"], headers={"Accept": "image/jpeg"})
    assert photo.headers["Content-Type"] == "image/jpeg"
    stored = photo.content
    assert b"SecretCamera" not in stored
    assert b"Exif" not in stored


async def test_identify_sets_one_visitor_cookie_and_history_follows_it(client, leaf):
    """Without an account the cookie makes the history; nobody else sees it (law 12)."""
    first = await client.post(IDENTIFY, files=files(leaf))
    assert "HttpOnly" in first.headers["Set-Cookie"]
    second = await client.post(IDENTIFY, files=files(leaf))
    assert "Set-Cookie" not in second.headers
    mine = (await client.get(HISTORY)).json()["results"]
    assert [row["id"] for row in mine] == [second.json()["id"], first.json()["id"]]
    client.cookies.clear()
    assert (await client.get(HISTORY)).json()["results"] == []


async def test_delete_removes_rows_files_and_the_providers_record(client, simulator, against, leaf):
    """Deleting deletes: rows, files, and Plant.id's own record (law 12)."""
    body = (await client.post(IDENTIFY, files=files(leaf))).json()
    path = await in_database(lambda: Photo.objects.get().picture.file.path)
    token = await in_database(lambda: ProviderAnswer.objects.get(provider="plant_id").remote_id)
    record = f"{simulator.plant_id_url}/identification/{token}"
    assert (await client.get(record, headers={"Api-Key": "demo"})).status_code == 200
    assert (await client.delete(body["url"])).status_code == 204
    assert (await client.get(body["url"])).status_code == 404
    assert (await client.get(body["photos"][0]["url"])).status_code == 404
    assert await in_database(lambda: (ProviderAnswer.objects.count(), Photo.objects.count())) == (0, 0)
    assert not pathlib.Path(path).exists()
    assert (await client.get(record, headers={"Api-Key": "demo"})).status_code == 404


async def test_feedback_is_stored_and_the_later_word_counts(client, leaf):
    """Was this right? Said twice, the second counts."""
    body = (await client.post(IDENTIFY, files=files(leaf))).json()
    await client.post(f"{body['url']}feedback/", json={"was_right": "no"})
    response = await client.post(f"{body['url']}feedback/", json={"was_right": "another", "name": "Ficus lyrata"})
    assert response.json() == {"was_right": "another", "name": "Ficus lyrata", "comment": ""}
    assert (await client.get(body["url"])).json()["feedback"]["name"] == "Ficus lyrata"


async def test_history_pages_do_not_repeat_or_lose(client, make_photo):
    """Cursor pages show each identification once, newest first."""
    ids = [
        (await client.post(IDENTIFY, files=files(make_photo(color=(30, 100 + number, 30))))).json()["id"]
        for number in range(5)
    ]
    page, seen = (await client.get(f"{HISTORY}?page_size=2")).json(), []
    while True:
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        page = (await client.get(page["next"])).json()
    assert seen == ids[::-1]


async def test_api_unknown_host_is_a_problem_with_a_hint(client):
    """A proxy that passes on another name gets a sentence an operator understands."""
    response = await client.get("/api/v1/about/", headers={"Host": "elsewhere.example"})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "ALLOWED_HOSTS" in response.json()["hint"]


@pytest.mark.parametrize("path", ["/api/nothing/", "/api", "/api/v1/nothing"])
async def test_api_unknown_address_is_a_problem_never_a_page(client, path):
    """Nothing below /api/ answers with HTML."""
    response = await client.get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not-found"
