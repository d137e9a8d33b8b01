import re
from io import BytesIO

import aiohttp
import pytest
from PIL import Image

from plant_simulator import SimulatorConfig
from plant_simulator.catalogue import PLANTS
from plant_simulator.pictures import slug_of

RATE_LIMIT = re.compile(r'"dailyQuota";r=(\d+);t=(\d+);pk=:[A-Za-z0-9+/=]+:')
POLICY = re.compile(r'"dailyQuota";q=(\d+);w=86400;pk=:[A-Za-z0-9+/=]+:')


def boom(reply):
    """The fields of an error body."""
    return reply.status, reply.json["error"], reply.json["message"]


def webp():
    """A picture that Pl@ntNet does not take."""
    stream = BytesIO()
    Image.new("RGB", (64, 64), "green").save(stream, "WEBP")
    return stream.getvalue()


async def test_identify_names_species_with_author_best_first(plantnet, photos):
    """The answer has the documented keys, misspelling included, and says that it is simulated."""
    reply = await plantnet.identify(photos.healthy)
    body, best = reply.json, photos.healthy.sight.ranking[0][0]
    assert (reply.status, reply.headers["X-Simulated"]) == (200, "true")
    assert list(body) == [
        "query",
        "predictedOrgans",
        "language",
        "preferedReferential",
        "bestMatch",
        "results",
        "version",
        "remainingIdentificationRequests",
    ]
    assert body["bestMatch"] == body["results"][0]["species"]["scientificName"] == f"{best.name} {best.authorship}"
    assert "simulated" in body["version"]
    assert [row["score"] for row in body["results"]] == sorted((row["score"] for row in body["results"]), reverse=True)


async def test_identify_echoes_the_query_and_predicts_organs(plantnet, photos):
    """Photos show as 32 hexadecimal digits, organs as sent; the engine tells what it saw."""
    body = (await plantnet.identify(photos.healthy, photos.other, organs=("flower", "auto"), filename="my.jpg")).json
    assert body["query"]["organs"] == ["flower", "auto"]
    assert body["query"]["project"] == "all"
    assert [re.fullmatch(r"[0-9a-f]{32}", image) is not None for image in body["query"]["images"]] == [True, True]
    assert [row["filename"] for row in body["predictedOrgans"]] == ["my.jpg", "my.jpg"]
    assert body["predictedOrgans"][0]["organ"] == photos.healthy.sight.organ


async def test_identify_without_organs_means_auto(plantnet, photos):
    """Organs may be left out."""
    body = (await plantnet.identify(photos.healthy, photos.other)).json
    assert body["query"]["organs"] == ["auto", "auto"]


async def test_identify_answers_ten_results_or_as_many_as_asked(plantnet, photos):
    """nb-results cuts; ten is the default."""
    ten, three = (
        (await plantnet.identify(photos.healthy)).json,
        (await plantnet.identify(photos.healthy, nb_results="3")).json,
    )
    assert (len(ten["results"]), len(three["results"])) == (10, 3)
    assert three["results"] == ten["results"][:3]


async def test_identify_in_another_language_gives_its_common_names(plantnet, photos, sim):
    """The parameter decides the language of common names, and is echoed."""
    sim.configure({"plantnet": {"sparse_rows": False}})
    body = (await plantnet.identify(photos.healthy, lang="fr")).json
    assert body["language"] == "fr"
    assert body["results"][0]["species"]["commonNames"] == list(photos.healthy.sight.ranking[0][0].common_names["fr"])


async def test_identify_leaves_out_references_on_some_rows(plantnet, photos, sim):
    """gbif, powo, iucn and common names are optional; gbif ids are strings."""
    rows = [
        row
        for photo in (photos.healthy, photos.other, photos.ill)
        for row in (await plantnet.identify(photo)).json["results"]
    ]
    for name in ("powo", "iucn"):
        assert {name in row for row in rows} == {True, False}
    assert any("gbif" not in row for row in rows)
    assert all(isinstance(row["gbif"]["id"], str) for row in rows if "gbif" in row)
    sim.configure({"plantnet": {"sparse_rows": False}})
    assert all("powo" in row for row in (await plantnet.identify(photos.healthy)).json["results"])


async def test_identify_with_related_images_points_at_free_pictures(plantnet, photos, session):
    """Pictures in three sizes, drawn by the simulator, with licence and citation."""
    plain = (await plantnet.identify(photos.healthy)).json["results"][0]
    image = (await plantnet.identify(photos.healthy, include_related_images="true")).json["results"][0]["images"][0]
    assert "images" not in plain
    assert (image["license"], image["citation"]) == ("cc0", "simulated / CC0")
    for url in image["url"].values():
        async with session.get(url) as picture:
            assert (picture.status, picture.content_type) == (200, "image/jpeg")


async def test_identify_detailed_sums_up_genera_and_families(plantnet, photos):
    """detailed=true adds genus and family lists."""
    body = (await plantnet.identify(photos.healthy, detailed="true")).json
    best = photos.healthy.sight.ranking[0][0]
    assert body["otherResults"]["genus"][0]["genus"]["scientificName"] == best.genus
    assert body["otherResults"]["family"][0]["score"] >= body["results"][0]["score"]


async def test_identify_in_a_regional_project_leaves_species_out_and_scores_alone(plantnet, photos):
    """A project filters the list and does not score anew."""
    world = {
        row["species"]["scientificName"]: row["score"]
        for row in (await plantnet.identify(photos.healthy)).json["results"]
    }
    body = (await plantnet.identify(photos.healthy, path="/v2/identify/k-middle-europe")).json
    region = {row["species"]["scientificName"]: row["score"] for row in body["results"]}
    assert len(region) < len(world)
    assert region.items() <= world.items()
    assert body["preferedReferential"] == "k-middle-europe"


async def test_identify_in_a_legacy_project_needs_the_legacy_type(plantnet, photos):
    """Old project ids exist for type=legacy only."""
    new = await plantnet.identify(photos.healthy, path="/v2/identify/weurope")
    old = await plantnet.identify(photos.healthy, path="/v2/identify/weurope", type="legacy")
    assert (new.status, old.status, old.json["query"]["type"]) == (404, 200, "legacy")


@pytest.mark.parametrize("status", [404, 400])
async def test_identify_in_an_unknown_project_is_refused(plantnet, photos, sim, status):
    """The status for an unknown project is open; it is not "Species not found"."""
    sim.configure({"plantnet": {"unknown_project": status}})
    reply = await plantnet.identify(photos.healthy, path="/v2/identify/moon")
    assert (reply.status, reply.json["message"]) == (status, "Project not found")


async def test_identify_of_no_plant_is_not_found(plantnet, photos):
    """Law 7: a photo without a plant is 404 with the exact sentence."""
    reply = await plantnet.identify(photos.nothing)
    assert boom(reply) == (404, "Not Found", "Species not found")


async def test_identify_of_no_plant_without_rejection_has_tiny_scores(plantnet, photos):
    """no-reject=true answers all the same."""
    reply = await plantnet.identify(photos.nothing, no_reject="true")
    assert reply.status == 200
    assert 0 < reply.json["results"][0]["score"] < 0.1
    assert reply.json["query"]["noReject"] is True


async def test_identify_of_an_unclear_photo_may_differ_from_the_other_provider(plantnet, plant_id, photos, sim):
    """Scores are low; with a second opinion the first two may change places, without it they never do."""
    sim.configure({"plantnet": {"second_opinion": False}})
    same = (await plantnet.identify(photos.unclear)).json["results"]
    sim.configure({"plantnet": {"second_opinion": True}})
    maybe = (await plantnet.identify(photos.unclear)).json["results"]
    names = [[row["species"]["scientificNameWithoutAuthor"] for row in rows] for rows in (same, maybe)]
    other = (await plant_id.identify(photos.unclear)).json["result"]["classification"]["suggestions"]
    assert names[0][0] == other[0]["name"]
    assert set(names[0]) == set(names[1])
    assert same[0]["score"] < 0.5


# --- what is refused ---


@pytest.mark.parametrize(
    ("organs", "message"),
    [
        (("leaf", "leaf"), "images[] length and organs[] length must be equal"),
        (("root",), '"organs[0]" must be one of [leaf, flower, fruit, bark, auto, habit, other]'),
        (("habit",), '"organs" does not contain at least one required match'),
    ],
)
async def test_identify_with_wrong_organs_is_refused(plantnet, photos, organs, message):
    """As many organs as photos, of the known kinds, one of them a main one."""
    assert boom(await plantnet.identify(photos.healthy, organs=organs)) == (400, "Bad Request", message)


async def test_identify_with_a_minor_organ_beside_a_main_one_is_accepted(plantnet, photos):
    """Minor organs are allowed when another photo shows a main organ."""
    assert (await plantnet.identify(photos.healthy, photos.other, organs=("habit", "leaf"))).status == 200


@pytest.mark.parametrize(
    ("count", "message"),
    [(0, '"images" is required'), (6, '"images" must contain less than or equal to 5 items')],
)
async def test_identify_with_a_wrong_count_of_images_is_refused(plantnet, photos, count, message):
    """One to five photos."""
    reply = await plantnet.identify(*[photos.healthy] * count, organs=("auto",) if count == 0 else ())
    assert boom(reply) == (400, "Bad Request", message)


async def test_identify_with_an_option_in_the_form_is_refused(plantnet, photos):
    """Query options in the form are unknown fields: 400 for the whole call."""
    reply = await plantnet.identify(photos.healthy, fields=(("include-related-images", "true"),))
    assert boom(reply) == (400, "Bad Request", '"include-related-images" is not allowed')


@pytest.mark.parametrize("data", [b"no picture", b"", webp(), b"\xff\xd8\xff but no more"])
async def test_identify_with_a_file_that_is_no_jpeg_or_png_is_refused_by_its_index(plantnet, photos, data):
    """Bytes decide, whatever the name says; the message counts from 0."""
    reply = await plantnet.identify(photos.healthy, data)
    assert boom(reply) == (400, "Bad Request", "Unsupported file type for image[1] (jpeg or png)")


@pytest.mark.parametrize(("check", "status"), [("bytes", 200), ("name", 400), ("both", 400)])
async def test_identify_with_a_file_of_another_name_depends_on_the_switch(plantnet, photos, sim, check, status):
    """Whether the server looks at names or bytes is open."""
    sim.configure({"plantnet": {"file_type_check": check}})
    assert (await plantnet.identify(photos.healthy, filename="blob")).status == status


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"nb-results": "0"}, '"nb-results" must be greater than or equal to 1'),
        ({"nb-results": "x"}, '"nb-results" must be a number'),
        ({"no-reject": "maybe"}, '"no-reject" must be a boolean'),
        ({"type": "new"}, '"type" must be one of [kt, legacy]'),
        ({"organ": "leaf"}, '"organ" is not allowed'),
    ],
)
async def test_identify_with_a_bad_query_is_refused(plantnet, photos, params, message):
    """Each option has its type, and there are no others."""
    assert boom(await plantnet.identify(photos.healthy, **params)) == (400, "Bad Request", message)


async def test_identify_with_a_bad_language_is_refused(plantnet, photos):
    """A language is one of the listed codes."""
    reply = await plantnet.identify(photos.healthy, lang="xx")
    assert reply.status == 400
    assert reply.json["message"].startswith('"lang" must be one of [')


async def test_identify_with_unknown_query_parameters_depends_on_the_switch(plantnet, photos, sim):
    """Both readings of unknown query parameters."""
    sim.configure({"plantnet": {"unknown_query": "ignore"}})
    assert (await plantnet.identify(photos.healthy, cache="no")).status == 200


@pytest.mark.parametrize(("kind", "body"), [("application/json", b"{}"), ("multipart/mixed; boundary=x", b"")])
async def test_identify_with_a_body_that_is_no_form_is_refused(plantnet, kind, body):
    """JSON and base64 are not accepted."""
    params = {"api-key": "demo"}
    reply = await plantnet.send("POST", "/v2/identify/all", data=body, headers={"Content-Type": kind}, params=params)
    assert boom(reply) == (415, "Unsupported Media Type", "Unsupported Media Type")


async def test_identify_with_a_broken_form_is_refused(plantnet):
    """A form without its boundary cannot be read."""
    headers, params = {"Content-Type": "multipart/form-data; boundary=x"}, {"api-key": "demo"}
    reply = await plantnet.send("POST", "/v2/identify/all", data=b"nothing", headers=headers, params=params)
    assert reply.status == 400


async def test_wrong_method_is_an_unknown_route(plantnet):
    """The server knows a route only with its method."""
    reply = await plantnet.send("DELETE", "/v2/identify/all", params={"api-key": "demo"})
    missing = await plantnet.get("/v2/nothing")
    assert boom(reply) == boom(missing) == (404, "Not Found", "Not Found")


class TestSmallLimits:
    """A simulator that takes small files and short addresses only."""

    @pytest.fixture
    def config(self):
        return SimulatorConfig().changed({"plantnet": {"max_total_bytes": 1000, "max_url_bytes": 200}})

    async def test_identify_with_too_many_bytes_is_refused(self, plantnet, sim):
        """Files together above the limit give 413, whether the whole body is too long or only they are."""
        files = await plantnet.identify(b"\xff\xd8\xff" + bytes(1000))
        body = await plantnet.identify(b"\xff\xd8\xff" + bytes(2_000_000))
        assert [boom(reply) for reply in (files, body)] == [
            (413, "Request Entity Too Large", "Payload content length greater than maximum allowed: 1000")
        ] * 2
        assert sim.billing.accepted() == 0

    async def test_identify_by_a_long_address_is_refused(self, plantnet):
        """A query that is too long gives 414."""
        reply = await plantnet.get("/v2/identify/all", images="x" * 300)
        assert boom(reply) == (414, "URI Too Long", "URI Too Long")


# --- photos by their address ---


async def test_identify_by_address_reads_the_simulators_own_pictures(plantnet, sim):
    """The GET form: addresses are echoed, and cost one request like files."""
    url = f"{sim.url}/pictures/{slug_of(PLANTS[0].name)}.jpg"
    reply = await plantnet.get("/v2/identify/all", images=url, organs="leaf")
    assert (reply.status, reply.json["query"]["images"]) == (200, [url])
    assert sim.billing.credits("plantnet") == 1


@pytest.mark.parametrize("status", [404, 400])
async def test_identify_by_an_address_elsewhere_finds_nothing(plantnet, sim, status):
    """The simulator reads no other address; which status that gives is open."""
    sim.configure({"plantnet": {"unreadable_url": status}})
    reply = await plantnet.get("/v2/identify/all", images="http://example.org/pictures/aloe-vera.jpg")
    assert (reply.status, reply.json["message"]) == (status, "Species not found")


# --- keys and quota ---


@pytest.mark.parametrize("path", ["/v2/languages", "/v2/quota", "/v2/diseases"])
async def test_key_counts_in_the_query_only(plantnet, path):
    """A key in a header is no key."""
    plain = await plantnet.send("GET", path, headers={"Api-Key": "demo", "Authorization": "Bearer demo"})
    query = await plantnet.get(path)
    assert boom(plain) == (401, "Unauthorized", "Unauthorized")
    assert query.status == 200


@pytest.mark.parametrize(("key", "status"), [("unknown", 401), ("forbidden", 403), ("exhausted", 429)])
async def test_bad_key_is_refused_at_no_cost(plantnet, photos, sim, key, status):
    """401, 403 and 429 take nothing from the quota."""
    plantnet.key = key
    reply = await plantnet.identify(photos.healthy)
    assert (reply.status, sim.billing.rejected("plantnet"), sim.billing.credits()) == (status, 1, 0)


async def test_quota_counts_down_in_body_headers_and_account(plantnet, photos):
    """All three places that tell what is left agree; several photos cost one request."""
    bodies = [await plantnet.identify(photos.healthy, photos.other) for _ in range(2)]
    daily = (await plantnet.get("/v2/quota/daily")).json
    assert [reply.json["remainingIdentificationRequests"] for reply in bodies] == [499, 498]
    assert RATE_LIMIT.fullmatch(bodies[1].headers["RateLimit"]).groups() == ("498", str(14 * 3600))
    assert POLICY.fullmatch(bodies[1].headers["RateLimit-Policy"]).group(1) == "500"
    assert daily == {"day": "2026-01-01", "quota": {"identify": {"count": 2, "total": 500, "remaining": 498}}}


@pytest.mark.parametrize(
    ("switch", "photo", "status", "left"),
    [
        ({"not_found_costs": True}, "nothing", 404, 499),
        ({"not_found_costs": False}, "nothing", 404, 500),
        ({"bad_request_costs": True}, None, 400, 499),
        ({"bad_request_costs": False}, None, 400, 500),
    ],
)
async def test_refused_requests_may_cost(plantnet, photos, sim, switch, photo, status, left):
    """Whether 404 and 400 count is open: each reading can be had."""
    sim.configure({"plantnet": switch})
    reply = await plantnet.identify(getattr(photos, photo) if photo else b"no picture")
    daily = (await plantnet.get("/v2/quota/daily")).json["quota"]["identify"]["remaining"]
    assert (reply.status, daily, sim.billing.credits("plantnet")) == (status, left, 500 - left)


class TestSmallQuota:
    """A key with two requests a day."""

    @pytest.fixture
    def config(self):
        return SimulatorConfig().changed({"plantnet_keys": {"demo": {"daily_quota": 2}}})

    @pytest.mark.parametrize("tells", [False, True])
    async def test_quota_at_zero_refuses_until_midnight_utc(self, plantnet, photos, clock, sim, tells):
        """429 at zero, with the seconds to 00:00 UTC in RateLimit and, if so set, in Retry-After; then all is new."""
        sim.configure({"plantnet": {"retry_after_on_429": tells}})
        for _ in range(2):
            await plantnet.identify(photos.healthy)
        refused = await plantnet.identify(photos.healthy)
        seconds = int(RATE_LIMIT.fullmatch(refused.headers["RateLimit"]).group(2))
        clock.now += seconds - 1
        still = await plantnet.identify(photos.healthy)
        clock.now += 1
        again = await plantnet.identify(photos.healthy)
        assert boom(refused) == (429, "Too Many Requests", "Too Many Requests")
        assert refused.headers.get("Retry-After") == (str(seconds) if tells else None)
        assert (still.status, again.status, again.json["remainingIdentificationRequests"]) == (429, 200, 1)
        yesterday = (await plantnet.get("/v2/quota/daily", day="2026-01-01")).json
        assert yesterday["quota"]["identify"]["count"] == 2

    async def test_quota_is_shared_by_the_identify_routes(self, plantnet, photos):
        """Diseases and varieties draw on the same count."""
        diseases = await plantnet.identify(photos.ill, path="/v2/diseases/identify")
        varieties = await plantnet.identify(photos.ill, path="/v2/varieties/identify")
        species = await plantnet.identify(photos.ill)
        assert [reply.status for reply in (diseases, varieties, species)] == [200, 200, 429]


# --- the rest ---


async def test_diseases_name_eppo_codes_and_no_host(plantnet, photos):
    """Rows have a code, a score and a label; the list of all is free."""
    body = (await plantnet.identify(photos.ill, path="/v2/diseases/identify", nb_results="2")).json
    codes = [row["name"] for row in (await plantnet.get("/v2/diseases")).json]
    assert [set(row) for row in body["results"]] == [{"name", "score", "description"}] * 2
    assert {row["name"] for row in body["results"]} <= set(codes)
    assert "project" not in body["query"]


async def test_diseases_of_no_plant_are_not_found(plantnet, photos):
    """The same rejection as with species."""
    assert (await plantnet.identify(photos.nothing, path="/v2/diseases/identify")).status == 404


async def test_varieties_are_ranked_below_a_crop(plantnet, photos):
    """One crop, its varieties, best first."""
    row = (await plantnet.identify(photos.healthy, path="/v2/varieties/identify")).json["results"][0]
    assert row["species"]["scientificName"] == "Vitis vinifera L."
    assert [v["score"] for v in row["varieties"]] == sorted((v["score"] for v in row["varieties"]), reverse=True)


async def test_status_needs_no_key(plantnet):
    """A probe without a key."""
    reply = await plantnet.send("GET", "/v2/_status")
    assert (reply.status, reply.json) == (200, {"status": "ok"})


async def test_languages_and_projects_are_listed(plantnet):
    """Codes, and projects of both sets."""
    assert {"en", "de", "fr", "es"} <= set((await plantnet.get("/v2/languages")).json)
    rows = (await plantnet.get("/v2/projects", lat="49.2", lon="16.6")).json
    assert set(rows[0]) == {"id", "title", "description", "speciesCount"}
    assert "weurope" in {row["id"] for row in (await plantnet.get("/v2/projects", type="legacy")).json}


@pytest.mark.parametrize("params", [{"lat": "x"}, {"lon": "181"}, {"lat": "nan"}])
async def test_projects_at_no_place_are_refused(plantnet, params):
    """Degrees are numbers within their range."""
    assert (await plantnet.get("/v2/projects", **params)).status == 400


async def test_species_come_in_pages_by_prefix(plantnet):
    """prefix, page and pageSize; of all floras or of one."""
    page = [(await plantnet.get("/v2/species", prefix="digitalis", pageSize="2", page=n)).json for n in ("1", "2")]
    names = [row["scientificNameWithoutAuthor"] for rows in page for row in rows]
    assert names == ["Digitalis grandiflora", "Digitalis lutea", "Digitalis purpurea"]
    assert len((await plantnet.get("/v2/projects/weeds/species")).json) < len((await plantnet.get("/v2/species")).json)
    assert (await plantnet.get("/v2/projects/moon/species")).status == 404


async def test_quota_tells_the_allowance(plantnet):
    """What a day allows, not what is left."""
    assert (await plantnet.get("/v2/quota")).json == {"quota": {"identify": 500}}


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
async def test_daily_quota_of_no_day_is_refused(plantnet, day):
    """A day is a date."""
    assert (await plantnet.get("/v2/quota/daily", day=day)).status == 400


@pytest.mark.parametrize("path", ["/v2/quota/history", "/v2/subscription"])
async def test_paid_accounts_alone_have_history_and_subscription(plantnet, path):
    """403 on the free plan."""
    free = await plantnet.get(path)
    plantnet.key = "paid"
    paid = await plantnet.get(path)
    assert (boom(free), paid.status) == ((403, "Forbidden", "Forbidden"), 200)


async def test_history_lists_the_days_of_a_year(plantnet, photos):
    """Days with their counts."""
    plantnet.key = "paid"
    await plantnet.identify(photos.healthy)
    rows = (await plantnet.get("/v2/quota/history", year="2026")).json
    assert rows == [{"day": "2026-01-01", "quota": {"identify": {"count": 1}}}]
    assert (await plantnet.get("/v2/quota/history", year="26")).status == 400


async def test_survey_is_closed(plantnet):
    """The beta for many plants on one photo is open to few."""
    form = aiohttp.FormData({"image": "x"}, default_to_multipart=True)
    reply = await plantnet.send("POST", "/v2/survey/tiles/best", data=form, params={"api-key": "demo"})
    assert reply.status == 403
