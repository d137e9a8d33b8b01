"""The whole app without its screens: what a start does, and what a person does across its parts."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from state.accounts import Accounts
from state.asking import Asking
from state.core import SERVER, Core
from state.guides import Guides
from state.outbox import VISITOR, Outbox
from state.plants import Plants
from state.ports import Client, Secrets


class Phone:
    """One person's app. `folder` is where it keeps things, `safe` is the keychain, `suggested` a server to begin with."""

    def __init__(  # noqa: PLR0913 - a phone has so much around it
        self,
        folder: Path,
        safe: Secrets,
        connect: Callable[[str], Client],
        *,
        language: str = "en",
        suggested: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.core = Core(folder, safe, connect, now, language)
        self.outbox = Outbox(self.core.store, self.core.tell, now)
        self.accounts = Accounts(self.core, self.outbox)
        self.asking = Asking(self.core, self.outbox)
        self.plants = Plants(self.core, self.asking)
        self.guides = Guides(self.core)
        self.suggested = suggested
        self.asking.on_answered = self._answered
        self._sender: asyncio.Task[None] | None = None

    async def start(self, route: str = "/") -> None:
        """Find the server and who is here, show the page, and send what waits from the last time."""
        core = self.core
        if core.address:
            core.client = await core.open_server(core.address)
            if core.person is not None:
                self.outbox.belong_to(core.person)
            self._open_first(route)
            await self.accounts.look()
        elif self.suggested and await self.accounts.use_server(self.suggested):
            self._open_first(route)
        else:
            core.path = ["/", SERVER]
        self._sender = asyncio.create_task(self.asking.keep_sending())
        core.run(self.show(core.route))
        core.tell()

    def _open_first(self, route: str) -> None:
        """Show what the start was for; who has gone on, while the server was looked for, stays where they are."""
        if self.core.path == ["/"]:
            self.core.open(route)

    async def close(self) -> None:
        """End."""
        if self._sender:
            self._sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sender
        await self.core.close()

    async def _answered(self) -> None:
        """A list that is shown has a new plant."""
        if self.core.route in {"/", "/plants"}:
            await self.show(self.core.route)

    async def go(self, route: str) -> None:
        """Show a page, and read what belongs on it."""
        self.core.go(route)
        await self.show(self.core.route)

    async def back(self) -> None:
        """The page below, read anew."""
        self.core.back()
        await self.show(self.core.route)

    async def show(self, route: str) -> None:
        """Read what belongs on this page."""
        if self.core.client is None:
            return
        if route in {"/", "/plants"}:
            await self.plants.read(self.plants.search if route == "/plants" else "")
        elif route == "/care" and not self.guides.is_read:
            await self.guides.read()
        elif route.startswith("/care/"):
            await self.guides.open(route.removeprefix("/care/"))
        elif route.startswith("/plants/"):
            self.asking.live(route.removeprefix("/plants/"))
        elif route == "/account":
            await self.accounts.read_usage()

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in; once in, what was on the page is read again, and what waited is sent."""
        await self.accounts.sign_in(email, password)
        await self._entered()

    async def give_code(self, code: str) -> None:
        """The second step of it."""
        await self.accounts.give_code(code)
        await self._entered()

    async def _entered(self) -> None:
        if self.core.me is None:
            return
        self.plants.forget_all()
        self.asking.forget_all()
        for item in self.outbox.due():
            await self.asking.deliver(item.key)
        await self.show(self.core.route)

    async def sign_out(self) -> None:
        """Sign out; nothing that belongs to the account stays in sight."""
        await self.accounts.sign_out()
        self.plants.forget_all()
        self.asking.forget_all()
        self.core.tell()

    async def use_server(self, typed: str) -> None:
        """Another server: its plants, its guides, its account."""
        if await self.accounts.use_server(typed):
            self.plants.forget_all()
            self.asking.forget_all()
            self.guides.forget_all()
            self.core.path = ["/"]
            await self.show("/")
            self.core.tell()

    async def forget_kept(self) -> None:
        """Nothing that was read from a server, and nothing that waits, stays on the phone."""
        self.core.store.forget_waiting_of([item.key for item in self.outbox.items])
        for item in self.outbox.items:
            self.outbox.discard(item.key)
        self.core.store.forget_copies()
        self.plants.forget_all()
        self.asking.forget_all()
        self.core.said = self.core.words("own.forgotten")
        self.core.tell()

    async def delete(self, plant: str) -> None:
        """Delete a plant, and show what was below it."""
        if await self.plants.delete(plant):
            said = self.core.said
            self.core.back()
            self.core.said = said
            self.core.tell()

    @property
    def is_visitor(self) -> bool:
        """Whether nobody is signed in."""
        return self.core.me is None and (self.core.person or VISITOR) == VISITOR
