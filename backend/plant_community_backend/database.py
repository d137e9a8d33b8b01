"""The way from async code to the database: a few threads, each with its own connection.

Django's own async queries use one thread for each request that is under way; with thousands of requests waiting for a
provider that is thousands of threads and connections. Here their number is bounded (setting DATABASE_THREADS).
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

from django.conf import settings
from django.db import close_old_connections, connections


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")


async def in_database[**P, T](work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, run in one of the database threads; transactions inside it are ordinary Django ones.

    A caller that is cancelled meanwhile does not stop `work`: it runs to its end (law 4).
    """
    context = contextvars.copy_context()
    job = partial(context.run, _with_usable_connection, partial(work, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_threads(), job)


def _with_usable_connection[T](work: Callable[[], T]) -> T:
    close_old_connections()
    return work()


def close_database_threads() -> None:
    """End the threads and their connections; the next `in_database` starts new ones."""
    if not _threads.cache_info().currsize:
        return
    threads = _threads()
    met = threading.Barrier(settings.DATABASE_THREADS)  # so that each thread gets one of the jobs, and none gets two
    for _ in range(settings.DATABASE_THREADS):
        threads.submit(_close_connections, met)
    threads.shutdown(wait=True)
    _threads.cache_clear()


def _close_connections(met: threading.Barrier) -> None:
    try:
        connections.close_all()
    finally:
        met.wait()
