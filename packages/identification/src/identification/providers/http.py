"""What both adapters need of HTTP: one pooled session, one exchange with a hard end, and words without keys.

An exchange that fails is a value (`NoReply`), not an exception: aiohttp's errors carry the URL, which at Pl@ntNet holds
the key, so none of them, and none of its frames, may live on in a traceback (law 13).
"""

import asyncio
import contextlib
import email.utils
import errno
import re
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from resilience.errors import (
    ProviderError,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
)
from resilience.ports import Clock

CONNECTIONS_MAX = 4096  # more than both bulkheads of one process together; the guard limits, this only bounds
CONNECT_SECONDS = 10.0  # a host that does not even accept is known to be down long before the answer is due
KEEPALIVE_SECONDS = 15.0  # shorter than common servers' (nginx: 75): a POST rarely meets a closing connection
STOOD_STILL_SECONDS = 0.5  # so late a timer is where this process was stopped or starved, not busy for a moment
CATCH_UP_SECONDS = 5.0  # for what came meanwhile; half of what a run has beyond the provider's time (wiring.py)
REPLY_BYTES_MAX = 4 * 1024 * 1024  # real answers have 5 to 60 kB
RETRY_AFTER_MAX = 86_400.0  # seconds; a provider that asks for more is asked again after a day
EXCERPT_MAX = 160  # signs of a provider's own words in an error
OK = range(200, 300)
KEY_REFUSED = frozenset({401, 403})
EXHAUSTED = frozenset({402, 429})
TRY_LATER = frozenset({408, 425})  # 4xx by number, but nothing wrong with our request
REFUSED_UNREAD = 503  # says of itself that the request was not served

type Piece = bytes | memoryview[int]
type Pieces = Generator[Piece]


class StreamedBody(aiohttp.Payload):
    """A request body made while it is sent, once. It never exists as a whole, and is gone as soon as it is sent.

    `size` is the exact number of bytes that `pieces` will give: it becomes Content-Length. `started` tells whether any
    of it may have reached the wire, from when on a lost connection is ambiguous (law 9).
    """

    _autoclose = True

    def __init__(self, pieces: Pieces, *, size: int, content_type: str) -> None:
        super().__init__(None, content_type=content_type)
        self._pieces, self._size = pieces, size
        self.started = False

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Never: a body of megabytes is no text to look at. Raises TypeError."""
        message = f"a streamed body cannot be decoded as {encoding} ({errors})"
        raise TypeError(message)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send every piece, and let go of what the pieces are made of."""
        self.started = self._consumed = True
        try:
            for piece in self._pieces:
                await writer.write(piece)
        finally:
            self._pieces.close()

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:  # noqa: ARG002
        """As `write`: the length is known to be right."""
        await self.write(writer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. Address and headers may hold a key, so its repr shows neither."""

    method: str
    url: URL = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: StreamedBody | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def simulated(self) -> bool:
        """Whether the simulator says of itself that it is one."""
        return self.headers.get("X-Simulated", "").strip().lower() == "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReply:
    """Why no whole answer came. `sent`: the provider may have our request. `garbled`: something came, not HTTP."""

    reason: str
    sent: bool = False
    garbled: bool = False


def open_session(
    *, connections: int = CONNECTIONS_MAX, followed_by: Sequence[aiohttp.TraceConfig] = ()
) -> aiohttp.ClientSession:
    """The pooled session for all providers of this process, to be closed by the caller.

    Call it in the running event loop: the session belongs to that loop (RuntimeError without one). No cookies, no
    proxy or netrc from the environment; `exchange` gives every call its deadline and follows no redirect. `followed_by`
    hear of each request; they see the whole address, and keep what law 13 keeps.
    """
    asyncio.get_running_loop()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEPALIVE_SECONDS, ttl_dns_cache=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": "plant-community/0.1", "Accept": "application/json"},
        trust_env=False,
        trace_configs=list(followed_by),
    )


async def exchange(session: aiohttp.ClientSession, call: Call, *, seconds: float) -> Reply | NoReply:
    """The whole answer within `seconds`, connecting and uploading included, or why there is none. Raises nothing.

    The end is hard: an answer that trickles in is cut off too, and its connection is closed. Only when this process
    stood still at that moment it catches up first, for CATCH_UP_SECONDS at most.
    """
    if session.closed or seconds <= 0:
        return NoReply(reason="the session is closed" if session.closed else "no time was left for the call")
    try:
        async with _bounded(seconds):
            return await _perform(session, call)
    except aiohttp.ServerTimeoutError:  # of the session: connecting
        reason, garbled = f"no connection within {CONNECT_SECONDS:g} s", False
    except TimeoutError:
        reason, garbled = f"no complete answer within {seconds:.3g} s", False
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason, garbled = _describe(error), isinstance(error, aiohttp.ClientResponseError | ValueError)
    return NoReply(reason=reason, sent=call.body is None or call.body.started, garbled=garbled)


@contextlib.asynccontextmanager
async def _bounded(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, but not to the account of the provider: time in which this process stood still is not theirs.

    A machine that is moved or put to sleep, or has no CPU left: then the answer may lie unread in the socket, paid for
    (law 4), and the timer would be heard before it.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    async with asyncio.timeout(None) as bound:

        def end() -> None:
            now = loop.time()
            stood_still = now - due > STOOD_STILL_SECONDS
            bound.reschedule(now + min(seconds, CATCH_UP_SECONDS) if stood_still else now)

        timer = loop.call_at(due, end)
        try:
            yield
        finally:
            timer.cancel()


async def _perform(session: aiohttp.ClientSession, call: Call) -> Reply:
    async with session.request(
        call.method, call.url, headers=call.headers, data=call.body, allow_redirects=False
    ) as response:
        body = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > REPLY_BYTES_MAX:
                message = "answer too large"
                raise ValueError(message)
        return Reply(status=response.status, headers=response.headers, body=bytes(body))


def _describe(error: Exception) -> str:
    """What went wrong, by class and error number only: the texts of these errors hold addresses."""
    number = getattr(error, "errno", None)
    known = f", {errno.errorcode[number]}" if isinstance(number, int) and number in errno.errorcode else ""
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection ({type(error).__name__}{known})"
    if isinstance(error, aiohttp.ClientResponseError):
        return "what came back is not HTTP"
    if type(error) is ValueError:
        return f"the answer has more than {REPLY_BYTES_MAX} bytes"
    return f"the connection was lost ({type(error).__name__}{known})"


def error_of_silence(provider: str, silence: NoReply, *, billable: bool) -> ProviderError:
    """The error for a call without an answer; `billable`: the call is one that costs."""
    kind = ProviderReplyInvalid if silence.garbled else ProviderUnavailable
    return kind(provider, silence.reason, charged=billable and silence.sent)


def error_of_status(
    provider: str, reply: Reply, said: str, *, charged: bool = False, retry_after: float | None = None
) -> ProviderError:
    """The error for a reply whose status is not 2xx (law 7); `said` is the provider's own excerpt, already clean."""
    detail = f"HTTP {reply.status}: {said}" if said else f"HTTP {reply.status}"
    if reply.status in KEY_REFUSED:
        return ProviderKeyRefused(provider, detail)
    if reply.status in EXHAUSTED:
        return ProviderExhausted(provider, detail, retry_after=retry_after)
    if reply.status in TRY_LATER or reply.status >= 500:  # noqa: PLR2004 - the class of server errors
        return ProviderUnavailable(provider, detail, charged=charged, retry_after=retry_after)
    if reply.status < 400:  # noqa: PLR2004 - 1xx and 3xx are no answers of an API
        return ProviderReplyInvalid(provider, f"{detail} (a redirect is not followed with a key: check the base URL)")
    return ProviderRejected(provider, detail, charged=charged)


def parse_retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Seconds to wait by Retry-After (a number or an HTTP date), 0 to RETRY_AFTER_MAX; None when it says nothing."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII):
        return min(float(value), RETRY_AFTER_MAX)
    try:
        moment = email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return min(max(0.0, moment - clock.wall()), RETRY_AFTER_MAX)


def excerpt(body: bytes, *, key: str) -> str:
    """The first words of a provider's error, for the operator: no markup, no key, no query, no long blobs."""
    for form in {key, quote(key, safe=""), quote(key)}:  # before anything is cut off, or half a key might stay
        body = body.replace(form.encode(), b"[key]")
    text = body[: 16 * EXCERPT_MAX].decode("utf-8", errors="replace")
    text = re.sub(r"<[^>]{0,500}>", " ", text)
    text = re.sub(r"\?[^\s\"'<>]*=[^\s\"'<>]*", "?[query]", text)
    text = re.sub(r"[\w+/=-]{48,}", "[...]", text)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text if len(text) <= EXCERPT_MAX else text[: EXCERPT_MAX - 3].rstrip() + "..."


def check_url(setting: str, url: str) -> None:
    """Let an http(s) address of a host pass. Raises ValueError naming `setting`, without the address: it may hold a key."""
    try:
        parts = URL(url)
        good = parts.scheme in {"http", "https"} and bool(parts.host) and parts.explicit_port != 0
    except ValueError:
        good = False
    if not good or parts.user or parts.password or parts.query_string or parts.fragment:
        message = f"{setting} must be an address such as https://host/path, without name, password or query"
        raise ValueError(message)


def check_key(setting: str, key: str) -> None:
    """Let a key of visible ASCII signs pass. Raises ValueError naming `setting`, never showing the key."""
    if not re.fullmatch(r"[!-~]{1,512}", key):
        message = f"{setting} must be set to the provider's key: visible ASCII signs, no spaces"
        raise ValueError(message)


def check_timeout(setting: str, seconds: float) -> None:
    """Let a sane timeout pass. Raises ValueError naming `setting`."""
    if not 0 < seconds <= 300:  # noqa: PLR2004 - nobody waits five minutes for a name
        message = f"{setting} must be above 0 and at most 300 seconds"
        raise ValueError(message)
