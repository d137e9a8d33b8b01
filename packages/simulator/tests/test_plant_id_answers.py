import pytest
from kindwise.models import Conversation, IdentificationStatus, SearchResult, UsageInfo
from kindwise.plant import HealthAssessment, PlantIdentification, RawPlantIdentification

from plant_simulator.plant_id.details import DISEASE_DETAILS, PLANT_DETAILS

ALL_DETAILS = ",".join(sorted(PLANT_DETAILS | DISEASE_DETAILS))


async def test_identification_names_species_without_author_best_first(plant_id, photos):
    """The answer ranks what is on the photo, and says that it is simulated."""
    reply = await plant_id.identify(photos.healthy)
    suggestions = reply.json["result"]["classification"]["suggestions"]
    probabilities = [row["probability"] for row in suggestions]
    assert (reply.status, reply.headers["X-Simulated"]) == (201, "true")
    assert reply.json["model_version"] == "plant_id:simulated"
    assert suggestions[0]["name"] == photos.healthy.sight.ranking[0][0].name
    assert probabilities == sorted(probabilities, reverse=True)
    assert 1 <= len(suggestions) <= 10
    assert len(reply.json["access_token"]) == 15


async def test_identification_keys_are_those_of_a_completed_one(plant_id, photos):
    """The envelope has exactly the documented keys, and `input` only what was sent."""
    body = (await plant_id.identify(photos.healthy)).json
    assert list(body) == [
        "access_token",
        "model_version",
        "custom_id",
        "input",
        "result",
        "status",
        "sla_compliant_client",
        "sla_compliant_system",
        "created",
        "completed",
    ]
    assert set(body["input"]) == {"latitude", "longitude", "similar_images", "images", "datetime"}
    assert set(body["result"]) == {"is_plant", "classification"}
    assert body["result"]["classification"]["suggestions"][0]["details"].keys() == {"language", "entity_id"}


async def test_identification_is_read_by_the_official_sdk(plant_id, photos):
    """The SDK's own model takes an answer with everything in it."""
    reply = await plant_id.identify(
        photos.ill, health="all", similar_images=True, custom_id=7, params={"details": ALL_DETAILS}
    )
    read = PlantIdentification.from_dict(reply.json)
    assert (read.status, read.custom_id) == (IdentificationStatus.COMPLETED, 7)
    assert read.result.classification.suggestions[0].similar_images[0].license_name == "CC0"
    assert read.result.disease.suggestions[0].name == photos.ill.sight.diseases[0][0].name
    assert read.result.is_healthy.binary is False


async def test_health_assessment_is_read_by_the_official_sdk(plant_id, photos):
    """POST /health_assessment gives what health=only gives: health and no classification."""
    reply = await plant_id.identify(photos.ill, path="/health_assessment")
    only = await plant_id.identify(photos.ill, health="only")
    read = HealthAssessment.from_dict(reply.json)
    assert read.result.is_healthy.threshold == 0.525
    assert set(reply.json["result"]) == set(only.json["result"]) == {"is_plant", "is_healthy", "disease"}
    assert reply.json["input"]["health"] == "only"


async def test_raw_classification_is_read_by_the_official_sdk(plant_id, photos):
    """classification_raw turns suggestions into an object of ranks."""
    reply = await plant_id.identify(photos.healthy, classification_level="all", classification_raw=True)
    read = RawPlantIdentification.from_dict(reply.json)
    suggestions = read.result.classification.suggestions
    assert suggestions.genus[0].name == suggestions.species[0].name.split()[0]
    assert " var. " in suggestions.infraspecies[0].name
    assert reply.json["input"]["classification_raw"] is True


async def test_raw_classification_of_species_has_no_infraspecies(plant_id, photos):
    """Infraspecies may be missing: it is, unless all levels were asked for."""
    reply = await plant_id.identify(photos.healthy, classification_raw=True)
    assert set(reply.json["result"]["classification"]["suggestions"]) == {"species", "genus"}


async def test_classification_level_genus_names_genera(plant_id, photos):
    """A genus is as likely as its species together."""
    reply = await plant_id.identify(photos.healthy, classification_level="genus")
    names = [row["name"] for row in reply.json["result"]["classification"]["suggestions"]]
    assert names[0] == photos.healthy.sight.ranking[0][0].genus
    assert not any(" " in name for name in names)


async def test_classification_level_all_mixes_ranks(plant_id, photos):
    """With all levels, species, varieties and genera stand in one list, best first."""
    params = {"details": "rank"}
    reply = await plant_id.identify(photos.healthy, classification_level="all", params=params)
    rows = reply.json["result"]["classification"]["suggestions"]
    assert {row["details"]["rank"] for row in rows} == {"species", "genus", "variety"}
    assert [row["probability"] for row in rows] == sorted((row["probability"] for row in rows), reverse=True)


async def test_unclear_photo_has_low_scores_and_a_genus_among_species(plant_id, photos):
    """When the provider cannot decide, no score is high and a genus row can appear."""
    rows = (await plant_id.identify(photos.unclear)).json["result"]["classification"]["suggestions"]
    assert rows[0]["probability"] < 0.5
    assert any(" " not in row["name"] for row in rows)


async def test_details_asked_for_are_present_and_null_when_unknown(plant_id, photos):
    """Every asked field is there; care facts, which nobody here knows, are null (law 11)."""
    reply = await plant_id.identify(photos.healthy, params={"details": ALL_DETAILS})
    details = reply.json["result"]["classification"]["suggestions"][0]["details"]
    plant = photos.healthy.sight.ranking[0][0]
    assert details.keys() == PLANT_DETAILS | {"language", "entity_id"}
    assert details["taxonomy"]["family"] == plant.family
    assert details["name_authority"] == f"{plant.name} {plant.authorship}"
    assert set(details["description"]) == {"value", "citation", "license_name", "license_url"}
    assert [details[name] for name in ("watering", "edible_parts", "toxicity", "common_uses")] == [None] * 4


async def test_details_of_care_can_be_placeholders(plant_id, photos, sim):
    """For clients' sake the care fields can be filled, with texts that say they are simulated."""
    sim.configure({"plant_id": {"care_details": "placeholder"}})
    reply = await plant_id.identify(photos.healthy, params={"details": "toxicity,watering,edible_parts"})
    details = reply.json["result"]["classification"]["suggestions"][0]["details"]
    assert details["toxicity"].startswith("Simulated")
    assert details["watering"] == {"max": 2, "min": 1}


async def test_details_description_is_an_object_for_plants_and_a_text_for_diseases(plant_id, photos):
    """One name in both lists gives two shapes."""
    reply = await plant_id.identify(photos.ill, health="all", params={"details": "description,treatment"})
    result = reply.json["result"]
    assert isinstance(result["classification"]["suggestions"][0]["details"]["description"], dict)
    disease = result["disease"]["suggestions"][0]["details"]
    assert isinstance(disease["description"], str)
    assert disease["treatment"].keys() <= {"chemical", "biological", "prevention"}


async def test_details_in_one_language_are_plain_and_in_several_are_objects(plant_id, photos):
    """Two or three languages turn localized fields, and no others, into objects by code."""
    one = await plant_id.identify(photos.healthy, params={"details": "common_names,rank", "language": "de"})
    two = await plant_id.identify(photos.healthy, params={"details": "common_names,rank", "language": "de,fr"})
    plain, keyed = [r.json["result"]["classification"]["suggestions"][0]["details"] for r in (one, two)]
    names = photos.healthy.sight.ranking[0][0].common_names
    assert (plain["common_names"], plain["language"]) == (list(names["de"]), "de")
    assert keyed["common_names"] == {"de": list(names["de"]), "fr": list(names["fr"])}
    assert (keyed["rank"], keyed["language"]) == ("species", "de")


async def test_details_in_several_languages_can_echo_all_codes(plant_id, photos, sim):
    """The other reading of details.language."""
    sim.configure({"plant_id": {"several_languages_echo": "joined"}})
    reply = await plant_id.identify(photos.healthy, params={"language": "de,fr"})
    assert reply.json["result"]["classification"]["suggestions"][0]["details"]["language"] == "de,fr"


async def test_details_in_an_unknown_language_are_english_and_echo_the_code(plant_id, photos):
    """An unknown code falls back to English."""
    reply = await plant_id.identify(photos.healthy, params={"details": "common_names", "language": "xx"})
    details = reply.json["result"]["classification"]["suggestions"][0]["details"]
    assert details["common_names"] == list(photos.healthy.sight.ranking[0][0].common_names["en"])
    assert details["language"] == "xx"


async def test_similar_images_are_drawn_by_the_simulator_and_free(plant_id, photos, session):
    """Reference pictures exist, are JPEG, marked as simulated, and may be used by anybody."""
    reply = await plant_id.identify(photos.healthy, similar_images=True)
    image = reply.json["result"]["classification"]["suggestions"][0]["similar_images"][0]
    assert (image["license_name"], image["citation"]) == ("CC0", "simulated")
    async with session.get(image["url_small"]) as picture:
        assert (picture.status, picture.headers["X-Simulated"]) == (200, "true")
        assert (await picture.read()).startswith(b"\xff\xd8\xff")


async def test_similar_images_unasked_follow_the_switch(plant_id, photos, sim):
    """What happens when a client does not say: both readings."""
    off = await plant_id.identify(photos.healthy)
    sim.configure({"plant_id": {"similar_images_default": True}})
    on = await plant_id.identify(photos.healthy)
    rows = [r.json["result"]["classification"]["suggestions"][0] for r in (off, on)]
    assert ["similar_images" in row for row in rows] == [False, True]


async def test_healthy_plant_still_gets_disease_rows(plant_id, photos):
    """is_healthy decides, never the length of the list."""
    result = (await plant_id.identify(photos.healthy, health="all")).json["result"]
    assert result["is_healthy"]["binary"] is True
    assert result["disease"]["suggestions"]


async def test_full_disease_list_adds_redundant_ancestors(plant_id, photos):
    """General classes come only with full_disease_list, marked redundant."""
    short = await plant_id.identify(photos.ill, health="only")
    full = await plant_id.identify(photos.ill, health="only", params={"full_disease_list": "true"})
    rows = [reply.json["result"]["disease"]["suggestions"] for reply in (short, full)]
    marked = [[row["name"] for row in part if row.get("redundant")] for part in rows]
    assert not marked[0]
    assert marked[1]
    assert len(rows[1]) == len(rows[0]) + len(marked[1])


@pytest.mark.parametrize(("wish", "asked"), [("always", True), ("never", False)])
async def test_disease_question_points_at_two_rows(plant_id, photos, sim, wish, asked):
    """A yes-or-no question, when there is one, names the rows of its answers."""
    sim.configure({"plant_id": {"disease_question": wish}})
    disease = (await plant_id.identify(photos.ill, health="all")).json["result"]["disease"]
    assert ("question" in disease) is asked
    options = disease.get("question", {}).get("options", {})
    for option in options.values():
        assert disease["suggestions"][option["suggestion_index"]]["id"] == option["entity_id"]


@pytest.mark.parametrize(("form", "count"), [("nonsense", 2), ("empty", 0)])
async def test_photo_of_no_plant_is_answered_in_both_forms(plant_id, photos, sim, form, count):
    """Law 7: not a plant is an answer, 201, with nonsense below it or nothing."""
    sim.configure({"plant_id": {"not_plant_suggestions": form}})
    reply = await plant_id.identify(photos.nothing, health="all")
    result = reply.json["result"]
    assert (reply.status, result["is_plant"]["binary"]) == (201, False)
    assert len(result["classification"]["suggestions"]) == count
    assert (result["is_healthy"]["binary"], result["disease"]["suggestions"]) == (False, [])
    assert PlantIdentification.from_dict(reply.json).result.is_plant.probability < 0.5


@pytest.mark.parametrize(
    ("reading", "keys"),
    [("is_healthy", {"is_healthy"}), ("nothing", set()), ("everything", {"is_healthy", "disease"})],
)
async def test_health_auto_of_a_healthy_plant_has_three_readings(plant_id, photos, sim, reading, keys):
    """Which health keys show when no second credit was taken is open; each reading costs one credit."""
    sim.configure({"plant_id": {"auto_when_healthy": reading}})
    reply = await plant_id.identify(photos.healthy, health="auto")
    assert set(reply.json["result"]) == {"is_plant", "classification"} | keys
    assert sim.billing.credits("plant_id") == 1


async def test_health_auto_of_an_ill_plant_tells_diseases(plant_id, photos, sim):
    """An unhealthy plant gets the whole health part, for the second credit."""
    reply = await plant_id.identify(photos.ill, health="auto")
    assert set(reply.json["result"]) == {"is_plant", "classification", "is_healthy", "disease"}
    assert sim.billing.credits("plant_id") == 2


async def test_created_status_can_be_200(plant_id, photos, sim):
    """Sources disagree on 201 or 200."""
    sim.configure({"plant_id": {"created_status": 200}})
    assert (await plant_id.identify(photos.healthy)).status == 200


async def test_names_can_be_synonyms(plant_id, photos, sim):
    """An older model may use an older name of the same plant."""
    sim.configure({"plant_id": {"answer_synonyms": True}})
    rows = (await plant_id.identify(photos.healthy)).json["result"]["classification"]["suggestions"]
    expected = [plant.synonyms[0] if plant.synonyms else plant.name for plant, _ in photos.healthy.sight.ranking]
    assert [row["name"] for row in rows] == expected[: len(rows)]


async def test_same_photo_gets_the_same_answer(plant_id, photos):
    """Nothing but tokens differs between two answers to the same photo."""
    first, second = [(await plant_id.identify(photos.ill, health="all")).json for _ in range(2)]
    assert first["access_token"] != second["access_token"]
    assert first["result"] == second["result"]


async def test_photos_together_are_summed_up(plant_id, photos):
    """Several photos give one ranking: the mean of what each shows."""
    together = await plant_id.identify(photos.healthy, photos.other)
    names = [row["name"] for row in together.json["result"]["classification"]["suggestions"]]
    best = {photo.sight.ranking[0][0].name for photo in (photos.healthy, photos.other)}
    assert best <= set(names)


async def test_sdk_reads_usage_search_and_conversation(plant_id, photos):
    """The SDK's models take the other answers, too."""
    token = (await plant_id.identify(photos.healthy)).json["access_token"]
    usage = await plant_id.call("GET", "/usage_info")
    found = await plant_id.call("GET", "/kb/plants/name_search", params={"q": "aloe"})
    talk = await plant_id.call("POST", f"/identification/{token}/conversation", json={"question": "Is it edible?"})
    assert UsageInfo.from_dict(usage.json).used.total == 1
    assert SearchResult.from_dict(found.json).entities[0].matched_in == "Aloe"
    assert Conversation.from_dict(talk.json).remaining_calls == 19
