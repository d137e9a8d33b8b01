"""Care guides: each fact with the source it was read in."""

import flet as ft

from parts import drawing as draw
from parts.device import Device
from screens.facts import poison_lines, source_line
from screens.plants import SearchField
from state.bodies import Body
from state.guides import FACTS, fact_of, paragraphs_of, picture_of, reports_of
from state.phone import Phone


def guides_screen(phone: Phone) -> list[ft.Control | None]:
    """All guides, or those that match."""
    words, guides = phone.core.words, phone.guides

    async def retry() -> None:
        await guides.read(guides.search)

    def search(text: str) -> None:
        phone.core.run(guides.read(text.strip()))

    is_empty = guides.is_read and not guides.items and not guides.is_loading
    return [
        draw.title(words("guides.title")),
        draw.note(words("guides.intro")),
        SearchField(words("guides.search"), guides.search, "search-guides", search),
        draw.note(words("common.loading")) if guides.is_loading and not guides.items else None,
        draw.problem_notice(
            guides.problem, words, draw.plain("retry", words("common.tryAgain"), draw.doing(phone, retry))
        )
        if guides.problem
        else None,
        draw.said(words("guides.found", count=guides.total, text=guides.search) if guides.search else "", "found"),
        draw.block(
            draw.heading(words("guides.nothingFound" if guides.search else "guides.nothingYet")),
            ft.Text(words("guides.nothingFoundWhy" if guides.search else "guides.nothingYetWhy")),
        )
        if is_empty
        else None,
        *[_card(phone, guide) for guide in guides.items],
        draw.plain("more", words("guides.showMore"), draw.doing(phone, guides.more), disabled=guides.is_loading)
        if len(guides.items) < guides.total
        else None,
    ]


def _card(phone: Phone, guide: Body) -> ft.Control:
    words, slug, picture = phone.core.words, guide["meta"]["slug"], picture_of(guide)

    async def show() -> None:
        await phone.go(f"/care/{slug}")

    lines: list[ft.Control] = [ft.Text(guide["title"], size=17), draw.scientific(guide["accepted_name"])]
    if guide["rank"] == "genus":
        lines.append(draw.note(words("guides.wholeGenus")))
    if picture:
        lines.append(draw.credit(_credit(phone, picture)))
    image = draw.frame(phone.plants.picture(picture["url"]) if picture else None, "", 72)
    content = ft.Row([image, ft.Column(lines, spacing=2, expand=True, tight=True)], spacing=12)
    return draw.touchable(f"guide-{slug}", content, draw.doing(phone, show))


def _credit(phone: Phone, picture: Body) -> str:
    credit = picture["credit"]
    return phone.core.words("guides.photo", author=credit["author"], licence=credit["licence"])


def guide_screen(phone: Phone, device: Device, slug: str) -> list[ft.Control | None]:
    """One guide; what nobody found is said as "no data"."""
    words, guides = phone.core.words, phone.guides
    if guides.one_problem:
        return [draw.problem_notice(guides.one_problem, words)]
    if slug not in guides.read_ones:
        return [draw.note(words("common.loading"))]
    guide = guides.read_ones[slug]
    if guide is None:
        return [draw.block(draw.heading(words("guides.notFound")), ft.Text(words("guides.notFoundWhy")))]
    return [
        draw.note(words("guides.guideOfGenus" if guide["rank"] == "genus" else "guides.guide")),
        draw.title(guide["title"]),
        *_names(phone, device, guide),
        *[_fact(phone, device, words.get("guides.facts", kind), fact_of(guide, kind)) for kind in FACTS],
        _poison(phone, device, guide),
        *[each for part in guide["body"] for each in _part(phone, part)],
        draw.note(words("guides.languageNote")),
    ]


def _names(phone: Phone, device: Device, guide: Body) -> list[ft.Control | None]:
    words = phone.core.words
    others = ", ".join(guide["other_names"])
    return [
        draw.scientific(guide["accepted_name"], 17),
        ft.Text(", ".join(guide["common_names"])) if guide["common_names"] else None,
        ft.Text(f"{words('guides.alsoCalled')} {others}") if others else None,
        source_line(
            phone, device, guide["names_source_title"], guide["names_source_url"], words("guides.sourceOfNames")
        ),
    ]


def _fact(phone: Phone, device: Device, title: str, fact: Body | None) -> ft.Control:
    if fact is None:
        return draw.block(draw.heading(title), draw.note(phone.core.words("guides.noData")))
    source = source_line(phone, device, fact["source_title"], fact["source_url"])
    return draw.block(draw.heading(title), ft.Text(fact["text"]), source)


def _poison(phone: Phone, device: Device, guide: Body) -> ft.Control:
    words = phone.core.words
    return draw.block(
        draw.heading(words("guides.poison"), "poison"),
        draw.notice(words("guides.neverEat"), "never-eat"),
        *poison_lines(phone, device, reports_of(guide)),
    )


def _part(phone: Phone, part: Body) -> list[ft.Control]:
    if part["type"] == "heading":
        return [draw.heading(part["value"])]
    if part["type"] == "text":
        return [ft.Text(text) for text in paragraphs_of(part["value"])]
    picture = part["value"]
    content = phone.plants.picture(picture["url"])
    shown = (
        ft.Image(src=content, semantics_label=picture["alt_text"], border_radius=10)
        if content
        else draw.frame(None, "")
    )
    caption = [draw.note(picture["caption"])] if picture["caption"] else []
    return [shown, *caption, draw.credit(_credit(phone, picture))]
