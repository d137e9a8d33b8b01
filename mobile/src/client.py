"""The server's API v1 over HTTP. Its twin for tests has the same signatures; `state/ports.py` says what they promise."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from state.bodies import Body
from state.news import Accepted, Answered, Failed, News, Reconnecting, Reported, judge
from state.problems import UNREACHABLE, ApiError, Problem
from state.question import Question
from state.steps import SIGNED_IN, step_of

API = "/api/v1"
AUTH = f"{API}/auth/app/v1/auth"
HISTORY = f"{API}/plant-identification/identifications/"
IDENTIFY = f"{API}/plant-identification/identify/"
GUIDES = "/api/v2/pages/"
GUIDE_TYPE = "care_guides.CareGuidePage"
GUIDES_AT_ONCE = 20  # the most that the server gives

PIECE = 65_536  # bytes of an upload between two words about how far it is
POLL_SECONDS = 2.0  # where the server does not say
POLLS_MAX = 120
PICTURE_MAX = 5_000_000  # bytes; a larger one is no thumbnail
TIMEOUT = httpx.Timeout(15, read=30)
# A stream is silent while both services look; the server says a word at least each 15 s.
STREAM_TIMEOUT = httpx.Timeout(15, read=45)


class HttpClient:
    """One server, asked by one person's phone. Implements `ports.Client`."""

    def __init__(self, address: str, *, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.address, self.token, self.visitor = address, "", ""
        self._wait = wait
        nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # who asks is said by a header, never by a jar
        self._http = httpx.AsyncClient(base_url=address, timeout=TIMEOUT, cookies=nothing)
        self._elsewhere = httpx.AsyncClient(timeout=TIMEOUT, cookies=nothing, follow_redirects=True)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()
        await self._elsewhere.aclose()

    # --- this server, this account ---

    async def about(self) -> Body:
        """Raises `not-found` where something else answers."""
        body = await self._get(f"{API}/about/")
        if "v1" not in body.get("api_versions", ()):
            raise ApiError(Problem(code="not-found", status=404))
        return body

    async def sign_in(self, email: str, password: str) -> str:
        self.token = ""
        return await self._step(f"{AUTH}/login", {"email": email, "password": password})

    async def give_code(self, code: str) -> str:
        return await self._step(f"{AUTH}/2fa/authenticate", {"code": code})

    async def verify_email(self, key: str) -> str:
        return await self._step(f"{AUTH}/email/verify", {"key": key})

    async def sign_out(self) -> None:
        try:
            await self._call("DELETE", f"{AUTH}/session")
        except ApiError as error:
            if error.problem.status not in {401, 410}:  # these say: there is no session any more
                raise
        finally:
            self.token = ""

    async def me(self) -> Body:
        return await self._get(f"{API}/me/")

    async def usage(self) -> Body:
        return await self._get(f"{API}/usage/")

    # --- asking ---

    async def identify(self, question: Question, key: str, sent: Callable[[float], None]) -> AsyncIterator[News]:
        request = self._question(question, key, sent)
        plant = ""
        try:
            reply = await self._http.send(request, stream=True)
        except httpx.HTTPError:
            yield Failed(UNREACHABLE)
            return
        try:
            if not reply.headers.get("Content-Type", "").startswith("text/event-stream"):
                plant, problem = await _place_of(reply)
                if problem:
                    yield Failed(problem)
                    return
                yield Accepted(plant)
            else:
                async for news in _news_in(reply):
                    if isinstance(news, Accepted):
                        plant = news.id
                    yield news
                    if isinstance(news, Answered | Failed):
                        return
        except httpx.HTTPError:
            pass  # the line was cut; what follows is the same as for a stream that ended too early
        finally:
            await reply.aclose()
        if not plant:
            yield Failed(UNREACHABLE)
            return
        async for news in self.follow(plant):
            yield news

    def _question(self, question: Question, key: str, sent: Callable[[float], None]) -> httpx.Request:
        files = [("images", (f"photo-{at}.jpg", photo.content, _kind_of(photo.content)))
                 for at, photo in enumerate(question.photos, start=1)]  # fmt: skip
        whole = httpx.Request("POST", "http://form", data=question.fields(), files=files)
        content = whole.read()

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(content), PIECE):
                yield content[start : start + PIECE]
                sent(min(1.0, (start + PIECE) / len(content)))

        headers = self._who() | {
            "Accept": "text/event-stream",
            "Idempotency-Key": f'"{key}"',
            "Content-Type": whole.headers["Content-Type"],
            "Content-Length": str(len(content)),
        }
        return self._http.build_request("POST", IDENTIFY, content=pieces(), headers=headers, timeout=STREAM_TIMEOUT)

    async def follow(self, plant: str) -> AsyncIterator[News]:
        for _poll in range(POLLS_MAX):
            news, seconds = await self._look_at(plant)
            yield news
            if isinstance(news, Answered | Failed):
                return
            await self._wait(seconds)
        yield Failed(UNREACHABLE)

    async def _look_at(self, plant: str) -> tuple[News, float]:
        try:
            reply = await self._http.get(f"{HISTORY}{quote(plant)}/", headers=self._who())
            seconds = _retry_after(reply) or POLL_SECONDS
            if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                return Reconnecting(), seconds
            return (judge(reply.json()) if reply.is_success else Failed(_problem_in(reply))), seconds
        except (httpx.HTTPError, ValueError):
            return Reconnecting(), POLL_SECONDS

    # --- what was asked ---

    async def plants(self, cursor: str, search: str) -> Body:
        query = {name: text for name, text in (("cursor", cursor), ("q", search)) if text}
        return await self._get(HISTORY, **query)

    async def delete(self, plant: str) -> None:
        await self._call("DELETE", f"{HISTORY}{quote(plant)}/")

    async def say(self, plant: str, was_right: str, name: str) -> Body:
        body = {"was_right": was_right} | ({"name": name} if name else {})
        return _body_of(await self._call("POST", f"{HISTORY}{quote(plant)}/feedback/", json=body))

    async def picture(self, url: str) -> bytes:
        whole = urljoin(f"{self.address}/", url)
        is_own = urlsplit(whole)[:2] == urlsplit(self.address)[:2]
        http, headers = (self._http, self._who()) if is_own else (self._elsewhere, {})
        try:
            async with http.stream("GET", whole, headers=headers) as reply:
                if not reply.is_success:
                    await reply.aread()
                    raise ApiError(_problem_in(reply))
                content = b""
                async for piece in reply.aiter_bytes():
                    content += piece
                    if len(content) > PICTURE_MAX:
                        raise ApiError(Problem(code="photo-too-large"))
                return content
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiError(UNREACHABLE) from error

    # --- care guides ---

    async def guides(self, search: str, offset: int) -> Body:
        query = {"search": search} if search else {"order": "title"}
        fields = "accepted_name,rank,common_names,body,locale"
        return await self._get(
            GUIDES, type=GUIDE_TYPE, fields=fields, limit=str(GUIDES_AT_ONCE), offset=str(offset), **query
        )

    async def guide(self, slug: str) -> Body | None:
        items: list[Body] = (await self._get(GUIDES, type=GUIDE_TYPE, slug=slug, fields="*"))["items"]
        return items[0] if items else None

    # --- how ---

    def _who(self) -> dict[str, str]:
        if self.token:
            return {"X-Session-Token": self.token}
        return {"Cookie": f"visitor={self.visitor}"} if self.visitor else {}

    async def _get(self, path: str, **query: str) -> Body:
        return _body_of(await self._call("GET", path, params=query))

    async def _step(self, path: str, body: Body) -> str:
        try:
            await self._call("POST", path, json=body)
        except ApiError as error:
            step = step_of(error.problem)
            if not step:
                raise
            return step
        return SIGNED_IN

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self._who() | {"Accept": "application/json"}
        try:
            reply = await self._http.request(method, path, headers=headers, **options)
        except httpx.HTTPError as error:
            raise ApiError(UNREACHABLE) from error
        if path.startswith(AUTH):
            self._take_token(reply)
        if not reply.is_success:
            raise ApiError(_problem_in(reply))
        return reply

    def _take_token(self, reply: httpx.Response) -> None:
        """The account routes say which token the session has from now on."""
        try:
            token = (reply.json().get("meta") or {}).get("session_token")
        except (ValueError, AttributeError):
            return
        self.token = token or self.token


def _body_of(reply: httpx.Response) -> Body:
    try:
        body = reply.json()
    except ValueError as error:
        raise ApiError(Problem(code="internal-error", status=reply.status_code)) from error
    if not isinstance(body, dict):
        raise ApiError(Problem(code="internal-error", status=reply.status_code))
    return body


def _problem_in(reply: httpx.Response) -> Problem:
    try:
        body = reply.json()
    except ValueError:
        body = {}  # not ours: a proxy's page
    return Problem.of_body(
        body if isinstance(body, dict) else {}, status=reply.status_code, retry_after=_retry_after(reply)
    )


def _retry_after(reply: httpx.Response) -> float | None:
    text = reply.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


async def _place_of(reply: httpx.Response) -> tuple[str, Problem | None]:
    """The id in the head of an answer that is no stream (another process of the server is at it), or the problem."""
    await reply.aread()
    if not reply.is_success:
        return "", _problem_in(reply)
    address = reply.headers.get("Location") or reply.headers.get("Content-Location") or ""
    found = re.search(r"identifications/([0-9a-f-]{36})/", address, re.IGNORECASE)
    return (found[1], None) if found else ("", Problem(code="internal-error"))


async def _news_in(reply: httpx.Response) -> AsyncIterator[News]:
    """Server-sent events as they arrive; one that the end cuts off is dropped."""
    rest = ""
    async for text in reply.aiter_text():
        *events, rest = (rest + text.replace("\r\n", "\n")).split("\n\n")
        for event in events:
            news = _news_of(event)
            if news:
                yield news


def _news_of(event: str) -> News | None:
    """The news in an event; None for one this app does not know, or a word that keeps the line open."""
    fields = dict(line.split(": ", 1) for line in event.split("\n") if ": " in line and not line.startswith(":"))
    kind, data = fields.get("event"), fields.get("data", "")
    match kind:
        case "accepted":
            return Accepted(json.loads(data)["id"])
        case "provider":
            body = json.loads(data)
            return Reported(body["report"], body["so_far"])
        case "result":
            return Answered(json.loads(data))
        case "problem":
            return Failed(Problem.of_body(json.loads(data)))
        case _:
            return None


def _kind_of(content: bytes) -> str:
    """A photo that this phone could not read goes as it is; the server looks at its bytes, not at this word."""
    return "image/jpeg" if content.startswith(b"\xff\xd8") else "application/octet-stream"
