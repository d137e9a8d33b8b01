"""Who uses which version, in the admin: to read, not to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.api_versions.models import CallerCount


@admin.register(CallerCount)
class CallerCountAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable when it runs
    """The counts of each day."""

    list_display = ("day", "version", "client", "owner", "calls", "last_call")
    list_filter = ("version", "day")
    list_select_related = ("owner",)
    search_fields = ("client", "owner__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: counts are counted."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only together with the account they belong to."""
        return obj is not None and request.user.is_superuser
