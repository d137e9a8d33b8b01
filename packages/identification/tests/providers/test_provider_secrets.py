"""Law 13: a key is never in an error, a traceback, a log or a repr."""

import asyncio
import logging
import traceback
from functools import partial
from urllib.parse import quote

import pytest
from yarl import URL

from identification.providers.http import Call, excerpt
from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig
from identification.providers.plantnet import PlantNetAPIService, PlantNetConfig
from resilience.errors import ProviderError

STATUSES = ("301", "400", "401", "404", "429", "500", "502", "503")
FAULTS = (*STATUSES, "reset", "cut", "hang", "html", "huge", "refused", "closed", "not-http", "no-time")


def forms(key):
    """Every way the key could be written."""
    return {key, quote(key, safe=""), quote(key), repr(key)[1:-1], str(URL("http://h/").with_query(k=key).query_string)}


def everything_said(error):
    """All texts of an error: its own, its causes', and its traceback with the local variables of every frame."""
    seen: list[str] = []
    link: BaseException | None = error
    while link is not None:
        seen += [str(link), repr(link), repr(link.args), repr(vars(link))]
        seen += traceback.format_exception(link)
        frames = link.__traceback__.tb_next if link is error else link.__traceback__  # without the test's own frame
        seen += traceback.TracebackException(type(link), link, frames, capture_locals=True).format()
        link = link.__cause__ or link.__context__
    return "\n".join(seen)


async def spoken_nonsense(reader, writer):
    """A server that speaks, but not HTTP, and repeats what it heard."""
    line = await reader.readline()
    writer.write(b"SSH-2.0 " + line)
    writer.close()


def lay_out(upstream, fault, key):
    """Make every request end in the fault; replies repeat the key, as an unkind server would."""
    for method in ("POST", "GET", "DELETE"):
        if fault in STATUSES:
            location = f"https://elsewhere.example/?api-key={quote(key)}"
            upstream.reply(
                method,
                f"wrong key {key} in ?api-key={quote(key, safe='')}".encode(),
                status=int(fault),
                Location=location,
            )
        elif fault in {"reset", "hang"}:
            getattr(upstream, fault)(method)
        elif fault == "cut":
            upstream.cut(method, key.encode())
        elif fault == "huge":
            upstream.reply(method, key.encode() * 300_000)
        else:
            upstream.reply(method, f"<html>{key}</html>".encode())


@pytest.mark.parametrize("provider", ["plant_id", "plantnet"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_provider_failure_never_shows_the_key(
    upstream, session, ask, deadline, key, caplog, clock, unused_tcp_port, provider, fault
):
    """Whatever goes wrong, no text of the error, of its frames or of any log holds the key."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    nonsense = await asyncio.start_server(spoken_nonsense, "127.0.0.1", 0)
    places = {
        "refused": f"http://127.0.0.1:{unused_tcp_port}",
        "not-http": f"http://127.0.0.1:{nonsense.sockets[0].getsockname()[1]}",
    }
    url = places.get(fault, upstream.url)
    timeout = {"no-time": 1e-9}.get(fault, 0.2)

    async def pause(seconds):
        clock.advance(seconds)

    service = {
        "plant_id": lambda: PlantIDAPIService(session, PlantIDConfig(url=url, key=key, timeout=timeout), sleep=pause),
        "plantnet": lambda: PlantNetAPIService(session, PlantNetConfig(url=url, key=key, timeout=timeout)),
    }[provider]()
    lay_out(upstream, fault, key)
    if fault == "closed":
        await session.close()
    for call in (partial(service.identify, ask()), service.usage):
        with pytest.raises(ProviderError) as caught:
            await call(deadline=deadline)
        said = everything_said(caught.value) + caplog.text
        assert [form for form in forms(key) if form in said] == []
    nonsense.close()
    await nonsense.wait_closed()


@pytest.mark.parametrize("config", [PlantIDConfig, PlantNetConfig])
def test_config_repr_hides_the_key(config, key):
    """A config can be logged."""
    assert key not in repr(config(key=key))


def test_call_repr_hides_address_and_headers(key):
    """A call can be logged: what may hold a key is not shown."""
    call = Call(method="POST", url=URL("http://h/").with_query(k=key), headers={"Api-Key": key})
    assert [form for form in forms(key) if form in repr(call)] == []


def test_excerpt_is_short_and_clean():
    """The provider's words, without markup, control signs, queries, blobs and length."""
    body = (
        b"<html><b>Bad\x1b[31m\r\nthing</b> at https://h/p?api-key=abc&x=1 data "
        + b"A" * 100
        + b" end "
        + b"word " * 99
    )
    words = excerpt(body, key="k-not-there")
    assert words.startswith("Bad [31m thing at https://h/p?[query] data [...] end word")
    assert len(words) <= 160


def test_excerpt_cuts_no_key_in_half():
    """A key that lies across the cut leaves no part behind."""
    key = "0123456789abcdef"
    assert "0123" not in excerpt(b"<" + b"x" * 490 + b">" + b"<y>" * 690 + key.encode() * 9, key=key)


@pytest.mark.parametrize("body", [b"", b"<br>", b"\xff\xfe\x00", b"<" * 5000, b"?=" * 2000])
def test_excerpt_of_anything_is_a_line(body):
    """No body breaks it, none makes a second line."""
    assert "\n" not in excerpt(body, key="k")
