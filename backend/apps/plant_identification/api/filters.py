"""What of a history is asked for: by name, by how sure the answer is, by state, by day."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from apps.plant_identification.api.forms import refuse_repeated, refuse_unknown
from apps.plant_identification.models import Identification, IdentificationQuerySet
from identification.answer import Level

LEVELS = [level.value for level in Level]
PAGING = {"cursor", "page_size"}
DAY = ["%Y-%m-%d"]
PRINTED = r"^[^\x01-\x1f\x7f-\x9f]+$"  # a zero is refused by the field itself
NEVER_PRINTED = "must be text without control characters."


class LevelsField(serializers.Field[Any, Any, Any, Any]):
    """Levels in a comma list."""

    def to_internal_value(self, data: str) -> list[str]:
        """The levels. Raises ValidationError for a word that is none."""
        levels = [word.strip() for word in data.split(",")]
        for word in levels:
            if word not in LEVELS:
                message = f"{word[:80]!r} is no level; there are {', '.join(LEVELS)}."
                raise serializers.ValidationError(message)
        return levels


class HistoryForm(serializers.Serializer[Any]):
    """The filters; all that are given hold together."""

    q = serializers.RegexField(
        PRINTED, required=False, max_length=200, trim_whitespace=False, error_messages={"invalid": NEVER_PRINTED}
    )
    level = LevelsField(required=False)
    status = serializers.ChoiceField(required=False, choices=Identification.Status.choices)
    since = serializers.DateField(required=False, input_formats=DAY)
    until = serializers.DateField(required=False, input_formats=DAY)


def read_filters(request: Request) -> dict[str, Any]:
    """The filters of the query. Raises Problem or ValidationError: a misspelt one must not show what nobody asked for."""
    refuse_unknown(set(request.query_params), allowed=set(HistoryForm().fields) | PAGING)
    refuse_repeated(dict(request.query_params.lists()))
    form = HistoryForm(data=request.query_params.dict())
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def narrow(found: IdentificationQuerySet, filters: Mapping[str, Any]) -> IdentificationQuerySet:
    """Those that pass every filter; a day is one of UTC, and both days are included."""
    if "q" in filters:
        found = found.named(filters["q"])
    if "level" in filters:
        found = found.filter(level__in=filters["level"])
    if "status" in filters:
        found = found.filter(status=filters["status"])
    if "since" in filters:
        found = found.filter(created_at__gte=dt.datetime.combine(filters["since"], dt.time.min, dt.UTC))
    if "until" in filters:
        found = found.filter(created_at__lte=dt.datetime.combine(filters["until"], dt.time.max, dt.UTC))
    return found
