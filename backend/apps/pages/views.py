"""The web app, which is one page for all its addresses; and a page for each problem of the API."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from plant_community_backend.problems import KINDS

ICON = Path(__file__).parent / "static" / "pages" / "icon.svg"
NOT_BUILT = 503


async def app(request: HttpRequest, **_: Any) -> HttpResponse:
    """The web app's page; what it shows there is its own business."""
    try:
        page = (settings.WEB_DIR / "index.html").read_bytes()
    except OSError:
        return render(request, "pages/not_built.html", {"folder": settings.WEB_DIR}, status=NOT_BUILT)
    return HttpResponse(page, headers={"Cache-Control": "no-cache"})


async def service_worker(_request: HttpRequest) -> HttpResponseBase:
    """The app's service worker; it stands at the root, since it serves every page below its own address."""
    return _file(settings.WEB_DIR / "sw.js", "text/javascript")


async def manifest(_request: HttpRequest) -> HttpResponseBase:
    """How the app installs itself on a phone."""
    return _file(settings.WEB_DIR / "manifest.webmanifest", "application/manifest+json")


async def favicon(_request: HttpRequest) -> HttpResponseBase:
    """What browsers ask for where a page names no icon, such as one of JSON."""
    return _file(ICON, "image/svg+xml")


def _file(path: Path, content_type: str) -> HttpResponseBase:
    try:
        return FileResponse(path.open("rb"), content_type=content_type, headers={"Cache-Control": "no-cache"})
    except OSError as missing:
        raise Http404 from missing


async def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem's `type` address shows: what it means, and whether asking again helps."""
    if code not in KINDS:
        raise Http404
    return render(request, "pages/problem.html", {"code": code, "kind": KINDS[code]})
