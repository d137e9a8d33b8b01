"""Plant.id (Kindwise), API v3: its addresses, headers, request, errors and money."""

import asyncio
import binascii
import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import msgspec
from yarl import URL

from identification.answer import ProviderAnswer, ProviderName
from identification.providers.http import (
    OK,
    REFUSED_UNREAD,
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
from identification.providers.plant_id_reply import REMOTE_ID, RecordPending, read_record, read_usage
from identification.question import Asked, Question
from identification.usage import ProviderUsage
from resilience.deadline import Deadline
from resilience.errors import (
    ProviderError,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
)

# A strict list: an unknown value is a 400 for the whole call. Watering, toxicity and edible_parts stay out: they come
# without source and licence (law 11).
PLANT_DETAILS = (
    "common_names",
    "url",
    "description",
    "taxonomy",
    "name_authority",
    "rank",
    "gbif_id",
    "inaturalist_id",
    "synonyms",
    "image",
)
HEALTH_DETAILS = ("local_name", "treatment", "classification", "cause")
CHUNK = 48 * 1024  # bytes of photo encoded at a time; a multiple of 3, so that the pieces join to one base64 text

FIND_SECONDS = 5.0  # kept back of the deadline for reading a doubtful call again, at most ...
FIND_PART = 0.2  # ... this part of it
FIND_SECONDS_MAX = 10.0  # and looked for no longer than this, however far the deadline
FIND_PAUSES = (0.25, 0.5, 1.0, 2.0, 3.0, 3.0)  # seconds between looks: a record may appear a little later
LOOK_SECONDS = 5.0
GATEWAY_TIMEOUTS = frozenset({504, 524})  # a gateway gave up waiting, the service behind it may be at work
GATEWAY_SPEAKS = frozenset({502, 504, *range(520, 528)})  # what became of the call, a gateway does not know

type Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantIDConfig:
    """Plant.id. Environment: PLANT_ID_API_KEY, PLANT_ID_BASE_URL, PLANT_ID_TIMEOUT_SECONDS (default 30).

    `url` with or without `/v3` and closing slash. Raises ValueError naming the setting that is wrong.
    """

    key: str = field(repr=False)
    url: str = "https://api.plant.id/v3"
    timeout: float = 30.0  # seconds for one whole identification

    def __post_init__(self) -> None:
        check_key("PLANT_ID_API_KEY", self.key)
        check_url("PLANT_ID_BASE_URL", self.url)
        check_timeout("PLANT_ID_TIMEOUT_SECONDS", self.timeout)

    @property
    def base(self) -> str:
        """The address that the routes follow."""
        return f"{self.url.rstrip('/').removesuffix('/v3').rstrip('/')}/v3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is needed to read an identification: its reference (`custom_id`), and what was asked."""

    reference: int
    language: str = "en"
    health: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, the same for asking and for reading again."""
        details = (*PLANT_DETAILS, *HEALTH_DETAILS) if self.health else PLANT_DETAILS
        return {"details": ",".join(details), "language": _language(self.language)}

    def read(self, reply: Reply) -> ProviderAnswer:
        """The answer in a reply of 2xx. Raises as `read_record` does."""
        language = _language(self.language)
        return read_record(reply, language=language, health_asked=self.health, reference=self.reference)


class _Trace(enum.Enum):
    """What a look for a record showed when it was no answer."""

    NONE = "they hold no such record"
    PENDING = "they are working on it"
    UNKNOWN = "no clear reply"


class PlantIDAPIService:
    """Plant.id, HTTP API v3. Implements ports.Provider.

    A call that may have been billed without an answer is read again by its reference, and never sent again (law 9).
    `sleep` waits between those looks; tests pass their own.
    """

    def __init__(self, session: aiohttp.ClientSession, config: PlantIDConfig, *, sleep: Sleep = asyncio.sleep) -> None:
        self._session, self._config, self._sleep = session, config, sleep

    @property
    def name(self) -> ProviderName:
        """Which provider this is."""
        return ProviderName.PLANT_ID

    def cost(self, asked: Asked) -> float:
        """Credits: 1, and 1 more for the health part."""
        return 2.0 if asked.health else 1.0

    def heeds(self, asked: Asked) -> tuple[object, ...]:
        """Place, language and health; organs are not sent."""
        place = (asked.place.latitude, asked.place.longitude) if asked.place else None
        return (place, _language(asked.language), asked.health)

    async def identify(self, question: Question, *, deadline: Deadline) -> ProviderAnswer:
        """Name the plant, and judge its health where asked, in one call: 1 credit, 2 with health.

        Raises a ProviderError; its `charged` is False only where the provider certainly took nothing.
        """
        wanted = Wanted(reference=question.reference, language=question.language, health=question.health)
        body = encode_question(question)
        del question  # nothing here holds the photos while the answer is awaited
        keep_back = min(FIND_SECONDS, FIND_PART * deadline.remaining())
        seconds = deadline.share(self._config.timeout, keep_back=keep_back)
        reply = await self._call("POST", "/identification", wanted.query, seconds=seconds, body=body)
        try:
            return self._read(reply, wanted, deadline)
        except ProviderError as doubt:
            if not doubt.charged:
                raise
            found = await self._find(wanted, deadline, pauses=_patience(reply))
            if isinstance(found, ProviderAnswer):
                return found
            doubt.charged = not _surely_free(reply, found)
            raise

    async def recover(
        self, reference: int, *, language: str, health: bool, deadline: Deadline
    ) -> ProviderAnswer | None:
        """The answer the provider holds under our reference, None when it holds none. Free, at any later time.

        Raises a ProviderError when the record failed, the key is refused, or it cannot tell now: down, or not ready.
        """
        wanted = Wanted(reference=reference, language=language, health=health)
        found = await self._look(wanted, seconds=deadline.share(self._config.timeout))
        if isinstance(found, ProviderAnswer) or found is _Trace.NONE:
            return found if isinstance(found, ProviderAnswer) else None
        raise ProviderUnavailable(self.name, "it does not say what it holds")

    async def forget(self, remote_id: str, *, deadline: Deadline) -> bool:
        """Delete the record, with the photos they keep; True when it is gone, also when it was before.

        `remote_id`: the answer's, or the question's reference as text. Raises a ProviderError.
        """
        if not REMOTE_ID.fullmatch(remote_id):
            raise ProviderRejected(self.name, "this is no name of a record")
        reply = await self._call("DELETE", f"/identification/{remote_id}", {}, seconds=self._share(deadline))
        if isinstance(reply, Reply) and (reply.status in OK or reply.status == 404):  # noqa: PLR2004 - not found
            return True
        raise self._error(reply, deadline, billable=False)

    async def usage(self, *, deadline: Deadline) -> ProviderUsage:
        """What is left of the key's credits. Free. Raises a ProviderError: ProviderKeyRefused for a wrong key."""
        reply = await self._call("GET", "/usage_info", {}, seconds=self._share(deadline))
        if isinstance(reply, NoReply) or reply.status not in OK:
            raise self._error(reply, deadline, billable=False)
        return read_usage(reply)

    def _share(self, deadline: Deadline) -> float:
        return deadline.share(self._config.timeout)

    async def _call(
        self, method: str, path: str, query: dict[str, str], *, seconds: float, body: StreamedBody | None = None
    ) -> Reply | NoReply:
        url = URL(f"{self._config.base}{path}").with_query(query)
        call = Call(method=method, url=url, headers={"Api-Key": self._config.key}, body=body)
        return await exchange(self._session, call, seconds=seconds)

    def _read(self, reply: Reply | NoReply, wanted: Wanted, deadline: Deadline) -> ProviderAnswer:
        if isinstance(reply, NoReply) or reply.status not in OK:
            raise self._error(reply, deadline, billable=True)
        return wanted.read(reply)

    def _error(self, reply: Reply | NoReply, deadline: Deadline, *, billable: bool) -> ProviderError:
        if isinstance(reply, NoReply):
            return error_of_silence(self.name, reply, billable=billable)
        charged = billable and reply.status >= 500  # noqa: PLR2004 - a 4xx takes no credit (their FAQ)
        said = excerpt(reply.body, key=self._config.key)
        # no Retry-After is documented; without one nobody knows when credits come back
        wait = parse_retry_after(reply.headers, deadline.clock)
        return error_of_status(self.name, reply, said, charged=charged, retry_after=wait)

    async def _find(self, wanted: Wanted, deadline: Deadline, *, pauses: tuple[float, ...]) -> ProviderAnswer | _Trace:
        """Look for the record of a doubtful call, again after each pause, while the deadline allows."""
        until = Deadline.after(deadline.share(FIND_SECONDS_MAX), deadline.clock)
        found = await self._look(wanted, seconds=until.share(min(LOOK_SECONDS, self._config.timeout)))
        for pause in pauses:
            if isinstance(found, ProviderAnswer) or until.remaining() <= pause:
                break
            await self._sleep(pause)
            found = await self._look(wanted, seconds=until.share(min(LOOK_SECONDS, self._config.timeout)))
        return found

    async def _look(self, wanted: Wanted, *, seconds: float) -> ProviderAnswer | _Trace:
        """What they hold under our reference. Raises ProviderKeyRefused, and ProviderUnavailable for a failed record."""
        reply = await self._call("GET", f"/identification/{wanted.reference}", wanted.query, seconds=seconds)
        if isinstance(reply, NoReply):
            return _Trace.UNKNOWN
        if reply.status in {401, 403}:
            raise ProviderKeyRefused(self.name, f"HTTP {reply.status}: {excerpt(reply.body, key=self._config.key)}")
        if reply.status not in OK:
            return _Trace.NONE if reply.status == 404 else _Trace.UNKNOWN  # noqa: PLR2004 - not found
        return _read_again(reply, wanted)


def _read_again(reply: Reply, wanted: Wanted) -> ProviderAnswer | _Trace:
    try:
        answer = wanted.read(reply)
    except RecordPending:
        return _Trace.PENDING
    except ProviderReplyInvalid:
        return _Trace.UNKNOWN
    return msgspec.structs.replace(answer, reconciled=True)


def _surely_free(reply: Reply | NoReply, found: _Trace) -> bool:
    """Whether a doubtful call certainly took no credit: only a successful identification does (their FAQ)."""
    if isinstance(reply, NoReply) or reply.status in OK or reply.status in GATEWAY_SPEAKS:
        return False
    return found is _Trace.NONE or reply.status == REFUSED_UNREAD


def _patience(reply: Reply | NoReply) -> tuple[float, ...]:
    """The pauses between looks: one look is enough where they said themselves that it failed."""
    failed = isinstance(reply, Reply) and reply.status not in {*OK, *GATEWAY_TIMEOUTS}
    return () if failed else FIND_PAUSES


def _language(code: str) -> str:
    """Plant.id's form of a language code: of the regional ones it knows `zh-hant` only."""
    return "zh-hant" if code.lower() in {"zh-hant", "zh-tw", "zh-hk"} else code.lower().partition("-")[0]


def encode_question(question: Question) -> StreamedBody:
    """The JSON body of one identification, its photos encoded while they are sent.

    No `datetime`: a wrong form of it is a 400 for the whole call, and it tells when the photo was taken.
    """
    fields: dict[str, int | float | bool | str] = {"custom_id": question.reference, "similar_images": True}
    if question.health:
        fields["health"] = "all"
    if question.place is not None:
        fields |= {"latitude": question.place.latitude, "longitude": question.place.longitude}
    head = msgspec.json.encode(fields)[:-1] + b',"images":['
    photos = tuple(photo.large for photo in question.photos)
    encoded = sum(4 * -(-len(photo) // 3) + 2 for photo in photos)  # base64 in quotes
    size = len(head) + encoded + len(photos) - 1 + len(b"]}")
    return StreamedBody(_json_pieces(head, photos), size=size, content_type="application/json")


def _json_pieces(head: bytes, photos: tuple[bytes, ...]) -> Pieces:
    yield head
    for position, photo in enumerate(photos):
        yield b',"' if position else b'"'
        view = memoryview(photo)
        for start in range(0, len(photo), CHUNK):
            yield binascii.b2a_base64(view[start : start + CHUNK], newline=False)
        yield b'"'
    yield b"]}"
