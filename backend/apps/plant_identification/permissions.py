"""Who may ask for an identification, and who may change what is kept.

Each identification may cost the operator credits, so in production only an account may ask. While DEBUG is on anybody
may, few times an hour; an operator who wants that in production sets IDENTIFY_ANONYMOUS_PER_DAY.
"""

from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from plant_community_backend.problems import Problem

NEEDS_ACCOUNT = "An identification needs an account: each one may cost the operator of this server money."
CHANGES_NEED_ACCOUNT = "To change something here, sign in."
SIGN_IN = (
    "Sign up and sign in at /accounts/ or through /api/v1/auth/, then send the session cookie, X-Session-Token, "
    "or an API key as `Authorization: Bearer pk_live_...`."
)


def is_signed_in(request: Request) -> bool:
    """Whether the request comes with a valid session, token or key of an active account."""
    user = request.user
    return bool(user and user.is_authenticated and user.is_active)


def sign_in(detail: str) -> Problem:
    """401: why an account is needed, and how to come with one."""
    code = "unauthorized"
    return Problem(code, detail, hint=SIGN_IN)


class IsAuthenticatedForIdentification(BasePermission):
    """Production: an identification needs an account."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for an account. Raises Problem, 401 with what to do, for anybody else."""
        del view
        if is_signed_in(request):
            return True
        raise sign_in(NEEDS_ACCOUNT)


class IsAuthenticatedOrAnonymousWithStrictRateLimit(BasePermission):
    """Development: anybody may ask; who has no account few times an hour (throttles.py)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True."""
        del request, view
        return True


class IsAuthenticated(BasePermission):
    """Only an account; the view's `needs_account_because` says why."""

    needs_account = True

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for an account. Raises Problem, 401 with what to do, for anybody else."""
        if is_signed_in(request):
            return True
        raise sign_in(view.needs_account_because)


class IsAuthenticatedOrReadOnlyWithRateLimit(BasePermission):
    """Anybody may read, within the limits of throttles.py; only an account may change something."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for reading and for an account. Raises Problem, 401 with what to do, for anybody else."""
        del view
        if request.method in SAFE_METHODS or is_signed_in(request):
            return True
        raise sign_in(CHANGES_NEED_ACCOUNT)


class MayIdentify(BasePermission):
    """The permission that the environment asks for."""

    needs_account = True  # as the OpenAPI document tells it: in production

    def has_permission(self, request: Request, view: Any) -> bool:
        """As the permission that holds here says."""
        return bool(permission_for_identification()().has_permission(request, view))


def permission_for_identification() -> type[BasePermission]:
    """Anonymous identification while DEBUG is on, or where the operator gives it a budget; else only with an account."""
    if settings.DEBUG or settings.IDENTIFY_ANONYMOUS_PER_DAY:
        return IsAuthenticatedOrAnonymousWithStrictRateLimit
    return IsAuthenticatedForIdentification
