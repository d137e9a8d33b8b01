"""Asking: photos in, the question on its way, its news to the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any

from state.bodies import Body
from state.core import SERVER, Core
from state.news import Accepted, Answered, Failed, Live, News, after
from state.outbox import NEVER, Item, Outbox, Refused
from state.problems import ApiError, Problem
from state.question import Draft, Photo, Place, shrink

LIVES_MAX = 20


class Asking:
    """What is being asked now. The outbox keeps each question until the server has it."""

    def __init__(self, core: Core, outbox: Outbox) -> None:
        self._core, self.outbox = core, outbox
        self.draft = Draft()
        self.organ = "auto"  # what the next photo shows, when something asked for it
        self.is_preparing = False
        self.unread = self.left_out = 0  # of the photos added last: those that were empty, those without room
        self.place_state = ""  # "asking", "denied"
        self.problem: Problem | None = None
        self.lives: dict[str, Live] = {}
        self._asked = ""  # key of the question whose answer the page goes to
        self.on_answered: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._wake = asyncio.Event()
        self._deliveries: dict[str, asyncio.Future[Accepted | Item | Refused]] = {}

    # --- the draft ---

    async def add(self, contents: list[bytes]) -> None:
        """Add photos, made smaller first; those that find no room are left out."""
        self.is_preparing, self.unread = True, 0
        self.left_out = max(0, len(contents) - self.draft.room)
        self._core.tell()
        try:
            for content in contents[: self.draft.room]:
                small = await asyncio.to_thread(shrink, content)
                if not content:
                    self.unread += 1
                    continue
                self.draft = self.draft.with_photo(Photo(small or content, self.organ))
                self.organ = "auto"
        finally:
            self.is_preparing, self.problem = False, None
            self._core.tell()

    def change(self, draft: Draft) -> None:
        """The draft as it is now."""
        self.draft, self.problem = draft, None
        self._core.tell()

    def take_place(self, latitude: float, longitude: float) -> None:
        """Use the rough place of an exact one, which nothing keeps."""
        self.place_state = ""
        self.change(replace(self.draft, place=Place.rounded(latitude, longitude)))

    def note_place(self, state: str) -> None:
        """The phone is being asked where it is, or does not tell."""
        self.place_state = state
        self._core.tell()

    # --- the way to the server ---

    @property
    def is_busy(self) -> bool:
        """Whether the question that was asked last is being sent."""
        return self._asked in self.outbox.sending

    async def ask(self) -> None:
        """Keep the question, and send it. The form is empty again once it is out of hand."""
        if not self.draft.photos or self.is_busy:
            return
        if self._core.client is None:
            self._core.go(SERVER)  # first of all: where to
            return
        self.problem = None
        draft = self.draft
        item = self.outbox.add(draft.question(self._core.language))
        self._asked = item.key
        ended = await self.deliver(item.key)
        if isinstance(ended, Refused):
            self.draft = draft.blamed(_blamed(ended.problem))
        elif self.draft == draft:
            self.draft = Draft()
        self._core.tell()

    async def deliver(self, key: str) -> Accepted | Item | Refused:
        """Send one that waits; two who ask for it at once get one sending. Its answer is read beside."""
        if key not in self._deliveries:
            self._deliveries[key] = asyncio.ensure_future(self._deliver(key))
            self._deliveries[key].add_done_callback(lambda _ended: self._deliveries.pop(key, None))
        return await asyncio.shield(self._deliveries[key])  # who waits may go; what is on its way goes on

    async def _deliver(self, key: str) -> Accepted | Item | Refused:
        core = self._core
        own = next((item.question.photos for item in self.outbox.items if item.key == key), ())
        ended, news = await self.outbox.deliver(key, core.access_client(), is_online=core.is_online)
        match ended:
            case Accepted(plant):
                core.is_reached = True
                self._begin(plant, Live(own=tuple(photo.content for photo in own)), news)
                if key == self._asked:
                    self._asked = ""
                    core.go(f"/plants/{plant}")
            case Item(problem=problem) if problem:
                self.problem = problem if key == self._asked else self.problem
                await core.heard(problem)
            case Refused(problem):
                self.problem = problem if key == self._asked else self.problem
        self._wake.set()
        core.tell()
        return ended

    async def keep_sending(self) -> None:
        """Send what is due, for as long as the app runs."""
        while True:
            self._wake.clear()
            if self._core.client is not None:
                for item in self.outbox.due():
                    await self.deliver(item.key)
            await self._until(self.outbox.next_moment())

    async def _until(self, moment: float) -> None:
        wait = None if moment == NEVER else max(0.2, moment - self._core.now())
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    async def connected(self, *, is_online: bool) -> None:
        """The phone has a network again, or none any more."""
        was, self._core.is_online = self._core.is_online, is_online
        self._core.tell()
        if is_online and not was:
            for item in self.outbox.due(connected=True):
                await self.deliver(item.key)

    # --- the answer ---

    def live(self, plant: str) -> Live:
        """What is known of it; it is read when nobody reads it yet."""
        if plant not in self.lives:
            kept = self._core.store.plant(self._core.owner, plant)
            self._begin(plant, Live(body=kept, phase=kept["status"], kept=True) if kept else Live(), None)
        return self.lives[plant]

    def _begin(self, plant: str, live: Live, news: AsyncIterator[News] | None) -> None:
        for oldest in list(self.lives)[: max(0, len(self.lives) - LIVES_MAX)]:
            del self.lives[oldest]
        self.lives[plant] = live
        if self._core.client is not None:
            self._core.run(self._read(plant, news or self._core.client.follow(plant)))

    async def _read(self, plant: str, news: AsyncIterator[News]) -> None:
        async for each in news:
            if plant not in self.lives:
                return  # it was deleted meanwhile
            live = self.lives[plant]
            if isinstance(each, Failed):
                await self._core.heard(each.problem)
            if not (live.kept and isinstance(each, Failed) and each.problem.code in {"unreachable", "unauthorized"}):
                self.lives[plant] = after(live, each)
            if isinstance(each, Answered):
                self._core.is_reached = True
                self._core.store.keep_plants(self._core.owner, [each.body])
                if self.on_answered:
                    self._core.run(self.on_answered())
            self._core.tell()

    def forget(self, plant: str) -> None:
        """What it is now is not known any more."""
        self.lives.pop(plant, None)

    def forget_all(self) -> None:
        """Somebody else holds the phone."""
        self.lives.clear()

    async def again(self, body: Body, *, health: bool = False) -> bool:
        """Put the photos of an earlier question into the form; with `health` ask at once. False when they are away."""
        client = self._core.access_client()
        try:
            contents = [await client.picture(photo["url"]) for photo in body["photos"]]
        except ApiError as error:
            await self._core.heard(error.problem)
            self._core.said = self._core.words("app.photosAway")
            self._core.tell()
            return False
        organs = [photo["organ"] or "auto" for photo in body["photos"]]
        photos = tuple(Photo(content, organ) for content, organ in zip(contents, organs, strict=True))
        continues = body["id"] if body["status"] == "complete" else ""
        self.change(Draft(photos, health=health or body["health_asked"], continues=continues))
        if health:
            await self.ask()
        return True

    async def add_photo_to(self, body: Body, organ: str) -> None:
        """Ask for the next best photo: the earlier ones are in the form, the camera is open."""
        if await self.again(body):
            self.organ = organ if organ in {"leaf", "flower", "fruit", "bark", "habit"} else "auto"
            self._core.go("/")
            self._core.go("/camera")


def _blamed(problem: Problem) -> dict[int, str]:
    """What the server found wrong with single photos, by their position."""
    found = {}
    for error in problem.errors:
        parts = str(error.get("pointer") or "").lstrip("#").split("/")
        if len(parts) > 2 and parts[1] in {"image", "images"} and parts[2].isdigit():  # noqa: PLR2004 - #/images/2
            found[int(parts[2])] = problem.code
    return found
