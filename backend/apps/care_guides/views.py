"""The files of the guides' pictures, and the way to sign in, of which there is one."""

from pathlib import PurePath

import structlog
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from apps.care_guides.models import picture_storage
from plant_community_backend.media import in_media

log = structlog.get_logger("plant_community.guides")
TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


async def picture_file(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """A picture of a guide; never anything that a browser would run, whatever was uploaded."""
    del request
    content_type = TYPES.get(PurePath(name).suffix.lower())
    if content_type is None:
        raise Http404
    try:
        content = await in_media(_read, f"{folder}/{name}")
    except (FileNotFoundError, IsADirectoryError):
        raise Http404 from None
    except OSError:
        log.exception("a picture of a guide cannot be read", name=name)
        return HttpResponse(status=503, headers={"Retry-After": "10", "Cache-Control": "no-store"})
    headers = {
        "Cache-Control": "public, max-age=3600",
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


def _read(path: str) -> bytes:
    with picture_storage().open(path) as file:
        return bytes(file.read())


def cms_login(request: HttpRequest) -> HttpResponse:
    """To the account pages, with their limits and second factor, instead of the CMS's own form."""
    wanted = request.GET.get("next", reverse("wagtailadmin_home"))
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")
