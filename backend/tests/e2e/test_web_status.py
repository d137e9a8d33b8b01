"""The status in a real browser: a sentence for everybody; for staff what to mend, and the circuits in their hands."""

import os
import re
import subprocess

import pytest
from playwright.async_api import expect

from plant_simulator.drawings import draw_plant

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "quiet-orange-lamp-under-snow"
FAIL_MAX = 2
ADD_CHIEF = f"""
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
email = "chief@example.org"
chief = get_user_model().objects.create_user(username="chief", email=email, password="{PASSWORD}", is_staff=True)
EmailAddress.objects.create(user=chief, email=email, verified=True, primary=True)
"""


@pytest.fixture(scope="module")
def station(tmp_path_factory, run_server, providers, program):
    """A server that gives Plant.id a rest after two failures, and somebody of the staff."""
    providers.do(lambda running: running.reset())
    folder = tmp_path_factory.mktemp("station")
    settings = {
        "PLANT_ID_API_KEY": "demo",
        "PLANTNET_API_KEY": "demo",
        "PLANT_ID_BASE_URL": providers.plant_id_url,
        "PLANTNET_BASE_URL": providers.plantnet_url,
        "PLANT_ID_CIRCUIT_FAIL_MAX": str(FAIL_MAX),
        "PLANT_ID_CIRCUIT_RESET_TIMEOUT": "600",
    }
    with run_server(folder, **settings) as address:
        env = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "DEBUG": "true"}
        subprocess.run([program, "manage", "shell", "--command", ADD_CHIEF], env=env, check=True, capture_output=True)
        yield address


async def sign_in(visitor, address):
    """As staff, through the API, as the page's own requests do."""
    api = f"{address}/api/v1/auth/browser/v1/auth"
    request = visitor.page.request
    await request.get(f"{api}/session")
    cookies = {each["name"]: each["value"] for each in await visitor.page.context.cookies()}
    reply = await request.post(
        f"{api}/login",
        data={"email": "chief@example.org", "password": PASSWORD},
        headers={"X-CSRFToken": cookies["csrftoken"], "Origin": address},
    )
    assert reply.ok, await reply.text()


async def make_it_rest(visitor, address, providers):
    """Plant.id fails until its circuit opens."""
    providers.do(lambda running: running.inject("error_503", provider="plant_id", times=None))
    for number in range(FAIL_MAX):
        photo = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": draw_plant("Rosa canina", size=300 + number)}
        reply = await visitor.page.request.post(
            f"{address}/api/v1/plant-identification/identify/", multipart={"image": photo}
        )
        assert reply.ok, await reply.text()
    providers.do(lambda running: running.clear_faults())


def provider(visitor, label):
    """Its line in the list of services."""
    return visitor.page.locator("#provider-states > li").filter(has_text=label)


async def fits(visitor, width):
    """Nothing sticks out."""
    assert await visitor.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (360, "light"), (1280, "dark")])
async def test_visitor_reads_that_all_is_well(visit, site, shots, width, scheme):
    """A sentence, the services, the numbers of the day; nothing that is for staff."""
    visitor = await visit(site, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = visitor.page
    await page.get_by_role("link", name="Status", exact=True).click()
    await expect(page.get_by_role("heading", name="Status", level=1)).to_be_visible()
    for label in ("Plant.id", "Pl@ntNet"):
        await expect(provider(visitor, label)).to_contain_text("answers questions")
    await expect(page.locator(".numbers dd")).to_have_count(3)
    await expect(page.get_by_text("Calls to services saved")).to_be_visible()
    await expect(page.get_by_role("heading", name="To fix")).to_have_count(0)
    await expect(page.locator("#circuits")).to_have_count(0)
    await shots(page, f"{width}-{scheme}")
    await fits(visitor, width)


async def test_server_out_of_reach_is_told_and_asked_again(visit, site):
    """A calm sentence and a button, which brings the status."""
    visitor = await visit(site)
    page = visitor.page
    await page.route("**/api/v1/status/", lambda route: route.fulfill(status=503, body=""))
    await page.goto(f"{site}/status")
    await expect(page.locator(".problem")).to_be_visible()
    visitor.forgive("503")
    await page.unroute("**/api/v1/status/")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("#provider-states")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
async def test_staff_sees_what_rests_and_closes_it(visit, station, providers, shots, width):
    """A provider that failed is shown resting to everybody; staff resets its circuit, and it is asked again."""
    visitor = await visit(station)
    await make_it_rest(visitor, station, providers)
    page = visitor.page
    await page.goto(f"{station}/status")
    await expect(page.get_by_role("heading", name="It works, with less than it should.")).to_be_visible()
    await expect(provider(visitor, "Plant.id")).to_contain_text("is given a rest after failures")
    await expect(provider(visitor, "Plant.id")).to_contain_text(re.compile(r"asked again in (\d+ minutes|\d+ seconds)"))
    await expect(provider(visitor, "Pl@ntNet")).to_contain_text("answers questions")
    await shots(page, f"resting-{width}")

    staff = await visit(station, viewport={"width": width, "height": 800})
    page = staff.page
    await sign_in(staff, station)
    await page.goto(f"{station}/status")
    circuit = page.locator("[data-provider=plant_id]")
    await expect(circuit).to_contain_text("Open: it is not asked.")
    await expect(page.locator(".to-fix").first).to_contain_text("How to mend it:")
    await expect(page.get_by_role("meter").first).to_be_visible()
    await shots(page, f"staff-{width}")
    await fits(staff, width)
    await circuit.get_by_role("button", name="Reset").click()
    await expect(circuit.get_by_role("status")).to_have_text("Done. Plant.id: Closed: it is asked.")
    await expect(provider(staff, "Plant.id")).to_contain_text("answers questions")


async def test_opening_is_asked_once_more_and_taken_back(visit, station, shots):
    """Cancel changes nothing; yes stops the calls, and says so in the list of what to fix; close takes it back."""
    staff = await visit(station)
    page = staff.page
    await sign_in(staff, station)
    await page.goto(f"{station}/status")
    circuit = page.locator("[data-provider=plantnet]")
    await expect(circuit.get_by_role("button", name="Close")).to_be_disabled()
    await circuit.get_by_role("button", name="Open").click()
    await expect(circuit).to_contain_text("Stop asking Pl@ntNet?")
    await expect(circuit.get_by_role("button", name="Cancel")).to_be_focused()
    await shots(page, "sure")
    await circuit.get_by_role("button", name="Cancel").click()
    await expect(circuit).to_contain_text("Closed: it is asked.")

    await circuit.get_by_role("button", name="Open").click()
    await circuit.get_by_role("button", name="Yes, open it").click()
    await expect(circuit.get_by_role("status")).to_contain_text("Done. Pl@ntNet: Held open by an operator")
    await expect(page.locator(".to-fix").filter(has_text="Pl@ntNet is held open")).to_be_visible()
    await expect(provider(staff, "Pl@ntNet")).to_contain_text("is paused")
    await circuit.get_by_role("button", name="Close").click()
    await expect(circuit.get_by_role("status")).to_contain_text("Done. Pl@ntNet: Closed")
    await expect(provider(staff, "Pl@ntNet")).to_contain_text("answers questions")


async def test_order_that_fails_is_told(visit, station):
    """Nothing was ordered: a calm sentence, and the circuit as it was."""
    staff = await visit(station)
    page = staff.page
    await sign_in(staff, station)
    await page.goto(f"{station}/status")
    await page.route("**/circuits/plantnet/reset/", lambda route: route.fulfill(status=503, body=""))
    circuit = page.locator("[data-provider=plantnet]")
    await circuit.get_by_role("button", name="Reset").click()
    await expect(circuit.locator(".problem")).to_be_visible()
    await expect(circuit).to_contain_text("Closed: it is asked.")
    staff.forgive("503")
