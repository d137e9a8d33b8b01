"""The account area of the web app in a real browser: in, safer, out; and what is one's own."""

import asyncio
import os
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from accessibility import violations
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")
EMAIL, PASSWORD = "fern@example.org", "quiet-orange-lamp-under-snow"
CODE = re.compile(r"^([A-Z0-9]{3,}-[A-Z0-9]{3,}|[A-Z0-9]{6})\s*$", re.MULTILINE)
LOOKS = [(320, "dark"), (1280, "light")]
if os.environ.get("TEST_SCREENSHOTS") == "1":  # pictures are kept of more
    LOOKS += [(360, "light"), (360, "dark"), (1280, "dark")]


def one_time_code(secret, steps=0):
    """What an authenticator shows now; `steps` half minutes later."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2] + steps))


class Member:
    """Somebody with a browser and an address, who reads their mails in the server's log."""

    def __init__(self, visitor, address, log, shots, keep_picture):
        self.visitor, self.page, self.address, self.log = visitor, visitor.page, address, log
        self.shots, self.keep_picture = shots, keep_picture

    async def open(self, part=""):
        """Open a page of the account."""
        await self.page.goto(f"{self.address}/account{part}")

    async def fill(self, form, **fields):
        """Fill a form that has this name, and send it."""
        place = self.page.get_by_role("form", name=form)
        for name, value in fields.items():
            await place.locator(f"[name={name}]").fill(value)
        await place.locator("button[type=submit]").click()

    async def press(self, name):
        """Press the button with this name."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def sign_up(self, email=EMAIL, following="/account"):
        """Make an account, and be signed in."""
        await self.open(f"/sign-up?next={following}")
        await self.fill("Create an account", email=email, password=PASSWORD)
        await expect(self.page.get_by_role("heading", name="Look at your mail")).to_be_focused()
        await self.fill("Look at your mail", key=CODE.findall(self.log.read_text())[-1])
        if following == "/account":
            await self.is_shown(email)
        self.visitor.forgive("401")

    async def is_shown(self, email=EMAIL):
        """The overview is there (the page that sends one to one's mail names the address, too)."""
        await expect(self.page.get_by_role("heading", name="Your account")).to_be_visible()
        await expect(self.page.locator("main")).to_contain_text(email)

    async def sign_in(self, email=EMAIL, password=PASSWORD):
        """Give address and password."""
        await self.open("/sign-in?next=/account")
        await self.fill("Sign in", email=email, password=password)

    async def sign_out(self):
        """Press the button, and be nobody."""
        await self.open()
        await self.press("Sign out")
        await expect(self.page.locator("main").get_by_role("link", name="Create an account")).to_be_visible()
        self.visitor.forgive("401")

    async def confirm(self):
        """Say the password once more."""
        await self.fill("Please confirm that it is you", password=PASSWORD)
        self.visitor.forgive("401")

    async def look(self, name):
        """Pictures of all widths and schemes; nothing is wider than the window, and axe finds nothing wrong."""
        await expect(self.page.locator("main h1").first).to_be_visible()
        for width, scheme in LOOKS:
            await self.page.set_viewport_size({"width": width, "height": 800})
            await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{name} is {wide} pixels too wide at {width}"
            assert await violations(self.page, "main") == [], f"{name} at {width}, {scheme}"
            await self.shots(self.page, f"{name}-{width}")
            await self.keep_picture(self.page, f"account-{name}-{width}-{scheme}")


@pytest.fixture
def member(visit, shots, keep_picture):
    """Makes members of a server."""

    async def arrive(server):
        address, log = server
        return Member(await visit(address), address, log, shots, keep_picture)

    return arrive


async def test_sign_up_identify_sign_out(member, production, leaf):
    """With a code of a mail; the next page is the one that was wanted, and a question is answered."""
    someone = await member(production)
    visitor, page = someone.visitor, someone.page
    await someone.open()
    await someone.look("welcome")
    await someone.open("/sign-up?next=/")
    await someone.fill("Create an account", email=EMAIL, password="short")
    await expect(page.locator("[name=password]")).to_be_focused()
    await expect(page.get_by_text("Too short: at least 15 characters")).to_be_visible()
    visitor.forgive("400")
    await someone.look("sign-up")
    await someone.sign_up(following="/")
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".answer")).to_be_visible()
    await someone.open()
    await expect(page.locator("main")).to_contain_text("confirmed")
    await someone.look("overview")
    await someone.sign_out()
    await expect(page.get_by_role("navigation", name="Site").get_by_role("link", name="Sign in")).to_be_visible()


async def test_photos_of_a_visitor_wait_until_they_have_signed_up(member, production, leaf):
    """Who is asked to sign in loses nothing: the photos are sent right after it, and the answer opens."""
    someone = await member(production)
    await someone.visitor.add(leaf)
    await someone.page.get_by_role("button", name="Identify", exact=True).click()
    await expect(someone.page.get_by_role("heading", name="Please sign in")).to_be_visible()
    await expect(someone.page.locator(".waiting-item")).to_contain_text("as soon as you are signed in")
    await someone.sign_up(following="/")
    await someone.visitor.settled()
    await expect(someone.visitor.result.locator(".answer")).to_be_visible()
    await expect(someone.page.locator(".waiting-item")).to_have_count(0)


async def test_photos_picked_while_an_earlier_question_is_sent_stay(member, production, leaf):
    """The answer to what waited for the signing in goes among the plants; it does not take away the page."""
    someone = await member(production)
    visitor, page = someone.visitor, someone.page
    await visitor.identify(leaf)
    await expect(page.locator(".waiting-item")).to_have_count(1)
    may_send = asyncio.Event()

    async def hold(route):
        await may_send.wait()
        await route.continue_()

    await page.route("**/identify/", hold)
    await someone.sign_up(following="/")
    await visitor.add(leaf)
    may_send.set()
    await expect(page.locator("#recent li")).to_have_count(1)
    await expect(page.locator(".waiting-item")).to_have_count(0)
    await expect(page.locator("#photos > li")).to_have_count(1)


async def test_other_services_are_offered_and_led_to(visit, tmp_path, run_server):
    """The button leads to the service's own page, with this server's id and the way back; the page's policy lets it."""
    ids = {"GITHUB_CLIENT_ID": "our-id", "GITHUB_CLIENT_SECRET": "secret"}
    with run_server(tmp_path, DEBUG="false", **ids) as address:
        page = (await visit(address)).page
        leads_to = asyncio.get_running_loop().create_future()

        async def stay_here(route):
            redirect = await route.fetch(max_redirects=0)
            leads_to.set_result(redirect.headers["location"])
            await route.fulfill(status=200, body="")

        await page.route("**/provider/redirect", stay_here)
        opened = await page.goto(f"{address}/account/sign-in?next=/plants")
        await expect(page.get_by_role("button", name="Apple")).to_have_count(0)
        await page.get_by_role("button", name="Sign in with GitHub").click()
        service = urlsplit(await asyncio.wait_for(leads_to, 20))
        assert f"{service.scheme}://{service.netloc}{service.path}" == "https://github.com/login/oauth/authorize"
        assert "https://github.com" in re.search(
            "form-action ([^;]+)", opened.headers["content-security-policy"]
        ).group(1)
        asked = parse_qs(service.query)
        assert asked["client_id"] == ["our-id"]
        assert urlsplit(asked["redirect_uri"][0]).path == "/accounts/github/login/callback/"


async def test_wrong_password_is_told_at_its_field(member, production):
    """The focus is there, and a screen reader is told why."""
    someone = await member(production)
    page = someone.page
    await someone.sign_in(password="not-the-right-one")
    field = page.locator("[name=password]")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description("Address and password do not belong together.")
    someone.visitor.forgive("400")
    await someone.look("wrong-password")
    await someone.press("Show the password")
    await expect(field).to_have_attribute("type", "text")


async def test_forgotten_password(member, production):
    """A code of a mail sets a new one; an unknown address is answered alike."""
    someone = await member(production)
    page = someone.page
    await someone.sign_up()
    await someone.sign_out()
    await someone.open("/reset")
    await someone.look("reset")
    await someone.fill("New password", email=EMAIL)
    await expect(page.get_by_role("heading", name="Look at your mail")).to_be_focused()
    await someone.look("reset-code")
    new = "another-blue-kettle-in-may"
    await someone.fill("New password", key=CODE.findall(someone.log.read_text())[-1], password=new)
    await expect(page.get_by_text("The new password holds.")).to_be_visible()
    await someone.sign_in(password=new)
    await expect(page.locator("main")).to_contain_text(EMAIL)
    someone.visitor.forgive("401")
    await someone.sign_out()
    await someone.open("/reset")
    await someone.fill("New password", email="nobody@example.org")
    await expect(page.get_by_role("heading", name="Look at your mail")).to_be_focused()
    someone.visitor.forgive("401")


async def test_nothing_of_one_person_stays_for_the_next(member, on_this_machine, leaf):
    """In the same tab: neither the plants nor the address of who was here before."""
    someone = await member(on_this_machine)
    page = someone.page
    await someone.sign_up(following="/")
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await someone.visitor.identify(leaf)
    plant = page.url
    site = page.get_by_role("navigation", name="Site")
    await site.get_by_role("link", name="Account").click()
    await expect(page.locator("main")).to_contain_text(EMAIL)
    await someone.press("Sign out")
    main = page.locator("main")
    await main.get_by_role("link", name="Create an account").click()
    await someone.fill("Create an account", email="moss@example.org", password=PASSWORD)
    await expect(page.get_by_role("heading", name="Look at your mail")).to_be_focused()
    await someone.fill("Look at your mail", key=CODE.findall(someone.log.read_text())[-1])
    await someone.is_shown("moss@example.org")
    await expect(main).not_to_contain_text(EMAIL)
    someone.visitor.forgive("401")
    await page.go_back()
    await page.go_back()
    await expect(page).to_have_url(plant)
    await expect(page.get_by_role("heading", name="This is no longer here")).to_be_visible()
    someone.visitor.forgive("404")
    await site.get_by_role("link", name="Identify").click()
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await expect(page.locator("#recent li")).to_have_count(0)


async def test_second_factor(member, production):
    """Set up with an authenticator, asked for at the next login; a recovery code opens the account once."""
    someone = await member(production)
    page = someone.page
    await someone.sign_up()
    await someone.open("/security")
    await someone.press("Set up an authenticator app")
    secret = await page.locator("code.secret").inner_text()
    someone.visitor.forgive("404")
    await expect(page.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    await someone.look("second-factor")
    await someone.fill("Set up an authenticator app", code=one_time_code(secret))
    await expect(page.get_by_role("dialog")).to_be_visible()
    await someone.look("confirm")
    await someone.confirm()
    await expect(page.get_by_text("The second factor is on.")).to_be_visible()
    await expect(page.get_by_text("10 of 10 are left.")).to_be_visible()
    await someone.press("Make new codes")
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    recovery = await codes.first.inner_text()
    async with page.expect_download() as saved:
        await someone.press("Download")
    assert recovery in (await (await saved.value).path()).read_text()
    await someone.look("security")
    await someone.sign_out()

    await someone.sign_in()
    await expect(page.get_by_role("heading", name="One more step")).to_be_focused()
    await someone.look("one-more-step")
    await someone.fill("One more step", code="000000")
    await expect(page.locator("[name=code]")).to_have_accessible_description("This code is not right.")
    someone.visitor.forgive("400")
    await someone.fill("One more step", code=one_time_code(secret, steps=1))
    await expect(page.locator("main")).to_contain_text(EMAIL)
    someone.visitor.forgive("401")
    await someone.sign_out()
    await someone.sign_in()
    await someone.fill("One more step", code=recovery)
    await expect(page.locator("main")).to_contain_text(EMAIL)
    someone.visitor.forgive("401")
    await someone.open("/security")
    await expect(page.get_by_text("9 of 10 are left.")).to_be_visible()


async def test_passkey(member, on_this_machine):
    """Added once, it is all that signing in takes; removed, it opens nothing."""
    someone = await member(on_this_machine)
    page = someone.page
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = options | {"isUserVerified": True, "automaticPresenceSimulation": True}
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    await someone.sign_up()
    await someone.open("/security")
    await someone.fill("Add a passkey", name="This laptop")
    await someone.confirm()
    await expect(page.get_by_role("list", name="Passkeys")).to_contain_text("This laptop")
    await someone.sign_out()
    await someone.open("/sign-in?next=/account")
    await someone.look("sign-in")
    await someone.press("Sign in with a passkey")
    await expect(page.locator("main")).to_contain_text(EMAIL)
    await someone.open("/security")
    await someone.press("Remove This laptop")
    await expect(page.get_by_role("dialog").or_(page.get_by_text("The passkey was removed."))).to_be_visible()
    if await page.get_by_role("dialog").is_visible():
        await someone.confirm()
    await expect(page.get_by_text("The passkey was removed.")).to_be_visible()


async def test_password_and_devices(member, visit, production):
    """Another device is seen here and ended from here; a password is changed with the one before."""
    someone = await member(production)
    page = someone.page
    await someone.sign_up()
    other = Member(await visit(someone.address), someone.address, someone.log, someone.shots, someone.keep_picture)
    await other.sign_in()
    await expect(other.page.locator("main")).to_contain_text(EMAIL)
    await someone.open("/security")
    rows = page.get_by_role("list", name="Devices").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await rows.get_by_role("button").click()
    await expect(rows).to_have_count(1)
    await other.open()
    await expect(other.page.locator("main").get_by_role("link", name="Sign in")).to_be_visible()
    other.visitor.forgive("401")
    new = "another-blue-kettle-in-may"
    await someone.fill("Change the password", current_password="not-mine", new_password=new)
    await expect(page.locator("[name=current_password]")).to_be_focused()
    someone.visitor.forgive("400")
    await someone.fill("Change the password", current_password=PASSWORD, new_password=new)
    await expect(page.get_by_text("The password was changed.")).to_be_visible()


async def test_api_key_is_shown_once(member, production):
    """Made with limits, copied, revoked, removed; after a reload nobody can read it."""
    someone = await member(production)
    page = someone.page
    await someone.sign_up()
    await someone.open("/keys")
    await someone.fill("Make a key", name="plant shop", rate="many")
    await expect(page.locator("[name=rate]")).to_be_focused()
    await expect(page.locator("[name=rate]")).to_have_accessible_description(re.compile("Must be one rate"))
    someone.visitor.forgive("400")
    await someone.look("make-key")
    await someone.fill("Make a key", rate="50/hour", credits_per_day="10", expires_at="2099-01-31")
    key = await page.locator("#new-key").inner_text()
    assert re.fullmatch(r"pk_test_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}", key)
    await someone.look("new-key")
    who = {"Authorization": f"Bearer {key}"}
    history = f"{someone.address}/api/v1/plant-identification/identifications/"
    assert (await page.context.request.get(history, headers=who)).status == 200
    await page.reload()
    await expect(page.get_by_text("plant shop")).to_be_visible()
    assert key not in await page.content()
    await someone.press("Revoke plant shop")
    await expect(page.get_by_text("The key opens nothing any more.")).to_be_visible()
    assert (await page.context.request.get(history, headers=who)).status == 401
    await someone.look("keys")
    await someone.press("Remove plant shop")
    await expect(page.get_by_text("You have no keys yet.")).to_be_visible()


async def test_use(member, production, leaf):
    """A chart, its numbers, and the budget of today."""
    someone = await member(production)
    page = someone.page
    await someone.sign_up(following="/")
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await someone.visitor.identify(leaf)
    await someone.open("/usage")
    await expect(page.get_by_role("figure")).to_be_visible()
    await page.get_by_text("As a table").click()
    await expect(page.get_by_role("row", name=re.compile("^In all 1 0 0 0 1 0"))).to_be_visible()
    edges = "(row) => [...row.cells].map((cell) => Math.round(cell.getBoundingClientRect().right))"
    rows = [await page.locator(f"{part} tr").last.evaluate(edges) for part in ("thead", "tbody", "tfoot")]
    assert rows[0] == rows[1] == rows[2]  # each number stands under its word
    await someone.look("use")


async def test_take_it_along_and_go(member, production, leaf):
    """The place switch; a file to download; the deletion, which is taken back."""
    someone = await member(production)
    page = someone.page
    await someone.sign_up(following="/")
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await someone.visitor.identify(leaf)
    await someone.open("/data")
    switch = page.get_by_role("switch", name="Keep where my plants grow")
    await switch.click()
    await expect(page.get_by_text("Places are kept from now on.")).to_be_visible()
    await expect(switch).to_be_checked()
    await someone.press("Make the file")
    await expect(page.get_by_text("The file is ready")).to_be_visible()
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Download the file").click()
    assert (await (await saved.value).path()).read_bytes().startswith(b"PK")
    await someone.look("data")

    await someone.press("Delete my account …")
    await someone.look("sure")
    await someone.press("Yes, delete my account")
    await expect(page.get_by_role("dialog").or_(page.locator("#leaving-title"))).to_be_visible()
    if await page.get_by_role("dialog").is_visible():
        await someone.confirm()
    await expect(page.locator("#leaving-title")).to_be_focused()
    await someone.look("leaving")
    await someone.open("/keys")
    await expect(page.get_by_role("heading", name="This account is about to be deleted")).to_be_visible()
    someone.visitor.forgive("403")
    await someone.press("Keep my account")
    await expect(page.get_by_text("Your account stays.")).to_be_visible()
    await expect(page.get_by_text("You have no keys yet.")).to_be_visible()
