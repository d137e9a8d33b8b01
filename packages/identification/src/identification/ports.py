"""What this package asks of its surroundings."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from identification.answer import ProviderAnswer, ProviderName, Told
from identification.question import Asked, Question
from identification.usage import ProviderUsage
from resilience.answers import Got
from resilience.deadline import Deadline
from resilience.errors import CallRefused
from resilience.gate import Refusal
from resilience.guard import Bill


class Provider(Protocol):
    """A service that names plants. One file under `providers/` knows all of one service."""

    @property
    def name(self) -> ProviderName:
        """Which one it is."""
        ...

    def cost(self, asked: Asked) -> float:
        """What an answer to this question will cost, in the provider's own unit."""
        ...

    def heeds(self, asked: Asked) -> tuple[object, ...]:
        """What of a question its answer depends on, beside the photos; the same for two questions: one answer."""
        ...

    async def identify(self, question: Question, *, deadline: Deadline) -> ProviderAnswer:
        """Ask once, for at most one bill. "Not a plant" is an answer. Raises a ProviderError."""
        ...

    async def usage(self, *, deadline: Deadline) -> ProviderUsage:
        """What is left of our allowance, as the provider counts. Free. Raises a ProviderError."""
        ...

    async def recover(
        self, reference: int, *, language: str, health: bool, deadline: Deadline
    ) -> ProviderAnswer | None:
        """The answer it holds for a question asked earlier under `reference`, None when it has none. Free.

        Raises a ProviderError when it cannot tell now.
        """
        ...

    async def forget(self, remote_id: str, *, deadline: Deadline) -> bool:
        """Delete the provider's own record of an answer; True when it is gone. Raises a ProviderError."""
        ...


class Source(Protocol):
    """Where a provider's answers come from: its cache, a call another request makes, or a call of our own."""

    @property
    def name(self) -> ProviderName:
        """Whose answers they are."""
        ...

    def key(self, asked: Asked) -> str:
        """Under which the answer to this question is kept."""
        ...

    async def ask(self, question: Question, *, deadline: Deadline) -> Told:
        """The answer by `deadline`. Raises ProviderError, CallRefused (nobody was asked) or DeadlinePassed."""
        ...

    async def find_refusal(self, asked: Asked) -> Refusal | None:
        """Why this provider would not be asked at this moment, None when it would. Asks nobody, tells nobody."""
        ...

    def refuse(self, refusal: Refusal) -> CallRefused:
        """Count the refusal of a request, and log it; the error that stands for it."""
        ...


class Gatekeeper(Protocol):
    """Lets calls to one provider out, or not; resilience.guard.Guard is one."""

    async def call[T](
        self, work: Callable[[], Awaitable[T]], *, cost: float, bill: Callable[[T], Bill], interactive: bool = True
    ) -> T:
        """What `work` returns, if it may go out. Raises CallRefused, or what `work` raises."""
        ...

    async def find_refusal(self, *, cost: float, interactive: bool = True) -> Refusal | None:
        """Why a call would be refused at this moment, None when it may be let out."""
        ...

    def refuse(self, refusal: Refusal) -> CallRefused:
        """Count a refused call; the error that stands for it."""
        ...


class KeptAnswers(Protocol):
    """What is kept of earlier answers, by `Source.key`; resilience.answers.Answers is one."""

    async def find_fresh(self, keys: Sequence[str]) -> list[Got] | None:
        """The answers under all of `keys` when each is at hand and fresh, else None."""
        ...

    async def find(self, key: str) -> Got | None:
        """The answer under `key`, fresh or stale, also from the archive; None when there is none."""
        ...


class AnswerArchive(Protocol):
    """The durable memory of paid answers (law 4)."""

    async def keep(self, key: str, reference: int, answer: ProviderAnswer, *, fresh: float | None = None) -> int:
        """Store a paid answer, fresh for `fresh` seconds (None: as long as usual); its id in the archive."""
        ...
