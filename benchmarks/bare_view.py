"""A DRF view that reads an upload and answers with a constant: how fast anything here could be.

`python -m benchmarks.bare_view PORT` serves it as the product is served, with the product's own parsers.
"""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import django
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse

ANSWER = b'{"status":"complete","plant":"Monstera deliciosa","probability":0.97}'

if not settings.configured:
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106 - signs nothing
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="benchmarks.bare_view",
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
        DATA_UPLOAD_MAX_MEMORY_SIZE=16 * 1024 * 1024,
    )
    django.setup(set_prefix=False)

from adrf.views import APIView  # noqa: E402 - after Django is set up
from django.urls import path  # noqa: E402
from rest_framework.parsers import MultiPartParser  # noqa: E402
from rest_framework.request import Request  # noqa: E402

from apps.plant_identification.api.negotiation import BareImageParser  # noqa: E402
from benchmarks.servers import process  # noqa: E402 - as above
from resilience.testing_ports import find_free_port  # noqa: E402 - as above


class BareView(APIView):
    """Reads a photo and forgets it."""

    parser_classes = (MultiPartParser, BareImageParser)

    async def post(self, request: Request) -> HttpResponse:
        """The constant, once every byte was read."""
        photo = request.data
        if not isinstance(photo, bytes):
            photo = photo["image"].read()
        assert len(photo) > 0
        return HttpResponse(ANSWER, content_type="application/json")

    async def get(self, _request: Request) -> HttpResponse:
        """The constant; a cache may keep it."""
        return HttpResponse(ANSWER, content_type="application/json", headers={"Cache-Control": "max-age=3600"})


urlpatterns = [path("identify/", BareView.as_view())]
application: Any = get_asgi_application()


@contextlib.contextmanager
def bare_view() -> Iterator[str]:
    """The address of the view, in a process of its own."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}/identify/"
    with process([sys.executable, "-m", "benchmarks.bare_view", str(port)], url):
        yield url


if __name__ == "__main__":
    uvicorn.run(
        "benchmarks.bare_view:application",
        port=int(sys.argv[1]),
        lifespan="off",
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
