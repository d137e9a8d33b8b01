"""A phone in memory: its keychain, its clock, and a server that is the client's twin."""

from pathlib import Path

from fake_client import FakeClient, FakeServer

from state.phone import Phone

ADDRESS = "https://plants.example.org"


class FakeSafe:
    """A keychain that forgets with the test."""

    def __init__(self):
        self.kept = {}

    async def get(self, name):
        return self.kept.get(name)

    async def set(self, name, value):
        self.kept[name] = value

    async def remove(self, name):
        self.kept.pop(name, None)


class Room:
    """One phone and one server. `restart` is what is left of the app after it was killed: its folder and its keychain."""

    def __init__(self, folder: Path):
        self.folder, self.safe, self.server = folder, FakeSafe(), FakeServer()
        self.seconds = 1_000_000.0
        self.phones = []

    def connect(self, address):
        return FakeClient(address, server=self.server)

    def take(self, *, suggested=ADDRESS):
        """A phone that is not started yet."""
        phone = Phone(self.folder, self.safe, self.connect, suggested=suggested, now=lambda: self.seconds)
        self.phones.append(phone)
        return phone

    async def start(self, route="/", *, suggested=ADDRESS):
        phone = self.take(suggested=suggested)
        await phone.start(route)
        return phone

    async def kill(self):
        """End the app as the system does: nothing is told, nothing is tidied."""
        phone = self.phones.pop()
        await phone.close()

    async def close(self):
        while self.phones:
            await self.kill()
