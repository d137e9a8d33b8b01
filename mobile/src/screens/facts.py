"""Facts with their source, as guides and answers show them."""

from collections.abc import Sequence

import flet as ft

from parts import drawing as draw
from parts.device import Device
from state.answer import web_address
from state.bodies import Body
from state.guides import by_subject
from state.phone import Phone


def source_line(phone: Phone, device: Device, title: str, url: str, label: str = "") -> ft.Control | None:
    """Where a fact was read; None where that is not said."""
    address, label = web_address(url), label or phone.core.words("common.source")
    if not address:
        return draw.note(f"{label} {title}") if title else None
    return draw.row(
        draw.quiet(f"source-{title}", f"{label} {title}", draw.doing(phone, lambda: device.open_web(address)))
    )


def poison_lines(phone: Phone, device: Device, reports: Sequence[Body]) -> list[ft.Control | None]:
    """What is reported of poison for each kind of creature, or that there is no data."""
    words = phone.core.words
    lines: list[ft.Control | None] = []
    for subject, about in by_subject(reports):
        lines.append(draw.strong(words(f"common.poison.subjects.{subject}")))
        for report in about:
            of = f"{report['about']}: " if "about" in report else ""
            finding = words.get("common.poison.findings", report["finding"])
            lines.append(ft.Text(f"{of}{finding} {report['text']}"))
            lines.append(source_line(phone, device, report["source_title"], report["source_url"]))
        if not about:
            lines.append(draw.note(words("common.poison.noData")))
    return lines
