"""Use in the admin: to read, with who costs most and what the cache saves; and budgets of single accounts, to change."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.template.response import TemplateResponse

from apps.usage.models import AccountLimit, DayOfUse, QuotaAlert
from apps.usage.queries import by_day, who_costs_most
from apps.usage.sums import Counts, share_free, total
from identification.answer import ProviderName

SHOWN_DAYS, SHOWN_CALLERS = 60, 10
ROW, BAR, LABEL = 18, 400, 90  # of the drawing: height of a row, width of the longest bar and of the days


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable when it runs
    """What is counted is not changed by hand; it goes only together with the account it belongs to."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only together with the account."""
        return obj is not None and bool(request.user.is_superuser)


@admin.register(DayOfUse)
class DayOfUseAdmin(ReadOnly):
    """Use by day and caller, below a summary of whatever is filtered."""

    list_display = (
        "day",
        "caller",
        "user",
        "identifications",
        "free",
        "refused",
        "plant_id_credits",
        "plant_id_saved",
        "plantnet_credits",
        "plantnet_saved",
    )
    list_filter = ("day", ("user", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("caller", "user__email")
    date_hierarchy = "day"

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> Any:
        """The list, with the summary of all its pages."""
        response = super().changelist_view(request, dict(extra_context or {}))
        shown = getattr(response, "context_data", None)
        if isinstance(response, TemplateResponse) and shown and isinstance(shown.get("cl"), ChangeList):
            shown["summary"] = summary_of(shown["cl"])
        return response


def summary_of(shown: "ChangeList") -> dict[str, Any]:
    """Totals, a bar for each of the last days, and who costs most, of the rows that the filters let through."""
    rows = shown.queryset
    days = by_day(rows, dt.date.min, dt.date.max)
    everything = total(days.values())
    return {
        "identifications": int(everything["identifications"]),
        "refused": int(everything["refused"]),
        "share_free": round(100 * share_free(everything)),
        "providers": [_provider(name, everything) for name in ProviderName],
        "callers": [
            {"name": email or caller, "caller": caller, "counts": counts, "share_free": round(100 * share_free(counts))}
            for caller, email, counts in who_costs_most(rows, SHOWN_CALLERS)
        ],
        "chart": chart_of(dict(sorted(days.items(), reverse=True)[:SHOWN_DAYS])),
    }


def _provider(name: ProviderName, counts: Counts) -> dict[str, Any]:
    billed, saved = counts[f"{name}_credits"], counts[f"{name}_saved"]
    share = round(100 * saved / (billed + saved)) if billed + saved else 0
    unit = "credits" if name is ProviderName.PLANT_ID else "requests"
    return {"name": name.label, "unit": unit, "billed": billed, "saved": saved, "share": share,
            "unsure": counts[f"{name}_unsure"]}  # fmt: skip


def chart_of(days: Mapping[dt.date, Counts]) -> dict[str, Any]:
    """Plant.id credits of each day, billed and saved, as the numbers of a drawing: its page may carry no styles."""
    longest = max((counts["plant_id_credits"] + counts["plant_id_saved"] for counts in days.values()), default=0.0)
    scale = BAR / longest if longest else 0.0
    bars = [
        {
            "day": day.isoformat(),
            "y": number * ROW,
            "text_y": number * ROW + ROW - 5,
            "billed": counts["plant_id_credits"],
            "saved": counts["plant_id_saved"],
            "billed_width": round(counts["plant_id_credits"] * scale, 1),
            "saved_x": round(LABEL + counts["plant_id_credits"] * scale, 1),
            "saved_width": round(counts["plant_id_saved"] * scale, 1),
        }
        for number, (day, counts) in enumerate(days.items())
    ]
    return {"bars": bars, "x": LABEL, "bar_height": ROW - 4, "width": LABEL + BAR, "height": max(1, len(bars)) * ROW}


@admin.register(AccountLimit)
class AccountLimitAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # as above
    """The budget of one account, in the place of USER_CREDITS_PER_DAY."""

    list_display = ("user", "credits_per_day")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    autocomplete_fields = ("user",)


@admin.register(QuotaAlert)
class QuotaAlertAdmin(ReadOnly):
    """What the operator was told, and when."""

    list_display = ("day", "provider", "level", "told_at")
    list_filter = ("provider", "day")
