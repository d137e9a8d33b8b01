"""Where a request comes from: only what our own proxies say is believed."""

import pytest
from django.test import RequestFactory

from plant_community_backend.client_address import address_digest, client_address


def request(peer="203.0.113.9", forwarded=None):
    """A request of this peer."""
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **more)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "203.0.113.9"),
        (0, "198.51.100.1", "203.0.113.9"),  # nobody of ours has written it
        (1, None, "203.0.113.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.6.6.6, 198.51.100.1", "198.51.100.1"),  # the sender wrote the first
        (2, "10.6.6.6, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.9"),  # not what two proxies send
        (1, "unknown", "203.0.113.9"),
        (1, "198.51.100.1, ", "203.0.113.9"),
        (1, "198.51.100.1:4711", "198.51.100.1"),
        (1, '"[2001:db8:1:2:3:4:5:6]:4711"', "2001:db8:1:2::/64"),
    ],
)
def test_client_address_is_what_the_trusted_proxies_saw(settings, proxies, forwarded, expected):
    """A spoofed X-Forwarded-For changes nothing."""
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(request(forwarded=forwarded)) == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),  # a Unix socket
    ],
)
def test_client_address_of_ipv6_is_its_network(peer, expected):
    """A household is one caller, whatever its machines call themselves; a mapped address is the IPv4 one."""
    assert client_address(request(peer=peer)) == expected


def test_address_digest_is_keyed_and_tells_no_address(settings):
    """Nobody without the key can try out all addresses."""
    settings.SECRET_KEY = "one"
    first = address_digest(request())
    assert first == address_digest(request())
    assert first != address_digest(request(peer="203.0.113.10"))
    assert len(first) == 32
    assert set(first) <= set("0123456789abcdef")
    settings.SECRET_KEY = "two"
    assert address_digest(request()) != first
