"""The limits of one provider, checked when they are made: a wrong one stops the start with its name.

`setting` is the name that an operator set, or its beginning: with `setting="PLANT_ID_CIRCUIT"` a wrong `fail_max` is
reported as PLANT_ID_CIRCUIT_FAIL_MAX.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

HOUR, DAY = 3_600.0, 86_400.0  # seconds
WINDOWS = ("day", "month", "total")


class Rule(NamedTuple):
    """What a number must be, and how that is told."""

    sentence: str
    holds: Callable[[float], bool]


WHOLE = Rule("a whole number of at least 1", lambda value: value >= 1 and value == int(value))
SECONDS = Rule("seconds, above 0 and at most 86400", lambda value: 0 < value <= DAY)
WINDOW_SECONDS = Rule("seconds, from 1 to 3600", lambda value: 1 <= value <= HOUR)
SHARE = Rule("a share, above 0 and at most 1", lambda value: 0 < value <= 1)
PART = Rule("a share, from 0 to below 1", lambda value: 0 <= value < 1)
AMOUNT = Rule("a number, 0 or more", lambda value: value >= 0)


def check(name: str, value: object, rule: Rule) -> None:
    """Raise ValueError by the name of the setting when `value` is no finite number or breaks its rule."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not (number and rule.holds(value)):  # type: ignore[arg-type] # a number here
        message = f"{name} must be {rule.sentence}, not {value!r}"
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitConfig:
    """When the circuit opens, and how it closes again.

    Opens after `fail_max` failures in a row, or when in the last `window` seconds at least `minimum_calls` ended and
    the share of failures reaches `failure_rate`, or the share of calls slower than `slow_seconds` reaches `slow_rate`.
    Stays open for `reset_timeout` seconds, doubled after each failed probe up to `reset_timeout_max`, spread by
    `jitter` (a share of the wait). Closes after `success_threshold` successful probes, of which `max_probes` may be
    under way at once; a probe that reports nothing is given up after `probe_lease` seconds, probing as a whole after
    `half_open_max` seconds. Defaults are for calls of 1 to 30 seconds; the reasons are in docs/adr/0010-gate.md.
    """

    fail_max: int = 3
    reset_timeout: float = 60.0
    success_threshold: int = 2
    window: float = 120.0
    minimum_calls: int = 10
    failure_rate: float = 0.5
    slow_seconds: float = 20.0
    slow_rate: float = 0.8
    reset_timeout_max: float = 600.0
    jitter: float = 0.1
    max_probes: int = 1
    probe_lease: float = 45.0
    half_open_max: float = 120.0
    setting: str = "CIRCUIT"

    def __post_init__(self) -> None:
        """Raise ValueError for limits that cannot work."""
        for field, rule in CIRCUIT_RULES.items():
            check(f"{self.setting}_{field.upper()}", getattr(self, field), rule)
        if self.reset_timeout_max < self.reset_timeout:
            message = f"{self.setting}_RESET_TIMEOUT_MAX must not be below {self.setting}_RESET_TIMEOUT"
            raise ValueError(message)
        if self.probe_lease > self.half_open_max:
            message = f"{self.setting}_PROBE_LEASE must not be above {self.setting}_HALF_OPEN_MAX"
            raise ValueError(message)

    @classmethod
    def for_calls(cls, call_seconds: float, **limits: Any) -> "CircuitConfig":
        """The limits of a circuit whose calls take `call_seconds` at most; what `limits` leave out follows from that."""
        lease = call_seconds + 5
        usual = {
            "reset_timeout_max": max(600.0, limits.get("reset_timeout", 0.0)),
            "slow_seconds": max(1.0, 0.8 * call_seconds),
            "probe_lease": lease,
            "half_open_max": 3 * lease,
        }
        return cls(**usual | limits)


CIRCUIT_RULES = {
    "fail_max": WHOLE,
    "reset_timeout": SECONDS,
    "success_threshold": WHOLE,
    "window": WINDOW_SECONDS,
    "minimum_calls": WHOLE,
    "failure_rate": SHARE,
    "slow_seconds": SECONDS,
    "slow_rate": SHARE,
    "reset_timeout_max": SECONDS,
    "jitter": PART,
    "max_probes": WHOLE,
    "probe_lease": SECONDS,
    "half_open_max": SECONDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaConfig:
    """How much may be used in one window: "day" (UTC), "month" (UTC) or "total". `limit` in the provider's own unit.

    The last `kept_back` (a share of the limit) is only for signed-in people who wait for their answer.
    `setting` is the name of `limit` itself, such as PLANTNET_DAILY_QUOTA.
    """

    window: str
    limit: float
    kept_back: float = 0.1
    setting: str = "QUOTA"

    def __post_init__(self) -> None:
        """Raise ValueError for limits that cannot work."""
        check(self.setting, self.limit, AMOUNT)
        check(f"{self.setting}_KEPT_BACK", self.kept_back, PART)
        if self.window not in WINDOWS:
            message = f"{self.setting}_WINDOW must be one of {', '.join(WINDOWS)}, not {self.window!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """All limits of one provider: circuit, calls at once, quota, and how long a call may go unreported.

    `reservation` is seconds after which a call that nobody reported counts as used; longer than any call lasts.
    """

    circuit: CircuitConfig
    max_in_flight: int = 16
    quotas: tuple[QuotaConfig, ...] = ()
    reservation: float = 120.0
    setting: str = "PROVIDER"

    def __post_init__(self) -> None:
        """Raise ValueError for limits that cannot work."""
        check(f"{self.setting}_MAX_IN_FLIGHT", self.max_in_flight, WHOLE)
        check(f"{self.setting}_RESERVATION", self.reservation, SECONDS)
        windows = [quota.window for quota in self.quotas]
        if len(set(windows)) < len(windows):
            message = f"{self.setting}: two quotas for one window would count each call twice, in {', '.join(windows)}"
            raise ValueError(message)
