"""What a client asks of Plant.id: the body and the query, with the provider's rules and sentences.

Sentences come from the official wiki (written for v2), where v3 shows none.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from plant_simulator.config import PlantIdSwitches
from plant_simulator.multipart import NotAForm, Part, read_form
from plant_simulator.plant_id.details import DETAILS
from plant_simulator.refusal import Refusal

IMAGES_MAX = 5
LANGUAGES_MAX = 3
PIXELS_MAX = 25_000_000
type Health = Literal["all", "only", "auto"]
type Level = Literal["species", "all", "genus"]

_FIELDS = {"images", "latitude", "longitude", "similar_images", "custom_id", "datetime", "health", "symptoms"} | {
    "classification_level",
    "classification_raw",
    "suggestion_filter",
}
# Python before 3.11 read no other forms, and the provider answers like one of these: above all, no Z.
_ISO = re.compile(r"\d{4}-\d\d-\d\d(.\d\d(:\d\d(:\d\d(\.\d{3}(\d{3})?)?)?)?([+-]\d\d:\d\d(:\d\d(\.\d{6})?)?)?)?")
_DATA_URI = re.compile(r"data:[\w.+/-]*(;[\w.=+-]+)*;base64,", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The body of a POST; None where nothing was sent."""

    images: tuple[bytes, ...]
    latitude: float | None
    longitude: float | None
    similar_images: bool
    custom_id: int | None
    taken_at: str  # ISO 8601 in UTC
    health: Health | None
    level: Level | None
    raw: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The query of a POST or GET: which details in which languages."""

    details: tuple[str, ...]
    languages: tuple[str, ...]
    full_disease_list: bool
    asynchronous: bool


def read_view(query: Mapping[str, str], switches: PlantIdSwitches) -> View:
    """The query parameters. Raises Refusal for an unknown detail or too many languages."""
    details = tuple(dict.fromkeys(name.strip() for name in query.get("details", "").split(",") if name.strip()))
    for name in details:
        if name not in DETAILS:
            raise Refusal(400, f"{switches.unknown_detail_text} {name}")
    languages = tuple(dict.fromkeys(code.strip() for code in query.get("language", "en").split(",") if code.strip()))
    if len(languages) > LANGUAGES_MAX:
        raise Refusal(400, f"Invalid JSON value error: at most {LANGUAGES_MAX} languages are allowed")
    return View(
        details=details,
        languages=languages or ("en",),
        full_disease_list=query.get("full_disease_list", "").lower() in {"true", "1"},
        asynchronous=query.get("async", "").lower() in {"true", "1"},
    )


def read_ask(body: bytes, content_type: str, switches: PlantIdSwitches, now: float) -> Ask:
    """The body of POST /identification or /health_assessment. Raises Refusal; `now` dates photos without a date."""
    data = _read_form(body, content_type) if content_type.lower().startswith("multipart/") else read_json(body)
    images = _read_images(data, switches)
    if switches.unknown_fields == "refuse" and (unknown := data.keys() - _FIELDS):
        raise Refusal(400, f"Invalid JSON value error: unknown field {min(unknown)}")
    _check_filter(data.get("suggestion_filter"))
    similar_images = _read_flag(data, "similar_images")
    return Ask(
        images=images,
        latitude=_read_degrees(data, "latitude", 90.0),
        longitude=_read_degrees(data, "longitude", 180.0),
        similar_images=switches.similar_images_default if similar_images is None else similar_images,
        custom_id=_read_custom_id(data.get("custom_id"), switches.custom_id_max),
        taken_at=_read_datetime(data.get("datetime"), now),
        health=_read_choice(data, "health", ("all", "only", "auto")),
        level=_read_choice(data, "classification_level", ("species", "all", "genus")),
        raw=_read_flag(data, "classification_raw"),
    )


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises Refusal."""
    if not body.strip():
        raise Refusal(400, "Missing json data")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Refusal(400, "Invalid json data") from exc
    if not isinstance(data, dict):
        raise Refusal(400, "Data have to be dict")
    return data


def _read_form(body: bytes, content_type: str) -> dict[str, Any]:
    try:
        parts = read_form(body, content_type)
    except NotAForm as exc:
        raise Refusal(400, "Missing image data") from exc
    data: dict[str, Any] = {part.name: _value_of(part) for part in parts if part.filename is None}
    # The names of file fields do not matter to the provider.
    texts = [part.text for part in parts if part.filename is None and part.name in {"images", "images[]"}]
    images = [*texts, *(part.data for part in parts if part.filename is not None)]
    data.pop("images[]", None)
    return data | ({"images": images} if images else {})


def _value_of(part: Part) -> Any:
    """Text fields have no types: numbers, true and false are taken as JSON would take them."""
    if part.name == "datetime":
        return part.text
    try:
        return json.loads(part.text)
    except (ValueError, RecursionError):
        return part.text


def _read_images(data: Mapping[str, Any], switches: PlantIdSwitches) -> tuple[bytes, ...]:
    images = data.get("images")
    if images is None or images == []:
        raise Refusal(400, "Missing image data")
    if not isinstance(images, list) or not all(isinstance(image, str | bytes) for image in images):
        raise Refusal(400, "Images have to be list of base64 strings")
    if len(images) > IMAGES_MAX:
        raise Refusal(400, f"Invalid JSON value error: at most {IMAGES_MAX} images are allowed")
    return tuple(image if isinstance(image, bytes) else _decode(image, switches) for image in images)


def _decode(text: str, switches: PlantIdSwitches) -> bytes:
    prefix = _DATA_URI.match(text) if switches.data_uri == "accept" else None
    text = text[prefix.end() :] if prefix else text
    try:
        data = base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise Refusal(400, "Invalid base64 image data") from exc
    if not data:
        raise Refusal(400, "Invalid base64 image data")
    return data


def _read_degrees(data: Mapping[str, Any], name: str, limit: float) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(400, f"Invalid JSON value error: {name} has to be a number")
    if not -limit <= value <= limit:
        raise Refusal(400, f"Invalid JSON value error: {name} is out of range")
    return float(value)


def _read_flag(data: Mapping[str, Any], name: str) -> bool | None:
    value = data.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise Refusal(400, f"Invalid JSON value error: {name} has to be a boolean")


def _read_choice[Choice: str](data: Mapping[str, Any], name: str, choices: tuple[Choice, ...]) -> Choice | None:
    value = data.get(name)
    if value is None:
        return None
    for choice in choices:
        if value == choice:
            return choice
    raise Refusal(400, f"Invalid JSON value error: {name} has to be one of {', '.join(choices)}")


def _read_custom_id(value: object, limit: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal(400, "Invalid JSON value error: custom_id has to be an integer")
    if abs(value) > limit:
        raise Refusal(400, "Custom id is too large")
    return value


def _read_datetime(value: object, now: float) -> str:
    if value is None:
        return datetime.fromtimestamp(now, UTC).isoformat()
    if not isinstance(value, str):
        raise Refusal(400, f"Datetime {value} is not a string")
    try:
        taken_at = datetime.fromisoformat(value) if _ISO.fullmatch(value) else None
    except ValueError:
        taken_at = None
    if taken_at is None:
        raise Refusal(400, f"Datetime {value} is not in ISO format")
    try:
        return (taken_at if taken_at.tzinfo else taken_at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except OverflowError as exc:  # year 1, east of Greenwich
        raise Refusal(400, f"Datetime {value} is not in ISO format") from exc


def _check_filter(value: object) -> None:
    """Filters are checked but filter nothing: the simulator has no lists of houseplants or continents."""
    if value is None:
        return
    if not isinstance(value, dict) or not isinstance(value.get("classification", ""), str):
        raise Refusal(400, "Invalid JSON value error: suggestion_filter has to be an object")
