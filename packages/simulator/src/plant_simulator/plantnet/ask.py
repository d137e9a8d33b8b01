"""What a client asks of Pl@ntNet: the form and the query, with the provider's rules.

Exact sentences are marked; the others are the usual ones of its validation library (Joi).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from multidict import MultiMapping

from plant_simulator.config import PlantNetSwitches
from plant_simulator.multipart import NotAForm, Part, read_form
from plant_simulator.plantnet.lists import LANGUAGES
from plant_simulator.refusal import Refusal

IMAGES_MAX: Final = 5
MAIN_ORGANS = ("leaf", "flower", "fruit", "bark", "auto")
ORGANS = (*MAIN_ORGANS, "habit", "other")
_FLAGS = frozenset({"include-related-images", "no-reject", "detailed"})
_QUERY = _FLAGS | {"api-key", "authenix-access-token", "nb-results", "lang", "type"}
_NAMES_OF_PICTURES = (".jpg", ".jpeg", ".png")
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The options of an identification."""

    include_related_images: bool
    no_reject: bool
    nb_results: int
    language: str
    kind: str | None  # of projects, as sent
    detailed: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of the form."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The photos of a call, and an organ for each."""

    uploads: tuple[Upload, ...]
    organs: tuple[str, ...]
    urls: tuple[str, ...] = ()  # of the GET form


def read_query(query: MultiMapping[str], switches: PlantNetSwitches, *, also: frozenset[str] = frozenset()) -> Query:
    """The query parameters, with those in `also` allowed beside. Raises Refusal (400)."""
    if switches.unknown_query == "refuse":
        for name in query:
            if name not in _QUERY | also:
                raise Refusal(400, f'"{name}" is not allowed')
    kind = query.get("type")
    if kind not in {None, "kt", "legacy"}:
        raise Refusal(400, '"type" must be one of [kt, legacy]')
    return Query(
        include_related_images=_read_flag(query, "include-related-images"),
        no_reject=_read_flag(query, "no-reject"),
        nb_results=read_count(query, "nb-results", 10),
        language=read_language(query),
        kind=kind,
        detailed=_read_flag(query, "detailed"),
    )


def read_language(query: MultiMapping[str]) -> str:
    """The language of common names. Raises Refusal (400)."""
    language = query.get("lang", "en")
    if language not in LANGUAGES:
        raise Refusal(400, f'"lang" must be one of [{", ".join(LANGUAGES)}]')
    return language


def read_count(query: MultiMapping[str], name: str, default: int) -> int:
    """A whole number of at least 1. Raises Refusal (400)."""
    text = query.get(name)
    if text is None:
        return default
    try:
        count = int(text[:9])
    except ValueError as exc:
        raise Refusal(400, f'"{name}" must be a number') from exc
    if count < 1:
        raise Refusal(400, f'"{name}" must be greater than or equal to 1')
    return count


def read_pictures(body: bytes, content_type: str, switches: PlantNetSwitches) -> Pictures:
    """The form of a POST. Raises Refusal (400, 413, 415)."""
    if not content_type.lower().startswith("multipart/form-data"):
        raise Refusal(415, "Unsupported Media Type")
    try:
        parts = read_form(body, content_type)
    except NotAForm as exc:
        raise Refusal(400, "Invalid multipart payload format") from exc
    for part in parts:
        if part.name not in {"images", "organs"}:
            raise Refusal(400, f'"{part.name}" is not allowed')  # exact
    images = [part for part in parts if part.name == "images"]
    organs = read_organs([part.text for part in parts if part.name == "organs"], images=len(images))
    if sum(len(image.data) for image in images) > switches.max_total_bytes:
        raise Refusal(413, f"Payload content length greater than maximum allowed: {switches.max_total_bytes}")
    for index, image in enumerate(images):
        if not _is_picture(image, switches.file_type_check):
            raise unsupported(index)
    return Pictures(uploads=tuple(Upload(part.filename or "blob", part.data) for part in images), organs=organs)


def read_organs(organs: Sequence[str], *, images: int) -> tuple[str, ...]:
    """An organ for each image; none sent means `auto` for all. Raises Refusal (400) for wrong counts or organs."""
    if images < 1:
        raise Refusal(400, '"images" is required')
    if images > IMAGES_MAX:
        raise Refusal(400, f'"images" must contain less than or equal to {IMAGES_MAX} items')
    for index, organ in enumerate(organs):
        if organ not in ORGANS:
            raise Refusal(400, f'"organs[{index}]" must be one of [{", ".join(ORGANS)}]')
    if organs and len(organs) != images:
        raise Refusal(400, "images[] length and organs[] length must be equal")  # exact
    if organs and not set(organs) & set(MAIN_ORGANS):
        raise Refusal(400, '"organs" does not contain at least one required match')
    return tuple(organs) or ("auto",) * images


def unsupported(index: int) -> Refusal:
    """The refusal of a file that is no picture."""
    return Refusal(400, f"Unsupported file type for image[{index}] (jpeg or png)")  # exact


def _is_picture(part: Part, check: str) -> bool:
    named = (part.filename or "").lower().endswith(_NAMES_OF_PICTURES)
    if check == "name":
        return named
    return part.data.startswith(_MAGIC) and (named or check == "bytes")


def _read_flag(query: MultiMapping[str], name: str) -> bool:
    text = query.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise Refusal(400, f'"{name}" must be a boolean')
    return text == "true"
