"""What a server does by itself now and then, and who hears how it ended."""

import contextlib
import time
from collections.abc import Callable, Iterator

type Hear = Callable[[str, bool, float], None]  # the job's name, whether it did its work, seconds

JOBS = ("upkeep", "exports", "deletions", "retention")
_hearers: list[Hear] = []


def register_hearer(hear: Hear) -> None:
    """Let `hear` hear of every job that ends from now on; it returns at once, and raises nothing."""
    _hearers.append(hear)


@contextlib.contextmanager
def job(name: str) -> Iterator[None]:
    """One turn of a job; `name` is one of JOBS. One that is cancelled, as at the server's end, is told to nobody."""
    started = time.monotonic()
    try:
        yield
    except Exception:
        _tell(name, False, time.monotonic() - started)  # noqa: FBT003 - as the hearers take it
        raise
    _tell(name, True, time.monotonic() - started)  # noqa: FBT003 - as above


def _tell(name: str, done: bool, seconds: float) -> None:  # noqa: FBT001 - as above
    for hear in _hearers:
        hear(name, done, seconds)
