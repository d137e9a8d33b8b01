"""Pieces of every screen: texts, panels, buttons, pictures. They wrap, and none has a fixed height: text may be large."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import flet as ft

from parts.look import GAP, PICTURE
from state.formats import until
from state.phone import Phone
from state.problems import Problem, problem_words, state_of
from state.words import Words

type Work = Callable[[], Coroutine[Any, Any, object]]
type Handler = Callable[[], Awaitable[None]]


def doing(phone: Phone, work: Work) -> Handler:
    """A handler that begins the work and returns: the screen stays alive meanwhile."""

    async def run() -> None:
        await work()

    async def handle() -> None:
        phone.core.run(run())

    return handle


def marked(identifier: str, content: ft.Control, **more: Any) -> ft.Semantics:
    """A control that a test finds by its identifier, and a screen reader by its role."""
    return ft.Semantics(identifier=identifier, content=content, key=identifier, **more)


def title(text: str, identifier: str = "title") -> ft.Control:
    """The heading of a page."""
    return marked(identifier, ft.Text(text, size=26, weight=ft.FontWeight.W_600), header=True, heading_level=1)


def heading(text: str, identifier: str = "") -> ft.Control:
    """The heading of a block; a test finds the block by its identifier."""
    return ft.Semantics(
        content=ft.Text(text, size=18, weight=ft.FontWeight.W_600),
        identifier=identifier or None,
        header=True,
        heading_level=2,
    )


def note(text: str) -> ft.Text:
    """What is said beside."""
    return ft.Text(text, size=14, color=ft.Colors.ON_SURFACE_VARIANT)


def credit(text: str) -> ft.Text:
    """Whose picture it is."""
    return ft.Text(text, size=11, color=ft.Colors.ON_SURFACE_VARIANT)


def strong(text: str) -> ft.Text:
    """What matters."""
    return ft.Text(text, weight=ft.FontWeight.W_600)


def scientific(text: str, size: int = 15) -> ft.Text:
    """The name of a plant, as botanists write it."""
    return ft.Text(text, italic=True, size=size)


def block(*controls: ft.Control | None) -> ft.Control:
    """A panel with what belongs together; None is left out. Each of its texts is read by itself."""
    return ft.Container(
        content=column(*controls),
        padding=16,
        border_radius=14,
        bgcolor=ft.Colors.SURFACE_CONTAINER,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
    )


def column(*controls: ft.Control | None, spacing: int = GAP) -> ft.Column:
    """Below each other, as wide as the screen."""
    shown = [each for each in controls if each is not None]
    return ft.Column(shown, spacing=spacing, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True)


def row(*controls: ft.Control | None) -> ft.Row:
    """Beside each other, on more lines when there is no room."""
    return ft.Row([each for each in controls if each is not None], wrap=True, spacing=8, run_spacing=8)


def notice(text: str, identifier: str = "notice") -> ft.Control:
    """Something that is to be known, read aloud when it appears."""
    panel = ft.Container(
        ft.Text(text, color=ft.Colors.ON_TERTIARY_CONTAINER),
        padding=12,
        border_radius=10,
        bgcolor=ft.Colors.TERTIARY_CONTAINER,
    )
    return marked(identifier, panel, live_region=True, container=True)


def said(text: str, identifier: str) -> ft.Control | None:
    """What came of something, read aloud; nothing while there is nothing to say."""
    return marked(identifier, note(text), live_region=True) if text else None


def primary(identifier: str, text: str, work: Handler, *, icon: Any = None, disabled: bool = False) -> ft.Control:
    """The button that the page is about."""
    button = ft.FilledButton(text, icon=icon, on_click=work, disabled=disabled, style=_tall())
    return marked(identifier, button)


def plain(identifier: str, text: str, work: Handler, *, icon: Any = None, disabled: bool = False) -> ft.Control:
    """A button for what one may do besides."""
    button = ft.OutlinedButton(text, icon=icon, on_click=work, disabled=disabled, style=_tall())
    return marked(identifier, button)


def quiet(identifier: str, text: str, work: Handler, *, disabled: bool = False) -> ft.Control:
    """A button that does not call for attention."""
    return marked(identifier, ft.TextButton(text, on_click=work, disabled=disabled, style=_tall()))


def icon_button(identifier: str, icon: ft.IconData, label: str, work: Handler) -> ft.Control:
    """A button without words on it; a screen reader has them (a tooltip alone it does not read, Flet 1.0.5)."""
    return marked(identifier, ft.IconButton(ft.Icon(icon, semantics_label=label), on_click=work, tooltip=label))


def _tall() -> ft.ButtonStyle:
    return ft.ButtonStyle(padding=ft.Padding.symmetric(horizontal=16, vertical=14), text_style=ft.TextStyle(size=15))


def field(identifier: str, label: str, value: str, typed: Callable[[str], None], **more: Any) -> ft.Control:
    """A field for text; `typed` hears each change."""
    box = ft.TextField(label=label, value=value, on_change=lambda event: typed(event.control.value or ""), **more)
    return marked(identifier, box)


def facts(pairs: Sequence[tuple[str, str]]) -> ft.Control:
    """Terms with what is said of each."""
    return column(*[column(note(term), ft.Text(text), spacing=0) for term, text in pairs], spacing=8)


def frame(content: bytes | None, label: str, size: float = PICTURE) -> ft.Control:
    """A picture, cut to a square; a leaf where there is none (yet)."""
    empty = ft.Container(
        ft.Icon(ft.Icons.ECO_OUTLINED, color=ft.Colors.OUTLINE),
        width=size,
        height=size,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGHEST,
        alignment=ft.Alignment.CENTER,
        border_radius=10,
    )
    if content is None:
        return empty
    return ft.Image(
        src=content,
        width=size,
        height=size,
        fit=ft.BoxFit.COVER,
        border_radius=10,
        semantics_label=label or None,
        exclude_from_semantics=not label,
        gapless_playback=True,
        error_content=empty,
    )


def problem_notice(problem: Problem, words: Words, *actions: ft.Control | None) -> ft.Control:
    """What went wrong, in calm words, and what to do next."""
    head, text = problem_words(problem, words)
    reasons = [f"{state_of(report, words)}." for report in problem.providers if report["state"] != "ok"]
    wait = problem.retry_after
    return block(
        ft.Semantics(
            content=ft.Text(head, size=20, weight=ft.FontWeight.W_600),
            identifier=f"problem-{problem.code}",
            header=True,
            live_region=True,
        ),
        ft.Text(text),
        strong(words("common.waitFor", time=until(wait, words.language))) if wait is not None else None,
        column(*[ft.Text(reason) for reason in reasons], spacing=4) if reasons else None,
        row(*actions) if any(actions) else None,
        note(f"{words('common.label', name=words('common.requestId'))} {problem.request_id}")
        if problem.request_id
        else None,
    )


def keyed(component: Callable[..., Any], key: str, *arguments: Any) -> Any:
    """A component with a key: with another one it begins anew (Flet takes it out of the arguments)."""
    return component(*arguments, key=key)


def touchable(identifier: str, content: ft.Control, work: Handler) -> ft.Control:
    """A whole card that leads somewhere; all its words are read as those of one button."""
    card = ft.Container(
        content,
        padding=10,
        border_radius=14,
        ink=True,
        bgcolor=ft.Colors.SURFACE_CONTAINER,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
        on_click=work,
    )
    return ft.MergeSemantics(marked(identifier, card, button=True), key=identifier)
