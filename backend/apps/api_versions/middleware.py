"""Around every request of the API: who called which version, and what answers without a version say of their end."""

from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware
from django.utils.functional import LazyObject, empty

from apps.api_versions.counting import find_counter
from apps.api_versions.legacy import deprecation_headers, gone, old_rate_headers
from plant_community_backend.client_address import address_digest
from plant_community_backend.versions import is_legacy, version_of

type Next = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def count_callers(get_response: Next) -> Next:
    """Count each request of the API for its version and client; after its answer, which tells who it was."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        counter, version = find_counter(), version_of(request.path)
        if counter and version:
            counter.add(version, *client_of(request))
        return response

    return middleware


def client_of(request: HttpRequest) -> tuple[str, int | None]:
    """Under which name the client is counted, and the id of the account behind it.

    Only what the view has found out: to look for a user here would cost a query.
    """
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user._wrapped is empty:  # noqa: SLF001 - Django tells no other way
        user = None
    owner_id = user.pk if user is not None and user.is_authenticated else None
    if prefix := getattr(getattr(request, "auth", None), "prefix", ""):
        return f"key:{prefix}", owner_id
    return (f"address:{address_digest(request)}", None) if owner_id is None else (f"user:{owner_id}", owner_id)


@async_only_middleware
def legacy_api(get_response: Next) -> Next:
    """Give answers without a version their headers; once LEGACY_API is `gone`, answer 410 in the views' place."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_legacy(request.path):
            return await get_response(request)
        response = gone(request) if settings.LEGACY_API == "gone" else await get_response(request)
        headers = deprecation_headers(request.path)
        if own := response.get("Link"):
            headers["Link"] = f"{own}, {headers['Link']}"
        for name, value in (headers | old_rate_headers(response.headers)).items():
            response.headers[name] = value
        return response

    return middleware
