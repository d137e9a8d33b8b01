"""What a client may send of a key, and what it gets to see."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from rest_framework import serializers

from apps.api_keys.credits import taken_today
from apps.api_keys.keys import Mode
from apps.api_keys.models import ApiKey, Scope, default_scopes
from apps.api_keys.rates import check_rate, is_within
from plant_community_backend.fields import NumberField, TextField

CREDITS_MAX = 1_000_000


class ChangeKeyForm(serializers.Serializer[Any]):
    """What can be changed of a key."""

    name = TextField(min_length=1, max_length=100, help_text="What the key is for.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.values),
        required=False,
        min_length=1,
        max_length=len(Scope),
        default=default_scopes,
        help_text="What it may do.",
    )
    rate = TextField(
        required=False,
        allow_blank=True,
        max_length=40,
        default="",
        help_text="Its own limit of identifications, such as 50/hour; empty: the account's.",
    )
    credits_per_day = NumberField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=CREDITS_MAX,
        default=None,
        help_text="Plant.id credits it may take until 00:00 UTC; null: no limit of its own.",
    )

    def validate_scopes(self, value: list[str]) -> list[str]:
        """Each once, in the order of `Scope`."""
        return [scope for scope in Scope.values if scope in value]

    def validate_rate(self, value: str) -> str:
        """One rate, no looser than what the account may: a key is no way around its limit."""
        if not value:
            return value
        check_rate(value)
        if not is_within(value, settings.IDENTIFY_RATE_AUTHENTICATED):
            message = (
                f"A key may be stricter than its account, not looser: at most {settings.IDENTIFY_RATE_AUTHENTICATED}."
            )
            raise serializers.ValidationError(message)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """No field that nobody knows: a misspelt limit must not silently be none."""
        if unknown := sorted(set(self.initial_data) - set(self.fields)):
            raise serializers.ValidationError({name[:80]: "is not a field of this request." for name in unknown[:20]})
        return attrs


class NewKeyForm(ChangeKeyForm):
    """What a new key is asked with."""

    mode = serializers.ChoiceField(
        choices=[mode.value for mode in Mode], help_text="live: the providers answer. test: the sandbox does."
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="From when it opens nothing; null: never."
    )

    def validate_expires_at(self, value: Any) -> Any:
        """A moment to come."""
        if value is not None and value <= timezone.now():
            message = "Must be in the future."
            raise serializers.ValidationError(message)
        return value


class KeyBody(serializers.ModelSerializer[ApiKey]):
    """A key as its owner sees it ever after: without the secret."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.values))
    prefix = serializers.CharField(read_only=True, help_text="How the key begins; no secret.")
    credits_today = serializers.SerializerMethodField(help_text="Plant.id credits taken since 00:00 UTC.")

    class Meta:
        """All but owner and digest."""

        model = ApiKey
        fields: ClassVar[list[str]] = ["id", "name", "prefix", "mode", "scopes", "rate", "credits_per_day", "credits_today", "created_at", "expires_at", "last_used_at", "revoked_at"]  # fmt: skip
        read_only_fields = fields

    def get_credits_today(self, key: ApiKey) -> float:
        """As above."""
        return taken_today(key.pk)


class NewKeyBody(KeyBody):
    """A key at the moment it is made."""

    key = serializers.SerializerMethodField(help_text="The key itself. It is shown now and never again.")

    class Meta(KeyBody.Meta):
        """And the key."""

        fields: ClassVar[list[str]] = ["key", *KeyBody.Meta.fields]
        read_only_fields = fields

    def get_key(self, key: ApiKey) -> str:
        """As above."""
        del key
        return str(self.context["key"])


class KeyListBody(serializers.Serializer[Any]):
    """All keys of an account, newest first."""

    results = KeyBody(many=True)
