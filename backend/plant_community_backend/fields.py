"""Fields of JSON bodies that take what they say and nothing else: DRF's own turn numbers into texts and words into numbers."""

from typing import Any

from rest_framework import serializers


class TextField(serializers.CharField):
    """A text; a number in JSON is none."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class NumberField(serializers.FloatField):
    """A number; a word or a truth value in JSON is none."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        if isinstance(data, bool | str):
            self.fail("invalid")
        return float(super().to_internal_value(data))
