"""An account on the server's own pages, in a real browser: sign up, read the mail, sign in with a second factor, identify, sign out."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")
EMAIL, PASSWORD = "fern@example.org", "quiet-orange-lamp-under-snow"
CODE = re.compile(r"^([A-Z0-9]{3,}-[A-Z0-9]{3,}|[A-Z0-9]{6})\s*$", re.MULTILINE)


def one_time_code(secret, steps=0):
    """What an authenticator shows now; `steps` half minutes later."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2] + steps))


async def fill(page, button, **fields):
    """Fill a form of an account page and send it."""
    for name, value in fields.items():
        await page.locator(f"main [name={name}]").fill(value)
    await page.locator("main").get_by_role("button", name=button, exact=True).click()


async def sign_out(visitor, address):
    """On the server's own page; return once the web app has seen it."""
    await visitor.page.goto(f"{address}/accounts/logout/")
    await fill(visitor.page, "Sign Out")
    site = visitor.page.get_by_role("navigation", name="Site")
    await expect(site.get_by_role("link", name="Sign in")).to_be_visible()
    visitor.forgive("401")  # the app asks who is there; nobody is, any more


async def test_sign_up_mail_login_second_factor_identify_logout(visit, production, leaf, shots):
    """In production: refused before, answered while signed in, refused again after."""
    address, log = production
    visitor = await visit(address)
    page = visitor.page
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("heading", name="Please sign in")).to_be_visible()
    visitor.forgive("401")
    await shots(page, "refused")

    await visitor.result.get_by_role("link", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.goto(f"{address}/accounts/signup/")
    await shots(page, "sign-up")
    await fill(page, "Sign Up", email=EMAIL, password1=PASSWORD)
    await expect(page.locator("main [name=code]")).to_be_visible()
    await shots(page, "mail-code")
    await fill(page, "Confirm", code=CODE.findall(log.read_text())[-1])
    await visitor.settled()  # the question that was refused is answered now
    await expect(visitor.result.locator(".answer")).to_be_visible()

    await page.goto(f"{address}/accounts/2fa/totp/activate/")
    await fill(page, "Confirm", password=PASSWORD)
    secret = await page.locator("#authenticator_secret").input_value()
    await shots(page, "second-factor")
    await fill(page, "Activate", code=one_time_code(secret))
    await shots(page, "recovery-codes")
    await sign_out(visitor, address)

    await page.goto(f"{address}/accounts/login/")
    await fill(page, "Sign In", login=EMAIL, password=PASSWORD)
    await shots(page, "one-time-code")
    await fill(page, "Sign In", code=one_time_code(secret, steps=1))
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".answer")).to_be_visible()
    await page.goto(f"{address}/accounts/sessions/")
    await shots(page, "devices")

    await sign_out(visitor, address)
    await visitor.go(address)
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("heading", name="Please sign in")).to_be_visible()
    visitor.forgive("401")


async def test_passkey_signs_in_without_a_password(visit, on_this_machine, shots):
    """Added once, it is all that signing in takes; the key stays in the device (here: a virtual one)."""
    address, log = on_this_machine
    visitor = await visit(address)
    page = visitor.page
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = options | {"isUserVerified": True, "automaticPresenceSimulation": True}
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})

    await page.goto(f"{address}/accounts/signup/")
    await fill(page, "Sign Up", email=EMAIL, password1=PASSWORD)
    await expect(page.locator("main [name=code]")).to_be_visible()
    await fill(page, "Confirm", code=CODE.findall(log.read_text())[-1])
    await page.goto(f"{address}/accounts/2fa/webauthn/add/")
    await fill(page, "Confirm", password=PASSWORD)
    await page.locator("main [name=name]").fill("This laptop")
    await page.locator("main [name=passwordless]").check()
    await shots(page, "add-passkey")
    await page.locator("#mfa_webauthn_add").click()
    await expect(page.get_by_text("recovery codes", exact=False).first).to_be_visible()
    await sign_out(visitor, address)
    await page.goto(f"{address}/accounts/login/")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.locator("#ask[data-ready]")).to_be_attached()
    await page.goto(f"{address}/accounts/2fa/")
    await shots(page, "second-factors")
    await expect(page.get_by_role("navigation", name="Account")).to_contain_text(EMAIL)
