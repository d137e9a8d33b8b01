"""Photos in, question out; below it what waits, and the plants of last time."""

from dataclasses import replace
from typing import Any

import flet as ft

from parts import drawing as draw
from parts.device import Device
from screens.plants import plant_cards
from screens.waiting import waiting_panel
from state.formats import number, percent
from state.phone import Phone
from state.problems import problem_words
from state.question import ORGANS, Place
from state.words import Words

RECENT_MAX = 4


def identify_screen(phone: Phone, device: Device) -> list[ft.Control | None]:
    """The first page."""
    words, asking = phone.core.words, phone.asking
    return [
        draw.title(words("identify.title")),
        ft.Text(words("identify.intro")),
        draw.block(
            _buttons(phone, device),
            *[_photo_row(phone, index) for index in range(len(asking.draft.photos))],
            _room(phone),
            draw.said(words("identify.preparing") if asking.is_preparing else _unread(phone), "said"),
        ),
        draw.block(draw.heading(words("identify.options")), _health(phone), *_place(phone, device)),
        _ask_button(phone),
        _problem(phone),
        waiting_panel(phone),
        *_recent(phone),
    ]


def _buttons(phone: Phone, device: Device) -> ft.Control:
    words, is_full = phone.core.words, phone.asking.draft.room == 0

    async def choose() -> None:
        contents = await device.pick_photos()
        if contents:
            await phone.asking.add(contents)

    async def take() -> None:
        phone.core.go("/camera")

    return draw.row(
        draw.plain("take", words("own.take"), take, icon=ft.Icons.PHOTO_CAMERA, disabled=is_full),
        draw.plain(
            "choose", words("own.gallery"), draw.doing(phone, choose), icon=ft.Icons.PHOTO_LIBRARY, disabled=is_full
        ),
    )


def _photo_row(phone: Phone, index: int) -> ft.Control:
    words, asking = phone.core.words, phone.asking
    photo = asking.draft.photos[index]

    async def remove() -> None:
        asking.change(asking.draft.without(index))

    trouble = words.table("common.problems").get(photo.problem, {}).get("title", "") if photo.problem else ""
    return draw.column(
        ft.Row(
            [
                draw.frame(photo.content, words("common.yourPhoto", number=index + 1), 88),
                ft.Text(words("identify.shows", number=index + 1), expand=True),
                draw.icon_button(
                    f"remove-{index}", ft.Icons.CLOSE, words("identify.removePhoto", number=index + 1), remove
                ),
            ]
        ),
        draw.row(*[_organ(phone, index, organ) for organ in ORGANS]),
        ft.Text(trouble, color=ft.Colors.ERROR) if trouble else None,
    )


def _organ(phone: Phone, index: int, organ: str) -> ft.Control:
    words, asking = phone.core.words, phone.asking

    async def choose() -> None:
        asking.change(asking.draft.showing(index, organ))

    is_chosen = asking.draft.photos[index].organ == organ
    chip = ft.Chip(
        label=ft.Text(words.get("common.organs", organ)),
        selected=is_chosen,
        on_select=choose,
        bgcolor=ft.Colors.SURFACE_CONTAINER,
    )
    return draw.marked(f"organ-{index}-{organ}", chip)


def _room(phone: Phone) -> ft.Control | None:
    draft = phone.asking.draft
    if not draft.photos or draft.room == 0:
        return None
    return draw.note(phone.core.words("identify.room", count=draft.room))


def _unread(phone: Phone) -> str:
    words, asking = phone.core.words, phone.asking
    empty = words("common.problems.photo-empty.title") if asking.unread else ""
    return f"{empty} {words('own.too_many') if asking.left_out else ''}".strip()


def _health(phone: Phone) -> ft.Control:
    words, asking = phone.core.words, phone.asking

    def choose(event: Any) -> None:
        asking.change(replace(asking.draft, health=bool(event.control.value)))

    box = ft.Checkbox(label=words("identify.checkHealth"), value=asking.draft.health, on_change=choose)
    return draw.column(draw.marked("health", box), draw.note(words("identify.healthCost")), spacing=0)


def _place(phone: Phone, device: Device) -> list[ft.Control | None]:
    words, asking = phone.core.words, phone.asking

    async def find() -> None:
        asking.note_place("asking")
        found = await device.find_place()
        if found:
            asking.take_place(*found)
        else:
            asking.note_place("denied")

    async def forget() -> None:
        asking.change(replace(asking.draft, place=None))

    if asking.draft.place:
        used = words("identify.placeUsed", place=place_words(asking.draft.place, words))
        return [ft.Text(used), draw.quiet("forget-place", words("identify.forgetPlace"), forget)]
    answers = {"asking": words("own.place_asking"), "denied": words("own.place_denied")}
    return [
        draw.row(
            draw.plain("place", words("identify.usePlace"), draw.doing(phone, find), icon=ft.Icons.PLACE_OUTLINED)
        ),
        draw.note(words("identify.placeWhy")),
        draw.said(answers.get(asking.place_state, ""), "place-said"),
    ]


def place_words(place: Place, words: Words) -> str:
    """A rough place, as people write one."""
    north = "south" if place.latitude < 0 else "north"
    east = "west" if place.longitude < 0 else "east"
    latitude, longitude = (number(abs(each), words.language, 1) for each in (place.latitude, place.longitude))
    return f"{latitude}° {words(f'identify.{north}')}, {longitude}° {words(f'identify.{east}')}"


def _ask_button(phone: Phone) -> ft.Control:
    words, asking = phone.core.words, phone.asking
    share = next(iter(phone.outbox.share_sent.values()), None)
    is_uploading = asking.is_busy and share is not None and share < 1
    text = words("identify.looking") if asking.is_busy else words("identify.identify")
    return draw.column(
        draw.primary(
            "identify",
            text,
            draw.doing(phone, asking.ask),
            icon=ft.Icons.SEARCH,
            disabled=asking.is_busy or asking.is_preparing or not asking.draft.photos,
        ),
        ft.ProgressBar(value=share, semantics_label=words("common.sending", share=percent(share or 0, words.language)))
        if is_uploading
        else None,
        draw.note(words("identify.addFirst")) if not asking.draft.photos else None,
    )


def _problem(phone: Phone) -> ft.Control | None:
    words, problem = phone.core.words, phone.asking.problem
    if problem is None:
        return None

    async def sign_in() -> None:
        phone.accounts.ask_to_sign_in()

    is_unknown = problem.code == "unauthorized"
    queued = problem_words(problem, words)[1] if problem.is_passing and not is_unknown else ""
    return draw.problem_notice(
        problem,
        words,
        draw.primary("to-sign-in", words("app.signIn"), sign_in) if is_unknown else None,
        ft.Text(words("app.queued")) if queued else None,
    )


def _recent(phone: Phone) -> list[ft.Control | None]:
    words, plants = phone.core.words, phone.plants

    async def show_all() -> None:
        await phone.go("/plants")

    if not plants.items or plants.search:
        return []
    return [
        draw.heading(words("app.recent")),
        *plant_cards(phone, plants.items[:RECENT_MAX]),
        draw.row(draw.quiet("all-plants", words("app.allPlants"), draw.doing(phone, show_all))),
    ]
