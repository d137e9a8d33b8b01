"""What every request gets: an id that stands in its answer and in all its log lines, one log line at its end, and headers."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.decorators import async_only_middleware
from django.utils.deprecation import MiddlewareMixin

SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
log = structlog.get_logger("plant_community.request")


@async_only_middleware
def request_id(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    """Echo the client's X-Request-ID when it is harmless, else make one; log method, path, status and seconds."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if SAFE_ID.fullmatch(given) else secrets.token_hex(12)  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            response = await get_response(request)
            response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                seconds=round(time.monotonic() - started, 4),
            )
        return response

    return middleware


class _Inline(MiddlewareMixin):
    """Runs both halves of a Django middleware on the event loop: Django itself sends each through a thread.

    Right for those that only look at the request and set headers; a thread costs more than they do.
    """

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        refused = self.process_request(request) if hasattr(self, "process_request") else None
        response: HttpResponseBase = refused or await self.get_response(request)  # type: ignore[misc] # async here
        if hasattr(self, "process_response"):
            response = self.process_response(request, response)
        return response


class Security(_Inline, SecurityMiddleware):
    """Django's SecurityMiddleware, and what pages may use of the device."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the headers."""
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return super().process_response(request, response)


class ContentSecurityPolicy(_Inline, ContentSecurityPolicyMiddleware):
    """Django's ContentSecurityPolicyMiddleware."""


class Common(_Inline, CommonMiddleware):
    """Django's CommonMiddleware."""


class Authentication(_Inline, AuthenticationMiddleware):
    """Django's AuthenticationMiddleware; the user is looked up when somebody asks who it is."""


class Messages(_Inline, MessageMiddleware):
    """Django's MessageMiddleware."""


class Sessions(_Inline, SessionMiddleware):
    """Django's SessionMiddleware; a session that changed is stored in a thread, all else is a matter of headers."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        self.process_request(request)
        response: HttpResponseBase = await self.get_response(request)  # type: ignore[misc] # async here
        if request.session.modified:
            return await sync_to_async(self.process_response)(request, response)  # type: ignore[arg-type]
        return self.process_response(request, response)  # type: ignore[arg-type]


class Csrf(_Inline, CsrfViewMiddleware):
    """Django's CsrfViewMiddleware; a thread only where a token is checked, which may read the body."""

    async def process_view(  # type: ignore[override] # Django awaits it
        self, request: HttpRequest, callback: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse a form of another site. Views of the API are exempt: their authentication checks the token."""
        if getattr(callback, "csrf_exempt", False) or request.method in {"GET", "HEAD", "OPTIONS", "TRACE"}:
            return super().process_view(request, callback, args, kwargs)
        return await sync_to_async(super().process_view)(request, callback, args, kwargs)
