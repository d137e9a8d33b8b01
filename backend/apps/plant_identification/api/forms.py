"""What a client may send, and how it becomes an Ask."""

import math
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

from apps.plant_identification.actions import Ask
from apps.plant_identification.models import Feedback
from identification.errors import PhotoTooLarge
from identification.photo import BYTES_MAX
from identification.question import LANGUAGE, PHOTOS_MAX, Organ, Place
from plant_community_backend.fields import TextField
from plant_community_backend.problems import Problem

type Upload = UploadedFile[bytes]
REPEATABLE = {"images", "organs"}
FORM_FIELDS_MAX = 40
FIELDS = {"image", "images", "organs", "latitude", "longitude", "language", "include_diseases", "continues"}


class FiniteField(serializers.FloatField):
    """A number; NaN and infinity, which JSON does not have either, are refused."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return float(number)


class OptionsForm(serializers.Serializer[Any]):
    """The options of an identification; multipart fields beside the photos, or the query of a bare image body."""

    organs = serializers.ListField(
        child=serializers.ChoiceField(choices=[organ.value for organ in Organ]),
        required=False,
        help_text="What each photo shows, one per photo in their order; `auto` when left out.",
    )
    latitude = FiniteField(required=False, min_value=-90, max_value=90, help_text="Degrees; rounded to 0.1 before use.")
    longitude = FiniteField(
        required=False, min_value=-180, max_value=180, help_text="Degrees; rounded to 0.1 before use."
    )
    language = serializers.RegexField(
        LANGUAGE.pattern + "$", required=False, default="en", help_text="Of common names: en, de, fr, es, ..."
    )
    include_diseases = serializers.BooleanField(
        required=False, default=False, help_text="Also assess the plant's health: one more Plant.id credit."
    )
    continues = serializers.UUIDField(
        required=False,
        help_text="The id of an earlier identification of yours with fewer photos: once this one is answered, history "
        "lists it instead of that, and deleting it deletes both.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Latitude and longitude come together or not at all."""
        for given, missing in (("latitude", "longitude"), ("longitude", "latitude")):
            if given in attrs and missing not in attrs:
                raise serializers.ValidationError({missing: f"is needed together with {given}."})
        return attrs


class IdentifyForm(OptionsForm):
    """The multipart form, for the API's description."""

    images = serializers.ListField(
        child=serializers.FileField(),
        max_length=PHOTOS_MAX,
        required=False,
        help_text="One to five photos of the same plant.",
    )
    image = serializers.FileField(required=False, help_text="The photo, when there is only one; instead of `images`.")


def read_form(data: QueryDict, files: MultiValueDict[str, Upload], *, owner_id: int | None, visitor: str) -> Ask:
    """The Ask of a multipart form. Raises Problem or ValidationError."""
    if sum(len(values) for _, values in data.lists()) > FORM_FIELDS_MAX:
        raise TooManyFieldsSent
    refuse_unknown({*data, *files})
    refuse_repeated({**dict(data.lists()), **dict(files.lists())})
    uploads = _uploads(data, files)
    return _ask(data, [partial(_read, upload) for upload in uploads], owner_id=owner_id, visitor=visitor)


def read_bare(query: QueryDict, upload: Callable[[], bytes], *, owner_id: int | None, visitor: str) -> Ask:
    """The Ask of a body that is one photo, with the options in the query. Raises Problem or ValidationError.

    `upload` reads the body from its beginning, each time it is called: thousands may wait, and none in memory.
    """
    refuse_unknown(set(query) | {"image"}, allowed=FIELDS - {"images"})
    refuse_repeated(dict(query.lists()))

    async def read() -> bytes:
        return upload()

    return _ask(query, [read], owner_id=owner_id, visitor=visitor)


def _ask(data: QueryDict, photos: list[Callable[[], Awaitable[bytes]]], *, owner_id: int | None, visitor: str) -> Ask:
    options = _options(data)
    organs = [Organ(organ) for organ in options.get("organs", ["auto"] * len(photos))]
    if len(organs) != len(photos):
        _refuse(
            "organs", f"must be one per photo, in their order: {len(photos)} photos came with {len(organs)} organs."
        )
    place = Place.rounded(options["latitude"], options["longitude"]) if "latitude" in options else None
    return Ask(
        photos=photos,
        organs=organs,
        place=place,
        language=options["language"],
        health=options["include_diseases"],
        continues=options.get("continues"),
        owner_id=owner_id,
        visitor=visitor,
    )


def _options(data: QueryDict) -> Mapping[str, Any]:
    """The checked options. `organs` may be repeated, or one comma list."""
    given = [(name, data[name]) for name in sorted(FIELDS - REPEATABLE - {"image"}) if name in data]
    organs = [organ.strip() for value in data.getlist("organs") for organ in value.split(",")]
    return _check_options(tuple(given), tuple(organs) if "organs" in data else None)


@lru_cache(maxsize=1024)  # most requests come with the same few options, and a form is slow to make
def _check_options(given: tuple[tuple[str, str], ...], organs: tuple[str, ...] | None) -> Mapping[str, Any]:
    form = OptionsForm(data=dict(given) | ({} if organs is None else {"organs": list(organs)}))
    form.is_valid(raise_exception=True)
    return MappingProxyType(form.validated_data)


def _uploads(data: QueryDict, files: MultiValueDict[str, Upload]) -> list[Upload]:
    for name in ("image", "images"):
        if name in data:
            _refuse(name, "must be a file: send it as multipart/form-data with a file name.")
    if "image" in files and "images" in files:
        _refuse("image", "stands instead of `images`; send one of the two.")
    uploads = files.getlist("images") + files.getlist("image")
    if not uploads:
        _refuse("images", f"is missing: send one to {PHOTOS_MAX} photos of the same plant, as `images` or `image`.")
    if len(uploads) > PHOTOS_MAX:
        _refuse("images", f"may be at most {PHOTOS_MAX} photos of the same plant; {len(uploads)} came.")
    return uploads


async def _read(upload: Upload) -> bytes:
    """The bytes of one upload; one over the limit is refused without being read."""
    if (upload.size or 0) > BYTES_MAX:
        message = f"The photo has more than {BYTES_MAX // 1_000_000} MB."
        raise PhotoTooLarge(message)
    upload.seek(0)
    return bytes(upload.read())


def refuse_unknown(names: set[str], *, allowed: set[str] = FIELDS) -> None:
    """Raise Problem for a field nobody knows: a misspelt option must not silently cost a paid call."""
    if unknown := sorted(names - allowed):
        known = ", ".join(sorted(allowed))
        errors = [{"detail": "is not a field of this request.", "pointer": f"#/{name[:80]}"} for name in unknown[:20]]
        raise Problem(
            "invalid-input", f"Unknown field: {unknown[0][:80]}.", hint=f"The fields are {known}.", errors=errors
        )


def refuse_repeated(lists: Mapping[str, list[Any]]) -> None:
    """Raise Problem for a field that came twice although it has one value."""
    for name, values in lists.items():
        if len(values) > 1 and name not in REPEATABLE:
            _refuse(name, f"came {len(values)} times; it has one value.")


def _refuse(field: str, sentence: str) -> None:
    raise Problem("invalid-input", f"{field} {sentence}", errors=[{"detail": sentence, "pointer": f"#/{field}"}])


class FeedbackForm(serializers.Serializer[Any]):
    """What an asker says of an answer."""

    was_right = serializers.ChoiceField(
        choices=Feedback.WasRight.choices, help_text="yes, another (say which in `name`), or no."
    )
    name = TextField(
        required=False, max_length=200, default="", allow_blank=True, help_text="The right name, if known."
    )
    comment = TextField(required=False, max_length=1000, default="", allow_blank=True)
