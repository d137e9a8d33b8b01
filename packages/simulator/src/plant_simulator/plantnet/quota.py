"""Pl@ntNet's daily quota: so many identifications per key and UTC day."""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from plant_simulator.config import PlantNetKey
from plant_simulator.simulation import DAY


class Quota:
    """What each key has used on each day. `wall` gives seconds since 1970-01-01 UTC."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._used: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def today(self) -> str:
        """The present UTC day, YYYY-MM-DD."""
        return datetime.fromtimestamp(self._wall(), UTC).date().isoformat()

    def used(self, name: str, day: str) -> int:
        """Requests of a key that counted on a day."""
        return self._used[name][day]

    def remaining(self, name: str, key: PlantNetKey) -> int:
        """Requests that are left to a key today."""
        return max(key.daily_quota - self.used(name, self.today()), 0)

    def take(self, name: str) -> None:
        """Count one request."""
        self._used[name][self.today()] += 1

    def days(self, name: str, year: str) -> list[tuple[str, int]]:
        """The days of a year on which a key was used, with the count."""
        return sorted((day, count) for day, count in self._used[name].items() if day.startswith(f"{year}-"))

    def seconds_to_reset(self) -> int:
        """Whole seconds to the next 00:00 UTC."""
        return int(DAY - self._wall() % DAY)

    def headers(self, name: str, key: PlantNetKey) -> dict[str, str]:
        """RateLimit and RateLimit-Policy, as in draft-ietf-httpapi-ratelimit-headers-08."""
        partition = base64.b64encode(hashlib.sha256(name.encode(errors="backslashreplace")).digest()[:9]).decode()
        remaining, reset = self.remaining(name, key), self.seconds_to_reset()
        return {
            "RateLimit-Policy": f'"dailyQuota";q={key.daily_quota};w={int(DAY)};pk=:{partition}:',
            "RateLimit": f'"dailyQuota";r={remaining};t={reset};pk=:{partition}:',
        }
