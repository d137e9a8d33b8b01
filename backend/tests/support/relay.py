"""Makes a Unix socket reachable at an address: the PostgreSQL of the tests listens at no other."""

import asyncio
import contextlib
import threading


@contextlib.contextmanager
def relayed(path, host, port):
    """While the block runs, connections to `host` and `port` are connections to the socket at `path`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="relay", daemon=True)
    thread.start()

    async def begin():
        return await asyncio.start_server(lambda *ends: _join(path, *ends), host, port)

    async def end():
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # the transports close what they have in the next round

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _join(path, reader, writer):
    with contextlib.closing(writer):
        try:
            there_reader, there_writer = await asyncio.open_unix_connection(path)
        except OSError:
            return
        with contextlib.closing(there_writer):
            both = [_pass_on(reader, there_writer), _pass_on(there_reader, writer)]
            tasks = [asyncio.create_task(each) for each in both]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in tasks:
                    each.cancel()
                there_writer.transport.abort()
                writer.transport.abort()


async def _pass_on(reader, writer):
    with contextlib.suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
