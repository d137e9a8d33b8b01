"""Credits of Plant.id keys: rolling limits of a day, a week, a month, and a total."""

from collections import deque
from collections.abc import Callable
from typing import Any

from plant_simulator.config import PlantIdKey
from plant_simulator.simulation import DAY

NO_CREDITS = "The specified api key does not have sufficient number of available credits."
_WINDOWS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}


class _Window:
    """The credits used in the last `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._used = seconds, 0.0
        self._uses: deque[tuple[float, float]] = deque()

    def add(self, now: float, amount: float) -> None:
        self._uses.append((now, amount))
        self._used += amount

    def used(self, now: float) -> float:
        while self._uses and self._uses[0][0] <= now - self._seconds:
            self._used -= self._uses.popleft()[1]
        return self._used


class _Meter:
    """One key's use."""

    def __init__(self) -> None:
        self.windows = {name: _Window(seconds) for name, seconds in _WINDOWS.items()}
        self.total = 0.0

    def used(self, now: float) -> dict[str, float]:
        return {name: window.used(now) for name, window in self.windows.items()} | {"total": self.total}


class Credits:
    """The credits of all keys. `wall` gives seconds since 1970-01-01 UTC."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._meters: dict[str, _Meter] = {}

    def find_refusal(self, name: str, key: PlantIdKey, cost: float) -> str | None:
        """The sentence that refuses `cost` credits to a key, None when it has them."""
        used = self._meter(name).used(self._wall())
        for period in ("total", "day", "week", "month"):
            limit: float | None = getattr(key, period)
            if limit is not None and used[period] + cost > limit:
                return NO_CREDITS if period == "total" else _limit_reached(period, limit)
        return None

    def take(self, name: str, cost: float) -> None:
        """Charge a key."""
        meter, now = self._meter(name), self._wall()
        meter.total += cost
        for window in meter.windows.values():
            window.add(now, cost)

    def usage(self, name: str, key: PlantIdKey) -> dict[str, Any]:
        """The body of GET /usage_info. Whole numbers stay whole, as long as nothing cost half a credit."""
        limits = {period: getattr(key, period) for period in ("day", "week", "month", "total")}
        used = self._meter(name).used(self._wall())
        remaining = {p: None if limit is None else max(limit - used[p], 0) for p, limit in limits.items()}
        # Half a credit is the cheapest call: a key that cannot pay it can do nothing.
        reason = self.find_refusal(name, key, 0.5)
        return {
            "active": key.active,
            "credit_limits": {period: _plain(limit) for period, limit in limits.items()},
            "used": {period: _plain(used[period]) for period in limits},
            "can_use_credits": {"value": reason is None, "reason": reason},
            "remaining": {period: _plain(left) for period, left in remaining.items()},
        }

    def _meter(self, name: str) -> _Meter:
        return self._meters.setdefault(name, _Meter())


def _limit_reached(period: str, limit: float) -> str:
    return f"The specified api key reached its {period} credit limit ({limit:g})."


def _plain(number: float | None) -> float | None:
    return int(number) if number is not None and number == int(number) else number
