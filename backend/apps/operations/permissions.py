"""Who runs the server: staff, as the admin knows them; never an API key."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.api_keys.models import key_of
from apps.api_keys.permissions import forbidden
from apps.plant_identification.permissions import is_signed_in, sign_in


def is_staff(request: Request) -> bool:
    """Whether a member of staff asks, by themselves and not through a key."""
    return key_of(request.auth) is None and is_signed_in(request) and bool(getattr(request.user, "is_staff", False))


def lacks_factor(request: Request) -> bool:
    """Whether it is production and the account has no second factor: the admin is closed to it too. Reads the database."""
    return not settings.DEBUG and not is_mfa_enabled(request.user)


class IsStaff(BasePermission):
    """Staff; the view's `needs_account_because` says why."""

    needs_account = True

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for them. Raises Problem: 401 for nobody; 403 for a key, for others, and for staff without a second factor."""
        if key_of(request.auth) is not None:
            detail = "An API key cannot run the server."
            raise forbidden(detail, hint="Sign in as a person.")
        if not is_signed_in(request):
            raise sign_in(view.needs_account_because)
        if not is_staff(request):
            detail = "Only staff may do this."
            raise forbidden(detail, hint="A superuser gives the staff status in the admin.")
        if lacks_factor(request):
            detail = "Staff needs a second factor, here as in the admin."
            raise forbidden(detail, hint="Set one up at /accounts/2fa/.")
        return True
