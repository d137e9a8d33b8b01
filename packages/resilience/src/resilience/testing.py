"""For the tests of every room."""


class FakeClock:
    """A clock that moves only when told to."""

    def __init__(self, *, monotonic: float = 1_000.0, wall: float = 1_767_225_600.0) -> None:
        self._monotonic, self._wall = monotonic, wall

    def monotonic(self) -> float:
        """Seconds, moved by `advance`."""
        return self._monotonic

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC, moved by `advance`."""
        return self._wall

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._monotonic += seconds
        self._wall += seconds
