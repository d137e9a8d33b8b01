"""The files of the guides' pictures, and the way to sign in, of which there is one."""

from pathlib import PurePath

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from apps.care_guides.models import picture_storage

TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


def picture_file(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """A picture of a guide; never anything that a browser would run, whatever was uploaded."""
    del request
    content_type = TYPES.get(PurePath(name).suffix.lower())
    storage, path = picture_storage(), f"{folder}/{name}"
    if content_type is None or not storage.exists(path):
        raise Http404
    with storage.open(path) as file:
        content = file.read()
    headers = {
        "Cache-Control": "public, max-age=3600",
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


def cms_login(request: HttpRequest) -> HttpResponse:
    """To the account pages, with their limits and second factor, instead of the CMS's own form."""
    wanted = request.GET.get("next", reverse("wagtailadmin_home"))
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")
