"""What may be sent to /api/v1/me/."""

from typing import Any

from rest_framework import serializers

from apps.privacy.models import Licence

LICENCES = [licence.value for licence in Licence if licence]


class Form(serializers.Serializer[Any]):
    """Refuses fields that it does not have: a misspelt wish must not look fulfilled."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values. Raises ValidationError."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({str(name)[:80]: "There is no such field." for name in unknown[:20]})
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """true or false, and nothing that may mean one of them."""

    def to_internal_value(self, data: Any) -> bool:
        """The value. Raises ValidationError."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class MeForm(Form):
    """What a person may change of their account here; the rest is at /api/v1/auth/."""

    keep_place = StrictBoolean(
        required=False,
        help_text="true: identifications keep where they were asked, rounded to 0.1 degree. "
        "false: the place is used for the call and then forgotten, also that of earlier ones.",
    )


class ExportForm(Form):
    """How the export shall be."""

    licence = serializers.ChoiceField(
        choices=LICENCES,
        required=False,
        default="",
        help_text="Under what you give away the occurrences in the Darwin Core Archive; left out: no licence is given.",
    )
