"""What a key may do: only what it was given. People who are signed in may do all that their account may."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.api_keys.authentication import REALM
from apps.api_keys.models import key_of
from plant_community_backend.problems import Problem

PUBLIC = ""  # the scope of a view that everybody may use, with any key or none


class HasScope(BasePermission):
    """A view says in `scope` what a key needs for it: one scope, or one for each method.

    A view that says nothing is closed to keys, so that a new one is not open to them by mistake.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for a session, for nobody (others judge that), and for a key with the scope. Raises Problem, 403."""
        key, needed = key_of(request.auth), scope_of(view, str(request.method))
        if key is None or needed == PUBLIC or request.method == "OPTIONS":
            return True
        if needed is None:
            detail = "API keys cannot be used here."
            raise forbidden(detail, hint="Sign in as a person.")
        if key.may(needed):
            return True
        view.headers["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope", scope="{needed}"'
        detail = f"The API key does not have the scope {needed}."
        raise forbidden(detail, hint="Its owner can give it the scope with PATCH /api/v1/api-keys/{id}/.")


def scope_of(view: Any, method: str) -> str | None:
    """The scope that a key needs for this method of the view; None: no key will do."""
    scope: str | Mapping[str, str] | None = getattr(view, "scope", None)
    if isinstance(scope, Mapping):
        return scope.get("GET" if method == "HEAD" else method)
    return scope


class ManagesKeys(BasePermission):
    """Keys are made by people: signed in, not by another key, and with an address that is theirs."""

    needs_account = True

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for them. Raises Problem: 401 for nobody, 403 for a key and for an unverified address."""
        del view
        if key_of(request.auth) is not None:
            detail = "An API key cannot manage API keys."
            raise forbidden(detail, hint="Sign in as a person.")
        if not request.user or not request.user.is_authenticated:
            code = "unauthorized"
            raise Problem(code, "Sign in to manage API keys.", hint="Sign in at /accounts/ or through /api/v1/auth/.")
        if not EmailAddress.objects.filter(user=request.user, verified=True).exists():
            detail = "The account's e-mail address is not verified."
            raise forbidden(detail, hint="Verify it at /accounts/email/.")
        return True


def forbidden(detail: str, *, hint: str) -> Problem:
    """403: what is not allowed, and what would help."""
    code = "forbidden"
    return Problem(code, detail, hint=hint)
