"""The first page, where a photo is dropped and the answer arrives; and a page for each problem of the API."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from plant_community_backend.problems import KINDS


async def first_page(request: HttpRequest) -> HttpResponse:
    """Drop a photo, see the answer arrive."""
    return render(request, "pages/first_page.html", {"demo": settings.DEMO_MODE})


async def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem's `type` address shows: what it means, and whether asking again helps."""
    if code not in KINDS:
        raise Http404
    return render(request, "pages/problem.html", {"code": code, "kind": KINDS[code]})
