"""How long a simulated provider takes for one identification."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """A distribution of waiting times, in seconds.

    `fixed` waits `seconds`; `uniform` waits between `low` and `high`; `lognormal` has `median` and the shape `sigma`
    (0.5 is a usual long tail). The default waits nothing.
    """

    distribution: Literal["fixed", "uniform", "lognormal"] = "fixed"
    seconds: float = 0.0
    low: float = 0.0
    high: float = 0.0
    median: float = 1.0
    sigma: float = 0.5

    def __post_init__(self) -> None:
        """Raise ValueError for a distribution that does not exist or would wait less than nothing."""
        if self.distribution not in {"fixed", "uniform", "lognormal"}:
            message = "distribution must be fixed, uniform or lognormal"
            raise ValueError(message)
        numbers = (self.seconds, self.low, self.high, self.median, self.sigma)
        if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
            message = "latencies are numbers of seconds"
            raise ValueError(message)
        if not all(0 <= number < float("inf") for number in numbers) or self.high < self.low:
            message = "latencies must be finite, not below 0, and low not above high"
            raise ValueError(message)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read `0.5`, or an object with the fields of this class. Raises ValueError."""
        if isinstance(data, int | float) and not isinstance(data, bool):
            return cls(seconds=float(data))
        if not isinstance(data, Mapping):
            message = "a latency is a number of seconds or an object"
            raise ValueError(message)  # noqa: TRY004  # one error for all that is wrong with a given configuration
        try:
            return cls(**data)
        except TypeError as exc:
            message = "a latency has distribution, seconds, low, high, median, sigma"
            raise ValueError(message) from exc

    def as_json(self) -> dict[str, Any]:
        """All fields, for the control routes."""
        return asdict(self)

    def sample(self, chance: random.Random) -> float:
        """One waiting time in seconds, 0 or more, the next of `chance`."""
        if self.distribution == "uniform":
            return chance.uniform(self.low, self.high)
        if self.distribution == "lognormal":
            return self.median * chance.lognormvariate(0.0, self.sigma)
        return self.seconds
