"""What each process says of itself, as long as it lives."""

import asyncio
import contextlib
import contextvars
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from apps.metrics import instruments
from apps.plant_identification.wiring import Services, get_services

PULSE_SECONDS = 1.0
SELF = Path("/proc/self")


@contextlib.asynccontextmanager
async def showing_state() -> AsyncIterator[None]:
    """Say it every second until the end of the block. The services must be open, and stay so."""
    instruments.WORKERS.set(1)
    instruments.STARTED.set(time.time())
    instruments.MAX_FILES.set(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    pulse = asyncio.create_task(_pulse(get_services()), name="pulse", context=contextvars.Context())
    try:
        yield
    finally:
        pulse.cancel()
        await asyncio.wait({pulse})
        instruments.WORKERS.set(0)


async def _pulse(services: Services) -> None:
    loop, cpu = asyncio.get_running_loop(), 0.0
    while True:
        cpu = show(services, cpu)
        instruments.TASKS.set(len(asyncio.all_tasks()))
        due = loop.time() + PULSE_SECONDS
        await asyncio.sleep(PULSE_SECONDS)
        instruments.LOOP_LAG.set(max(0.0, loop.time() - due))


def show(services: Services, cpu: float) -> float:
    """Set the gauges of this process; its processor time, of which `cpu` was counted before."""
    instruments.RUNNING.set(len(services.runs))
    instruments.FLIGHTS.set(services.answers.flights)
    instruments.STORE_DEGRADED.set(services.answers.health.degraded)
    instruments.MEMORY.set(resident_bytes())
    instruments.OPEN_FILES.set(sum(1 for _ in Path("/dev/fd").iterdir()))
    used = resource.getrusage(resource.RUSAGE_SELF)
    now = used.ru_utime + used.ru_stime
    instruments.CPU_SECONDS.inc(max(0.0, now - cpu))
    return now


def resident_bytes() -> int:
    """Memory that this process holds now; where the system does not say it, the most it ever held."""
    try:
        pages = int((SELF / "statm").read_bytes().split()[1])
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")
