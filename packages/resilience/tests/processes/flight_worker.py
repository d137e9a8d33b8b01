"""One process of a service: some callers who want one answer at once. Started by test_flight_processes.

Arguments: the store's URL, the file that calls are logged to, how a call ends ("ok" or "fails"), seconds it takes,
callers, seconds of the lease. Says "ready", begins at any line on its input, then says what each caller got, as JSON.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from resilience.answers import Answers
from resilience.cache import Archived, Fresh
from resilience.deadline import Deadline
from resilience.errors import ProviderUnavailable, ResilienceError
from resilience.flight_config import FlightConfig
from resilience.ports import SystemClock
from resilience.stores.redis import RedisStore

URL, LOG, ENDING = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
SECONDS, CALLERS, LEASE = float(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6])
PATIENCE = 3.0  # seconds a command may take: these tests are of a store that is up, on a machine that may be busy


class NoArchive:
    """A database that knows nothing: only the flight keeps the bill low."""

    async def find(self, _key: str) -> Archived | None:
        return None


def note(what: str) -> None:
    """One line in the common log; short appends do not mix."""
    with LOG.open("a") as log:
        log.write(f"{what} {os.getpid()} {time.monotonic()}\n")


async def ask() -> Fresh:
    """The paid call."""
    note("begins")
    await asyncio.sleep(SECONDS)
    note("ends")
    if ENDING == "fails":
        provider = "plant_id"
        raise ProviderUnavailable(provider, "HTTP 503", charged=True)
    return Fresh(b"the answer")


async def call(answers: Answers, clock: SystemClock) -> dict[str, object]:
    """What one caller got, and when."""
    try:
        got = await answers.get("photo", ask, deadline=Deadline.after(20.0, clock))
    except ResilienceError as error:
        return {"outcome": f"{type(error).__name__}: {error}", "at": time.monotonic()}
    return {"outcome": got.payload.decode(), "source": str(got.source), "at": time.monotonic()}


async def main() -> None:
    """The life of the process."""
    clock, store = SystemClock(), RedisStore.from_url(URL, total=PATIENCE)
    answers = Answers(store, archive=NoArchive(), clock=clock, config=FlightConfig(lease=LEASE))
    await store.ping()
    answers.open()
    print("ready", flush=True)  # noqa: T201 - how it talks to the test
    await asyncio.to_thread(sys.stdin.readline)
    got = await asyncio.gather(*(call(answers, clock) for _ in range(CALLERS)))
    print(json.dumps(got), flush=True)  # noqa: T201 - the same
    await asyncio.to_thread(sys.stdin.readline)
    await answers.close()
    await store.close()


asyncio.run(main())
