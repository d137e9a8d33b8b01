"""One identification: on its way, answered, or why there is no answer."""

import flet as ft

from parts import drawing as draw
from parts.device import Device
from screens.result import result_blocks, verdict_block
from state.answer import progress_line
from state.news import Live
from state.phone import Phone
from state.words import PROVIDERS


def plant_screen(phone: Phone, device: Device, plant: str) -> list[ft.Control | None]:
    """The page of one plant."""
    words = phone.core.words
    live = phone.asking.live(plant)
    if live.phase == "failed" and live.problem:
        return [_failed(phone, plant, live)]
    if live.phase == "complete" and live.body:
        return [
            draw.notice(words("own.kept_offline"), "kept") if live.kept and not phone.core.is_reached else None,
            *result_blocks(phone, device, live.body),
        ]
    return _progress(phone, live)


def _failed(phone: Phone, plant: str, live: Live) -> ft.Control:
    words = phone.core.words

    async def again() -> None:
        phone.asking.forget(plant)
        phone.asking.live(plant)
        phone.core.tell()

    async def another() -> None:
        await phone.go("/")

    if live.problem is None:
        return draw.note(words("common.loading"))
    return draw.problem_notice(
        live.problem,
        words,
        draw.plain("retry", words("common.tryAgain"), again) if live.problem.code != "not-found" else None,
        draw.quiet("another", words("app.anotherPlant"), draw.doing(phone, another)),
    )


def _progress(phone: Phone, live: Live) -> list[ft.Control | None]:
    words = phone.core.words
    providers = (phone.core.about or {}).get("providers") or list(PROVIDERS)
    reports = {report["provider"]: report for report in live.reports}

    async def leave() -> None:
        await phone.go("/")

    lines = [
        ft.Row(
            [
                ft.ProgressRing(width=18, height=18, stroke_width=2)
                if provider not in reports
                else ft.Icon(
                    ft.Icons.CHECK_CIRCLE if reports[provider]["state"] == "ok" else ft.Icons.ERROR_OUTLINE,
                    size=20,
                    color=ft.Colors.PRIMARY if reports[provider]["state"] == "ok" else ft.Colors.ERROR,
                ),
                draw.marked(
                    f"provider-{provider}",
                    ft.Text(progress_line(provider, reports.get(provider), words)),
                    live_region=True,
                    expand=True,
                ),
            ]
        )
        for provider in providers
    ]
    first = None
    if live.so_far and live.so_far["verdict"]:
        first = verdict_block(phone, live.so_far, list(live.own), tag=words("result.firstAnswer"))
    return [
        draw.block(
            draw.title(words("result.lookingTitle"), "looking"),
            *lines,
            draw.note(words("result.reconnecting" if live.reconnecting else "result.takes")),
            draw.row(draw.quiet("leave", words("result.stopWaiting"), draw.doing(phone, leave))),
        ),
        first,
    ]
