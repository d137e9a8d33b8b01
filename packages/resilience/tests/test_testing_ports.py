"""Ports that tests name: each once, whatever runs side by side."""

import socket
import subprocess
import sys

from resilience.testing_ports import BLOCK, find_free_port

NAME_ONE = "from resilience.testing_ports import find_free_port; print(find_free_port())"


def test_two_processes_never_name_the_same_port():
    """A server that is not up yet is not mistaken for that of another test."""
    own = {find_free_port() for _ in range(BLOCK)}
    other = subprocess.run([sys.executable, "-c", NAME_ONE], capture_output=True, check=True, timeout=60)
    assert int(other.stdout) not in own


def test_port_where_somebody_listens_is_passed_over():
    """Whoever it is."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", find_free_port()))
        listener.listen()
        assert listener.getsockname()[1] not in {find_free_port() for _ in range(BLOCK)}
