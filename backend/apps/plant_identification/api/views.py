"""The routes of plant identification: ask, read, look at the photos, say whether it was right, delete."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import msgspec
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, UnsupportedMediaType
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from apps.api_keys.credits import CreditsUsedUpError
from apps.api_keys.models import Scope
from apps.api_keys.permissions import HasScope
from apps.plant_identification import actions, deletions, queries, upkeep
from apps.plant_identification.api import schema
from apps.plant_identification.api.bodies import (
    FeedbackBody,
    IdentificationPage,
    identification_body,
    identification_url,
)
from apps.plant_identification.api.events import event_stream
from apps.plant_identification.api.filters import narrow, read_filters
from apps.plant_identification.api.forms import FeedbackForm, read_bare, read_form
from apps.plant_identification.api.negotiation import BareImageParser, EventStreamRenderer, OneFormat, Preference
from apps.plant_identification.api.receipts import receipt_headers
from apps.plant_identification.api.repeating import id_of, key_reused
from apps.plant_identification.api.test_keys import credits_used_up, has_test_key, services_of, who_asks
from apps.plant_identification.api.visitors import Asker, asker_of, remember_visitor
from apps.plant_identification.budgets import BudgetUsedUpError
from apps.plant_identification.constants import RETRY_RUNNING_SECONDS
from apps.plant_identification.models import Identification, IdentificationQuerySet, Photo
from apps.plant_identification.permissions import MayIdentify
from apps.plant_identification.repeats import KeyReusedError
from apps.plant_identification.runs import Run
from apps.plant_identification.throttles import IdentifyThrottle, give_back_money
from apps.plant_identification.wiring import Services, get_services
from identification.assembly import NoAnswer
from identification.errors import QuestionInvalid
from plant_community_backend.async_views import APIView
from plant_community_backend.database import in_database
from plant_community_backend.media import get_media, in_media
from plant_community_backend.problems import Problem, as_response, body_for, files_unavailable, whole_seconds
from plant_community_backend.versions import in_version

PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept, Cookie"}


def json_response(body: Any, headers: Mapping[str, str] | None = None, *, status: int = 200) -> HttpResponse:
    """A typed body as JSON; nobody else may keep it."""
    return HttpResponse(
        msgspec.json.encode(body), status=status, content_type="application/json", headers=PRIVATE | dict(headers or {})
    )


class IdentifyView(APIView):
    """Identify the plant on one to five photos."""

    permission_classes = (HasScope, MayIdentify)
    scope = Scope.IDENTIFY
    throttle_classes = (IdentifyThrottle,)
    parser_classes = (MultiPartParser, BareImageParser)
    renderer_classes: tuple[type[BaseRenderer], ...] = (JSONRenderer, EventStreamRenderer)

    @extend_schema(**schema.IDENTIFY)
    async def post(self, request: Request, **_: Any) -> HttpResponseBase:
        """Ask both providers; the answer comes at once, as a stream of events, or later at its address."""
        services = await services_of(request)
        asker = asker_of(request)
        keep_place = bool(getattr(request.user, "keep_place", False))
        ask = replace(await _read(request, asker, self), keep_place=keep_place, **who_asks(request))
        ask = replace(ask, repeatable_as=id_of(request, ask))
        try:
            run, repeated = await actions.request_identification(ask, services)
        except KeyReusedError as reused:
            raise key_reused(reused) from reused
        except CreditsUsedUpError as used_up:
            await give_back_money(request._request)  # noqa: SLF001 - DRF has no other way
            raise (
                budget_used_up(used_up) if isinstance(used_up, BudgetUsedUpError) else credits_used_up(used_up)
            ) from used_up
        except NoAnswer as no_answer:
            await give_back_money(request._request)  # noqa: SLF001 - DRF has no other way
            return as_response(_problem(actions.problem_of(no_answer)), request._request)  # noqa: SLF001 - DRF has no other way
        if run.ended or repeated:  # it was answered by what is kept, or asked before
            await give_back_money(request._request)  # noqa: SLF001 - as above
        request._request.close()  # noqa: SLF001 - the upload is in the store by now; while it waits a request holds no photo
        response = await self._respond(request, run, services)
        remember_visitor(response, asker)
        return response

    async def _respond(self, request: Request, run: Run, services: Services) -> HttpResponseBase:
        if run.here and request.accepted_renderer.format == EventStreamRenderer.format:
            return _stream(request, run)
        preference = Preference.read(request.headers.get("Prefer", ""))
        ended = await run.wait(min(preference.wait, services.patience) if run.here else 0.0)
        response = _final(request, run) if ended else _so_far(request, run)
        if preference.applied:
            response.headers["Preference-Applied"] = preference.applied
        return response


def budget_used_up(error: BudgetUsedUpError) -> Problem:
    """429: the account has taken what it may of this day; what is kept it still gets."""
    detail = (
        f"{error.taken:g} of {error.limit:g} credits of today are used. "
        "Photos that were identified a short while ago are still answered."
    )
    hint = "The budget begins anew at 00:00 UTC; the operator of this server can change it."
    return Problem(
        "too-many-requests", detail, hint=hint, retry_after=error.wait, **{"violated-policies": [error.policy]}
    )


async def _read(request: Request, asker: Asker, view: APIView) -> actions.Ask:
    """Parse the body; a form in a thread, since a large one takes a while. A bare photo is read when its turn comes."""
    parser = view.get_content_negotiator().select_parser(request, view.get_parsers())
    if isinstance(parser, BareImageParser):
        upload = partial(_read_body, request, parser)
        return read_bare(request.query_params, upload, owner_id=asker.owner_id, visitor=asker.visitor)
    if parser is None:
        raise UnsupportedMediaType(request.content_type)
    return await asyncio.to_thread(_read_form, request, asker)


def _read_body(request: Request, parser: BareImageParser) -> bytes:
    """The body from its beginning; Django has it in a file of its own, in memory only while it is small."""
    if request.stream is None:  # an empty body
        return b""
    request._request._stream.seek(0)  # noqa: SLF001 - DRF and Django offer no other way
    return bytes(parser.parse(request.stream))


def _read_form(request: Request, asker: Asker) -> actions.Ask:
    return read_form(request.POST, request.FILES, owner_id=asker.owner_id, visitor=asker.visitor)


def _stream(request: Request, run: Run) -> HttpResponseBase:
    def problem_body(failed: Identification) -> dict[str, Any]:
        return failed_body(failed, request)

    return event_stream(run, problem_body, partial(in_version, request), request_id=request_id_of(request))


def _final(request: Request, run: Run) -> HttpResponse:
    identification = run.identification
    if identification.status != Identification.Status.COMPLETE:
        return as_response(failure_of(identification), request._request)  # noqa: SLF001 - DRF has no other way
    body = identification_body(identification, request_id=request_id_of(request))
    return json_response(in_version(request, body), receipt_headers(body) | {"Content-Location": body.url})


def _so_far(request: Request, run: Run) -> HttpResponse:
    """202: still running, with whatever a provider has said until now (law 3)."""
    body = identification_body(run.identification, request_id=request_id_of(request), progress=run.progress)
    headers = {"Location": body.url, "Retry-After": str(whole_seconds(RETRY_RUNNING_SECONDS))}
    return json_response(in_version(request, body), headers, status=202)


def request_id_of(request: Request) -> str:
    """The id that stands in this request's log lines."""
    return getattr(request._request, "request_id", "")  # noqa: SLF001 - DRF has no other way


def failure_of(identification: Identification) -> Problem:
    """The stored reason of a failed identification, as the problem that its asker gets."""
    stored = identification.problem or {"code": "internal-error", "detail": "The identification was not finished."}
    return _problem(stored, identification=identification_url(identification))


def _problem(stored: Mapping[str, Any], **extra: Any) -> Problem:
    if "providers" in stored:
        extra["providers"] = stored["providers"]
    return Problem(stored["code"], stored["detail"], retry_after=stored.get("retry_after"), **extra)


def failed_body(identification: Identification, request: Request) -> dict[str, Any]:
    """The problem of a failed identification, as the data of an event."""
    return body_for(failure_of(identification), request._request)  # noqa: SLF001 - DRF has no other way


class IdentificationView(APIView):
    """One identification."""

    scope: ClassVar[dict[str, str]] = {"GET": Scope.READ_HISTORY, "DELETE": Scope.WRITE_HISTORY}
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(**schema.READ)
    async def get(self, request: Request, identification_id: uuid.UUID, **_: Any) -> HttpResponseBase:
        """Read it; 202 while it is running. With `Accept: text/event-stream` watch it to its end."""
        identification = await _access(request, identification_id)
        run = get_services().runs.find(identification_id)
        if run and request.accepted_renderer.format == EventStreamRenderer.format:
            return _stream(request, run)
        if run and not run.ended:
            return _so_far(request, run)
        body = identification_body(identification, request_id=request_id_of(request))
        if identification.status == Identification.Status.RUNNING:
            headers = {"Retry-After": str(whole_seconds(RETRY_RUNNING_SECONDS))}
            return json_response(in_version(request, body), headers, status=202)
        return json_response(in_version(request, body))

    @extend_schema(**schema.DELETE)
    async def delete(self, request: Request, identification_id: uuid.UUID, **_: Any) -> HttpResponseBase:
        """Delete it, and those that it continues: rows, photos, and Plant.id's own records."""
        identification = await _access(request, identification_id)
        await deletions.delete_with_earlier(identification, get_services())
        await upkeep.erase_at_providers(get_services())
        return HttpResponse(status=204, headers=PRIVATE)


class FeedbackView(APIView):
    """Was this right?"""

    scope = Scope.WRITE_HISTORY
    parser_classes = (JSONParser, FormParser)

    @extend_schema(**schema.FEEDBACK)
    async def post(self, request: Request, identification_id: uuid.UUID, **_: Any) -> HttpResponseBase:
        """Say whether the answer was right, and what it should have been. Said again, the later word counts."""
        identification = await _access(request, identification_id)
        form = FeedbackForm(data=request.data)
        form.is_valid(raise_exception=True)
        feedback = await in_database(actions.give_feedback, identification, **form.validated_data)
        said = FeedbackBody(was_right=feedback.was_right, name=feedback.name, comment=feedback.comment)
        return json_response(in_version(request, said))


class HistoryView(APIView):
    """The asker's own identifications."""

    scope = Scope.READ_HISTORY

    @extend_schema(**schema.HISTORY)
    async def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """A page of them, newest first; of those that continue each other, the last. Without an account they are those of the visitor cookie."""
        filters = read_filters(request)
        await get_services().history.flush()
        page = await in_database(_history_page, request, filters)
        links = {"next": page.next, "previous": page.previous}
        link = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items() if address)
        return json_response(in_version(request, page), {"Link": link} if link else None)


class HistoryPages(CursorPagination):
    """Pages that stay put while new identifications arrive."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-created_at", "id")

    def read(self, found: IdentificationQuerySet, request: Request) -> list[Identification]:
        """The page that the request asks for. Raises QuestionInvalid for a wrong size, Problem for a cursor that is none."""
        size = request.query_params.get("page_size", str(self.page_size))
        if not (size.isascii() and size.isdecimal() and 1 <= int(size) <= self.max_page_size):
            raise QuestionInvalid("page_size", f"must be a whole number from 1 to {self.max_page_size}.")
        try:
            return self.paginate_queryset(found, request) or []
        except NotFound as error:
            raise Problem(
                "not-found", "There is no such page: the cursor is none that `next` or `previous` named."
            ) from error


def _history_page(request: Request, filters: Mapping[str, Any]) -> IdentificationPage:
    asker = asker_of(request)
    pages = HistoryPages()
    own = queries.with_all().of(owner_id=asker.owner_id, visitor=asker.visitor)
    listed = own.seen_by(test_key=has_test_key(request)).filter(continued=False)
    rows = pages.read(narrow(listed, filters), request)
    return IdentificationPage(
        next=pages.get_next_link(),
        previous=pages.get_previous_link(),
        results=tuple(identification_body(row) for row in rows),
    )


class PhotoView(APIView):
    """A stored photo, or its thumbnail."""

    scope = Scope.READ_HISTORY
    content_negotiation_class = OneFormat
    thumbnail = False

    @extend_schema(**schema.PHOTO)
    async def get(self, request: Request, identification_id: uuid.UUID, position: int, **_: Any) -> HttpResponseBase:
        """The JPEG, without any metadata of the original."""
        await get_services().history.flush()
        photo = await in_database(
            queries.find_photo,
            identification_id,
            position,
            owner_id=asker_of(request).owner_id,
            test_key=has_test_key(request),
        )
        if photo is None:
            raise Problem("not-found", "There is no such photo.")
        content = await in_media(_read_file, photo, thumbnail=self.thumbnail)
        headers = {
            "Cache-Control": "private, max-age=31536000, immutable",
            "Vary": "Cookie",
            "Content-Disposition": f'inline; filename="photo-{position + 1}.jpg"',
        }
        return HttpResponse(content, content_type="image/jpeg", headers=headers)


def _read_file(photo: Photo, *, thumbnail: bool) -> bytes:
    """Its bytes. Raises Problem."""
    file = photo.picture.thumbnail if thumbnail else photo.picture.file
    if not file:
        raise Problem("not-found", "This photo could not be kept.", hint="Send it again: it is kept then, for nothing.")
    try:
        with get_media().open(str(file.name)) as opened:
            return bytes(opened.read())
    except FileNotFoundError:
        raise Problem("not-found", "There is no such photo.") from None
    except OSError as error:
        raise files_unavailable() from error


async def _access(request: Request, identification_id: uuid.UUID) -> Identification:
    """The identification if this asker may see it. Raises Problem: 404 also for somebody else's (law 12)."""
    await get_services().history.flush()  # it may have been given a moment ago
    found = await in_database(
        queries.find_identification,
        identification_id,
        owner_id=asker_of(request).owner_id,
        test_key=has_test_key(request),
    )
    if found is None:
        raise Problem("not-found", "There is no such identification, or it was deleted.")
    return found
