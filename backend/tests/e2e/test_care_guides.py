"""A guide in a real browser: an editor writes it, a moderator publishes it, and the browser has nothing to complain of."""

import io
import os
import subprocess

import pytest
from PIL import Image
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "quiet-orange-lamp-under-snow"
ADD_PEOPLE = f"""
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
for name in ("editor", "moderator"):
    email = name + "@example.org"
    person = get_user_model().objects.create_user(username=name, email=email, password="{PASSWORD}")
    person.groups.add(Group.objects.get(name="Guide " + name + "s"))
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
"""


@pytest.fixture
def newsroom(tmp_path, run_server, program):
    """A server with an editor and a moderator."""
    with run_server(tmp_path) as address:
        env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DEBUG": "true"}
        subprocess.run([program, "manage", "shell", "--command", ADD_PEOPLE], env=env, check=True, capture_output=True)
        yield address


async def sign_in(page, address, name):
    """Through the account pages, to the CMS."""
    await page.goto(f"{address}/cms/")
    await page.locator("main [name=login]").fill(f"{name}@example.org")
    await page.locator("main [name=password]").fill(PASSWORD)
    await page.locator("main").get_by_role("button", name="Sign In", exact=True).click()
    await expect(page.get_by_role("link", name="Images", exact=True)).to_be_visible()


async def insert(page, panel, block):
    """Add a block at the end of a part of the guide."""
    part = page.locator(f"#panel-child-content-{panel}-section")
    await part.get_by_role("button", name="Insert a block").last.click()
    await page.get_by_role("option", name=block, exact=True).click()


async def upload_picture(page):
    """Through the chooser, with its credit."""
    stream = io.BytesIO()
    Image.new("RGB", (900, 600), (30, 120, 50)).save(stream, "JPEG")
    await page.get_by_role("button", name="Choose an image").click()
    await page.get_by_role("tab", name="Upload").click()
    photo = {"name": "leaf.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}
    await page.set_input_files("#id_image-chooser-upload-file", photo)
    credit = {"title": "A leaf", "author": "Ada", "licence": "CC0", "source_url": "https://example.org/leaf"}
    for name, value in credit.items():
        await page.locator(f"#id_image-chooser-upload-{name}").fill(value)
    await page.locator(".modal").get_by_role("button", name="Upload", exact=True).click()
    await page.locator("[name=body-0-value-alt_text]").fill("A green leaf")


async def test_editor_writes_and_moderator_publishes(visit, newsroom, shots):
    """With a preview on the way; without its source the fact is not submitted, and without approval not published."""
    visitor = await visit(newsroom)
    page = visitor.page
    await sign_in(page, newsroom, "editor")
    index = (await (await page.request.get(f"{newsroom}/api/v2/pages/")).json())["items"][0]["id"]
    await page.goto(f"{newsroom}/cms/pages/add/care_guides/careguidepage/{index}/")
    await page.locator("#id_title").fill("Swiss cheese plant")
    await page.locator("#id_accepted_name").fill("Monstera deliciosa")
    await insert(page, "care", "Light")
    await page.locator("[name=care-0-value-text]").fill("Bright, without direct sun.")
    await insert(page, "body", "Picture")
    await upload_picture(page)

    await page.get_by_role("button", name="More actions").first.click()
    await page.get_by_role("button", name="Submit to").click()
    await expect(page.get_by_text("This field is required").first).to_be_visible()
    await page.locator("[name=care-0-value-source_title]").fill("A flora")
    await page.locator("[name=care-0-value-source_url]").fill("https://example.org/flora")
    await page.get_by_role("button", name="Save draft", exact=True).click()
    await page.wait_for_url("**/edit/")
    await page.get_by_role("button", name="Toggle preview").click()
    preview = page.frame_locator("#w-preview-iframe")
    await expect(preview.get_by_text("Ada, CC0")).to_be_visible()
    await shots(page, "editor")
    await page.get_by_role("button", name="More actions").first.click()
    await page.get_by_role("button", name="Submit to").click()
    await expect(page.get_by_text("has been submitted for moderation")).to_be_visible()
    await page.goto(f"{newsroom}/guides/")
    await expect(page.get_by_text("There is no guide yet.")).to_be_visible()

    moderator = await visit(newsroom)
    page = moderator.page
    await sign_in(page, newsroom, "moderator")
    await page.goto(f"{newsroom}/cms/")
    await shots(page, "moderator")
    assert (await page.request.get(f"{newsroom}/cms/api/main/pages/")).ok  # asked by the CMS's own menu of pages
    await page.get_by_role("link", name="Swiss cheese plant").first.click()
    await page.get_by_role("button", name="More actions").first.click()
    await page.get_by_role("button", name="Approve and Publish", exact=True).click()
    await expect(page.get_by_text("Swiss cheese plant").first).to_be_visible()
    await expect(page.get_by_role("button", name="Approve and Publish", exact=True)).to_have_count(0)
    for report in ("reports/site-history/", "reports/aging-pages/", "images/", "account/"):
        await page.goto(f"{newsroom}/cms/{report}")
    await page.goto(f"{newsroom}/guides/?q=cheese")
    await page.get_by_role("link", name="Swiss cheese plant").click()
    await expect(page.get_by_role("img", name="A green leaf")).to_be_visible()
    await shots(page, "guide")
