"""What a person does with the app, from the first touch to the bill."""

import asyncio

import httpx
import pytest
from browsers import PATIENCE_MS
from one_time import code, second_factor
from signing_up import AUTH, PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_sign_in_photograph_identify_say_yes(handset, account, calls, keep_picture):
    """The camera's photo is asked about once at each service; the answer is among the plants of the account."""
    phone = await handset()
    await phone.tab(3)
    await phone.press("to-sign-in")
    await phone.sign_in(account, "a wrong password")
    await phone.see_text("Address and password do not belong together.")
    await keep_picture(phone, "sign-in-360-light")
    await phone.sign_in(account, PASSWORD)
    await phone.see("sign-out")
    await phone.see_text(account)

    await phone.tab(0)
    await phone.press("take")
    await phone.see("shutter")
    await phone.press("shutter")
    await phone.see("remove-0")
    await phone.press("organ-0-leaf")
    await phone.press("identify")
    await phone.see("sentence")
    assert calls() == 2  # one at each service
    await phone.press("right-yes") if await phone.by("right-yes").count() else await phone.press("right-no")
    await phone.see_text("Thank you. You said")

    await phone.press("back")
    await phone.tab(1)
    await phone.see_text("You said: this was")
    await keep_picture(phone, "plants-360-light")


async def test_question_without_network_survives_a_kill_and_is_sent_once(
    handset, running_app, line, calls, photograph, keep_picture
):
    """Queued with its photo; the app is killed; with the network it is sent by itself. The services bill one."""
    phone = await handset()
    await phone.pick(photograph())
    line.deafen()  # the server gets the question, the phone never hears of it
    await phone.press("identify")
    await phone.see("waiting")
    await phone.see("offline")
    await line.cut()
    assert line.swallowed > 0
    await keep_picture(phone, "waiting-360-light", 1_330)
    running_app.kill()

    running_app.start()
    await phone.open()
    await phone.see("waiting")
    await line.mend()
    await phone.see("all-plants")  # answered: it is the newest of the plants
    assert await phone.by("waiting").count() == 0
    assert calls() == 2  # one at each service, for two sendings


async def test_page_that_is_loaded_again_while_the_app_starts_does_not_stay_empty(handset):
    """The page goes while the app waits for what it asked it; the one in its place is asked again."""
    phone = await handset(route=None)
    asked = asyncio.Event()

    def lose_the_answers(socket):
        """From the first page nothing comes after it has said that it is there."""
        server, has_begun = socket.connect_to_server(), []
        if asked.is_set():
            return
        socket.on_message(lambda said: has_begun or (has_begun.append(said), server.send(said)))
        server.on_message(lambda said: (socket.send(said), b"folder" in said and asked.set()))

    await phone.page.route_web_socket("**/ws", lose_the_answers)
    await phone.load()
    async with asyncio.timeout(PATIENCE_MS / 1000):
        await asked.wait()
    await phone.open()
    await phone.see("choose")


async def test_plants_are_read_without_network(handset, line, photograph):
    """The list, and the whole answer."""
    phone = await handset()
    await phone.pick(photograph())
    await phone.press("identify")
    await phone.see("sentence")
    sentence = await phone.text_of("sentence")
    await phone.press("back")
    await line.cut()
    await phone.tab(1)
    await phone.see("kept")
    card = phone.page.locator('[flt-semantics-identifier^="plant-"]').first
    await phone.press(await card.get_attribute("flt-semantics-identifier"))
    await phone.see("sentence")
    assert await phone.text_of("sentence") == sentence


async def test_place_and_health_go_with_the_question_and_the_answer_is_shared(handset, photograph_ill, keep_picture):
    """The place only by its button, and rounded (law 12); without a share sheet the text is copied."""
    allowed = ["geolocation", "clipboard-read", "clipboard-write"]
    phone = await handset(permissions=allowed, geolocation={"latitude": 52.5163, "longitude": 13.3777})
    await phone.pick(photograph_ill)
    await phone.press("health")
    await phone.press("place")
    await phone.see_text("Your place is used: 52.5° north, 13.4° east.")
    await phone.press("identify")
    await phone.see("plant-health")
    await phone.see_text("It may not be well")
    await phone.see_text("guess from a photo. Many troubles look alike")
    await keep_picture(phone, "health-360-light", 3_900)
    assert await phone.outside() == []
    assert await phone.nameless() == []
    await phone.press("share")
    await phone.see_text("The text is copied.")
    copied = await phone.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("(asked at Plant Community)")
    await phone.press("receipt")
    await phone.see_text("Cost")


async def test_next_best_photo_is_added_by_camera(handset, photograph_doubtful):
    """The earlier photo is in the form again, the camera is open; both are asked about together."""
    phone = await handset()
    await phone.pick(photograph_doubtful)
    await phone.press("identify")
    await phone.press("next-photo")
    await phone.press("shutter")
    await phone.see("remove-1")
    await phone.press("identify")
    await phone.see("sentence")
    assert await phone.page.get_by_role("img", name="Your photo").count() == 2
    await phone.press("before")
    await phone.see("next-photo")


async def test_ended_session_asks_to_sign_in_and_goes_on_where_one_was(handset, account, site):
    """Ended elsewhere, as by "sign out all others"."""
    phone = await handset()
    await phone.tab(3)
    await phone.press("to-sign-in")
    await phone.sign_in(account, PASSWORD)
    await phone.see("sign-out")
    end_other_sessions(site[1], account)
    await phone.tab(1)
    await phone.see("expired")
    await phone.sign_in(account, PASSWORD)
    await phone.see("search-plants")
    assert await phone.by("expired").count() == 0


def end_other_sessions(address, email):
    """What the web app does for "Sign out all others"."""
    with httpx.Client(base_url=address) as http:
        token = http.post(f"{AUTH}/login", json={"email": email, "password": PASSWORD}).json()["meta"]["session_token"]
        headers = {"X-Session-Token": token}
        sessions = http.get(f"{AUTH}/sessions", headers=headers).json()["data"]
        others = [each["id"] for each in sessions if not each["is_current"]]
        assert others
        ended = http.request("DELETE", f"{AUTH}/sessions", json={"sessions": others}, headers=headers)
        assert ended.status_code == 200, ended.text


async def test_second_factor_is_asked_for(handset, account, site, keep_picture):
    """A wrong code is said at its field; the right one opens the account."""
    phone = await handset()
    with second_factor(site[1], account) as secret:
        await phone.tab(3)
        await phone.press("to-sign-in")
        await phone.sign_in(account, PASSWORD)
        await phone.see("code")
        await phone.type("code", "000000")
        await phone.press("confirm")
        await phone.see_text("This code is not right.")
        await keep_picture(phone, "second-factor-360-light")
        await phone.type("code", code(secret, steps=1))
        await phone.press("confirm")
        await phone.see("sign-out")


async def test_wrong_server_is_not_used(handset, providers):
    """Something else answers there; the app stays where it was."""
    phone = await handset()
    await phone.tab(3)
    await phone.press("change-server")
    await phone.type("server-address", providers.url)
    await phone.press("use-server")
    await phone.see_text("There is no Plant Community at this address.")
    await phone.press("back")
    assert providers.url not in await phone.text_of("server")


async def test_link_opens_a_page(handset):
    """The same addresses as the web app's."""
    phone = await handset("/care")
    await phone.see("search-guides")


async def test_answer_tells_of_poison_with_the_source(handset, photograph_monstera, keep_picture):
    """What the guide of its plant reports for each kind of creature, and never without the warning (law 11)."""
    phone = await handset()
    await phone.pick(photograph_monstera)
    await phone.press("identify")
    await phone.see("sentence")
    for said in ("People", "Cats", "Dogs", "Never eat a plant"):
        await phone.see_text(said)
    await phone.see_text("Monstera deliciosa: Reported toxic. Unripe fruit inflames mouth and throat")
    assert await phone.outside() == []
    assert await phone.nameless() == []
    await keep_picture(phone, "poison-360-light", 2_350)


async def test_guide_is_read_with_its_sources_also_without_network(handset, line, keep_picture):
    """Facts, poison, credits; what nobody found is "no data"."""
    phone = await handset()
    await phone.tab(2)
    card = phone.page.locator('[flt-semantics-identifier^="guide-"]').first
    await card.wait_for(state="attached")
    await keep_picture(phone, "guides-360-light", 1_000)
    name = await card.get_attribute("flt-semantics-identifier")
    await phone.press(name)
    await phone.see("poison")
    await phone.see_text("Never eat or give away a plant because an app or a page named it")
    await keep_picture(phone, "guide-360-light", 2_000)
    assert await phone.outside() == []
    await line.cut()
    await phone.press("back")
    await phone.press(name)
    await phone.see("poison")
