"""The one moment by which an answer is due; every part of a call takes its share of what is left."""

import math

from resilience.ports import Clock


class Deadline:
    """A moment on a clock, handed down from the request to the last socket (law 3)."""

    def __init__(self, clock: Clock, at: float) -> None:
        self.clock, self.at = clock, at

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> "Deadline":
        """The deadline `seconds` from now; `seconds` is finite and not negative, else ValueError."""
        if not math.isfinite(seconds) or seconds < 0:
            message = f"a deadline lies a finite number of seconds ahead, not {seconds}"
            raise ValueError(message)
        return cls(clock, clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, 0.0 when it has passed."""
        return max(0.0, self.at - self.clock.monotonic())

    def share(self, at_most: float, *, keep_back: float = 0.0) -> float:
        """Seconds one attempt may take: at most `at_most`, with `keep_back` seconds left for what follows it."""
        return max(0.0, min(at_most, self.remaining() - keep_back))
