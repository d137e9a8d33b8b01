"""Keys in the admin: to look at, limit and revoke. Their digests are not shown, and no key can be made here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.api_keys.models import ApiKey, CreditsOfDay


class CreditsInline(admin.TabularInline):  # type: ignore[type-arg] # not subscriptable when it runs
    """What it cost, by day."""

    model = CreditsOfDay
    fields = readonly_fields = ("day", "taken")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: credits are counted."""
        del request, obj
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable when it runs
    """One key. An operator may give it a higher rate than its owner could."""

    list_display = ("prefix", "name", "owner", "mode", "rate", "credits_per_day", "last_used_at", "expires_at", "revoked_at")  # fmt: skip
    list_filter = ("mode",)
    list_select_related = ("owner",)
    search_fields = ("key_id", "name", "owner__email")
    fields = ("prefix", "owner", "name", "mode", "scopes", "rate", "credits_per_day", "created_at", "expires_at", "last_used_at", "revoked_at")  # fmt: skip
    readonly_fields = ("prefix", "owner", "mode", "created_at", "last_used_at", "revoked_at")
    inlines = (CreditsInline,)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a key is shown once, to its owner."""
        del request
        return False

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """They open nothing from now on."""
        del request
        for key in queryset:
            key.revoke()
