"""Numbers and times as people say them. The same as the web app's `lib/format.ts`; a test holds the two together."""

import math
from datetime import datetime
from typing import NamedTuple


class Manner(NamedTuple):
    """How one language writes numbers and times."""

    point: str  # between the whole and its part
    group: str  # between thousands; "" where four digits have none
    group_from: int  # the number from which thousands are set apart
    percent: str
    second: str
    byte: str
    units: dict[str, tuple[str, str]]
    months: tuple[str, ...]
    day: str


_NBSP, _NARROW = "\u00a0", "\u202f"
MANNERS = {
    "en": Manner(
        ".", ",", 1_000, "{}%", "sec", "B",
        {"second": ("second", "seconds"), "minute": ("minute", "minutes"), "hour": ("hour", "hours"), "day": ("day", "days")},
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        "{month} {day}, {year}",
    ),
    "de": Manner(
        ",", ".", 1_000, f"{{}}{_NBSP}%", "Sek.", "B",
        {"second": ("Sekunde", "Sekunden"), "minute": ("Minute", "Minuten"), "hour": ("Stunde", "Stunden"), "day": ("Tag", "Tage")},
        ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
        "{day}. {month} {year}",
    ),
    "fr": Manner(
        ",", _NARROW, 1_000, f"{{}}{_NARROW}%", "s", "o",
        {"second": ("seconde", "secondes"), "minute": ("minute", "minutes"), "hour": ("heure", "heures"), "day": ("jour", "jours")},
        ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
        "{day} {month} {year}",
    ),
    "es": Manner(
        ",", ".", 10_000, f"{{}}{_NBSP}%", "s", "B",
        {"second": ("segundo", "segundos"), "minute": ("minuto", "minutos"), "hour": ("hora", "horas"), "day": ("día", "días")},
        ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
        "{day} {month} {year}",
    ),
}  # fmt: skip


def number(value: float, language: str, digits: int = 3) -> str:
    """With at most `digits` after the point, none of them a trailing zero."""
    manner = MANNERS[language]
    rounded = _rounded(value, digits)
    whole, _, part = f"{rounded:.{digits}f}".partition(".")
    if abs(rounded) >= manner.group_from:
        whole = f"{int(whole):,}".replace(",", manner.group)
    part = part.rstrip("0")
    return f"{whole}{manner.point}{part}" if part else whole


def _rounded(value: float, digits: int) -> float:
    """Half away from zero, as people and browsers round; Python's own `round` goes to the even digit."""
    scale = 10**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def percent(share: float, language: str) -> str:
    """A share (0..1) in percent. Never 100 %: no service is that sure."""
    form = MANNERS[language].percent
    if share < 0.01:  # noqa: PLR2004 - below it is noise
        return f"<{_NBSP}{form.format(1)}"
    return form.format(number(min(0.99, share) * 100, language, 0))


def seconds(duration: float, language: str) -> str:
    """A short time, in seconds."""
    return f"{number(duration, language, 1 if duration < 10 else 0)} {MANNERS[language].second}"  # noqa: PLR2004 - two digits are enough


def until(duration: float, language: str) -> str:
    """How long until something, rounded up, in the unit that fits."""
    unit, size = _fitting(duration, days=False)
    return _counted(math.ceil(duration / size), unit, language)


def age(duration: float, language: str) -> str:
    """How long ago, rounded down in the unit that fits."""
    unit, size = _fitting(duration, days=True)
    return _counted(math.floor(duration / size), unit, language)


def _fitting(duration: float, *, days: bool) -> tuple[str, int]:
    for limit, unit, size in (
        (120, "second", 1),
        (7_200, "minute", 60),
        (172_800 if days else math.inf, "hour", 3_600),
    ):
        if duration < limit:
            return unit, size
    return "day", 86_400


def _counted(count: int, unit: str, language: str) -> str:
    one, several = MANNERS[language].units[unit]
    is_one = count == 1 or (language == "fr" and count == 0)
    return f"{number(count, language)} {one if is_one else several}"


def day(moment_: datetime, language: str) -> str:
    """The day of a moment, in the phone's time zone."""
    local = moment_.astimezone()
    manner = MANNERS[language]
    return manner.day.format(day=local.day, month=manner.months[local.month - 1], year=local.year)


def moment(moment_: datetime, language: str) -> str:
    """Day and time, in the phone's time zone."""
    local = moment_.astimezone()
    if language == "en":
        return f"{day(moment_, language)}, {local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"  # noqa: PLR2004 - noon
    written = f"{local:%d.%m.%Y}" if language == "de" else day(moment_, language)
    hour = str(local.hour) if language == "es" else f"{local:%H}"
    return f"{written}, {hour}:{local:%M}"


def read_moment(text: str) -> datetime:
    """The moment that the server wrote."""
    return datetime.fromisoformat(text)


def size(size_bytes: int, language: str) -> str:
    """How many bytes, in whole kilobytes (at least one) or in megabytes."""
    byte = MANNERS[language].byte
    if size_bytes < 999_500:  # noqa: PLR2004 - from there it rounds to a megabyte
        return f"{number(max(1.0, size_bytes / 1e3), language, 0)} k{byte}"
    return f"{number(size_bytes / 1e6, language, 1)} M{byte}"
