"""Wagtail's own API, answer for answer; only its errors are said as everywhere below /api/."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import BaseAPIViewSet, PagesAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from apps.api_keys.permissions import PUBLIC
from plant_community_backend.problems import Problem


class ProblemsMixin(BaseAPIViewSet):
    """JSON only, open to everybody, and errors as problem details."""

    renderer_classes: ClassVar = (JSONRenderer,)
    scope = PUBLIC
    open_to_leavers = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Problem for what no database can look for."""
        super().initial(request, *args, **kwargs)
        if any("\0" in text for name, texts in request.query_params.lists() for text in (name, *texts)):
            detail = "A query holds no NUL characters."
            raise _bad_request(detail)

    def find_object(self, queryset: Any, request: HttpRequest) -> Any:
        """The page or picture that the query names, None without one. Raises Problem for an id that is no number."""
        try:
            return super().find_object(queryset, request)
        except (ValueError, OverflowError) as error:
            detail = "id must be a whole number."
            raise _bad_request(detail) from error

    def handle_exception(self, exc: Exception) -> HttpResponseBase:
        """The problem that stands for it, past Wagtail's own wording of errors."""
        error = _bad_request(str(exc)) if isinstance(exc, BadRequestError) else exc
        response: HttpResponseBase = super(BaseAPIViewSet, self).handle_exception(error)
        return response


def _bad_request(detail: str) -> Problem:
    return Problem(
        "invalid-input", detail, hint="The fields and filters are described at docs.wagtail.org, API v2 usage."
    )


class Pages(ProblemsMixin, PagesAPIViewSet):
    """The published pages."""


class Images(ProblemsMixin, ImagesAPIViewSet):
    """The pictures, each with its credit."""
