"""The page that the Link header of old answers leads to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


async def versions_page(request: HttpRequest) -> HttpResponse:
    """What ends when, and what takes its place."""
    context = {
        "since": settings.LEGACY_API_DEPRECATED_SINCE,
        "sunset": settings.LEGACY_API_SUNSET,
        "gone": settings.LEGACY_API == "gone",
    }
    return render(request, "api_versions/versions.html", context)
