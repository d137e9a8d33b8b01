"""Every room's tests: sockets to this machine only, and SystemExit when somebody forgot it."""

import pytest_socket


def pytest_runtest_setup() -> None:
    """A test that reaches for the network fails: providers are simulated, on loopback."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
