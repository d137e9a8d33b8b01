"""The whole answer, in the order in which people look for it: that of the web app (`state/answer.py`, ORDER)."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from parts import drawing as draw
from parts.device import Device
from screens.facts import poison_lines
from state import answer
from state.bodies import Body
from state.formats import percent
from state.phone import Phone
from state.question import PHOTOS_MAX
from state.words import Words


def result_blocks(phone: Phone, device: Device, body: Body) -> list[ft.Control | None]:
    """All blocks; what an answer does not have is left out."""
    words, is_plant = phone.core.words, body["verdict"]["level"] != "not_a_plant"
    draws: dict[str, Callable[[], ft.Control | None]] = {
        "Incomplete": lambda: _incomplete(body, words),
        "Verdict": lambda: verdict_block(phone, body, _own_photos(phone, body)),
        "Feedback": lambda: draw.keyed(Feedback, f"feedback-{body['id']}", phone, body) if is_plant else None,
        "Next": lambda: _next(phone, body),
        "Candidates": lambda: _candidates(phone, body),
        "Safety": lambda: _safety(phone, device, body) if is_plant else None,
        "Care": lambda: _care(phone, body) if is_plant else None,
        "Health": lambda: _health(phone, device, body) if is_plant else None,
        "Names": lambda: _names(phone, device, body),
        "Actions": lambda: _actions(phone, device, body),
        "Receipt": lambda: _receipt(body, words),
    }
    simulated = draw.note(words("result.simulatedAnswer")) if body["simulated"] else None
    credits_to = body["receipt"].get("credits_to") or []
    powered = draw.note(" · ".join(credits_to)) if credits_to else None
    return [simulated, *[draws[name]() for name in answer.ORDER], powered]


def _own_photos(phone: Phone, body: Body) -> list[bytes | None]:
    return [phone.plants.picture(photo["thumbnail_url"]) for photo in body["photos"]]


def _incomplete(body: Body, words: Words) -> ft.Control | None:
    missing = answer.missing_in(body, words)
    return draw.notice(f"{words('result.notComplete')} {' '.join(missing)}", "incomplete") if missing else None


def verdict_block(phone: Phone, body: Body, own: list[Any], tag: str = "") -> ft.Control:
    """The heart of the answer: own photo beside the best candidate's, the sentence, the scores."""
    words, verdict = phone.core.words, body["verdict"]
    best = answer.best_of(verdict, body["suggestions"])
    common = ", ".join(best["common_names"][: answer.NAMES_MAX]) if best else ""
    scores = answer.verdict_scores(verdict, best, words) if best else []
    return draw.block(
        _compare(phone, verdict, best, own),
        draw.note(tag) if tag else None,
        draw.marked(
            "sentence",
            ft.Text(answer.sentence_of(verdict, words), size=22, weight=ft.FontWeight.W_600),
            header=True,
            heading_level=1,
            live_region=True,
        ),
        ft.Text(common, size=16) if common else None,
        draw.marked("scores", draw.note(" · ".join(scores))) if scores else None,
        *[ft.Text(text) for text in answer.verdict_notes(verdict, body["suggestions"], words)],
    )


def _compare(phone: Phone, verdict: Body, best: Body | None, own: list[Any]) -> ft.Control:
    words = phone.core.words
    sides = [_pictures(own[:1], words("result.yourPhotos"), words("common.yourPhoto", number=1))]
    if best:
        caption = words("result.oneOfThem", name=best["name"]) if verdict["level"] == "group" else best["name"]
        image = next(iter(best["images"]), None)
        picture = phone.plants.picture(image["thumb_url"] or image["url"]) if image else None
        credit = answer.credit_of(image["attribution"], words) if image else ""
        sides.append(_pictures([picture], caption, best["name"], credit))
    more = [draw.frame(each, words("common.yourPhoto", number=at), 56) for at, each in enumerate(own[1:], start=2)]
    return draw.column(
        ft.Row(sides, vertical_alignment=ft.CrossAxisAlignment.START, spacing=8),
        draw.row(*more) if more else None,
    )


def _pictures(contents: list[Any], caption: str, label: str, credit: str = "") -> ft.Control:
    picture = draw.frame(contents[0] if contents else None, label)
    lines = [draw.note(caption), *([draw.credit(credit)] if credit else [])]
    return ft.Column([picture, *lines], spacing=4, expand=True, tight=True)


@ft.component
def Feedback(phone: Phone, body: Body) -> ft.Control:  # noqa: N802 - Flet's components are named as classes
    """Was this right? One touch, kept with the identification; a later word replaces it."""
    words, is_unsure = phone.core.words, body["verdict"]["level"] == "unsure"
    is_open, open_ = ft.use_state(False)  # noqa: FBT003 - the name says what it is
    typed, type_ = ft.use_state("")
    names = answer.other_names(body)
    about = phone.plants.said if phone.plants.said and phone.plants.said.plant == body["id"] else None
    sentences = {"sending": words("result.sending"), "failed": words("result.notArrived")}
    state = sentences[about.state] if about else answer.thanks(body["feedback"], words)

    def saying(was_right: str, name: str = "") -> draw.Handler:
        async def say() -> None:
            open_(False)  # noqa: FBT003
            await phone.plants.say(body["id"], was_right, name.strip())

        return draw.doing(phone, say)

    async def toggle() -> None:
        open_(not is_open)

    return draw.block(
        draw.heading(words("result.knowIt" if is_unsure else "result.rightQuestion"), "feedback"),
        draw.row(
            None if is_unsure else draw.plain("right-yes", words("result.yes"), saying("yes")),
            draw.plain("right-another", words("result.anotherOfThese" if names else "result.somethingElse"), toggle),
            draw.plain("right-no", words("result.noneOfThese" if is_unsure else "result.no"), saying("no")),
        ),
        *[draw.quiet(f"name-{at}", name, saying("another", name)) for at, name in enumerate(names) if is_open],
        draw.field("own-name", words("result.orItsName"), typed, type_) if is_open else None,
        draw.row(draw.plain("send-name", words("result.send"), saying("another", typed), disabled=not typed.strip()))
        if is_open
        else None,
        draw.said(state, "thanks"),
    )


def _next(phone: Phone, body: Body) -> ft.Control | None:
    next_photo = body["verdict"]["next_photo"]
    if not next_photo or len(body["photos"]) >= PHOTOS_MAX:
        return None
    words = phone.core.words
    why, help_, button = answer.next_photo_words(next_photo, words)
    organ = next_photo["organ"]
    add = draw.doing(phone, lambda: phone.asking.add_photo_to(body, organ))
    return draw.block(
        draw.heading(words("result.nextPhoto"), "next"),
        ft.Text(why),
        draw.strong(help_),
        draw.row(draw.plain("next-photo", button, add, icon=ft.Icons.ADD_A_PHOTO_OUTLINED)),
        draw.said(phone.core.said, "next-said"),
    )


def _candidates(phone: Phone, body: Body) -> ft.Control | None:
    words, others = phone.core.words, answer.candidates_in(body)
    if not others:
        return None
    best = answer.best_of(body["verdict"], body["suggestions"])
    return draw.block(
        draw.heading(words("result.otherCandidates" if best else "result.itCouldBe"), "candidates"),
        *[_candidate(phone, each) for each in others],
    )


def _candidate(phone: Phone, suggestion: Body) -> ft.Control:
    words = phone.core.words
    image = next(iter(suggestion["images"]), None)
    picture = phone.plants.picture(image["thumb_url"] or image["url"]) if image else None
    lines: list[ft.Control] = [draw.scientific(suggestion["name"], 16)]
    if suggestion["common_names"]:
        lines.append(ft.Text(suggestion["common_names"][0]))
    lines.append(draw.note(" · ".join(answer.scores_of(suggestion, words))))
    if image:
        credit = answer.credit_of(image["attribution"], words)
        lines.append(draw.credit(credit))
    return ft.Row(
        [draw.frame(picture, suggestion["name"], 72), ft.Column(lines, spacing=2, expand=True, tight=True)],
        vertical_alignment=ft.CrossAxisAlignment.START,
        spacing=12,
    )


def _safety(phone: Phone, device: Device, body: Body) -> ft.Control:
    """What guides report of poison, with their sources; where there is nothing, that is what it says (law 11)."""
    words, reports = phone.core.words, body["safety"].get("reports", [])  # none in answers kept from an older server
    is_sure = body["verdict"]["level"] == "sure"
    return draw.block(
        draw.heading(words("result.safety"), "safety"),
        ft.Text(words("result.safetyOfNamed")) if reports and not is_sure else None,
        *(poison_lines(phone, device, reports) if reports else [ft.Text(words("result.safetyNoData"))]),
        draw.strong(words("result.neverEat")),
    )


def _care(phone: Phone, body: Body) -> ft.Control:
    words, guide = phone.core.words, body["guide"]
    if not guide:
        return draw.block(draw.heading(words("result.care"), "care"), draw.note(words("result.noCare")))
    slug = guide["url"].rstrip("/").rsplit("/", 1)[-1]

    async def show() -> None:
        await phone.go(f"/care/{slug}")

    return draw.block(
        draw.heading(words("result.care"), "care"),
        draw.row(draw.plain("guide", words("result.guide", title=guide["title"]), draw.doing(phone, show))),
        draw.note(words("result.guideOfGenus")) if guide["rank"] == "genus" else None,
    )


def _health(phone: Phone, device: Device, body: Body) -> ft.Control:
    words, health = phone.core.words, body["health"]
    if health:
        return draw.block(draw.heading(words("result.health"), "plant-health"), *_assessment(phone, device, health))
    if body["health_asked"]:
        parts: list[ft.Control | None] = [ft.Text(words("result.healthMissing"))]
    else:
        check = draw.doing(phone, lambda: phone.asking.again(body, health=True))
        parts = [
            draw.note(words("result.notChecked")),
            draw.row(draw.plain("check-health", words("result.checkHealth"), check)),
            draw.note(words("result.checkHealthCost")),
        ]
    return draw.block(draw.heading(words("result.health"), "plant-health"), *parts)


def _assessment(phone: Phone, device: Device, health: Body) -> list[ft.Control | None]:
    words = phone.core.words
    findings = [_finding(phone, device, each) for each in health["findings"][: answer.FINDINGS_MAX]]
    question = health.get("question")
    listed: list[ft.Control | None] = list(findings)
    if findings and health["is_healthy"]:
        listed = [_folded(words("result.lookedFor"), findings)]
    return [
        draw.strong(answer.health_sentence(health, words)),
        draw.note(words("result.healthDoubt")),
        ft.Text(f"{question['text']} {words('result.yesNo', yes=question['yes'], no=question['no'])}")
        if question
        else None,
        *listed,
    ]


def _finding(phone: Phone, device: Device, finding: Body) -> ft.Control:
    words, name = phone.core.words, finding.get("local_name") or finding["name"]
    image, address = next(iter(finding["images"]), None), answer.web_address(finding.get("url"))
    steps = [
        draw.column(draw.strong(kind), *[ft.Text(f"• {step}") for step in each], spacing=4)
        for kind, each in answer.treatment_of(finding, words)
    ]
    more = draw.doing(phone, lambda: device.open_web(address))
    return draw.column(
        draw.row(draw.frame(phone.plants.picture(image["thumb_url"] or image["url"]), name, 88)) if image else None,
        ft.Text(f"{name} · {percent(finding['score'], words.language)}", weight=ft.FontWeight.W_600),
        ft.ProgressBar(value=finding["score"], semantics_label=words("result.score", name=name)),
        ft.Text(finding["description"]) if finding.get("description") else None,
        draw.note(f"{words('result.cause')} {finding['cause']}") if finding.get("cause") else None,
        _folded(words("result.advice"), steps) if steps else None,
        draw.row(draw.quiet(f"more-{name}", words("result.readMore"), more)) if address else None,
        draw.credit(answer.credit_of(image["attribution"], words)) if image else None,
        spacing=6,
    )


def _folded(title: str, controls: Sequence[ft.Control], identifier: str = "") -> ft.Control:
    """What only some want to read."""
    tile = ft.ExpansionTile(
        title=title,
        controls=[ft.Container(draw.column(*controls), padding=ft.Padding.only(bottom=8))],
        tile_padding=0,
        expanded_cross_axis_alignment=ft.CrossAxisAlignment.STRETCH,
        shape=ft.RoundedRectangleBorder(side=ft.BorderSide(0, ft.Colors.TRANSPARENT)),
    )
    return draw.marked(identifier, tile) if identifier else tile


def _names(phone: Phone, device: Device, body: Body) -> ft.Control | None:
    words = phone.core.words
    best = answer.best_of(body["verdict"], body["suggestions"])
    if best is None:
        return None

    def opening(address: str) -> draw.Handler:
        return draw.doing(phone, lambda: device.open_web(address))

    links = [draw.quiet(f"link-{name}", name, opening(address)) for name, address in answer.links_of(best)]
    return draw.block(
        draw.heading(words("result.names"), "names"),
        draw.facts(answer.names_facts(best, words)),
        draw.note(words("result.readMore")) if links else None,
        draw.row(*links) if links else None,
        *_description(best, words),
    )


def _description(suggestion: Body, words: Words) -> list[ft.Control | None]:
    description = suggestion["description"]
    if not description:
        return []
    attribution = description["attribution"]
    source = answer.web_address(attribution.get("source_url")).split("/")
    host = source[2] if len(source) > 2 else words("result.notNamed")  # noqa: PLR2004 - scheme, nothing, host
    licence = attribution.get("license_name")
    return [
        ft.Text(description["text"]),
        draw.note(f"{words('result.source')} {host}" + (f" · {licence}" if licence else "")),
    ]


def _actions(phone: Phone, device: Device, body: Body) -> ft.Control:
    words, earlier = phone.core.words, body.get("continues")

    async def share() -> None:
        text = answer.share_text(body, words)
        how = await device.share(text)
        phone.core.said = {"shared": "", "copied": words("result.shared")}.get(how, text)
        phone.core.tell()

    async def another() -> None:
        await phone.go("/")

    async def before() -> None:
        await phone.go(f"/plants/{earlier}")

    return draw.block(
        draw.row(
            draw.plain("share", words("result.share"), draw.doing(phone, share), icon=ft.Icons.SHARE_OUTLINED),
            draw.plain("another", words("app.anotherPlant"), draw.doing(phone, another)),
            draw.quiet("before", words("app.before"), draw.doing(phone, before)) if earlier else None,
        ),
        draw.keyed(DeleteButton, f"delete-{body['id']}", phone, body["id"]),
        draw.said(phone.core.said or words("result.savedHere"), "saved"),
        ft.Text(words("app.deleteFailed"), color=ft.Colors.ERROR) if phone.plants.delete_failed else None,
    )


@ft.component
def DeleteButton(phone: Phone, plant: str) -> ft.Control:  # noqa: N802 - Flet's components are named as classes
    """Asks once more before it deletes."""
    words = phone.core.words
    is_sure, ask = ft.use_state(False)  # noqa: FBT003 - the name says what it is

    async def first() -> None:
        ask(True)  # noqa: FBT003

    if is_sure:
        sure = draw.doing(phone, lambda: phone.delete(plant))
        return draw.row(draw.primary("delete-sure", words("app.deleteSure"), sure, icon=ft.Icons.DELETE_OUTLINE))
    return draw.row(draw.quiet("delete", words("app.delete"), first))


def _receipt(body: Body, words: Words) -> ft.Control:
    lines: list[ft.Control] = [ft.Text(line) for line in answer.receipt_lines(body, words)]
    return draw.block(
        _folded(words("result.receipt"), [*lines, draw.facts(answer.receipt_facts(body, words))], "receipt")
    )
