"""Questions on their way to the server.

Each is kept on the phone until the server has it, and carries a key, so that one that is sent twice (a cut line, an app
that was killed) is one identification and one bill. Nobody but who asked sees or sends it (law 12).
"""

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from state.bodies import Body
from state.news import Accepted, Failed, News
from state.ports import Client
from state.problems import UNREACHABLE, Problem
from state.question import Question
from state.store import Store

NEVER = float("inf")  # not by itself: something else has to happen first
RETRIES = (5.0, 10.0, 20.0, 40.0, 60.0)  # seconds until the next try, where nobody says; the last one stays
VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Item:
    """`owner` is who asked: an account's id, or `visitor`. `added_at`, `not_before`: seconds since 1970."""

    key: str
    question: Question
    owner: str
    added_at: float
    not_before: float = 0.0
    tries: int = 0
    problem: Problem | None = None  # why it is still here

    def about(self) -> Body:
        """What is kept beside the question. JSON knows no infinity, so never is -1."""
        return {
            "owner": self.owner,
            "added_at": self.added_at,
            "not_before": -1 if self.not_before == NEVER else self.not_before,
            "tries": self.tries,
            "problem": self.problem.as_dict() if self.problem else None,
        }

    @classmethod
    def kept(cls, key: str, question: Question, about: Body) -> "Item":
        """As it was kept."""
        problem = Problem(**about["problem"]) if about["problem"] else None
        moment = NEVER if about["not_before"] < 0 else about["not_before"]
        return cls(key, question, about["owner"], about["added_at"], moment, about["tries"], problem)


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not want this question: it is no longer here."""

    problem: Problem


type Delivery = Accepted | Item | Refused
"""How one ended: the server has it, it waits here for another try, or the server refused it."""


def later(item: Item, problem: Problem, now: float) -> Item:
    """The question, with the moment of its next try."""
    if problem.code == "unauthorized":
        return replace(item, problem=problem, not_before=NEVER)
    wait = problem.retry_after if problem.retry_after is not None else RETRIES[min(item.tries, len(RETRIES) - 1)]
    return replace(item, problem=problem, not_before=now + wait, tries=item.tries + 1)


class Outbox:
    """What waits on this phone. `tell` is called after each change; `now` gives seconds since 1970."""

    def __init__(self, store: Store, tell: Callable[[], None], now: Callable[[], float]) -> None:
        self._store, self._tell, self._now = store, tell, now
        self._items = [Item.kept(*each) for each in store.waiting()]
        self.owner: str | None = None  # None: not known yet, so nothing is shown or sent
        self.sending: set[str] = set()
        self.share_sent: dict[str, float] = {}

    @property
    def items(self) -> list[Item]:
        """What the one who is here now has not sent yet."""
        return [item for item in self._items if item.owner == self.owner]

    def belong_to(self, owner: str | None) -> None:
        """From now on this person is here. A visitor's question that was refused for want of an account is theirs."""
        self.owner = owner
        if owner not in {None, VISITOR}:
            for item in self._items:
                if item.owner in {VISITOR, owner} and item.problem and item.problem.code == "unauthorized":
                    self._change(replace(item, owner=str(owner), problem=None, not_before=0.0, tries=0))
        self._tell()

    def add(self, question: Question) -> Item:
        """Keep the question."""
        item = Item(str(uuid.uuid4()), question, self.owner or VISITOR, self._now())
        self._store.keep_waiting(item.key, question, item.about())
        self._items.append(item)
        self._tell()
        return item

    def discard(self, key: str) -> None:
        """Forget it, unsent."""
        self._store.forget_waiting(key)
        self._items = [item for item in self._items if item.key != key]
        self._tell()

    def due(self, *, connected: bool = False) -> list[Item]:
        """Whose time has come; just `connected`: those, too, that only waited for a connection."""
        lost = {"offline", "unreachable"}
        return [
            item
            for item in self.items
            if item.key not in self.sending
            and (item.not_before <= self._now() or (connected and item.problem and item.problem.code in lost))
        ]

    def next_moment(self) -> float:
        """When the next one is due; never when none is."""
        return min((item.not_before for item in self.items if item.key not in self.sending), default=NEVER)

    async def deliver(
        self, key: str, client: Client, *, is_online: bool = True
    ) -> tuple[Delivery, AsyncIterator[News]]:
        """Send one. After Accepted the rest of its news is in the iterator, which the caller reads to its end."""
        item = next((each for each in self._items if each.key == key), None)
        if item is None:
            return Refused(Problem(code="gone")), _nothing()
        if not is_online:
            return self._wait(item, Problem(code="offline")), _nothing()
        if item.owner != VISITOR and not client.token:  # else it would become a visitor's, and not be in their plants
            return self._wait(item, Problem(code="unauthorized", status=401)), _nothing()
        self.sending.add(key)
        self._tell()
        try:
            return await self._send(item, client)
        finally:
            self.sending.discard(key)
            self.share_sent.pop(key, None)
            self._tell()

    async def _send(self, item: Item, client: Client) -> tuple[Delivery, AsyncIterator[News]]:
        def sent(share: float) -> None:
            self.share_sent[item.key] = share
            self._tell()

        news = client.identify(item.question, item.key, sent)
        first = await anext(news, Failed(UNREACHABLE))
        if isinstance(first, Accepted):
            self.discard(item.key)
            return first, news
        problem = first.problem if isinstance(first, Failed) else UNREACHABLE
        with contextlib.suppress(StopAsyncIteration):
            await anext(news)  # ends it, and its connection
        if problem.is_passing or problem.code == "unauthorized":
            return self._wait(item, problem), _nothing()
        if problem.code == "too-many-requests":
            return self._wait(item, problem), _nothing()
        self.discard(item.key)
        return Refused(problem), _nothing()

    def _wait(self, item: Item, problem: Problem) -> Item:
        waiting = later(item, problem, self._now())
        self._change(waiting)
        self._tell()
        return waiting

    def _change(self, item: Item) -> None:
        self._items = [item if each.key == item.key else each for each in self._items]
        self._store.note_waiting(item.key, item.about())


async def _nothing() -> AsyncIterator[News]:
    return
    yield  # pragma: no cover - makes it an iterator
