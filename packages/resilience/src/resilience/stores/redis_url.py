"""A store's URL made into a redis-py client: one server, Sentinel or Cluster, all with the same short limits."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio import ConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelManagedConnection, SentinelManagedSSLConnection
from redis.backoff import NoBackoff

SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
PORT, SENTINEL_PORT = 6379, 26379
OVERDUE, OVERDUE_NODE = 10, 3  # times the total: when the client itself gives up, a server or one node of a cluster
OURS = ("socket_timeout", "socket_connect_timeout", "max_connections", "timeout", "retry_on_timeout", "protocol")

type Client = Redis | RedisCluster


def make_client(url: str, *, total: float, connections: int) -> Client:
    """The client for `url`; it connects when first asked, and asks `connections` servers' sockets at most.

    `total` seconds bound a question, which the caller sees to; the client's own time-outs come after that, because they
    would also count the time in which this process' event loop did not turn. Nothing is tried twice: a repeated INCR was
    seen to count twice, and the defaults of redis-py 8.1 let one GET on a frozen server take 58 s (measured).
    Raises ValueError.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        message = f"a store's URL starts with one of {', '.join(f'{scheme}://' for scheme in SCHEMES)}"
        raise ValueError(message)
    base, _, kind = parts.scheme.partition("+")
    limits: dict[str, Any] = {
        "socket_timeout": OVERDUE * total,
        "socket_connect_timeout": OVERDUE * total,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,  # 3 asks for a HELLO and a failing CLIENT MAINT_NOTIFICATIONS at each connecting
        "driver_info": None,  # else two CLIENT SETINFO at each connecting
        "max_connections": connections,
    }
    if kind == "sentinel":
        return _make_sentinel_client(url, base=base, limits=limits, total=total)
    if kind == "cluster":
        options = _options(url, base=base) | limits
        options |= dict.fromkeys(
            ("socket_timeout", "socket_connect_timeout"), OVERDUE_NODE * total
        )  # the map needs one
        secure = options.pop("connection_class", None) is SSLConnection
        nodes = [ClusterNode(host, port) for host, port in split_hosts(parts.netloc, default_port=PORT)]
        for given in ("host", "port", "db"):
            options.pop(given, None)
        return RedisCluster(startup_nodes=nodes, ssl=secure, **options)
    return Redis(connection_pool=ConnectionPool(**_options(url, base=base) | limits))


def split_hosts(netloc: str, *, default_port: int) -> list[tuple[str, int]]:
    """The hosts and ports of `user:password@one:1,two:2,[::1]:3`. Raises ValueError when there is none."""
    nodes = []
    for part in netloc.rpartition("@")[2].split(","):
        one = urlsplit(f"//{part}")
        if not one.hostname:
            message = "a store's URL names at least one host"
            raise ValueError(message)
        nodes.append((one.hostname, one.port or default_port))
    return nodes


def _options(url: str, *, base: str) -> dict[str, Any]:
    """What the URL says besides where: user, password, database, TLS. Our limits are not the URL's to change."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    one = urlunsplit((base, user + at + hosts.split(",")[0], parts.path, parts.query, ""))
    return {name: value for name, value in parse_url(one).items() if name not in OURS}


def _make_sentinel_client(url: str, *, base: str, limits: dict[str, Any], total: float) -> Redis:
    """A client of the primary that the sentinels name: `redis+sentinel://host:port,host:port/service/db`.

    `sentinel_username` and `sentinel_password` in the query are for the sentinels, the rest is for the server.
    """
    parts = urlsplit(url)
    service, _, db = parts.path.strip("/").partition("/")
    if not service:
        message = "a Sentinel URL names the service: redis+sentinel://host:port/service"
        raise ValueError(message)
    options = _options(url, base=base) | limits | {"db": int(db or 0)}
    for given in ("host", "port"):
        options.pop(given, None)
    secure = options.pop("connection_class", None) is SSLConnection
    asking = limits | {"socket_timeout": total / 3}  # one that hangs leaves time for the next
    asking |= {name: value for name in ("username", "password") if (value := options.pop(f"sentinel_{name}", None))}
    asking |= {"ssl": secure} | {name: value for name, value in options.items() if secure and name.startswith("ssl_")}
    make: Any = Sentinel  # its arguments carry no types
    sentinel: Sentinel = make(split_hosts(parts.netloc, default_port=SENTINEL_PORT), sentinel_kwargs=asking)
    managed = SentinelManagedSSLConnection if secure else SentinelManagedConnection
    client: Redis = sentinel.master_for(service, connection_class=managed, **options)
    return client
