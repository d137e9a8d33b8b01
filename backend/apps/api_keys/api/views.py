"""API keys of the signed-in account: make, list, read, change, revoke, remove."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api_keys.actions import KEYS_MAX, TooManyKeysError, create_key
from apps.api_keys.api.forms import ChangeKeyForm, KeyBody, KeyListBody, NewKeyBody, NewKeyForm
from apps.api_keys.keys import Mode
from apps.api_keys.models import ApiKey
from apps.api_keys.permissions import ManagesKeys
from plant_community_backend.problems import Problem

TAGS = ["API keys"]
SESSION: Any = [{"sessionToken": []}, {"sessionCookie": []}]  # its stubs ask for another type than it takes
PROBLEM = OpenApiResponse(response={"$ref": "#/components/schemas/ProblemBody"}, description="A problem (RFC 9457).")
NOT_FOUND = {404: PROBLEM}


def private(body: Any, *, status: int = 200) -> Response:
    """An answer that nobody on the way may keep."""
    return Response(body, status=status, headers={"Cache-Control": "no-store"})


class KeysView(APIView):
    """All keys of the account."""

    permission_classes = (ManagesKeys,)
    parser_classes = (JSONParser,)

    @extend_schema(
        tags=TAGS,
        auth=SESSION,
        operation_id="api_key_list",
        summary="List your API keys, newest first",
        responses={200: KeyListBody},
    )
    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """Also those that were revoked or have expired."""
        keys = ApiKey.objects.filter(owner=request.user.pk)
        return private({"results": KeyBody(keys, many=True).data})

    @extend_schema(
        tags=TAGS,
        auth=SESSION,
        operation_id="api_key_create",
        summary="Make an API key; it is shown once",
        request=NewKeyForm,
        responses={201: NewKeyBody, 400: PROBLEM, 409: PROBLEM, 415: PROBLEM},
    )
    def post(self, request: Request, **_: Any) -> HttpResponseBase:
        """The answer has the key in `key`. Nobody can show it again: store it now."""
        form = NewKeyForm(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        try:
            key, text = create_key(request.user, mode=Mode(asked.pop("mode")), **asked)
        except TooManyKeysError:
            detail = f"An account may have {KEYS_MAX} API keys."
            raise Problem("too-many-keys", detail, hint="Remove one that you no longer use.") from None
        return private(NewKeyBody(key, context={"key": text}).data, status=201)


class KeyView(APIView):
    """One key."""

    permission_classes = (ManagesKeys,)
    parser_classes = (JSONParser,)

    @extend_schema(
        tags=TAGS,
        auth=SESSION,
        operation_id="api_key_read",
        summary="Read what is known of one API key",
        responses={200: KeyBody, **NOT_FOUND},
    )
    def get(self, request: Request, key_id: int, **_: Any) -> HttpResponseBase:
        """Without the key itself."""
        return private(KeyBody(_access(request, key_id)).data)

    @extend_schema(
        tags=TAGS,
        auth=SESSION,
        operation_id="api_key_change",
        summary="Change name, scopes, rate or budget of one API key",
        request=ChangeKeyForm,
        responses={200: KeyBody, 400: PROBLEM, 415: PROBLEM, **NOT_FOUND},
    )
    def patch(self, request: Request, key_id: int, **_: Any) -> HttpResponseBase:
        """What is left out stays as it is."""
        key = _access(request, key_id)
        form = ChangeKeyForm(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(key, name, value)
        key.save(update_fields=list(form.validated_data))
        return private(KeyBody(key).data)

    @extend_schema(
        tags=TAGS,
        auth=SESSION,
        operation_id="api_key_remove",
        summary="Revoke and remove one API key",
        responses={204: None, **NOT_FOUND},
    )
    def delete(self, request: Request, key_id: int, **_: Any) -> HttpResponseBase:
        """It opens nothing from now on, and its row is gone; what was identified with it stays yours."""
        _access(request, key_id).delete()
        return Response(status=204, headers={"Cache-Control": "no-store"})


class RevokeKeyView(APIView):
    """The end of one key."""

    permission_classes = (ManagesKeys,)
    parser_classes = (JSONParser,)

    @extend_schema(
        tags=TAGS,
        auth=SESSION,
        operation_id="api_key_revoke",
        summary="Revoke one API key; it stays in the list",
        request=None,
        responses={200: KeyBody, **NOT_FOUND},
    )
    def post(self, request: Request, key_id: int, **_: Any) -> HttpResponseBase:
        """It opens nothing from now on. Said again, nothing changes."""
        key = _access(request, key_id)
        key.revoke()
        return private(KeyBody(key).data)


def _access(request: Request, key_id: int) -> ApiKey:
    """The key, if it is this account's. Raises Problem, 404, also for somebody else's."""
    key = ApiKey.objects.filter(owner=request.user.pk, pk=key_id).first()
    if key is None:
        raise Problem("not-found", "There is no such API key, or it was removed.")
    return key
