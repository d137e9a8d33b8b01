"""A dict whose entries end by themselves, with no task to sweep it."""

from collections.abc import Iterator

SWEEP_MIN = 64  # entries; below, the dead ones are not worth looking for


class Expiring[V]:
    """Values by key, each with its end. Not thread-safe. `now` and `ends_at` are seconds of one clock.

    Dead entries are swept when the dict has doubled since the last sweep, so that they never outnumber the living for
    long and a put costs the same on average, however many there are.
    """

    def __init__(self) -> None:
        self._entries: dict[str, tuple[V, float]] = {}
        self._sweep_at = SWEEP_MIN

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str, *, now: float) -> V | None:
        """The value, None when there is none or its end has come."""
        entry = self._entries.get(key)
        return entry[0] if entry is not None and entry[1] > now else None

    def ends_at(self, key: str) -> float:
        """When the value under `key` ends. Raises KeyError when there is none."""
        return self._entries[key][1]

    def put(self, key: str, value: V, *, ends_at: float, now: float) -> None:
        """Keep `value` until `ends_at`, in place of what was there."""
        if len(self._entries) >= self._sweep_at:
            self._entries = dict(self._living(now))
            self._sweep_at = max(SWEEP_MIN, 2 * len(self._entries))
        self._entries[key] = (value, ends_at)

    def drop(self, key: str) -> bool:
        """Delete the value. Whether there was one, alive or not."""
        return self._entries.pop(key, None) is not None

    def _living(self, now: float) -> Iterator[tuple[str, tuple[V, float]]]:
        return ((key, entry) for key, entry in self._entries.items() if entry[1] > now)
