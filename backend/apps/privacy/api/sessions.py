"""Whose account it is, and whether the person has just proved it."""

import time
from types import SimpleNamespace
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.sessions.backends.base import SessionBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.api_keys.models import key_of
from apps.api_keys.permissions import forbidden
from apps.plant_identification.permissions import is_signed_in, sign_in
from plant_community_backend.problems import Problem


class OwnAccount(BasePermission):
    """A person who is signed in; no API key."""

    needs_account = True

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for them. Raises Problem: 401 for nobody, 403 for a key."""
        del view
        if key_of(request.auth) is not None:
            detail = "An API key cannot see or change its owner's account."
            raise forbidden(detail, hint="Sign in as a person.")
        if not is_signed_in(request):
            detail = "This is about your account."
            raise sign_in(detail)
        return True


def session_of(request: Request) -> SessionBase:
    """The session of the token, or of the cookie."""
    if isinstance(request.auth, SessionBase):
        return request.auth
    session: SessionBase = request._request.session  # noqa: SLF001 - DRF offers no other way to the request itself
    return session


def require_confirmation(request: Request) -> None:
    """Raise Problem, 401, unless the person has given password, code or passkey again a few minutes ago.

    As allauth has it for its own views, which look at the cookie's session only. Who has neither, since another service
    signs them in, has to have signed in so lately.
    """
    here = SimpleNamespace(session=session_of(request), user=request.user)
    records = get_authentication_records(here, request.user)
    if get_reauthentication_flows(request.user):
        records = [record for record in records if record.get("reauthenticated")]
    if not records or time.time() - records[-1]["at"] >= app_settings.REAUTHENTICATION_TIMEOUT:
        raise Problem(
            "reauthentication-required",
            "Please confirm that it is you, then ask again.",
            hint="POST /api/v1/auth/{browser or app}/v1/auth/reauthenticate with your password; with a second factor "
            "/auth/2fa/reauthenticate will do. Who signs in through another service signs in again.",
        )
