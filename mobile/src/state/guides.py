"""Care guides: each fact with the source it was read in."""

from collections.abc import Sequence
from html.parser import HTMLParser

from state.bodies import Body
from state.core import Core
from state.problems import ApiError, Problem

FACTS = ("light", "water", "soil", "temperature")
SUBJECTS = ("human", "cat", "dog")


class Guides:
    """The list of guides, and the one that is read. Those that were read once are kept for times without network."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.forget_all()

    def forget_all(self) -> None:
        """Another server has others."""
        self.items: list[Body] = []
        self.total = 0
        self.search = ""
        self.is_loading = False
        self.is_read = False
        self.problem: Problem | None = None
        self.read_ones: dict[str, Body | None] = {}
        self.one_problem: Problem | None = None

    async def read(self, search: str = "") -> None:
        """Those that match, from the first."""
        self.search, self.items, self.total = search, [], 0
        await self.more()

    async def more(self) -> None:
        """The next ones."""
        core = self._core
        self.is_loading, self.problem = True, None
        core.tell()
        try:
            page = await core.access_client().guides(self.search, len(self.items))
            self.items, self.total = [*self.items, *page["items"]], page["meta"]["total_count"]
            self.is_read = core.is_reached = True
            if not self.search:
                core.store.keep_fact(f"guides {core.address}", self.items)
        except ApiError as error:
            kept = core.store.fact(f"guides {core.address}")
            if kept and not self.items:
                self.items, self.total, self.is_read = kept, len(kept), True
            else:
                self.problem = error.problem
            await core.heard(error.problem)
        finally:
            self.is_loading = False
            core.tell()

    async def open(self, slug: str) -> None:
        """Read one."""
        core, name = self._core, f"guide {self._core.address} {slug}"
        self.one_problem = None
        kept = core.store.fact(name)
        if kept:
            self.read_ones[slug] = kept
            core.tell()
        try:
            self.read_ones[slug] = guide = await core.access_client().guide(slug)
            core.store.keep_fact(name, guide)
        except ApiError as error:
            self.one_problem = None if kept else error.problem
            await core.heard(error.problem)
        core.tell()


def fact_of(guide: Body, kind: str) -> Body | None:
    """The fact of this kind; None when nobody found one."""
    return next((block["value"] for block in guide["care"] if block["type"] == kind), None)


def reports_of(guide: Body) -> list[Body]:
    """What sources report of poison."""
    return [block["value"] for block in guide["care"] if block["type"] == "toxicity"]


def by_subject(reports: Sequence[Body]) -> list[tuple[str, list[Body]]]:
    """People, cats and dogs, each with what is reported of poison for them; nothing means: no data (law 11)."""
    return [(subject, [each for each in reports if each["subject"] == subject]) for subject in SUBJECTS]


def picture_of(guide: Body) -> Body | None:
    """The first picture in its text."""
    return next((block["value"] for block in guide["body"] if block["type"] == "picture"), None)


class _Words(HTMLParser):
    """The words of a formatted text, a paragraph or a point of a list each."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in {"p", "li", "ul", "ol", "br", "h2", "h3"}:
            self.paragraphs.append("• " if tag == "li" else "")

    def handle_data(self, data: str) -> None:
        self.paragraphs[-1] += data


def paragraphs_of(html: str) -> list[str]:
    """Text that people formatted in the CMS, as plain paragraphs: nothing of it is run or fetched."""
    reader = _Words()
    reader.feed(html)
    return [text for each in reader.paragraphs if (text := " ".join(each.split())) and text != "•"]
