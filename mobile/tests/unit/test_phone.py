"""The whole app without its screens: what a person does, and what the phone remembers."""

import asyncio

import pytest
from fake_client import PASSWORD, identification
from rooms import ADDRESS

from state.core import SERVER, SIGN_IN
from state.problems import Problem
from state.question import Photo

EMAIL = "fern@example.org"


async def asked(phone, *photos):
    """The id of an identification that was asked for and answered."""
    await phone.asking.add(list(photos))
    await phone.asking.ask()
    await phone.core.settle()
    return phone.core.route.removeprefix("/plants/")


async def signed_in(room):
    """A phone whose person is signed in."""
    phone = await room.start()
    await phone.sign_in(EMAIL, PASSWORD)
    return phone


# --- server ---


async def test_first_start_asks_for_a_server(room):
    """No photo goes anywhere before the person has said where."""
    phone = await room.start(suggested="")
    assert phone.core.route == SERVER
    await phone.use_server("nobody.example.org:port")
    assert phone.accounts.wrong_server
    await phone.use_server("plants.example.org")
    assert (phone.core.route, phone.core.address) == ("/", ADDRESS)


async def test_server_out_of_reach_is_not_chosen(room):
    """And the reason is said."""
    room.server.is_away = True
    phone = await room.start(suggested="")
    await phone.use_server(ADDRESS)
    assert (phone.core.route, phone.core.address) == (SERVER, "")
    assert phone.accounts.problem.code == "unreachable"


@pytest.mark.parametrize("is_known", [False, True], ids=["suggested", "known"])
async def test_who_goes_on_while_the_server_is_looked_for_stays_there(room, is_known):
    """A slow server does not throw anybody back to the page that the start was for."""
    if is_known:
        await room.start()
        await room.kill()
    room.server.is_awake.clear()
    room.server.was_asked.clear()
    phone = room.take()
    starting = asyncio.create_task(phone.start("/care"))
    await asyncio.wait_for(room.server.was_asked.wait(), 10)
    await phone.go("/account")
    room.server.is_awake.set()
    await starting
    assert phone.core.path == ["/account"]
    assert phone.core.about


@pytest.mark.parametrize("is_known", [False, True], ids=["suggested", "known"])
async def test_start_shows_the_page_that_it_was_for(room, is_known):
    """A link from outside opens its page, above the tab it belongs to."""
    if is_known:
        await room.start()
        await room.kill()
    phone = await room.start("/care/ivy")
    assert phone.core.path == ["/care", "/care/ivy"]


async def test_nothing_is_asked_and_nobody_signs_in_before_there_is_a_server(room, photo):
    """The photos stay in the form, and the page for the server comes first."""
    phone = await room.start(suggested="")
    await phone.go("/")
    await phone.asking.add([photo()])
    await phone.asking.ask()
    assert phone.core.path == ["/", SERVER]
    assert (len(phone.asking.draft.photos), phone.outbox.items) == (1, [])
    await phone.go("/account")
    phone.accounts.ask_to_sign_in("/account")
    assert phone.core.path == ["/account", SERVER]


async def test_server_and_language_are_remembered(room):
    """Also after the app was killed."""
    phone = await room.start()
    phone.core.choose_language("es")
    phone.core.choose_look("dark")
    await room.kill()
    phone = await room.start(suggested="")
    assert (phone.core.address, phone.core.language, phone.core.look) == (ADDRESS, "es", "dark")


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("/plants/3f1c", ["/plants", "/plants/3f1c"]),
        ("plantcommunity://app/plants/3f1c", ["/plants", "/plants/3f1c"]),
        ("plantcommunity://app/care/ivy/", ["/care", "/care/ivy"]),
        ("/account", ["/account"]),
        ("plantcommunity://app", ["/"]),
        ("/nonsense", ["/"]),
    ],
)
async def test_link_opens_its_page_above_its_tab(room, link, path):
    """The same paths as the web app's, with or without the app's own scheme."""
    await room.start()
    await room.kill()
    phone = await room.start(link)
    assert phone.core.path == path
    await phone.back()
    assert phone.core.path in ([path[0]], ["/"])


# --- signing in ---


async def test_token_is_kept_in_the_keychain_and_nowhere_else(room):
    """The file of the phone does not hold it."""
    phone = await signed_in(room)
    token = phone.core.client.token
    assert room.safe.kept[f"token {ADDRESS}"] == token
    await room.kill()
    assert not any(token.encode() in path.read_bytes() for path in room.folder.iterdir())
    phone = await room.start()
    assert phone.core.me["email"] == EMAIL


async def test_wrong_password_is_said_at_its_field(room):
    """And nobody is in."""
    phone = await room.start()
    await phone.sign_in(EMAIL, "wrong")
    assert phone.accounts.problem.errors[0]["pointer"] == "/password"
    assert phone.core.me is None


async def test_second_factor_is_asked_for(room):
    """The password alone opens nothing, and is not kept as if it did."""
    room.server.second_factor = True
    phone = await room.start()
    await phone.sign_in(EMAIL, PASSWORD)
    assert phone.accounts.step == "second-factor"
    assert f"token {ADDRESS}" not in room.safe.kept
    await phone.give_code("000000")
    assert (phone.accounts.step, phone.core.me) == ("second-factor", None)
    await phone.give_code("123456")
    assert phone.core.me["email"] == EMAIL


async def test_ended_session_asks_to_sign_in_and_goes_on_where_one_was(room, photo):
    """The page that was shown is shown again, read anew."""
    phone = await signed_in(room)
    plant = await asked(phone, photo())
    room.server.sessions.clear()
    await phone.plants.say(plant, "yes")
    assert phone.core.route == SIGN_IN
    assert phone.accounts.has_expired
    assert f"token {ADDRESS}" not in room.safe.kept
    await phone.sign_in(EMAIL, PASSWORD)
    await phone.core.settle()
    assert phone.core.route == f"/plants/{plant}"
    assert phone.asking.live(plant).phase == "complete"


async def test_question_of_an_ended_session_is_sent_after_signing_in(room, photo):
    """Nothing is asked twice, nothing is lost, and the page goes to the answer."""
    phone = await signed_in(room)
    room.server.sessions.clear()
    await phone.asking.add([photo()])
    await phone.asking.ask()
    assert phone.core.route == SIGN_IN
    assert len(phone.outbox.items) == 1
    await phone.sign_in(EMAIL, PASSWORD)
    await phone.core.settle()
    assert phone.outbox.items == []
    assert room.server.bills == 1
    assert phone.core.route.startswith("/plants/")


async def test_signing_out_leaves_nothing_of_the_account(room, photo):
    """Plants, pictures, token; what waits is kept for its asker, out of sight (law 12)."""
    phone = await signed_in(room)
    plant = await asked(phone, photo())
    room.server.is_away = True
    await phone.asking.add([photo()])
    await phone.asking.ask()
    assert len(phone.outbox.items) == 1
    await phone.sign_out()
    assert phone.core.store.plant(f"{ADDRESS} 7", plant) is None
    assert (phone.plants.items, phone.outbox.items) == ([], [])
    assert f"token {ADDRESS}" not in room.safe.kept
    room.server.is_away = False
    await phone.sign_in("moss@example.org", PASSWORD)
    assert phone.outbox.items == []
    assert room.server.bills == 1


# --- asking ---


async def test_answer_is_shown_and_kept(room, photo):
    """The form is empty again, the answer among the plants."""
    phone = await room.start()
    plant = await asked(phone, photo(), photo())
    assert phone.asking.live(plant).phase == "complete"
    assert phone.asking.draft.photos == ()
    assert phone.core.store.plant(phone.core.owner, plant)["id"] == plant


async def test_question_without_network_survives_a_kill_and_is_billed_once(room, photo):
    """Killed while it waits; sent by itself at the next start."""
    phone = await room.start()
    room.server.is_cut = True  # the server gets it; the phone never hears
    await phone.asking.add([photo()])
    await phone.asking.ask()
    assert [item.problem.code for item in phone.outbox.items] == ["unreachable"]
    await room.kill()
    room.server.is_cut = False
    room.seconds += 3600
    phone = await room.start()
    for item in phone.outbox.due():
        await phone.asking.deliver(item.key)
    assert phone.outbox.items == []
    assert (len(set(room.server.arrivals)), room.server.bills) == (1, 1)


async def test_two_who_send_at_once_are_one_sending(room, photo):
    """The person presses while the app does the same."""
    phone = await room.start()
    room.server.is_away = True
    await phone.asking.add([photo()])
    await phone.asking.ask()
    room.server.is_away = False
    room.server.arrivals.clear()
    (item,) = phone.outbox.items
    phone.core.run(phone.asking.deliver(item.key))
    await phone.asking.deliver(item.key)
    await phone.core.settle()
    assert room.server.arrivals == [item.key]


async def test_network_that_comes_back_sends_at_once(room, photo):
    """Not at the next try's moment."""
    phone = await room.start()
    await phone.asking.connected(is_online=False)
    await phone.asking.add([photo()])
    await phone.asking.ask()
    assert phone.asking.problem.code == "offline"
    await phone.asking.connected(is_online=True)
    assert room.server.bills == 1


async def test_refused_photo_stays_in_the_form_with_the_reason(room, photo):
    """So that it can be taken out."""
    error = {"pointer": "#/images/1", "detail": "It is damaged."}
    room.server.refusal = Problem(code="photo-damaged", status=422, errors=[error])
    phone = await room.start()
    await phone.asking.add([photo(), photo()])
    await phone.asking.ask()
    assert [each.problem for each in phone.asking.draft.photos] == ["", "photo-damaged"]
    assert phone.outbox.items == []


async def test_next_best_photo_is_added_to_the_earlier_ones(room, photo):
    """The camera is open, and knows which part it shall show."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.asking.add_photo_to(phone.asking.live(plant).body, "flower")
    assert phone.core.path == ["/", "/camera"]
    await phone.asking.add([photo()])
    assert [each.organ for each in phone.asking.draft.photos] == ["auto", "flower"]
    assert phone.asking.draft.continues == plant
    await phone.asking.ask()
    await phone.core.settle()
    assert phone.asking.live(phone.core.route.removeprefix("/plants/")).body["continues"] == plant


async def test_question_without_the_earlier_photo_is_one_of_its_own(room, photo):
    """It does not take the place of the earlier answer."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.asking.again(phone.asking.live(plant).body)
    phone.asking.change(phone.asking.draft.without(0))
    assert phone.asking.draft.continues == ""


async def test_health_check_asks_again_with_the_same_photos(room, photo):
    """At once: the person has said so on the result's page."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.asking.again(phone.asking.live(plant).body, health=True)
    await phone.core.settle()
    assert phone.core.route not in {"/", f"/plants/{plant}"}
    newest = phone.asking.live(phone.core.route.removeprefix("/plants/"))
    assert newest.body["health_asked"]


async def test_place_is_used_for_one_question_only(room, photo):
    """The next one asks for it again (law 12)."""
    phone = await room.start()
    phone.asking.take_place(52.5163, 13.3777)
    room.server.is_away = True
    await phone.asking.add([photo()])
    await phone.asking.ask()
    (item,) = phone.outbox.items
    assert (item.question.place.latitude, item.question.place.longitude) == (52.5, 13.4)
    assert phone.asking.draft.place is None


async def test_photo_that_cannot_be_read_here_goes_as_it_is(room):
    """The server may know the format; an empty one is left out."""
    phone = await room.start()
    await phone.asking.add([b"a format of tomorrow", b""])
    assert phone.asking.draft.photos == (Photo(b"a format of tomorrow"),)
    assert phone.asking.unread == 1


async def test_photos_without_room_are_left_out_and_that_is_said(room, photo):
    """Five are enough."""
    phone = await room.start()
    await phone.asking.add([photo() for _number in range(7)])
    assert (len(phone.asking.draft.photos), phone.asking.left_out) == (5, 2)
    phone.asking.change(phone.asking.draft.without(0))
    await phone.asking.add([photo()])
    assert phone.asking.left_out == 0


# --- my plants ---


async def test_plants_and_their_pictures_are_there_without_network(room, photo):
    """After a kill, too; and it is said that they are kept ones."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.go("/plants")
    url = phone.plants.items[0]["photos"][0]["thumbnail_url"]
    phone.plants.picture(url)
    await phone.core.settle()
    picture = phone.plants.picture(url)
    assert picture
    await room.kill()
    room.server.is_away = True
    phone = await room.start()
    await phone.go("/plants")
    assert [each["id"] for each in phone.plants.items] == [plant]
    assert phone.plants.is_kept
    assert phone.plants.picture(url) == picture
    await phone.go(f"/plants/{plant}")
    assert phone.asking.live(plant).phase == "complete"
    assert phone.asking.live(plant).kept
    await phone.plants.read("no such plant")
    assert phone.plants.items == []


async def test_pages_of_the_history_follow_each_other(room, photo):
    """Each plant once."""
    phone = await room.start()
    room.server.page_size = 2
    plants = [await asked(phone, photo()) for _number in range(3)]
    await phone.go("/plants")
    assert phone.plants.cursor
    await phone.plants.more()
    assert [each["id"] for each in phone.plants.items] == plants[::-1]
    assert not phone.plants.cursor


async def test_deleted_plant_is_gone_everywhere(room, photo):
    """At the server, in the list, on the phone."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.delete(plant)
    assert room.server.plants == {}
    assert phone.core.store.plants(phone.core.owner) == []
    assert plant not in {each["id"] for each in phone.plants.items}
    assert phone.core.said == phone.core.words("app.deleted")


async def test_plant_that_cannot_be_deleted_now_stays(room, photo):
    """And it is said."""
    phone = await room.start()
    plant = await asked(phone, photo())
    room.server.is_away = True
    await phone.delete(plant)
    assert phone.plants.delete_failed
    assert phone.core.route == f"/plants/{plant}"


async def test_word_about_an_answer_is_shown_with_it(room, photo):
    """And one that did not arrive says so."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.plants.say(plant, "another", "Ilex aquifolium")
    assert phone.asking.live(plant).body["feedback"]["name"] == "Ilex aquifolium"
    room.server.is_away = True
    await phone.plants.say(plant, "yes")
    assert phone.plants.said.state == "failed"


async def test_forgetting_leaves_the_phone_empty(room, photo):
    """What the server keeps is still there."""
    phone = await room.start()
    plant = await asked(phone, photo())
    await phone.forget_kept()
    assert phone.core.store.plants(phone.core.owner) == []
    assert plant in room.server.plants


# --- care guides ---


@pytest.fixture
def guide():
    """A guide, as far as the app looks."""
    return identification() | {
        "meta": {"slug": "ivy"},
        "title": "Ivy",
        "accepted_name": "Hedera helix",
        "rank": "species",
        "care": [],
        "body": [],
    }


async def test_guide_that_was_read_is_there_without_network(room, guide):
    """The list as well."""
    room.server.guides.append(guide)
    phone = await room.start()
    await phone.go("/care")
    await phone.go("/care/ivy")
    await room.kill()
    room.server.is_away = True
    phone = await room.start()
    await phone.go("/care")
    await phone.go("/care/ivy")
    assert [each["title"] for each in phone.guides.items] == ["Ivy"]
    assert phone.guides.read_ones["ivy"]["title"] == "Ivy"
    await phone.go("/care/oak")
    assert phone.guides.one_problem.code == "unreachable"
