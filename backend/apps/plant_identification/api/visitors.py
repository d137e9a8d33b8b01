"""Who asks: the signed-in user, or a visitor known by a random cookie."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from apps.plant_identification.constants import VISITOR_COOKIE, VISITOR_COOKIE_AGE_SECONDS
from apps.plant_identification.models import visitor_digest


@dataclass(frozen=True, slots=True)
class Asker:
    """`owner_id` of the signed-in user, else None; `cookie` is the visitor's, "" when none came."""

    owner_id: int | None
    cookie: str
    known: bool  # the cookie came with the request

    @property
    def visitor(self) -> str:
        """The digest under which a visitor's identifications are kept."""
        return visitor_digest(self.cookie)


def asker_of(request: Request) -> Asker:
    """Who sends this request; somebody new gets a fresh cookie value, set by `remember_visitor`."""
    user = request.user
    if user is not None and user.is_authenticated:
        return Asker(user.pk, "", known=True)
    cookie = request.COOKIES.get(VISITOR_COOKIE, "")
    return Asker(None, cookie or secrets.token_urlsafe(24), known=bool(cookie))


def remember_visitor(response: HttpResponseBase, asker: Asker) -> None:
    """Give a new visitor the cookie that makes the history theirs; no script can read it, no other site send it."""
    if not asker.known:
        response.set_cookie(
            VISITOR_COOKIE,
            asker.cookie,
            max_age=VISITOR_COOKIE_AGE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.PUBLIC_URL.startswith("https://"),
        )
