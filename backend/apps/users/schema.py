"""How the OpenAPI document tells of the ways to sign in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session token of apps."""

    target_class = "apps.users.authentication.SessionTokenAuthentication"
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An API key in a header, in OpenAPI's words."""
        del auto_schema
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-Session-Token",
            "description": "Of the `app` client: POST /api/v1/auth/app/v1/auth/login gives it in `meta.session_token`.",
        }


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie of browsers."""

    target_class = "apps.users.authentication.CookieAuthentication"
    name = "sessionCookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A cookie, in OpenAPI's words."""
        del auto_schema
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME.removeprefix("__Host-"),
            "description": "Of the `browser` client; whatever changes something also sends X-CSRFToken. "
            "Where the server is reached by https its name begins with `__Host-`.",
        }
