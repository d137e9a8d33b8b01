"""Ports for the servers that tests start, for the tests of every room.

A server takes seconds to listen. Until then the system would give a port that it named as free to anybody who asks, or
to a client's connection, and two tests would talk to one server. So these lie below the ports that systems give away
(Linux from 32768, IANA's dynamic ones from 49152), and no two processes name the same ones.
"""

import fcntl
import itertools
import os
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FIRST, BLOCK, BLOCKS = 12_000, 500, 40  # one block for each process


def find_free_port() -> int:
    """A port of loopback nobody listens on, and that this process names to nobody else. Raises OSError without one."""
    for port in itertools.islice(_own_ports(os.getpid()), BLOCK):
        if _is_free(port):
            return port
    message = f"none of {BLOCK} ports of loopback is free"
    raise OSError(message)


@cache
def _own_ports(_process: int) -> Iterator[int]:
    """The ports of this process, again and again. Its block is locked until it ends, however it ends."""
    folder = Path(tempfile.gettempdir()) / f"plant-community-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(BLOCKS):
        lock = os.open(folder / str(number), os.O_CREAT | os.O_WRONLY, 0o600)  # stays open, and with it the lock
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return itertools.cycle(range(FIRST + number * BLOCK, FIRST + (number + 1) * BLOCK))
    message = f"{BLOCKS} processes hold all blocks of ports: {folder}"
    raise OSError(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
