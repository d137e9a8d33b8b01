"""What this package asks of its surroundings."""

from typing import Protocol

from identification.answer import ProviderAnswer, ProviderName
from identification.question import Question
from resilience.deadline import Deadline


class Provider(Protocol):
    """A service that names plants. One file under `providers/` knows all of one service."""

    @property
    def name(self) -> ProviderName:
        """Which one it is."""
        ...

    async def identify(self, question: Question, *, deadline: Deadline) -> ProviderAnswer:
        """Ask once, for at most one bill. "Not a plant" is an answer. Raises a ProviderError."""
        ...

    async def recover(
        self, reference: int, *, language: str, health: bool, deadline: Deadline
    ) -> ProviderAnswer | None:
        """The answer it holds for a question asked earlier under `reference`, None when it has none. Free."""
        ...

    async def forget(self, remote_id: str, *, deadline: Deadline) -> bool:
        """Delete the provider's own record of an answer; True when it is gone. Raises a ProviderError."""
        ...
