"""How API views learn who asks: the session token of apps, or the session cookie of browsers with its CSRF token."""

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.users.models import User
from plant_community_backend.problems import Problem, csrf_failed_problem

CHALLENGE = (
    'Session realm="Plant Community"'  # a scheme of our own: the registered ones make browsers ask for a password
)


def refuse_leaver(request: Request, user: User) -> None:
    """Raise Problem, 403, for an account that is to be deleted; only views with `open_to_leavers` are open to it."""
    if user.deletion_due is None or getattr(request.parser_context["view"], "open_to_leavers", False):
        return
    code = "deletion-scheduled"
    raise Problem(
        code,
        f"The account is to be deleted on {user.deletion_due:%Y-%m-%d at %H:%M} UTC and cannot be used until then.",
        hint="POST /api/v1/me/undo-deletion/ keeps it.",
    )


class SessionTokenAuthentication(XSessionTokenAuthentication):  # type: ignore[misc] # allauth ships no types
    """`X-Session-Token`, of the `app` client of /api/v1/auth/."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user of the token, None when there is no token. Raises AuthenticationFailed for one that is not valid."""
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is None and self.get_session_token(request):
            message = "The session token is not valid: it has ended or was revoked. Sign in again."
            raise AuthenticationFailed(message)
        if found is not None:
            refuse_leaver(request, found[0])
        return found

    def authenticate_header(self, request: Request) -> str:
        """Of the WWW-Authenticate header; the first class in the settings says it."""
        del request
        return CHALLENGE


class CookieAuthentication(SessionAuthentication):
    """The session cookie, of the `browser` client and of our own pages."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user of the cookie, None when there is none."""
        found = super().authenticate(request)
        if found is not None:
            refuse_leaver(request, found[0])
        return found

    def enforce_csrf(self, request: Request) -> None:
        """Raises Problem when a request with the cookie does not carry its token."""
        try:
            super().enforce_csrf(request)
        except Exception as error:
            raise csrf_failed_problem(str(error)) from error

    def authenticate_header(self, request: Request) -> str:
        """As above."""
        del request
        return CHALLENGE
