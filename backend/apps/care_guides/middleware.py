"""The content security policy of the CMS, which needs more than the site's own pages do."""

from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware

CMS = "/cms/"


@async_only_middleware
def cms_policy(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    """Answers below /cms/ get CMS_CSP, previews PREVIEW_CSP; every other address keeps SECURE_CSP."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if getattr(request, "is_dummy", False):  # Wagtail asks a draft as if somebody visited it
            response._csp_config = settings.PREVIEW_CSP  # type: ignore[attr-defined] # noqa: SLF001 - as csp_override does
        elif request.path.startswith(CMS):
            response._csp_config = settings.CMS_CSP  # type: ignore[attr-defined] # noqa: SLF001 - as above
        return response

    return middleware
