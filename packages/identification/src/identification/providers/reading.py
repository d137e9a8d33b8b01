"""Careful reading of what a provider says beside the essentials: a surprise there is left out, never an error.

A paid answer is not thrown away because one synonym is a number. Names and scores are read strictly, elsewhere.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from identification.answer import Attribution, ProviderName
from identification.providers.http import Reply
from resilience.errors import ProviderReplyInvalid

TEXT_MAX = 10_000  # signs; the longest description seen has 1,500
WITHOUT_CONTROL_SIGNS = {code: None for code in range(32) if chr(code) not in "\n\t"}
TEXTS_MAX = 100  # entries; some species have 60 synonyms
INTEGER_MAX = 2**53

Share = Annotated[float, msgspec.Meta(ge=0, le=1.001)]  # 0..1; 1.0000001 is rounding, 87 is another scale


def decode[T](provider: ProviderName, reply: Reply, shape: type[T], *, billable: bool) -> T:
    """The JSON of a reply as a `shape`. Raises ProviderReplyInvalid; `billable`: the call was one that costs."""
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except msgspec.ValidationError as error:
        problem = str(error)  # names a type and a path, no value
    except (ValueError, RecursionError) as error:
        problem = f"not JSON ({type(error).__name__})"
    raise ProviderReplyInvalid(provider, problem, charged=billable)


def share(value: float) -> float:
    """A strictly read share, without its rounding above 1."""
    return min(1.0, value)


def text(value: Any) -> str | None:
    """The text without control signs and outer space, None when it is none or blank."""
    if not isinstance(value, str):
        return None
    # PostgreSQL stores no NUL, and no terminal or page needs the others
    clean = value[:TEXT_MAX].translate(WITHOUT_CONTROL_SIGNS).strip()
    return clean or None


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list, at most TEXTS_MAX, without blanks and repetitions; a lone text counts as a list of one."""
    entries = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(clean for entry in entries[:TEXTS_MAX] if (clean := text(entry))))


def integer(value: Any) -> int | None:
    """A positive whole number, also one written as text; else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 17:  # noqa: PLR2004
        value = int(value)
    return value if type(value) is int and 0 < value < INTEGER_MAX else None


def amount(value: Any) -> float | None:
    """A number of credits or requests, 0 or more; else None."""
    return (
        float(value)
        if isinstance(value, int | float) and type(value) is not bool and 0 <= value < INTEGER_MAX
        else None
    )


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def localised(value: Any, language: str) -> Any:
    """What an object keyed by language codes holds for `language`, else its first entry; other values as they are.

    Plant.id answers with such objects once more than one language is asked for.
    """
    if not isinstance(value, dict) or "value" in value or not value:
        return value
    return value.get(language, next(iter(value.values())))


def web_url(value: Any) -> str | None:
    """An http(s) address, None for anything else: a page must never link to `javascript:`."""
    address = text(value)
    if address is None or len(address.split()) != 1:
        return None
    if address.startswith("//"):
        address = f"https:{address}"
    return address if address.lower().startswith(("https://", "http://")) else None


def attribution(source: Mapping[str, Any]) -> Attribution:
    """Author, licence and source as Plant.id writes them: `citation`, `license_name`, `license_url`."""
    citation = source.get("citation")
    address = web_url(citation)
    return Attribution(
        author=None if address else text(citation),
        license_name=text(source.get("license_name")),
        license_url=web_url(source.get("license_url")),
        source_url=address,
    )


def rank_of_name(name: str) -> str:
    """The rank that the form of a scientific name implies: one word is no species, `var.` is a variety."""
    words = name.split()
    if len(words) == 1:
        return "family" if name.endswith("aceae") else "genus"
    for marker, rank in (("subsp.", "subspecies"), ("var.", "variety"), ("f.", "form")):
        if marker in words:
            return rank
    return "species"
