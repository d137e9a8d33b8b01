"""What can go wrong on purpose: the kinds of faults, and which call gets one.

How a fault looks on the wire is in `wire.py`.
"""

import itertools
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from plant_simulator.latency import Latency

Provider = Literal["plant_id", "plantnet", "any"]
Calls = Literal["identify", "other", "all"]


def _number(name: str, value: Any, *, least: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < float("inf"):
        message = f"{name} must be a number of at least {least:g}"
        raise ValueError(message)
    return float(value)


def _seconds(name: str, value: Any) -> float | None:
    return None if value is None else _number(name, value)


def _status(name: str, value: Any) -> int:
    status = _number(name, value, least=400)
    if status != int(status) or status > 599:  # noqa: PLR2004  # the last of the error statuses
        message = f"{name} must be an HTTP status from 400 to 599"
        raise ValueError(message)
    return int(status)


def _size(name: str, value: Any) -> int:
    return int(_number(name, value, least=1))


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    message = f"{name} must be a text"
    raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a fault: the value it has unasked, and how a given one is read (raises ValueError)."""

    default: Any
    read: Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One way to fail.

    `billed` tells whether the provider works and charges before the fault shows; a fault that spoils the real answer
    (`spoils`) cannot be without it, the others can be given either way.
    """

    tells: str
    billed: bool = False
    spoils: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


_RETRY_AFTER = {"retry_after": Parameter(None, _seconds), "text": Parameter(None, _text)}
_LATENCY = {
    "seconds": Parameter(None, _seconds),
    "distribution": Parameter("fixed", _text),
    "low": Parameter(0.0, _number),
    "high": Parameter(0.0, _number),
    "median": Parameter(1.0, _number),
    "sigma": Parameter(0.5, _number),
}

KINDS: Mapping[str, FaultKind] = {
    "latency": FaultKind(
        tells="the right answer, later: fixed, uniform or lognormal", billed=True, spoils=True, parameters=_LATENCY
    ),
    "hang": FaultKind(tells="the call is read and never answered, until the connection closes"),
    "charged_but_never_answered": FaultKind(
        tells="stored and billed, then as hang; a later GET by custom_id finds it", billed=True
    ),
    "slow_drip": FaultKind(
        tells="the right answer, one byte in each interval (seconds)",
        billed=True,
        spoils=True,
        parameters={"interval": Parameter(1.0, _number)},
    ),
    "reset_before_answer": FaultKind(tells="the call is read, then the connection is reset (RST)"),
    "reset_mid_body": FaultKind(tells="half of the right answer, then a reset (RST)", billed=True, spoils=True),
    "truncated_json": FaultKind(
        tells="half of the right answer as a complete HTTP response: broken JSON", billed=True, spoils=True
    ),
    "wrong_content_type": FaultKind(
        tells="the right answer, declared as something else",
        billed=True,
        spoils=True,
        parameters={"content_type": Parameter("text/html; charset=utf-8", _text)},
    ),
    "not_json": FaultKind(tells="success, but the body is a web page", billed=True),
    "empty_body": FaultKind(tells="success, but no body", billed=True),
    "huge_body": FaultKind(
        tells="the right answer, then `bytes` of spaces (still JSON)",
        billed=True,
        spoils=True,
        parameters={"bytes": Parameter(64 * 1024 * 1024, _size)},
    ),
    "html_502": FaultKind(tells="502 with the web page of a proxy"),
    "status": FaultKind(
        tells="any error status in the provider's own form",
        parameters={"code": Parameter(500, _status), **_RETRY_AFTER},
    ),
    "error_500": FaultKind(tells="500 in the provider's own form", parameters=_RETRY_AFTER),
    "error_503": FaultKind(tells="503, Retry-After when retry_after (seconds) is given", parameters=_RETRY_AFTER),
    "throttled_429": FaultKind(tells="429, Retry-After when retry_after (seconds) is given", parameters=_RETRY_AFTER),
    "unauthorized_401": FaultKind(tells="401: the key is refused", parameters=_RETRY_AFTER),
    "forbidden_403": FaultKind(tells="403: the key may not", parameters=_RETRY_AFTER),
}

# Names that stand for a fault with parameters, as fault cards have them.
SHORT_FOR: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "latency_5s": ("latency", {"seconds": 5.0}),
    "error_503_retry_after": ("error_503", {"retry_after": 30.0}),
    "throttled_429_retry_after": ("throttled_429", {"retry_after": 60.0}),
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault laid out for the next calls of a provider.

    `times` counts the calls it still strikes, None is until cleared; `skip` lets so many calls pass first; `share` is
    the part of calls it strikes (0..1, seeded). `calls` is "identify" (those that cost), "other" or "all".
    """

    name: str
    provider: Provider = "any"
    times: int | None = 1
    calls: Calls = "identify"
    skip: int = 0
    share: float = 1.0
    billed: bool | None = None
    params: dict[str, Any] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        """Fill in what is not given. Raises ValueError, with the reason, for a fault that cannot be."""
        self.name, preset = SHORT_FOR.get(str(self.name), (self.name, {}))
        self.params = {**preset, **self.params}
        kind = KINDS.get(str(self.name))
        if kind is None:
            message = f"no fault {self.name!r}; there are: {', '.join(KINDS)}"
            raise ValueError(message)
        self._check_scope()
        self.billed = kind.billed if self.billed is None else self.billed
        if kind.spoils and not self.billed:
            message = f"{self.name} spoils the real answer, which is billed"
            raise ValueError(message)
        unknown = self.params.keys() - kind.parameters.keys()
        if unknown:
            message = f"{self.name} takes {', '.join(kind.parameters) or 'no parameter'}, not {', '.join(unknown)}"
            raise ValueError(message)
        given = {
            name: item.read(name, self.params[name]) for name, item in kind.parameters.items() if name in self.params
        }
        self.params = {name: item.default for name, item in kind.parameters.items()} | given
        if self.name == "latency":
            self.latency()

    def _check_scope(self) -> None:
        if self.provider not in get_args(Provider) or self.calls not in get_args(Calls):
            message = "provider is plant_id, plantnet or any; calls is identify, other or all"
            raise ValueError(message)
        if self.times is not None and (
            isinstance(self.times, bool) or not isinstance(self.times, int) or self.times < 1
        ):
            message = "times is 1 or more, or null until cleared"
            raise ValueError(message)
        if isinstance(self.skip, bool) or not isinstance(self.skip, int) or self.skip < 0:
            message = "skip is a number of calls"
            raise ValueError(message)
        if _number("share", self.share) > 1 or self.billed not in {None, True, False}:
            message = "share is from 0 to 1; billed is true or false"
            raise ValueError(message)

    def latency(self) -> Latency:
        """The waiting times of a latency fault. Raises ValueError."""
        params = {name: value for name, value in self.params.items() if value is not None}
        return Latency(**params)

    def as_json(self) -> dict[str, Any]:
        """The fault as the control routes show it."""
        return {
            "number": self.number,
            "name": self.name,
            "provider": self.provider,
            "times": self.times,
            "calls": self.calls,
            "skip": self.skip,
            "share": self.share,
            "billed": self.billed,
            "params": self.params,
        }


def read_fault(data: object) -> Fault:
    """A fault from the JSON of `POST /_control/faults`: `name` or `fault`, and the fields of Fault. Raises ValueError."""
    if not isinstance(data, Mapping):
        message = "a fault is an object"
        raise ValueError(message)  # noqa: TRY004  # one error for all that is wrong with a given fault
    given = dict(data)
    if "fault" in given:
        given["name"] = given.pop("fault")
    given.pop("number", None)
    try:
        given["params"] = dict(given.get("params", {}))
        return Fault(**given)
    except TypeError as exc:
        message = "a fault has name, provider, times, calls, skip, share, billed, params"
        raise ValueError(message) from exc


def find_card_fault(card: str | None) -> Fault | None:
    """The fault that a card's name asks for; None for no card, and for those that only decide what is seen."""
    return Fault(name=card) if card is not None and (card in KINDS or card in SHORT_FOR) else None


class FaultBook:
    """The faults laid out, in order. May be written from another thread than the server's."""

    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)
        self._chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Lay out a fault behind those that are there."""
        with self._lock:
            fault.number = next(self._numbers)
            self._faults.append(fault)
        return fault

    def pending(self) -> list[Fault]:
        """The faults that still wait for calls."""
        with self._lock:
            return list(self._faults)

    def clear(self, number: int | None = None) -> int:
        """Take back one fault, or all; the count of those taken back."""
        with self._lock:
            before = len(self._faults)
            self._faults = [fault for fault in self._faults if number is not None and fault.number != number]
            return before - len(self._faults)

    def take(self, provider: str, *, identify: bool) -> Fault | None:
        """The fault that strikes this call, if any: the first that fits, counted down."""
        scope = "identify" if identify else "other"
        with self._lock:
            for fault in self._faults:
                if fault.provider in {"any", provider} and fault.calls in {"all", scope} and self._strikes(fault):
                    return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.share < 1 and self._chance.random() >= fault.share:
            return False
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault)
        return True
