"""How each fault looks on the wire."""

import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from plant_simulator.call import Call
from plant_simulator.faults import Fault
from plant_simulator.refusal import Refusal
from plant_simulator.waits import Waits

PROXY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>simulated proxy</center>\r\n</body>\r\n</html>\r\n"
)
_CHUNK = b" " * 65_536
_STATUS_OF = {"error_500": 500, "error_503": 503, "throttled_429": 429, "unauthorized_401": 401, "forbidden_403": 403}


class Wire:
    """Answers one call of one provider the way its fault wants it."""

    def __init__(self, waits: Waits, refuse: Callable[[Refusal], web.Response], say: Callable[[int], str]) -> None:
        self._waits, self._refuse, self._say = waits, refuse, say
        self._enact: Mapping[str, Callable[[Call, Fault, web.Response], Awaitable[web.StreamResponse]]] = {
            "latency": self._pass_on,  # has waited already
            "hang": self._hang,
            "charged_but_never_answered": self._hang,
            "slow_drip": self._drip,
            "reset_before_answer": self._reset,
            "reset_mid_body": self._reset_mid_body,
            "truncated_json": self._truncate,
            "wrong_content_type": self._mislabel,
            "not_json": self._send_page,
            "empty_body": self._send_nothing,
            "huge_body": self._swell,
            "html_502": self._send_proxy_page,
        }

    async def answer(self, call: Call, response: web.Response | None) -> web.StreamResponse:
        """Send `response` as the call's fault wants it; it is None when the provider has done no work."""
        fault, response = call.fault, web.Response() if response is None else response
        if fault is None:
            return response
        return await self._enact.get(fault.name, self._send_status)(call, fault, response)

    async def _pass_on(self, _call: Call, _fault: Fault, response: web.Response) -> web.StreamResponse:
        return response

    async def _hang(self, call: Call, fault: Fault, response: web.Response) -> web.StreamResponse:
        await self._waits.until_close()
        return await self._reset(call, fault, response)

    async def _reset(self, call: Call, _fault: Fault, response: web.Response) -> web.StreamResponse:
        reset(call.request)
        return response

    async def _reset_mid_body(self, call: Call, _fault: Fault, response: web.Response) -> web.StreamResponse:
        body = _body_of(response)
        stream = await _begin(call, response, len(body))
        await stream.write(body[: len(body) // 2])
        reset(call.request)
        return stream

    async def _drip(self, call: Call, fault: Fault, response: web.Response) -> web.StreamResponse:
        body = _body_of(response)
        stream = await _begin(call, response, len(body))
        for index in range(len(body)):
            await stream.write(body[index : index + 1])
            try:
                await self._waits.sleep(fault.params["interval"])
            except Refusal:
                reset(call.request)
                break
        return stream

    async def _swell(self, call: Call, fault: Fault, response: web.Response) -> web.StreamResponse:
        body, spaces = _body_of(response), fault.params["bytes"]
        stream = await _begin(call, response, len(body) + spaces)
        await stream.write(body)
        while spaces > 0:
            await stream.write(_CHUNK[:spaces])
            spaces -= len(_CHUNK)
        return stream

    async def _truncate(self, _call: Call, _fault: Fault, response: web.Response) -> web.StreamResponse:
        body = _body_of(response)
        return _like(response, body[: len(body) // 2])

    async def _mislabel(self, _call: Call, fault: Fault, response: web.Response) -> web.StreamResponse:
        return _like(response, _body_of(response), content_type=fault.params["content_type"])

    async def _send_page(self, _call: Call, _fault: Fault, response: web.Response) -> web.StreamResponse:
        return _like(response, b"<!doctype html><title>Welcome</title><p>Simulated page.</p>")

    async def _send_nothing(self, _call: Call, _fault: Fault, response: web.Response) -> web.StreamResponse:
        return _like(response, b"")

    async def _send_proxy_page(self, _call: Call, _fault: Fault, _response: web.Response) -> web.StreamResponse:
        return web.Response(status=502, text=PROXY_PAGE, content_type="text/html")

    async def _send_status(self, _call: Call, fault: Fault, _response: web.Response) -> web.StreamResponse:
        status = _STATUS_OF.get(fault.name) or fault.params["code"]
        wait = fault.params["retry_after"]
        headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
        return self._refuse(Refusal(status, fault.params["text"] or self._say(status), headers=headers))


def reset(request: web.Request) -> None:
    """End the connection with RST instead of FIN, as a crashed peer or a firewall does."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _begin(call: Call, response: web.Response, length: int) -> web.StreamResponse:
    stream = web.StreamResponse(status=response.status, headers=_headers_of(response))
    stream.content_length = length
    await stream.prepare(call.request)
    return stream


def _like(response: web.Response, body: bytes, *, content_type: str | None = None) -> web.Response:
    headers = _headers_of(response)
    if content_type is not None:
        headers["Content-Type"] = content_type
    return web.Response(status=response.status, headers=headers, body=body)


def _headers_of(response: web.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.lower() != "content-length"}


def _body_of(response: web.Response) -> bytes:
    body = response.body
    return body if isinstance(body, bytes) else b""


def json_response(data: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer in UTF-8, not escaped."""
    body = json.dumps(data, ensure_ascii=False).encode(errors="backslashreplace")  # a lone surrogate stays JSON
    response = web.Response(status=status, body=body, headers=headers)
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    return response
