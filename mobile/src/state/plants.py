"""My plants: from the server when it can be reached, else as the phone has kept them; and all pictures."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from state.asking import Asking
from state.bodies import Body
from state.core import Core
from state.news import Answered, after
from state.problems import ApiError, Problem

PICTURES_AT_HAND = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What happens to a word about an answer: "sending", "failed", or "" once it is stored."""

    plant: str
    state: str


class Plants:
    """The list, its pictures, and what can be done with one of them."""

    def __init__(self, core: Core, asking: Asking) -> None:
        self._core, self._asking = core, asking
        self.items: list[Body] = []
        self.cursor = ""  # of the next page; "" on the last
        self.search = ""
        self.is_loading = False
        self.is_read = False
        self.is_kept = False  # shown as the phone has kept them
        self.problem: Problem | None = None
        self.said: Said | None = None
        self.delete_failed = False
        self._pictures: dict[str, bytes | None] = {}

    async def read(self, search: str = "") -> None:
        """The first page; without the server what was kept."""
        core = self._core
        self.search, self.is_loading, self.problem = search, True, None
        core.tell()
        try:
            page = await core.access_client().plants("", search)
        except ApiError as error:
            self._take_kept(error.problem)
            await core.heard(error.problem)
        else:
            core.is_reached = True
            self.items, self.cursor, self.is_kept, self.is_read = page["results"], _cursor(page), False, True
            core.store.keep_plants(core.owner, self.items)
            if not search:
                since = self.items[-1]["created_at"] if self.items and self.cursor else ""
                core.store.keep_only(core.owner, [each["id"] for each in self.items], since)
        finally:
            self.is_loading = False
            core.tell()

    def _take_kept(self, problem: Problem) -> None:
        kept = self._core.store.plants(self._core.owner)
        wanted = self.search.casefold()
        self.items = [each for each in kept if wanted in _searched(each)]
        self.cursor, self.is_kept, self.is_read = "", bool(kept), bool(kept)
        self.problem = None if kept and problem.code in {"unreachable", "offline"} else problem

    async def more(self) -> None:
        """The next page."""
        core = self._core
        if not self.cursor or self.is_loading:
            return
        self.is_loading = True
        core.tell()
        try:
            page = await core.access_client().plants(self.cursor, self.search)
            self.items, self.cursor = [*self.items, *page["results"]], _cursor(page)
            core.store.keep_plants(core.owner, page["results"])
        except ApiError as error:
            await core.heard(error.problem)
        finally:
            self.is_loading = False
            core.tell()

    async def delete(self, plant: str) -> bool:
        """Delete it at the server and on the phone; whether that succeeded."""
        core = self._core
        self.delete_failed = False
        try:
            await core.access_client().delete(plant)
        except ApiError as error:
            if error.problem.code != "not-found":
                self.delete_failed = True
                await core.heard(error.problem)
                return False
        core.store.forget_plant(core.owner, plant)
        self._asking.forget(plant)
        self.items = [each for each in self.items if each["id"] != plant]
        core.said = core.words("app.deleted")
        core.tell()
        return True

    async def say(self, plant: str, was_right: str, name: str = "") -> None:
        """Say whether the answer was right; a later word replaces it."""
        core = self._core
        self.said = Said(plant, "sending")
        core.tell()
        try:
            stored = await core.access_client().say(plant, was_right, name)
        except ApiError as error:
            self.said = Said(plant, "failed")
            await core.heard(error.problem)
            return
        self.said = None
        live = self._asking.lives.get(plant)
        if live and live.body:
            body = live.body | {"feedback": stored}
            self._asking.lives[plant] = after(live, Answered(body))
            core.store.keep_plants(core.owner, [body])
            self.items = [body if each["id"] == plant else each for each in self.items]
        core.tell()

    # --- pictures ---

    def picture(self, url: str | None) -> bytes | None:
        """The picture, when it is at hand; else it is fetched, and the page is told when it is there."""
        if not url:
            return None
        if url in self._pictures:
            return self._pictures[url]
        if len(self._pictures) >= PICTURES_AT_HAND:
            del self._pictures[next(iter(self._pictures))]
        kept = self._core.store.picture(self._core.owner, url)
        self._pictures[url] = kept
        if kept is None and self._core.client is not None:
            self._core.run(self._fetch(url))
        return kept

    async def _fetch(self, url: str) -> None:
        try:
            content = await self._core.access_client().picture(url)
        except ApiError:
            return  # a frame without a picture says so; the next start tries again
        self._core.store.keep_picture(self._core.owner, url, content)
        self._pictures[url] = content
        self._core.tell()

    def forget_all(self) -> None:
        """Somebody else holds the phone."""
        self.items, self.cursor, self.search = [], "", ""
        self.is_read, self.is_kept, self.problem, self.said = False, False, None, None
        self._pictures.clear()


def _cursor(page: Body) -> str:
    """The cursor in the address of the next page."""
    return parse_qs(urlsplit(page.get("next") or "").query).get("cursor", [""])[0]


def _searched(body: Body) -> str:
    """The names that a search looks at."""
    names = [each["name"] for each in body["suggestions"]]
    common = [name for each in body["suggestions"] for name in each["common_names"]]
    return " ".join([*names, *common]).casefold()
