"""/admin/doctor/: what to fix, as the command tells it. To open it costs what the status costs; the rest is a button."""

from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.operations.doctor import examine
from apps.operations.registry import read_facts
from apps.operations.to_fix import find_what_to_fix
from apps.plant_identification.wiring import get_services


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def doctor_page(request: HttpRequest) -> HttpResponseBase:
    """For staff; whether it needs a second factor is decided for the whole admin (apps.users.middleware)."""
    user = await request.auser()
    if not (user.is_active and getattr(user, "is_staff", False)):
        return redirect_to_login(request.path, reverse("admin:login"))
    is_thorough = request.method == "POST"
    if is_thorough:
        found = tuple(each for _, each in await examine(get_services()))
    else:
        found = find_what_to_fix(await read_facts(get_services()))
    return await sync_to_async(_show)(request, {"found": found, "is_thorough": is_thorough})


def _show(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    return render(request, "operations/doctor.html", admin.site.each_context(request) | {"title": "Doctor"} | context)
