"""Hosts with addresses of their own on this machine: Linux network namespaces on one bridge. Needs root and `ip`.

What they share (store, database, providers, files) listens at the bridge, each at an address of its own, so that a host can be
cut off from one of them. A cut is silent, as a broken switch is: packets go to a station that is not there, those of open
connections too, and nobody is told.
"""

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass

NOBODY = "02:00:00:00:00:01"  # a station that is not on the bridge


def ip(*words):
    """What `ip` says. Raises CalledProcessError."""
    return subprocess.run([shutil.which("ip") or "ip", *words], check=True, capture_output=True, text=True).stdout


def find_reason_why_not():
    """Why there can be no namespaces here; empty when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the program ip (package iproute2)"
    try:
        with Network(1):
            return ""
    except subprocess.CalledProcessError as error:
        return f"network namespaces are not permitted here: {error.stderr.strip()}"


@dataclass(frozen=True, slots=True)
class Host:
    """One namespace: what is started with `prefix` runs in it, and has `address`."""

    name: str
    address: str

    @property
    def prefix(self):
        """Words before a command; the process is the command's own."""
        return ["ip", "netns", "exec", self.name]

    def cut_off_from(self, address):
        """From now on nothing reaches `address` from here."""
        ip("-n", self.name, "neigh", "replace", address, "lladdr", NOBODY, "dev", "eth0", "nud", "permanent")

    def heal(self, address):
        """It does again."""
        ip("-n", self.name, "neigh", "del", address, "dev", "eth0")


class Network:
    """`size` hosts, the bridge at `address`, and `extra` more addresses there. Use it in a `with`."""

    def __init__(self, size):
        number = os.getpid() % 60_000
        self._name = f"pc{number}"
        self._start = f"10.{100 + number // 256 % 100}.{number % 256}"
        self.address, self.store, self.database, self.files = (f"{self._start}.{last}" for last in (1, 2, 3, 4))
        self.hosts = [Host(f"{self._name}-{each}", f"{self._start}.{11 + each}") for each in range(size)]

    @property
    def addresses(self):
        """All of them."""
        return [self.address, self.store, self.database, self.files, *(host.address for host in self.hosts)]

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _make(self):
        ip("link", "add", self._name, "type", "bridge")
        for address in (self.address, self.store, self.database, self.files):
            ip("address", "add", f"{address}/24", "dev", self._name)
        ip("link", "set", self._name, "up")
        for number, host in enumerate(self.hosts):
            outside = f"{self._name}v{number}"
            ip("netns", "add", host.name)
            ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            ip("link", "set", outside, "master", self._name, "up")
            ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", "eth0")
            ip("-n", host.name, "link", "set", "eth0", "up")
            ip("-n", host.name, "link", "set", "lo", "up")

    def __exit__(self, *_):
        """Nothing of it stays, whatever was made of it."""
        for host in self.hosts:
            with contextlib.suppress(subprocess.CalledProcessError):
                ip("netns", "del", host.name)
        for number in range(len(self.hosts)):
            with contextlib.suppress(subprocess.CalledProcessError):
                ip("link", "del", f"{self._name}v{number}")
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("link", "del", self._name)
