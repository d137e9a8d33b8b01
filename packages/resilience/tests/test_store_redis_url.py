"""Which client a store's URL makes."""

import pytest
from redis.asyncio import RedisCluster
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection

from resilience.stores.redis import RedisStore
from resilience.stores.redis_url import make_client, split_hosts


def make(url):
    """A client with short limits."""
    return make_client(url, total=0.1, connections=4)


@pytest.mark.parametrize(
    ("url", "connection_class", "expected"),
    [
        ("redis://plants.example", Connection, {"host": "plants.example"}),
        ("redis://me:p%40ss@[::1]:7000/2", Connection, {"host": "::1", "port": 7000, "db": 2, "password": "p@ss"}),
        ("rediss://plants.example:7000?ssl_ca_certs=/ca.pem", SSLConnection, {"ssl_ca_certs": "/ca.pem"}),
        ("unix:///run/valkey.sock?db=2", UnixDomainSocketConnection, {"path": "/run/valkey.sock", "db": 2}),
    ],
)
def test_make_client_of_one_server_knows_where_and_how(url, connection_class, expected):
    """The URL says where, as whom, which database and whether by TLS."""
    pool = make(url).connection_pool
    assert pool.connection_class is connection_class
    assert pool.connection_kwargs.items() >= expected.items()


@pytest.mark.parametrize(
    "url",
    ["redis://h", "unix:///s", "redis+sentinel://h/plants", "redis://h?socket_timeout=60&socket_connect_timeout=60"],
)
def test_make_client_keeps_its_limits_whatever_the_url_says(url):
    """No URL makes a question last a minute (law 8) or asks twice (law 9)."""
    pool = make(url).connection_pool
    assert pool.connection_kwargs["socket_timeout"] == 1.0
    assert pool.connection_kwargs["socket_connect_timeout"] == 1.0
    assert pool.connection_kwargs["retry"].get_retries() == 0
    assert pool.max_connections == 4


@pytest.mark.parametrize(
    ("scheme", "connection_class"),
    [("redis+sentinel", SentinelManagedConnection), ("rediss+sentinel", SentinelManagedSSLConnection)],
)
def test_make_client_of_sentinels_asks_each_of_them_with_its_own_password(scheme, connection_class):
    """Sentinels and servers have passwords of their own; one hanging sentinel leaves time for the next."""
    url = f"{scheme}://me:pw@one,two:7000/plants/2?sentinel_username=watcher&sentinel_password=other"
    pool = make(url).connection_pool
    assert (pool.service_name, pool.connection_class) == ("plants", connection_class)
    assert pool.connection_kwargs.items() >= {"db": 2, "username": "me", "password": "pw"}.items()
    sentinels = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
    assert [(kwargs["host"], kwargs["port"]) for kwargs in sentinels] == [("one", 26379), ("two", 7000)]
    for kwargs in sentinels:
        assert kwargs.items() >= {"username": "watcher", "password": "other", "socket_timeout": 0.1 / 3}.items()


def test_make_client_of_a_cluster_knows_every_node_it_may_begin_with():
    """One node that is down does not keep a process from finding the cluster."""
    client = make("redis+cluster://me:pw@127.0.0.1,127.0.0.2:7000")
    assert isinstance(client, RedisCluster)
    assert [(node.host, node.port) for node in client.startup_nodes] == [("127.0.0.1", 6379), ("127.0.0.2", 7000)]
    for node in client.startup_nodes:
        assert node.connection_kwargs.items() >= {"username": "me", "password": "pw", "socket_timeout": 3 * 0.1}.items()
    assert client.retry.get_retries() == 0


def test_make_client_of_a_cluster_by_tls_uses_tls():
    """rediss+cluster is encrypted at every node."""
    client = make("rediss+cluster://127.0.0.1:7000?ssl_ca_certs=/ca.pem")
    assert client.startup_nodes[0].connection_class is SSLConnection
    assert client.startup_nodes[0].connection_kwargs["ssl_ca_certs"] == "/ca.pem"


@pytest.mark.parametrize(
    "url", ["", "localhost:6379", "http://h", "memory://", "redis+sentinel://h", "redis+cluster://,"]
)
def test_make_client_of_what_is_no_store_is_refused(url):
    """A wrong REDIS_URL stops the start, with what is expected and without the URL's password."""
    with pytest.raises(ValueError, match=r"redis|host"):
        make(url)


def test_split_hosts_takes_names_addresses_and_default_ports():
    """Every spelling of a place is understood."""
    assert split_hosts("me:pw@one,two:7000,[::1]:7001", default_port=1) == [("one", 1), ("two", 7000), ("::1", 7001)]


@pytest.mark.parametrize("prefix", ["{pc}:", "pc}", "{"])
def test_prefix_with_braces_is_refused(prefix):
    """Braces of the prefix would put every key on one node of a cluster."""
    with pytest.raises(ValueError, match="braces"):
        RedisStore.from_url("redis://127.0.0.1", prefix=prefix)
