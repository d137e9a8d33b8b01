"""The line between the app and the server, which can be cut as a phone's is."""

import asyncio
import contextlib
from urllib.parse import urlsplit


class Line:
    """Passes bytes on. `cut()`: nobody answers; `deafen()`: what is sent arrives, the answer does not; `mend()`."""

    def __init__(self, target):
        self._target = urlsplit(target)
        self._server, self._port = None, 0
        self._lines = set()
        self._is_deaf = False
        self.swallowed = 0  # answers that did not come through

    @property
    def address(self):
        """Where the app finds the server."""
        return f"http://127.0.0.1:{self._port}"

    async def mend(self):
        """The line is there (again)."""
        self._is_deaf = False
        if self._server is None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self):
        """The line is gone, with all that is on it."""
        if self._server:
            self._server.close()
            self._server = None
        for line in list(self._lines):
            line.close()

    def deafen(self):
        """Answers are lost from now on."""
        self._is_deaf = True

    async def _pass(self, reader, writer):
        with contextlib.suppress(OSError):
            inward, outward = await asyncio.open_connection(self._target.hostname, self._target.port)
            self._lines |= {writer, outward}
            try:
                await asyncio.gather(self._copy(reader, outward), self._answer(inward, writer))
            finally:
                for each in (writer, outward):
                    self._lines.discard(each)
                    each.close()

    async def _answer(self, reader, writer):
        while piece := await reader.read(65_536):
            if self._is_deaf:
                self.swallowed += 1
                writer.close()
                return
            writer.write(piece)
            await writer.drain()
        writer.close()

    @staticmethod
    async def _copy(reader, writer):
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
            writer.write_eof()
