"""My plants: to find again, also without network."""

import flet as ft

from parts import drawing as draw
from screens.waiting import waiting_panel
from state.answer import common_name_of, short_name, state_word
from state.bodies import Body
from state.formats import day, read_moment
from state.phone import Phone


def plants_screen(phone: Phone) -> list[ft.Control | None]:
    """The list."""
    words, plants = phone.core.words, phone.plants

    async def search(text: str) -> None:
        await plants.read(text.strip())

    async def retry() -> None:
        await plants.read(plants.search)

    async def first() -> None:
        await phone.go("/")

    async def sign_in() -> None:
        phone.accounts.ask_to_sign_in("/plants")

    is_empty = plants.is_read and not plants.items and not plants.is_loading
    unknown = plants.problem is not None and plants.problem.code == "unauthorized"
    return [
        draw.title(words("history.title")),
        draw.note(words("history.intro")),
        SearchField(words("history.search"), plants.search, "search-plants", lambda text: phone.core.run(search(text))),
        draw.notice(words("own.kept_offline"), "kept") if plants.is_kept else None,
        waiting_panel(phone),
        draw.note(words("common.loading")) if plants.is_loading and not plants.items else None,
        draw.problem_notice(
            plants.problem,
            words,
            draw.primary("to-sign-in", words("app.signIn"), sign_in)
            if unknown
            else draw.plain("retry", words("common.tryAgain"), draw.doing(phone, retry)),
        )
        if plants.problem
        else None,
        draw.block(
            draw.heading(words("history.nothingFound" if plants.search else "history.nothingYet"), "nothing"),
            ft.Text(words("history.nothingFoundWhy" if plants.search else "history.nothingYetWhy")),
            draw.row(draw.primary("ask-first", words("history.askFirst"), draw.doing(phone, first))),
        )
        if is_empty
        else None,
        *plant_cards(phone, plants.items),
        draw.plain("more", words("history.showMore"), draw.doing(phone, plants.more), disabled=plants.is_loading)
        if plants.cursor
        else None,
    ]


@ft.component
def SearchField(label: str, value: str, identifier: str, search) -> ft.Control:  # type: ignore[no-untyped-def]  # noqa: N802, ANN001
    """A field that searches when it is sent off; what is typed until then is its own."""
    typed, type_ = ft.use_state(value)
    box = ft.TextField(
        label=label,
        value=typed,
        prefix_icon=ft.Icons.SEARCH,
        on_change=lambda event: type_(event.control.value or ""),
        on_submit=lambda event: search(event.control.value or ""),
    )
    return draw.marked(identifier, box)


def plant_cards(phone: Phone, plants: list[Body]) -> list[ft.Control]:
    """A card for each."""
    return [_card(phone, plant) for plant in plants]


def _card(phone: Phone, plant: Body) -> ft.Control:
    words = phone.core.words
    name, common, word = short_name(plant, words), common_name_of(plant), state_word(plant, words)
    when = day(read_moment(plant["created_at"]), words.language)
    photo = plant["photos"][0]["thumbnail_url"] if plant["photos"] else None
    feedback = plant["feedback"]
    said = _feedback(feedback, phone) if feedback else ""
    facts = [word if word != name else "", when, said]

    async def show() -> None:
        await phone.go(f"/plants/{plant['id']}")

    is_name = bool((plant["verdict"] or {}).get("name")) and plant["status"] == "complete"
    text = ft.Column(
        [
            draw.scientific(name, 17) if is_name else ft.Text(name, size=17),
            *([ft.Text(common)] if common else []),
            draw.note(" · ".join(fact for fact in facts if fact)),
        ],
        spacing=2,
        expand=True,
        tight=True,
    )
    content = ft.Row([draw.frame(phone.plants.picture(photo), "", 72), text], spacing=12)
    return draw.touchable(f"plant-{plant['id']}", content, draw.doing(phone, show))


def _feedback(feedback: Body, phone: Phone) -> str:
    kind = feedback["was_right"]
    if kind == "another" and not feedback.get("name"):
        kind = "other"
    said = phone.core.words.get("history.feedback", kind)
    return said.replace("{name}", feedback.get("name") or "")
