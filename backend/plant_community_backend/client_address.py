"""Where a request comes from, as far as that can be believed, and under which name it is counted and logged.

Anybody can send `X-Forwarded-For`; only what our own proxies added to its end is true. With TRUSTED_PROXY_COUNT = n the
client is the nth address from the right; with 0, and whenever the header is not what n proxies would send, it is the
peer of the connection.
"""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

DIGEST_LENGTH = 32  # hexadecimal digits, 128 bits
DIGESTS_KEPT = 1024  # in memory: each request asks for its own more than once
IPV6_PREFIX = 64  # what one household gets: its machines change the rest as they like

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: HttpRequest) -> str:
    """The client's address, an IPv6 one as its /64 network; the peer's name where it has no address."""
    found = exact_address(request)
    return str(request.META.get("REMOTE_ADDR") or "") if found is None else _grouped(found)


def exact_address(request: HttpRequest) -> Address | None:
    """The client's address itself, for lists of who may; None where the peer has none, as on a Unix socket."""
    found = _forwarded(request, settings.TRUSTED_PROXY_COUNT) or _read(str(request.META.get("REMOTE_ADDR") or ""))
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


def address_digest(request: HttpRequest) -> str:
    """The client's address for counters and logs: a keyed hash that only this server's SECRET_KEY can make."""
    return _digest(client_address(request), settings.SECRET_KEY)


@lru_cache(maxsize=DIGESTS_KEPT)
def _digest(address: str, secret: str) -> str:
    hashed = salted_hmac("plant_community.client_address", address, secret, algorithm="sha256")
    return hashed.hexdigest()[:DIGEST_LENGTH]


def _forwarded(request: HttpRequest, proxies: int) -> Address | None:
    """The address that the outermost of our proxies saw; None when the header does not hold one there."""
    if not proxies:
        return None
    named = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    return _read(named[-proxies]) if len(named) >= proxies else None


def _read(text: str) -> Address | None:
    """The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _grouped(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
