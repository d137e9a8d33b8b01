"""The questions that the server does not have yet."""

from datetime import UTC, datetime

import flet as ft

from parts import drawing as draw
from state.formats import moment, percent
from state.outbox import Item
from state.phone import Phone
from state.problems import problem_words


def waiting_panel(phone: Phone) -> ft.Control | None:
    """Nothing while none waits, or only the one that is just being sent for the first time."""
    words = phone.core.words
    items = [item for item in phone.outbox.items if item.problem or item.key not in phone.outbox.sending]
    if not items:
        return None
    return draw.block(
        draw.heading(words("outbox.title"), "waiting"),
        draw.note(words("outbox.why")),
        *[_item(phone, item, index) for index, item in enumerate(items)],
    )


def _item(phone: Phone, item: Item, index: int) -> ft.Control:
    words, is_sending = phone.core.words, item.key in phone.outbox.sending
    added = words("outbox.addedAt", time=moment(_when(item.added_at), words.language))

    async def send() -> None:
        await phone.asking.deliver(item.key)

    async def discard() -> None:
        phone.outbox.discard(item.key)

    return draw.column(
        ft.Row(
            [
                draw.frame(item.question.photos[0].content, "", 56),
                ft.Text(f"{words('outbox.photos', count=len(item.question.photos))} · {added}", expand=True),
            ]
        ),
        draw.said(_state(phone, item, is_sending=is_sending), f"waiting-{index}"),
        draw.row(
            draw.plain(f"send-{index}", words("outbox.sendNow"), draw.doing(phone, send), disabled=is_sending),
            draw.quiet(f"discard-{index}", words("outbox.discard"), discard, disabled=is_sending),
        ),
        spacing=6,
    )


def _state(phone: Phone, item: Item, *, is_sending: bool) -> str:
    words = phone.core.words
    if is_sending or item.problem is None:
        share = phone.outbox.share_sent.get(item.key)
        return (
            words("outbox.isSending")
            if share is None
            else words("common.sending", share=percent(share, words.language))
        )
    head, _text = problem_words(item.problem, words)
    if item.problem.code == "unauthorized":
        following = words("outbox.waitsForSignIn")
    elif item.problem.code in {"offline", "unreachable"}:
        following = words("outbox.waits")
    else:
        following = words("outbox.waitsUntil", time=moment(_when(item.not_before), words.language))
    return f"{head}. {following}"


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
