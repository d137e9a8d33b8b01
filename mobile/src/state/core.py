"""What all parts of the app share: who is here, which server, where one is in the app, and who is told of changes."""

import asyncio
import contextlib
import secrets as random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from state.bodies import Body
from state.outbox import VISITOR
from state.ports import Client, Secrets
from state.problems import ApiError, Problem
from state.store import Store
from state.words import LANGUAGES, Words

TABS = ("/", "/plants", "/care", "/account")
LOOKS = ("system", "light", "dark")
SIGN_IN, SERVER, CAMERA = "/account/sign-in", "/account/server", "/camera"


class Core:
    """The middle of the app. `connect` makes a client for an address; `now` gives seconds since 1970."""

    about: Body | None  # what the server said of itself last
    me: Body | None  # the account

    def __init__(
        self, folder: Path, safe: Secrets, connect: Callable[[str], Client], now: Callable[[], float], language: str
    ) -> None:
        self.store, self.safe, self.connect, self.now = Store(folder), safe, connect, now
        self.language: str = self.store.fact("language", language)
        self.look: str = self.store.fact("look", "system")
        self.address: str = self.store.fact("address", "")
        self.person: str | None = self.store.fact("person")  # id of the account or `visitor`; None: never known
        self.client: Client | None = None
        self.about = self.store.fact("about")
        self.me = None
        self.is_online = True
        self.is_reached = True  # whether the server answered when it was asked last
        self.path: list[str] = ["/"]  # where one is; the last is shown
        self.come_back_to = ""  # where one was when the session ended
        self.said = ""  # a sentence about what was just done
        self._listeners: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_expired: Callable[[], Coroutine[Any, Any, None]] | None = None

    # --- words and looks ---

    @property
    def words(self) -> Words:
        """In the language that was chosen."""
        return Words(self.language)

    def choose_language(self, language: str) -> None:
        """Speak this one from now on."""
        if language in LANGUAGES:
            self.language = language
            self.store.keep_fact("language", language)
            self.tell()

    def choose_look(self, look: str) -> None:
        """Light, dark, or as the phone."""
        if look in LOOKS:
            self.look = look
            self.store.keep_fact("look", look)
            self.tell()

    # --- who hears of changes ---

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """`listener` is called after each change, until the function that comes back is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self) -> None:
        """Something has changed."""
        for listener in list(self._listeners):
            listener()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else; the app keeps hold of it until it has ended."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until all that was begun has ended."""
        while running := [task for task in self._tasks if task is not asyncio.current_task()]:
            await asyncio.gather(*running)
            await asyncio.sleep(0)  # those that have ended are let go of in the next turn of the loop

    async def close(self) -> None:
        """End what runs, and let go of the file and the connections."""
        for task in list(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self.client:
            await self.client.close()
        self.store.close()

    # --- where one is ---

    @property
    def route(self) -> str:
        """The page that is shown."""
        return self.path[-1]

    @property
    def tab(self) -> str:
        """The first page of the part that is shown."""
        return self.path[0]

    def go(self, route: str) -> None:
        """Show a page: one of the four tabs, or one above the page that is shown."""
        self.said = ""
        if route in TABS:
            self.path = [route]
        elif route != self.route:
            self.path = [*self.path, route]
        self.tell()

    def open(self, link: str) -> None:
        """Show what a link names (a path, or `plantcommunity://app` before it): the page, above the tab it belongs to."""
        route = urlsplit(link).path.rstrip("/") or "/"
        tab = next((each for each in TABS[1:] if route.startswith(each)), "/")
        known = route in TABS or route.startswith(("/plants/", "/care/", "/account/"))
        self.path = [tab, route] if known and route not in TABS else [tab]
        self.tell()

    def back(self) -> None:
        """The page below the one that is shown."""
        self.path = self.path[:-1] or ["/"]
        self.tell()

    def back_to(self, route: str) -> None:
        """That page again, without those above it."""
        if route in self.path:
            self.path = self.path[: self.path.index(route) + 1]
        else:
            self.open(route)
        self.tell()

    # --- the server ---

    @property
    def owner(self) -> str:
        """Whose copies these are: of one person, from one server."""
        return f"{self.address} {self.person or VISITOR}"

    def belongs_to(self, person: str | None) -> None:
        """Who is here, also after a start without network."""
        self.person = person
        self.store.keep_fact("person", person)

    async def open_server(self, address: str) -> Client:
        """A client of that server, with the session that is kept for it."""
        client = self.connect(address)
        client.token = await self.safe.get(f"token {address}") or ""
        client.visitor = await self._visitor()
        return client

    async def _visitor(self) -> str:
        """This app's own name for a visitor: with it a question that is sent again is known again."""
        kept = await self.safe.get("visitor")
        if not kept:
            kept = random.token_urlsafe(24)
            await self.safe.set("visitor", kept)
        return kept

    def access_client(self) -> Client:
        """The client. Raises ApiError as long as no server is chosen."""
        if self.client is None:
            raise ApiError(Problem(code="unreachable"))
        return self.client

    async def heard(self, problem: Problem) -> None:
        """A call failed: note whether the server is away, or the session has ended."""
        self.is_reached = problem.code not in {"unreachable", "offline"}
        if problem.code == "unauthorized" and self.on_expired and self.client and self.client.token:
            await self.on_expired()
        self.tell()
