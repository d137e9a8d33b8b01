"""Care guides: read as data and as pages, found by name, linked from answers; no fact without a source."""

import io
import json
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image
from wagtail.models import Site, WorkflowPage

from apps.care_guides import queries
from apps.care_guides.blocks import WARNING
from apps.care_guides.ground import EDITORS, MODERATORS, lay_ground
from apps.care_guides.models import CareGuideIndexPage, CareGuidePage, GuideImage
from apps.care_guides.queries import find_guide
from apps.plant_identification.api.bodies import guide_of, safety_of
from identification.answer import Agreement, Consensus, Level, Suggestion, Verdict
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
PAGES = "/api/v2/pages/"
PROBLEM = "application/problem+json"
SOURCE = {"source_title": "A flora", "source_url": "https://example.org/flora"}
LIGHT = {"text": "Half shade.", **SOURCE}
# Wagtail leaves the file of a picture it has scaled to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning")


def write_guide(name="Monstera deliciosa", *, live=True, care=(("light", LIGHT),), **fields):
    """A guide, published unless it is said otherwise."""
    index = CareGuideIndexPage.objects.get()
    fields = {"title": name, "accepted_name": name, "rank": "species" if " " in name else "genus"} | fields
    page = index.add_child(instance=CareGuidePage(live=False, **fields))
    page.care = list(care)
    revision = page.save_revision()
    if live:
        revision.publish()
    return CareGuidePage.objects.get(pk=page.pk)


def add_picture(name="leaf.jpg", content=None):
    """A picture in the library."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 120, 40)).save(stream, "JPEG")
    file = SimpleUploadedFile(name, content or stream.getvalue())
    credit = {"author": "Ada", "licence": "CC0", "source_url": "https://example.org/leaf"}
    return GuideImage.objects.create(title="A leaf", file=file, **credit)


async def ask(client, photo):
    """The answer to this photo."""
    reply = await client.post(IDENTIFY, content=photo, headers={"Content-Type": "image/jpeg"})
    assert reply.status_code == 200, reply.text
    return reply.json()


# --- the ground ------------------------------------------------------------------------------------------------------
def _ground():
    index = CareGuideIndexPage.objects.get()
    return (
        Site.objects.get().root_page_id == index.pk,
        set(Group.objects.values_list("name", flat=True)),
        WorkflowPage.objects.filter(page__in=index.get_ancestors(inclusive=True)).count(),
    )


async def test_emptied_database_has_ground_to_write_on(transactional_db):
    """One index page, one site at it, both roles, and the moderators' approval."""
    await in_database(call_command, "flush", interactive=False, verbosity=0)
    assert await in_database(_ground) == (True, {EDITORS, MODERATORS}, 1)


async def test_migrated_database_has_ground_to_write_on(transactional_db):
    """The same, out of what Wagtail's own migrations make."""
    assert await in_database(_ground) == (True, {EDITORS, MODERATORS}, 1)


async def test_ground_laid_again_leaves_what_operators_changed(transactional_db):
    """A right that was taken away does not come back with the next start."""

    def change_and_start():
        Group.objects.get(name=EDITORS).page_permissions.all().delete()
        lay_ground()
        return Group.objects.get(name=EDITORS).page_permissions.count(), CareGuideIndexPage.objects.count()

    assert await in_database(change_and_start) == (0, 1)


async def test_site_is_where_the_settings_say(transactional_db, settings):
    """Addresses in the API and in mails follow PUBLIC_URL at the next start."""
    settings.PUBLIC_URL = "https://plants.example.org"
    await in_database(lay_ground)
    assert (await in_database(Site.objects.get)).root_url == "https://plants.example.org"


# --- the API ---------------------------------------------------------------------------------------------------------
async def test_guide_is_data_with_every_fact_and_its_source(client):
    """Name, rank, other names, facts, and the warning."""
    toxicity = {"subject": "cat", "finding": "reported_toxic", "text": "Hurts the mouth.", **SOURCE}
    page = await in_database(
        write_guide,
        care=[("light", LIGHT), ("toxicity", toxicity)],
        common_names="Swiss cheese plant\nceriman\n",
        other_names="Philodendron pertusum",
        names_source_title="A flora",
        names_source_url="https://example.org/flora",
    )
    guide = (await client.get(f"{PAGES}{page.pk}/")).json()
    assert (guide["accepted_name"], guide["rank"]) == ("Monstera deliciosa", "species")
    assert guide["common_names"] == ["Swiss cheese plant", "ceriman"]
    assert guide["other_names"] == ["Philodendron pertusum"]
    assert [(fact["type"], fact["value"]) for fact in guide["care"]] == [("light", LIGHT), ("toxicity", toxicity)]
    assert guide["warning"] == WARNING


async def test_picture_in_a_guide_carries_its_credit(client):
    """In the guide, in the list of pictures, and beside the picture on the page."""

    def write():
        image = add_picture()
        page = write_guide(body=json.dumps([picture_of(image)]))
        return image.pk, page.pk, page.get_url()

    def picture_of(image):
        return {"type": "picture", "value": {"image": image.pk, "alt_text": "A leaf", "caption": ""}}

    image, page, address = await in_database(write)
    credit = {"author": "Ada", "licence": "CC0", "source_url": "https://example.org/leaf"}
    shown = (await client.get(f"{PAGES}{page}/")).json()["body"][0]["value"]
    assert (shown["image"], shown["alt_text"], shown["credit"]) == (image, "A leaf", credit)
    listed = (await client.get(f"/api/v2/images/{image}/")).json()
    assert {name: listed[name] for name in credit} == credit
    assert "Ada, CC0" in (await client.get(address)).text
    file = await client.get(urlsplit(shown["url"]).path)
    assert (file.status_code, file.headers["Content-Type"]) == (200, "image/webp")
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("searched", ["Monstera", "cheese", "pertusum", "shade"])
async def test_search_finds_a_guide_by_any_of_its_names_and_words(client, searched):
    """In the API and on the index page; another guide is not found."""
    await in_database(
        write_guide,
        common_names="Swiss cheese plant",
        other_names="Philodendron pertusum",
        names_source_title="A flora",
        names_source_url="https://example.org/flora",
    )
    await in_database(write_guide, "Aloe vera", care=[("light", {**LIGHT, "text": "Sun."})])
    found = (await client.get(PAGES, params={"search": searched})).json()["items"]
    assert [each["title"] for each in found] == ["Monstera deliciosa"]
    page = (await client.get("/guides/", params={"q": searched})).text
    assert "Monstera deliciosa" in page
    assert "Aloe vera" not in page


async def test_draft_is_nowhere(client):
    """Neither in the list, nor at its address, nor by search."""
    page = await in_database(write_guide, live=False)
    assert (await client.get(f"{PAGES}{page.pk}/")).status_code == 404
    assert (await client.get(PAGES, params={"type": "care_guides.CareGuidePage"})).json()["items"] == []
    assert (await client.get(PAGES, params={"search": "Monstera"})).json()["items"] == []
    assert (await client.get("/guides/monstera-deliciosa/")).status_code == 404


ERRORS = [
    ("GET", f"{PAGES}4711/", 404), ("GET", f"{PAGES}99999999999999999999999/", 404), ("GET", "/api/v2/", 404), ("GET", "/api/v2", 404),
    ("GET", "/api/v2/flowers/", 404), ("GET", "/api/v2/pages", 404), ("GET", f"{PAGES}?fields=nothing", 400),
    ("GET", f"{PAGES}?limit=x", 400), ("GET", f"{PAGES}?type=no.Such", 400), ("GET", f"{PAGES}?search=%00", 400),
    ("GET", f"{PAGES}?fruit=%00", 400), ("GET", f"{PAGES}?id=x", 400), ("GET", f"{PAGES}find/", 404), ("GET", f"{PAGES}find/?id=x", 400),
    ("GET", f"{PAGES}find/?id=99999999999999999999999", 404), ("GET", f"{PAGES}?search=a&order=random", 400), ("POST", PAGES, 405),
    ("DELETE", f"{PAGES}1/", 405), ("PUT", "/api/v2/images/1/", 405), ("GET", "/api/v2/images/1/", 404),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address", "status"), ERRORS)
async def test_errors_are_problems_and_never_pages(client, method, address, status):
    """Whatever the client would like to have."""
    reply = await client.request(method, address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (reply.status_code, reply.headers["Content-Type"]) == (status, PROBLEM), reply.text


async def test_browser_gets_data_too(client):
    """Wagtail's pages for browsing the API are not served."""
    reply = await client.get(PAGES, headers={"Accept": "text/html,application/json;q=0.9"})
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")


# --- answers ---------------------------------------------------------------------------------------------------------
async def test_answer_links_the_guide_of_its_name_and_a_kept_answer_the_next(client, leaf):
    """None, then the genus' guide, then the species' own: each as soon as it is published, and gone with it."""
    first = await ask(client, leaf)
    name = first["verdict"]["name"]
    genus = name.split()[0]
    assert first["guide"] is None
    page = await in_database(write_guide, genus)
    kept = await ask(client, leaf)
    assert kept["receipt"]["source"] == "cached"
    assert kept["guide"] == {
        "title": genus,
        "url": f"/guides/{genus.lower()}/",
        "api_url": f"{PAGES}{page.pk}/",
        "rank": "genus",
    }
    page = await in_database(write_guide, name)
    linked = (await ask(client, leaf))["guide"]
    assert (linked["title"], linked["rank"]) == (name, "species")
    assert (await client.get(linked["url"])).status_code == 200
    assert (await client.get(linked["api_url"])).json()["accepted_name"] == name
    await in_database(page.unpublish)
    assert (await ask(client, leaf))["guide"]["rank"] == "genus"


async def test_draft_is_linked_nowhere(client, leaf):
    """Only what is published counts."""
    name = (await ask(client, leaf))["verdict"]["name"]
    await in_database(write_guide, name, live=False)
    assert (await ask(client, leaf))["guide"] is None


async def test_history_links_guides_too(client, leaf):
    """Also of answers given before the guide was there."""
    name = (await ask(client, leaf))["verdict"]["name"]
    await in_database(write_guide, name)
    history = (await client.get("/api/v1/plant-identification/identifications/")).json()
    assert [each["guide"]["title"] for each in history["results"]] == [name]


# --- poison in answers -----------------------------------------------------------------------------------------------
def fact_of_poison(subject, finding):
    """A fact about poison, as a guide has it."""
    return {"subject": subject, "finding": finding, "text": f"About {subject}s.", **SOURCE}


def write_of_poison(name, **findings):
    """A guide with these findings: cat="reported_toxic"."""
    return write_guide(name, care=[("toxicity", fact_of_poison(*each)) for each in findings.items()])


def answered(level, *names):
    """What both services say together: the first name is the verdict's, unless it is unsure."""
    name = None if level in {Level.UNSURE, Level.NOT_A_PLANT} else names[0]
    verdict = Verdict(level=level, agreement=Agreement.BOTH, name=name, rank=name and "species", reason="")
    return Consensus(
        verdict=verdict, suggestions=tuple(Suggestion(name=each, rank="species", scores={}) for each in names)
    )


def told_of(consensus):
    """What its answer says of poison."""
    return safety_of(consensus, guide_of(consensus))


async def test_answer_tells_what_guides_report_of_poison_with_their_source(client, leaf):
    """Law 11: no data before somebody has written of it, and no answer without the warning."""
    before = await ask(client, leaf)
    assert (before["safety"]["status"], before["safety"]["reports"]) == ("no-data", [])
    name = before["verdict"]["name"]
    await in_database(write_of_poison, name, cat="reported_toxic", human="reported_non_toxic")
    safety = (await ask(client, leaf))["safety"]
    assert safety["status"] == "reported"
    assert "Never eat" in safety["warning"]
    assert safety["reports"] == [
        {"about": name, "language": "en", **fact_of_poison("cat", "reported_toxic")},
        {"about": name, "language": "en", **fact_of_poison("human", "reported_non_toxic")},
    ]


def test_facts_about_a_genus_say_that_they_are(transactional_db):
    """The name that a report carries is the one its source speaks of."""
    write_of_poison("Hedera", dog="reported_toxic")
    assert [each.about for each in told_of(answered(Level.SURE, "Hedera helix")).reports] == ["Hedera"]


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Level.SURE, ["Mentha spicata human"]),
        (Level.LIKELY, ["Mentha spicata human", "Hedera helix cat"]),
        (Level.MAYBE, ["Mentha spicata human", "Hedera helix cat"]),
        (Level.UNSURE, ["Hedera helix cat"]),
        (Level.NOT_A_PLANT, []),
    ],
)
def test_unsure_answer_warns_of_each_plant_that_it_may_be(transactional_db, django_assert_num_queries, level, told):
    """What is reported toxic of other candidates is said as well; what is reported harmless only of the named plant."""
    write_of_poison("Mentha spicata", human="reported_non_toxic")
    write_of_poison("Hedera helix", cat="reported_toxic", dog="reported_non_toxic")
    with django_assert_num_queries(0):
        safety = told_of(answered(level, "Mentha spicata", "Hedera helix"))
    assert [f"{each.about} {each.subject}" for each in safety.reports] == told
    assert safety.status == ("reported" if told else "no-data")


def test_each_report_is_told_once(transactional_db):
    """Two candidates of one genus have one guide."""
    write_of_poison("Hedera", dog="reported_toxic")
    assert len(told_of(answered(Level.UNSURE, "Hedera helix", "Hedera hibernica")).reports) == 1


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (["Rosmarinus officinalis"], "Rosemary"),
        (["salvia rosmarinus Spenn."], "Rosemary"),
        (["Salvia rosmarinus 'Prostratus'"], "Rosemary"),
        (["Salvia officinalis", "Rosmarinus officinalis"], "Rosemary"),
        (["Salvia officinalis"], "Sages"),
        (["Salvia"], "Sages"),
        (["Lamiaceae"], None),
        ([""], None),
    ],
)
def test_guide_is_found_by_every_way_to_write_its_names_without_a_query(
    transactional_db, django_assert_num_queries, asked, title
):
    """A species before its genus, whatever the order; a family has none."""
    names = {"names_source_title": "A flora", "names_source_url": "https://example.org/flora"}
    write_guide("Salvia rosmarinus", title="Rosemary", other_names="Rosmarinus officinalis", **names)
    write_guide("Salvia", title="Sages")
    with django_assert_num_queries(0):
        found = find_guide(*asked)
    assert (found and found.link.title) == title


def test_deleted_guide_is_found_no_more(transactional_db):
    """As one that was taken back."""
    write_guide("Aloe vera").delete()
    assert find_guide("Aloe vera") is None


def test_guide_of_another_process_is_found_after_the_next_look(transactional_db, monkeypatch):
    """The index is read anew every minute, and tells how much it found."""
    write_guide("Aloe vera")
    monkeypatch.setattr(queries, "_published", {})
    assert find_guide("Aloe vera") is None
    assert queries.reload_guides() == 1
    assert find_guide("Aloe vera").link.title == "Aloe vera"


# --- writing ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("missing", ["text", "source_title", "source_url"])
@pytest.mark.parametrize("kind", ["light", "water", "soil", "temperature", "toxicity"])
def test_fact_without_source_is_refused(kind, missing):
    """Whatever it is about (law 11)."""
    block = CareGuidePage._meta.get_field("care").stream_block
    subject = {"subject": "cat", "finding": "reported_toxic"} if kind == "toxicity" else {}
    complete = LIGHT | subject
    block.clean(block.to_python([{"type": kind, "value": complete}]))
    with pytest.raises(ValidationError):
        block.clean(block.to_python([{"type": kind, "value": complete | {missing: ""}}]))


def test_two_findings_on_one_creature_are_refused():
    """Else a reader would have to choose."""
    block = CareGuidePage._meta.get_field("care").stream_block
    finding = {"subject": "cat", "finding": "reported_toxic", **LIGHT}
    with pytest.raises(ValidationError):
        block.clean(block.to_python([{"type": "toxicity", "value": finding}] * 2))


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"accepted_name": "Monstera"}, "accepted_name"),
        ({"accepted_name": "Monstera deliciosa", "rank": "genus"}, "accepted_name"),
        ({"accepted_name": "aloe vera"}, "accepted_name"),
        ({"accepted_name": "Monstera deliciosa", "common_names": "ceriman"}, "names_source_url"),
        ({"accepted_name": "Monstera deliciosa", "other_names": "Philodendron pertusum"}, "names_source_title"),
    ],
)
def test_guide_with_a_wrong_name_or_names_without_source_is_refused(transactional_db, fields, refused):
    """A genus for a species, a plant that has a guide, other names that nobody said."""
    write_guide("Aloe vera")
    with pytest.raises(ValidationError) as error:
        CareGuidePage(title="New", **fields).clean()
    assert refused in error.value.message_dict


@pytest.mark.parametrize(("role", "may_publish"), [(EDITORS, False), (MODERATORS, True)])
def test_editors_write_and_moderators_publish(transactional_db, role, may_publish):
    """Both may write and submit; nobody else may anything."""
    page = write_guide()
    member, stranger = (
        get_user_model().objects.create_user(username=name, email=f"{name}@example.org") for name in ("member", "other")
    )
    member.groups.add(Group.objects.get(name=role))
    rights, none = page.permissions_for_user(member), page.permissions_for_user(stranger)
    assert member.has_perm("wagtailadmin.access_admin")
    assert (rights.can_edit(), rights.can_submit_for_moderation(), rights.can_publish()) == (True, True, may_publish)
    assert (none.can_edit(), none.can_publish()) == (False, False)
    assert not stranger.has_perm("wagtailadmin.access_admin")


# --- the samples -----------------------------------------------------------------------------------------------------
async def test_sample_guides_are_ten_each_fact_with_a_source(client):
    """Loaded twice they are there once; what people changed stays."""

    def load_and_change():
        call_command("load_sample_guides", verbosity=0)
        page = CareGuidePage.objects.get(accepted_name="Aloe vera")
        page.title = "Our aloe"
        page.save_revision().publish()
        call_command("load_sample_guides", verbosity=0)

    await in_database(load_and_change)
    params = {"type": "care_guides.CareGuidePage", "fields": "care,names_source_url", "limit": 20}
    guides = (await client.get(PAGES, params=params)).json()["items"]
    facts = [fact["value"] for guide in guides for fact in guide["care"]]
    assert len(guides) == 10
    assert "Our aloe" in {guide["title"] for guide in guides}
    assert all(fact["source_url"].startswith("http") and fact["source_title"] for fact in facts)
    assert all(guide["names_source_url"] for guide in guides)
    assert find_guide("Rosmarinus officinalis").link.title == "Rosemary"


# --- what browsers get -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/cms/", "/cms/login/", "/cms/pages/", "/cms/images/"])
async def test_cms_has_no_way_in_beside_the_account_pages(client, path):
    """Its own form would know no second factor and no limits."""
    led = await client.get(path, follow_redirects=True)
    assert led.url.path == "/accounts/login/"


async def test_cms_runs_only_scripts_from_files_and_the_guides_nothing(client):
    """The policies: no inline script anywhere, inline styles in the CMS alone."""
    cms = (await client.get("/cms/")).headers["Content-Security-Policy"]
    guides = (await client.get("/guides/")).headers["Content-Security-Policy"]
    assert "script-src 'self';" in cms
    assert "frame-ancestors 'self'" in cms
    assert "unsafe" not in guides
    assert "frame-ancestors 'none'" in guides


@pytest.mark.parametrize(
    "path",
    [
        "original_images/page.html",
        "original_images/nothing.jpg",
        "../photos/a.jpg",
        "photos/a.jpg",
        "images/..%2fa.jpg",
    ],
)
async def test_media_are_pictures_of_guides_and_nothing_else(client, path):
    """Neither what is no picture, nor people's photos."""
    await in_database(add_picture, "page.html", b"<script>alert(1)</script>")
    assert (await client.get(f"/media/guides/{path}")).status_code == 404
