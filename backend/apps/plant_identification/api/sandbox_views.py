"""What the sandbox of test keys can do: scenarios by name, sample photos, and the pictures its answers point to."""

import asyncio
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from apps.api_keys.permissions import PUBLIC
from apps.plant_identification.api.negotiation import OneFormat
from apps.plant_identification.api.schema import NOT_FOUND
from apps.plant_identification.api.test_keys import HEADER
from apps.plant_identification.sandbox import SAMPLES, draw_picture, draw_sample
from apps.plant_identification.scenarios import SCENARIOS
from plant_community_backend.async_views import APIView
from plant_community_backend.problems import Problem

TAGS = ["sandbox"]
SIZE = 400  # pixels, where the query says nothing
JPEG: dict[Any, Any] = {(200, "image/jpeg"): {"type": "string", "format": "binary"}, **NOT_FOUND}
FOREVER = {"Cache-Control": "public, max-age=86400"}


class SandboxView(APIView):
    """What there is to test with."""

    scope = PUBLIC

    @extend_schema(
        tags=TAGS,
        auth=[],
        operation_id="sandbox",
        summary="Scenarios and sample photos for test keys",
        responses={200: OpenApiResponse(response={"type": "object", "additionalProperties": True})},
    )
    async def get(self, _request: Request, **_: Any) -> HttpResponseBase:
        """The values of X-Test-Scenario with what each does, and the addresses of the sample photos."""
        return JsonResponse(
            {
                "header": HEADER,
                "scenarios": {name: scenario.about for name, scenario in SCENARIOS.items()},
                "photos": {name: reverse("v1:sandbox-photo", kwargs={"name": name}) for name in SAMPLES},
            },
            headers=FOREVER,
        )


class SamplePhotoView(APIView):
    """A photo that makes the sandbox behave in one way."""

    scope = PUBLIC
    content_negotiation_class = OneFormat

    @extend_schema(tags=TAGS, auth=[], operation_id="sandbox_photo", summary="A sample photo", responses=JPEG)
    async def get(self, _request: Request, name: str, **_: Any) -> HttpResponseBase:
        """The JPEG; sent with a test key, both simulated providers do what its name says."""
        return _jpeg(await asyncio.to_thread(draw_sample, name))


class SandboxPictureView(APIView):
    """A picture of a candidate."""

    scope = PUBLIC
    content_negotiation_class = OneFormat

    @extend_schema(
        tags=TAGS,
        auth=[],
        operation_id="sandbox_picture",
        summary="A picture that an answer of the sandbox points to",
        parameters=[
            OpenApiParameter("size", int, description="150, 400 or 800 pixels."),
            OpenApiParameter("organ", str, description="leaf, flower, fruit or bark."),
        ],
        responses=JPEG,
    )
    async def get(self, request: Request, slug: str, **_: Any) -> HttpResponseBase:
        """A drawing, free of rights (CC0)."""
        size = request.query_params.get("size", "")
        pixels = int(size) if size.isascii() and size.isdecimal() and len(size) < len("10000") else SIZE
        return _jpeg(await draw_picture(slug, size=pixels, organ=request.query_params.get("organ", "leaf")))


def _jpeg(content: bytes | None) -> HttpResponse:
    if content is None:
        raise Problem("not-found", "There is no such picture.")
    return HttpResponse(content, content_type="image/jpeg", headers=FOREVER)
