"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07)."""

import re
import uuid

from rest_framework.request import Request

from apps.plant_identification.actions import Ask
from apps.plant_identification.api.bodies import identification_url
from apps.plant_identification.repeats import KeyReusedError, id_for
from plant_community_backend.problems import Problem

HEADER = "Idempotency-Key"
LENGTH_MAX = 255
QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])+)"')  # a string of RFC 9651
BARE = re.compile(r"[!#-+\--\[\]-~]+")  # without comma, since two headers of a name arrive as one with a comma
ESCAPED = re.compile(r"\\(.)")


def id_of(request: Request, ask: Ask) -> uuid.UUID | None:
    """The id of the identification that this request's key stands for, None without a key. Raises Problem."""
    given = request.headers.get(HEADER)
    if given is None:
        return None
    return id_for(_read(given.strip(" \t")), owner_id=ask.owner_id, visitor=ask.visitor, sandbox=ask.sandbox)


def _read(given: str) -> str:
    """The key, the same one with and without quotes. Raises Problem."""
    if quoted := QUOTED.fullmatch(given):
        key = ESCAPED.sub(r"\1", quoted[1])
    else:
        key = given if BARE.fullmatch(given) else ""
    if not 1 <= len(key) <= LENGTH_MAX:
        sentence = f'must be 1 to {LENGTH_MAX} visible ASCII characters, best a UUID, in quotes: "8e03978e-40d5-...".'
        raise Problem("invalid-input", f"{HEADER} {sentence}", errors=[{"detail": sentence, "header": HEADER}])
    return key


def key_reused(error: KeyReusedError) -> Problem:
    """422: the asker's own identification under this key is about other photos."""
    return Problem(
        "idempotency-key-reused",
        "This Idempotency-Key came before with other photos or options; nothing was asked and nothing was charged.",
        hint="Send a new key with each new question, and an old one only with the very same photos and options.",
        identification=identification_url(error.identification),
    )
