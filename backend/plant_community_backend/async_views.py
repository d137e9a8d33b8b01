"""The base of our API views: asynchronous, with limits that are counted on the event loop."""

from typing import Any

from adrf import views
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request


class APIView(views.APIView):
    """A view whose handlers are coroutines.

    Who asks, and whether they may, is found out in a thread, since that reads the database; of a request that says nothing
    of who asks, nothing is read. The limits are awaited after it: from inside the thread they would need a second one, and
    break when the client hangs up meanwhile.
    """

    async def async_dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer of the handler, or of DRF's exception handler."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            if _says_who_asks(request):
                await sync_to_async(self.initial)(self.request, *args, **kwargs)
            else:
                self.initial(self.request, *args, **kwargs)
            for throttle in self.get_throttles():
                await throttle.admit(self.request, self)
            known = request.method in {name.upper() for name in self.http_method_names}
            handler = getattr(self, str(request.method).lower(), None) if known else None
            response = await (handler or self.refuse_method)(self.request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the handler judges every one
            response = self.handle_exception(error)
        final: HttpResponseBase = self.finalize_response(self.request, response, *args, **kwargs)
        self.response = final
        return final

    async def refuse_method(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raises MethodNotAllowed."""
        self.http_method_not_allowed(request, *args, **kwargs)
        raise AssertionError

    async def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What DRF says of a view; it may read the database."""
        response: HttpResponseBase = await sync_to_async(super().options)(request, *args, **kwargs)
        return response

    def check_throttles(self, request: Request) -> None:
        """Nothing: `async_dispatch` awaits them."""


def _says_who_asks(request: HttpRequest) -> bool:
    """Whether an authentication class has anything to look up: a key, a session's token, or its cookie."""
    return (
        "Authorization" in request.headers
        or "X-Session-Token" in request.headers
        or settings.SESSION_COOKIE_NAME in request.COOKIES
    )
