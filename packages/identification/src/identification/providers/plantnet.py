"""Pl@ntNet (my.plantnet.org), API v2: its addresses, key, form, errors and daily quota."""

import datetime as dt
import re
import secrets
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from identification.answer import ProviderAnswer, ProviderName
from identification.providers.http import (
    EXHAUSTED,
    KEY_REFUSED,
    OK,
    REFUSED_UNREAD,
    RETRY_AFTER_MAX,
    TRY_LATER,
    Call,
    NoReply,
    Pieces,
    Reply,
    StreamedBody,
    check_key,
    check_timeout,
    check_url,
    error_of_silence,
    error_of_status,
    excerpt,
    exchange,
    parse_retry_after,
)
from identification.providers.plantnet_reply import (
    file_name,
    no_species,
    parse_rate_limit,
    read_identified,
    read_usage,
    says_no_species,
)
from identification.question import Asked, Organ, Question
from identification.usage import ProviderUsage
from resilience.deadline import Deadline
from resilience.errors import ProviderError
from resilience.ports import Clock

RESULTS = 10
CHUNK = 64 * 1024  # bytes of photo handed to the socket at a time
DAY = 86_400
ORGANS_THAT_SUFFICE = frozenset({Organ.AUTO, Organ.LEAF, Organ.FLOWER, Organ.FRUIT, Organ.BARK})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantNetConfig:
    """Pl@ntNet. Environment: PLANTNET_API_KEY, PLANTNET_BASE_URL, PLANTNET_TIMEOUT_SECONDS (20), PLANTNET_PROJECT.

    `url` with or without `/v2` and closing slash. `project` "all" is the world flora; a regional one leaves house
    and garden plants out. Raises ValueError naming the setting that is wrong.
    """

    key: str = field(repr=False)
    url: str = "https://my-api.plantnet.org"
    timeout: float = 20.0  # seconds for one whole identification
    project: str = "all"

    def __post_init__(self) -> None:
        check_key("PLANTNET_API_KEY", self.key)
        check_url("PLANTNET_BASE_URL", self.url)
        check_timeout("PLANTNET_TIMEOUT_SECONDS", self.timeout)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.project):
            message = "PLANTNET_PROJECT must be an id of Pl@ntNet's projects, such as all or k-world-flora"
            raise ValueError(message)

    @property
    def base(self) -> str:
        """The address that the routes follow."""
        return f"{self.url.rstrip('/').removesuffix('/v2').rstrip('/')}/v2"


class PlantNetAPIService:
    """Pl@ntNet, HTTP API v2. Implements ports.Provider.

    It keeps nothing and knows no reference: a lost answer is a lost request, and nothing is ever sent twice (law 9).
    """

    def __init__(self, session: aiohttp.ClientSession, config: PlantNetConfig) -> None:
        self._session, self._config = session, config

    @property
    def name(self) -> ProviderName:
        """Which provider this is."""
        return ProviderName.PLANTNET

    def cost(self, asked: Asked) -> float:
        """One request of the day, whatever the number of photos."""
        del asked
        return 1.0

    def heeds(self, asked: Asked) -> tuple[object, ...]:
        """The flora, the organs as they are sent, and the language; place and health are not sent."""
        return (self._config.project, organs_to_send(asked.organs), _language(asked.language))

    async def identify(self, question: Question, *, deadline: Deadline) -> ProviderAnswer:
        """Name the plant, for one request of the daily quota. Health and place are not theirs to judge.

        Raises a ProviderError; its `charged` is False only where the request certainly was not counted.
        """
        query = {
            "lang": _language(question.language),
            "nb-results": str(RESULTS),
            "include-related-images": "true",
        }
        body = encode_question(question)
        del question  # nothing here holds the photos while the answer is awaited
        seconds = deadline.share(self._config.timeout)
        reply = await self._call("POST", f"/identify/{self._config.project}", query, seconds=seconds, body=body)
        if isinstance(reply, Reply):
            if reply.status in OK:
                return read_identified(reply)
            if reply.status == 404 and says_no_species(reply):  # noqa: PLR2004 - an answer (law 7)
                return no_species(reply)
        raise self._error(reply, deadline, billable=True)

    async def recover(
        self,
        reference: int,  # noqa: ARG002 - nothing to ask
        *,
        language: str,  # noqa: ARG002 - as above
        health: bool,  # noqa: ARG002 - as above
        deadline: Deadline,  # noqa: ARG002 - as above
    ) -> ProviderAnswer | None:
        """None: Pl@ntNet keeps no answers, a lost one is lost."""
        return None

    async def forget(self, remote_id: str, *, deadline: Deadline) -> bool:  # noqa: ARG002 - nothing to ask
        """True: photos are in their memory only while they identify (their terms of use), there is no record."""
        return True

    async def usage(self, *, deadline: Deadline) -> ProviderUsage:
        """The day's count. Free. Raises a ProviderError: ProviderKeyRefused for a wrong key."""
        today = dt.datetime.fromtimestamp(deadline.clock.wall(), dt.UTC).date()
        query = {"day": today.isoformat()}
        reply = await self._call("GET", "/quota/daily", query, seconds=deadline.share(self._config.timeout))
        if isinstance(reply, NoReply) or reply.status not in OK:
            raise self._error(reply, deadline, billable=False)
        return read_usage(reply)

    async def _call(
        self, method: str, path: str, query: dict[str, str], *, seconds: float, body: StreamedBody | None = None
    ) -> Reply | NoReply:
        # the key belongs into the query: the one place where they look for it
        url = URL(f"{self._config.base}{path}").with_query({"api-key": self._config.key, **query})
        return await exchange(self._session, Call(method=method, url=url, body=body), seconds=seconds)

    def _error(self, reply: Reply | NoReply, deadline: Deadline, *, billable: bool) -> ProviderError:
        if isinstance(reply, NoReply):
            return error_of_silence(self.name, reply, billable=billable)
        # whether a malformed request counts is not documented, and some say it does: so it counts
        free = {*KEY_REFUSED, *EXHAUSTED, *TRY_LATER, REFUSED_UNREAD}
        return error_of_status(
            self.name,
            reply,
            excerpt(reply.body, key=self._config.key),
            charged=billable and reply.status not in free,
            retry_after=_wait(reply, deadline.clock),
        )


def _wait(reply: Reply, clock: Clock) -> float | None:
    """Seconds until asking again makes sense; the daily quota starts anew at 00:00 UTC."""
    asked = parse_retry_after(reply.headers, clock)
    if reply.status not in EXHAUSTED:
        return asked
    limit = parse_rate_limit(reply.headers)
    reset = None if limit.reset is None else min(limit.reset, RETRY_AFTER_MAX)
    # with requests left it is not the quota that is used up: then their Retry-After knows better
    known = (reset, asked) if limit.remaining == 0 else (asked, reset)
    return next((seconds for seconds in known if seconds is not None), DAY - clock.wall() % DAY)


def _language(code: str) -> str:
    """Their two-letter form of a language code; English for a language without one."""
    primary = code.lower().partition("-")[0]
    return primary if len(primary) == 2 else "en"  # noqa: PLR2004 - ISO 639-1


def organs_to_send(organs: tuple[Organ, ...]) -> tuple[Organ, ...]:
    """One organ per photo. Habit and other alone are refused: then all are left to the engine."""
    return organs if ORGANS_THAT_SUFFICE & set(organs) else (Organ.AUTO,) * len(organs)


def encode_question(question: Question) -> StreamedBody:
    """The multipart form of one identification: `images` and `organs`, no other field, or it is a 400."""
    boundary = secrets.token_hex(16)
    fields: list[tuple[bytes, bytes]] = []
    for position, (photo, organ) in enumerate(zip(question.photos, organs_to_send(question.organs), strict=True)):
        # they test the file type by name or by bytes, nobody is sure which: both are right
        disposition = f'form-data; name="images"; filename="{file_name(position)}"'
        fields.append((_head(boundary, f"{disposition}\r\nContent-Type: image/jpeg"), photo.medium))
        fields.append((_head(boundary, 'form-data; name="organs"'), organ.value.encode()))
    tail = f"--{boundary}--\r\n".encode()
    size = sum(len(head) + len(content) + 2 for head, content in fields) + len(tail)
    return StreamedBody(_form_pieces(fields, tail), size=size, content_type=f"multipart/form-data; boundary={boundary}")


def _head(boundary: str, disposition: str) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()


def _form_pieces(fields: list[tuple[bytes, bytes]], tail: bytes) -> Pieces:
    for head, content in fields:
        yield head
        view = memoryview(content)
        for start in range(0, len(content), CHUNK):
            yield view[start : start + CHUNK]
        yield b"\r\n"
    yield tail
