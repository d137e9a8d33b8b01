"""What the app needs from outside: a server, and a safe place for its token."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from state.bodies import Body
from state.news import News
from state.question import Question


class Client(Protocol):
    """One server's API. Whatever does not succeed raises ApiError; nothing else is raised."""

    address: str
    token: str  # of the session; "" for a visitor
    visitor: str  # the visitor cookie, this app's own (docs/guides/sending-again.md)

    async def about(self) -> Body:
        """Version, providers, limits; raises when there is no Plant Community at the address."""
        ...

    async def sign_in(self, email: str, password: str) -> str:
        """The step after it: "signed-in", "second-factor", "verify-email" or "sign-in"."""
        ...

    async def give_code(self, code: str) -> str:
        """The step after the second factor."""
        ...

    async def verify_email(self, key: str) -> str:
        """The step after the code of the mail."""
        ...

    async def sign_out(self) -> None:
        """End the session; a server out of reach keeps it until it expires."""
        ...

    async def me(self) -> Body:
        """The account."""
        ...

    async def usage(self) -> Body:
        """What the account has used."""
        ...

    def identify(self, question: Question, key: str, sent: Callable[[float], None]) -> AsyncIterator[News]:
        """Send the question; the last news is Answered or Failed. `sent` hears the share (0..1) that is out.

        With the same `key` it is the same identification and the same bill, however often it is sent.
        """
        ...

    def follow(self, plant: str) -> AsyncIterator[News]:
        """Ask at its address until it has ended."""
        ...

    async def plants(self, cursor: str, search: str) -> Body:
        """A page of the history, newest first; "" is the first page, and every name."""
        ...

    async def delete(self, plant: str) -> None:
        """Delete it for good."""
        ...

    async def say(self, plant: str, was_right: str, name: str) -> Body:
        """Say whether the answer was right ("yes", "no", "another"); what is stored."""
        ...

    async def picture(self, url: str) -> bytes:
        """A picture: the server's own with the session, any other without."""
        ...

    async def guides(self, search: str, offset: int) -> Body:
        """Some of the care guides."""
        ...

    async def guide(self, slug: str) -> Body | None:
        """One of them; None when there is none."""
        ...

    async def close(self) -> None:
        """Let go of its connections."""
        ...


class Secrets(Protocol):
    """The phone's keychain."""

    async def get(self, name: str) -> str | None:
        """What is kept under the name."""
        ...

    async def set(self, name: str, value: str) -> None:
        """Keep it."""
        ...

    async def remove(self, name: str) -> None:
        """Forget it."""
        ...
