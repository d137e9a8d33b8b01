"""What this package asks of its surroundings."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; a fake one in tests."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never steps back."""
        ...

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may step."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never steps back."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may step."""
        return time.time()
