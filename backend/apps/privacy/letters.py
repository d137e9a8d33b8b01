"""The mails about the deletion of an account."""

import asyncio
import datetime as dt
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core.mail import send_mail

log = structlog.get_logger("plant_community.privacy")


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject, and a text with gaps."""

    subject: str
    text: str


SCHEDULED = Letter(
    "Your account will be deleted",
    """You asked us to delete your account. On {due:%d %B %Y at %H:%M} UTC it will be gone, with all you asked: answers,
photos, feedback, API keys, and what Plant.id keeps of it.

Until then you can take it back: sign in {where}and choose to keep the account
(in a program: POST /api/v1/me/undo-deletion/).

Was it not you? Then sign in, keep the account, and change your password.
""",
)
KEPT = Letter(
    "Your account stays",
    """The deletion of your account was taken back; everything is as it was. You were signed out on your other devices.

Was it not you? Then change your password.
""",
)
DELETED = Letter(
    "Your account is deleted",
    """Your account and all that belonged to it are deleted, as you asked. This is the last mail we send you; we keep
your address no longer.
""",
)


async def send(letter: Letter, address: str, *, due: dt.datetime | None = None) -> None:
    """Send it. A mail server that does not answer stops nobody's deletion: that is logged."""
    where = f"at {settings.PUBLIC_URL}/accounts/ " if settings.PUBLIC_URL else ""
    text = letter.text.format(due=due, where=where)
    try:
        await asyncio.to_thread(send_mail, f"[Plant Community] {letter.subject}", text, None, [address])
    except Exception:
        log.exception("a mail about a deletion could not be sent", subject=letter.subject)
