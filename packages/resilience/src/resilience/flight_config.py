"""The times and sizes of flights and kept answers."""

from dataclasses import dataclass

from resilience.config import AMOUNT, DAY, HOUR, SECONDS, Rule, check

LIFE = Rule("seconds, above 0 and at most ten years", lambda value: 0 < value <= 3_650 * DAY)
RULES = {"fresh": LIFE, "stale": LIFE, "l1_bytes": AMOUNT, "wait": AMOUNT}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightConfig:
    """How answers are got and kept; all in seconds but `l1_bytes`.

    A leader that dies is replaced within one `lease`, which it renews while its call runs, unless `renew` is False: then
    a call that takes longer may be made twice. Who finds somebody else leading waits for their outcome for up to `wait`
    (0: not at all), and never asks itself. Lost news delay an answer by `recheck`. A failure is shared for
    `failure_ttl`, longer when the provider said so. An answer is fresh for `fresh` and of use for `stale`, both from
    the moment it was produced, unless it says otherwise itself. A copy in this process lives for `l1_seconds`.
    """

    lease: float = 4.0
    renew: bool = True
    wait: float = HOUR
    recheck: float = 1.0
    failure_ttl: float = 1.5
    fresh: float = DAY
    stale: float = 30 * DAY
    l1_bytes: int = 32 * 1024 * 1024
    l1_seconds: float = 300.0
    setting: str = "CACHE"

    def __post_init__(self) -> None:
        """Raise ValueError for limits that cannot work."""
        for field in ("lease", "wait", "recheck", "failure_ttl", "fresh", "stale", "l1_bytes", "l1_seconds"):
            check(f"{self.setting}_{field.upper()}", getattr(self, field), RULES.get(field, SECONDS))
