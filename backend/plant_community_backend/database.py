"""The way from async code to the database: a few threads, each with its own connection.

Django's own async queries use one thread for each request that is under way; with thousands of requests waiting for a
provider that is thousands of threads and connections. Here their number is bounded (setting DATABASE_THREADS).
"""

import asyncio
import contextvars
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections

AWAY = (OperationalError, InterfaceError)  # what Django raises when the database does not answer, or ends a connection
AWAY_SECONDS = 1.0  # after a connection was lost, for which nobody tries
BACK_SECONDS = 600.0  # how long what was paid for waits in memory for a database that is away
BACK_SECONDS_OF_SQLITE = 30.0  # its file is locked by another process, or its disk is full
PAUSES = (0.1, 0.2, 0.5, 1.0)  # between tries; the last one again and again
log = structlog.get_logger("plant_community.database")
_away_until = 0.0  # of time.monotonic()


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


async def in_database_when_back[**P, T](work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """As `in_database`, for what must not be lost: while the database is away it is tried again, for minutes (law 4).

    `work` may have been done by a try whose end was never heard of, so it must be one that twice is once.
    """
    give_up = time.monotonic() + (BACK_SECONDS_OF_SQLITE if settings.DATABASE_IS_SQLITE else BACK_SECONDS)
    for pause in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1])):
        try:
            return await in_database(work, *args, **kwargs)
        except AWAY as error:
            if time.monotonic() + pause > give_up:
                raise
            log.warning("the database does not answer; it is tried again", reason=type(error).__name__)
        await asyncio.sleep(pause)
    raise AssertionError


def _with_usable_connection[T](work: Callable[[], T]) -> T:
    """What `work` returns. For a moment after the database could not be reached nobody tries: each would wait as long."""
    global _away_until  # noqa: PLW0603 - one for all threads
    if time.monotonic() < _away_until:
        message = "the database could not be reached a moment ago"
        raise OperationalError(message)
    try:
        close_old_connections()
        return work()
    except AWAY:
        if _is_lost():
            _away_until = time.monotonic() + AWAY_SECONDS
        raise


def _is_lost() -> bool:
    """Whether this thread has no connection that works; SQLite's is never lost."""
    opened = connection.connection
    return connection.vendor == "postgresql" and (opened is None or opened.closed or opened.broken)


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
