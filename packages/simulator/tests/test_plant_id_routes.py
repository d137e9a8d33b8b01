import asyncio

import pytest
from kindwise.plant import PlantIdentification

NO_IDENTIFICATION = (404, "The requested identification does not exist.")
NO_ENDPOINT = "API endpoint not found. Please check documentation at https://plant.id/docs."


async def test_identification_can_be_read_by_token_and_by_custom_id(plant_id, photos, sim):
    """Law 9: a stored result is found by the client's own number, free of charge."""
    made = await plant_id.identify(photos.healthy, custom_id=410233)
    by_token = await plant_id.call("GET", f"/identification/{made.json['access_token']}")
    by_custom_id = await plant_id.call("GET", "/identification/410233")
    assert (by_token.status, by_token.json) == (200, made.json)
    assert by_custom_id.json == made.json
    assert sim.billing.credits("plant_id") == 1


async def test_identification_can_be_read_again_with_other_details(plant_id, photos):
    """Reading asks anew for details and language."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    reply = await plant_id.call("GET", f"/identification/{token}", params={"details": "taxonomy", "language": "fr"})
    details = reply.json["result"]["classification"]["suggestions"][0]["details"]
    assert details.keys() == {"taxonomy", "language", "entity_id"}
    assert details["language"] == "fr"


@pytest.mark.parametrize("name", ["abc", "410234", "99999999999999999999999999999999999999999999999", "-1"])
async def test_identification_that_does_not_exist_is_not_found(plant_id, name):
    """Unknown tokens and custom ids give the same sentence."""
    reply = await plant_id.call("GET", f"/identification/{name}")
    assert (reply.status, reply.text) == NO_IDENTIFICATION


async def test_identification_of_another_key_is_not_found(plant_id, photos):
    """A token opens a result to the key that made it only."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    plant_id.key = "another"
    reply = await plant_id.call("GET", f"/identification/{token}")
    assert (reply.status, reply.text) == NO_IDENTIFICATION


@pytest.mark.parametrize("by", ["access_token", "custom_id"])
async def test_identification_once_deleted_is_gone(plant_id, photos, by):
    """Law 12: DELETE answers the bare JSON true, and nothing is left under either name."""
    body = (await plant_id.identify(photos.healthy, custom_id=5)).json
    deleted = await plant_id.call("DELETE", f"/identification/{body[by]}")
    left = [await plant_id.call("GET", f"/identification/{body[name]}") for name in ("access_token", "custom_id")]
    assert (deleted.status, deleted.json) == (200, True)
    assert [(reply.status, reply.text) for reply in left] == [NO_IDENTIFICATION] * 2


async def test_duplicate_custom_id_is_accepted_and_charged_again(plant_id, photos, sim):
    """One reading: the newest is found by the number, the older one by its token."""
    older = await plant_id.identify(photos.healthy, custom_id=9)
    newer = await plant_id.identify(photos.other, custom_id=9)
    found = await plant_id.call("GET", "/identification/9")
    still = await plant_id.call("GET", f"/identification/{older.json['access_token']}")
    assert (found.json, still.status) == (newer.json, 200)
    assert sim.billing.credits("plant_id") == 2


async def test_duplicate_custom_id_can_be_refused(plant_id, photos, sim):
    """The other reading: 400, and no charge."""
    sim.configure({"plant_id": {"duplicate_custom_id": "refuse"}})
    await plant_id.identify(photos.healthy, custom_id=9)
    reply = await plant_id.identify(photos.healthy, custom_id=9)
    assert (reply.status, sim.billing.credits("plant_id")) == (400, 1)


async def test_identification_under_way_is_visible_as_created_or_hidden(plant_id, photos, sim):
    """While a POST still computes, its custom_id shows a pending record, or nothing: both readings."""
    sim.inject("charged_but_never_answered")
    sim.configure({"plant_id_latency": 3600})
    posting = asyncio.create_task(plant_id.identify(photos.healthy, custom_id=11))
    await sim.until(lambda s: s.billing.accepted() == 1)
    visible = await plant_id.call("GET", "/identification/11")
    sim.configure({"plant_id": {"pending_record": "hidden"}})
    hidden = await plant_id.call("GET", "/identification/11")
    posting.cancel()
    assert (visible.status, visible.json["status"], "result" in visible.json) == (200, "CREATED", False)
    assert (hidden.status, hidden.text) == NO_IDENTIFICATION


@pytest.mark.parametrize("first", ["CREATED", "SUBMITTED"])
async def test_async_identification_goes_from_created_to_completed(plant_id, photos, sim, clock, first):
    """async=true: no result at first; reads see SUBMITTED, then COMPLETED once the time is over."""
    sim.configure({"plant_id": {"async_status": first}, "plant_id_latency": 2})
    made = await plant_id.identify(photos.healthy, custom_id=3, params={"async": "true"})
    states = [(await plant_id.call("GET", "/identification/3")).json["status"] for _ in range(2)]
    clock.now += 2
    done = (await plant_id.call("GET", "/identification/3")).json
    assert (made.status, made.json["status"], made.json["completed"]) == (201, first, None)
    assert "result" not in made.json
    assert PlantIdentification.from_dict(made.json).result is None
    assert states == ["SUBMITTED", "SUBMITTED"]
    assert (done["status"], done["completed"] - done["created"]) == ("COMPLETED", 2)
    assert "result" in done


@pytest.mark.parametrize(("charged", "credits_taken"), [(False, 0), (True, 1)])
async def test_async_identification_that_fails_has_no_result(plant_id, photos, sim, charged, credits_taken):
    """FAILED is a state of its own; whether it costs is open."""
    sim.configure({"plant_id": {"async_outcome": "FAILED", "async_pending_reads": 0, "failed_charged": charged}})
    await plant_id.identify(photos.healthy, custom_id=3, params={"async": "true"})
    body = (await plant_id.call("GET", "/identification/3")).json
    assert (body["status"], "result" in body, body["sla_compliant_system"]) == ("FAILED", False, False)
    assert sim.billing.credits("plant_id") == credits_taken


async def test_feedback_shows_when_the_identification_is_read(plant_id, photos):
    """Feedback is kept, and only then a key of the answer."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    given = await plant_id.call("POST", f"/identification/{token}/feedback", json={"rating": 5})
    body = (await plant_id.call("GET", f"/identification/{token}")).json
    assert (given.status, given.json) == (200, {})
    assert body["feedback"] == {"comment": None, "rating": 5}
    assert PlantIdentification.from_dict(body).feedback.rating == 5


async def test_feedback_that_says_nothing_is_refused(plant_id, photos):
    """Comment or rating: at least one."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    reply = await plant_id.call("POST", f"/identification/{token}/feedback", json={})
    assert (reply.status, reply.text) == (400, "Empty feedback provided.")


async def test_conversation_goes_on_until_its_calls_are_used_up(plant_id, photos, sim):
    """Twenty questions; options count with the first; every answer says it is simulated."""
    sim.configure({"plant_id": {"conversation_status": 201}})
    path = f"/identification/{(await plant_id.identify(photos.healthy)).json['access_token']}/conversation"
    first = await plant_id.call("POST", path, json={"question": "What?", "model": "m", "temperature": 0.5})
    replies = [await plant_id.call("POST", path, json={"question": "And?", "model": "n"}) for _ in range(20)]
    read = await plant_id.call("GET", path)
    assert (first.status, first.json["remaining_calls"]) == (201, 19)
    assert first.json["model_parameters"] == {"model": "m", "temperature": 0.5}
    assert [reply.status for reply in replies] == [201] * 19 + [429]
    assert len(read.json["messages"]) == 40
    assert "simulated" in read.json["messages"][1]["content"]


async def test_conversation_can_be_rated_and_deleted(plant_id, photos):
    """Feedback on a conversation is any JSON; DELETE answers {}."""
    path = f"/identification/{(await plant_id.identify(photos.healthy)).json['access_token']}/conversation"
    missing = await plant_id.call("GET", path)
    await plant_id.call("POST", path, json={"question": "What?"})
    rated = await plant_id.call("POST", f"{path}/feedback", json={"feedback": {"good": True}})
    read = await plant_id.call("GET", path)
    deleted = await plant_id.call("DELETE", path)
    gone = await plant_id.call("GET", path)
    assert (missing.status, rated.status, read.json["feedback"]) == (404, 200, {"good": True})
    assert (deleted.status, deleted.json, gone.status) == (200, {}, 404)


@pytest.mark.parametrize(
    ("path", "body"),
    [("conversation", {}), ("conversation", {"question": 7}), ("conversation/feedback", {"feedback": 1})],
)
async def test_conversation_with_nothing_to_say_is_refused(plant_id, photos, path, body):
    """A question is a text, and there is no feedback without a conversation."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    reply = await plant_id.call("POST", f"/identification/{token}/{path}", json=body)
    assert reply.status in {400, 404}
    assert "{" not in reply.text


async def test_name_search_matches_the_start_of_any_word(plant_id, sim):
    """Names of entities, common names and synonyms are searched, free of charge."""
    reply = await plant_id.call("GET", "/kb/plants/name_search", params={"q": "VERA", "limit": "20"})
    row = reply.json["entities"][0]
    assert (row["matched_in"], row["match_position"], row["match_length"]) == ("Aloe vera", 5, 4)
    assert (row["entity_name"], row["matched_in_type"], len(row["access_token"])) == ("Aloe vera", "entity_name", 45)
    assert not any("overa" in entity["matched_in"].lower() for entity in reply.json["entities"])
    assert sim.billing.credits("plant_id") == 0


async def test_name_search_trims_to_its_limit(plant_id):
    """The default is ten, twenty is the most, and the answer says when there was more."""
    default, small, large = [
        (await plant_id.call("GET", "/kb/plants/name_search", params={"q": "a"} | limit)).json
        for limit in ({}, {"limit": "3"}, {"limit": "100"})
    ]
    assert [(len(body["entities"]), body["entities_trimmed"], body["limit"]) for body in (default, small, large)] == [
        (10, True, 10),
        (3, True, 3),
        (20, True, 20),
    ]


async def test_name_search_finds_nothing_for_a_name_that_is_none(plant_id):
    """No match is an empty list."""
    reply = await plant_id.call("GET", "/kb/plants/name_search", params={"q": "zzzz"})
    assert reply.json == {"entities": [], "entities_trimmed": False, "limit": 10}


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "aloe", "limit": "0"}, {"q": "aloe", "limit": "x"}])
async def test_name_search_with_bad_parameters_is_refused(plant_id, params):
    """A query is required and a limit is a positive number."""
    assert (await plant_id.call("GET", "/kb/plants/name_search", params=params)).status == 400


@pytest.mark.parametrize(("reading", "found"), [("both", (1, 1)), ("lang", (1, 0)), ("language", (0, 1))])
async def test_name_search_reads_its_language_from_either_parameter(plant_id, sim, reading, found):
    """Official sources name the parameter lang and language: each reading can be had."""
    sim.configure({"plant_id": {"kb_language_parameter": reading}})
    counts = []
    for name in ("lang", "language"):
        reply = await plant_id.call("GET", "/kb/plants/name_search", params={"q": "Fächerahorn", name: "de"})
        counts.append(len(reply.json["entities"]))
    assert tuple(counts) == found


async def test_kb_detail_costs_half_a_credit(plant_id, sim):
    """An entry by the token of a search: asked fields at the top, then language, id and name."""
    found = await plant_id.call("GET", "/kb/plants/name_search", params={"q": "Aloe vera"})
    path = f"/kb/plants/{found.json['entities'][0]['access_token']}"
    reply = await plant_id.call("GET", path, params={"details": "rank,common_names", "lang": "de"})
    usage = (await plant_id.call("GET", "/usage_info")).json
    assert set(reply.json) == {"rank", "common_names", "language", "entity_id", "name"}
    assert (reply.json["name"], reply.json["language"], reply.json["rank"]) == ("Aloe vera", "de", "species")
    assert sim.billing.credits("plant_id") == usage["used"]["total"] == 0.5


@pytest.mark.parametrize(("price", "billed"), [(0.5, 0.5), (0, 0)])
async def test_kb_detail_of_a_disease_has_a_price_that_is_open(plant_id, sim, price, billed):
    """Diseases have entries, too."""
    sim.configure({"plant_id": {"disease_detail_credits": price}})
    found = await plant_id.call("GET", "/kb/diseases/name_search", params={"q": "rust"})
    path = f"/kb/diseases/{found.json['entities'][0]['access_token']}"
    reply = await plant_id.call("GET", path, params={"details": "description,treatment"})
    assert (reply.json["name"], isinstance(reply.json["description"], str)) == ("rust", True)
    assert sim.billing.credits("plant_id") == billed


@pytest.mark.parametrize(("token", "params", "status"), [("x", {"details": "url"}, 404)])
async def test_kb_detail_of_an_unknown_entry_is_not_found(plant_id, token, params, status):
    """Tokens come from a search only."""
    assert (await plant_id.call("GET", f"/kb/plants/{token}", params=params)).status == status


@pytest.mark.parametrize("params", [{}, {"details": "treatment"}])
async def test_kb_detail_without_fitting_details_is_refused_for_free(plant_id, sim, params):
    """Details are required, and those of a plant are not those of a disease."""
    found = await plant_id.call("GET", "/kb/plants/name_search", params={"q": "Aloe vera"})
    path = f"/kb/plants/{found.json['entities'][0]['access_token']}"
    reply = await plant_id.call("GET", path, params=params)
    assert (reply.status, sim.billing.credits()) == (400, 0)


async def test_both_base_paths_are_one_service(plant_id, photos, sim):
    """/v3 and /api/v3 are aliases."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    plant_id.base = f"{sim.url}/api/v3"
    assert (await plant_id.call("GET", f"/identification/{token}")).status == 200


@pytest.mark.parametrize("path", ["/identify", "/kb/insects/name_search", "/health_assessment/abc"])
async def test_unknown_endpoint_is_not_found_in_plain_text(plant_id, path):
    """Paths that do not exist have their own sentence; health assessments are read as identifications."""
    reply = await plant_id.call("GET", path)
    assert (reply.status, reply.text) == (404, NO_ENDPOINT)
    assert reply.headers["X-Simulated"] == "true"


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/identification/abc"), ("PATCH", "/usage_info"), ("GET", "/identification")]
)
async def test_wrong_method_is_refused_in_plain_text(plant_id, method, path):
    """405, with the methods that would do."""
    reply = await plant_id.call(method, path)
    assert (reply.status, reply.text, reply.headers["X-Simulated"]) == (405, "Method Not Allowed", "true")
    assert reply.headers["Allow"]


async def test_ping_answers_without_a_key(sim, session):
    """The warm-up of the official speed example."""
    async with session.get(f"{sim.url}/ping") as reply:
        assert reply.status == 200


async def test_conversation_with_text_that_is_no_unicode_stays_json(plant_id, photos):
    """A lone surrogate comes back as the escape it was sent as."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    body = b'{"question": "\\ud800"}'
    reply = await plant_id.call("POST", f"/identification/{token}/conversation", data=body)
    assert reply.json["messages"][0]["content"] == "\ud800"
