"""History of 1,000, 100,000 and 1,000,000 identifications: how long its pages and look-ups take, and by which index."""

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.grown import Installation, Member, installation
from benchmarks.mixed_load import HISTORY, IDENTIFY
from benchmarks.servers import photos, simulator
from benchmarks.soak_faults import control
from benchmarks.uploads import open_session

LEVELS = (1_000, 100_000, 1_000_000)
USUAL = 20  # identifications of one asker: so many askers there are, half with an account
OWN = 1_000  # of the visitor who looks
KNOWN = 30  # photos that were identified before, and are forgotten by memory and store
DEEP_PAGE = 40  # of 20
TIMES = 60
FLAT, NOISE = 1.5, 10.0  # the largest level may take so many times as long as the smallest, and so many ms more
VISITOR = "visitor-who-looks-at-a-long-history"
LARGE = ("identification", "photo", "picture", "provideranswer")

# Rows of other people, as many as are missing; the ids of what belongs together are made of one number.
FILL = """
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO users_user ({user_columns})
  SELECT {user_values} FROM generate_series(%(first)s, %(last)s, {askers}) n ON CONFLICT DO NOTHING;
INSERT INTO plant_identification_picture (id, digest, width, height, file, thumbnail)
  SELECT md5('picture' || n)::uuid, md5('pixels' || n), 640, 480, 'photos/x/' || n, 'photos/x/t' || n
  FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO plant_identification_provideranswer
  (provider, reference, remote_id, payload, credits, model_version, simulated, key, fresh_seconds, produced_at)
  SELECT 'plant_id', n, 'r' || n, '{{}}', 1, 'model', true, 'plant_id:' || md5('key' || n), NULL,
         now() - n * interval '1 minute'
  FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO plant_identification_identification
  (id, status, created_at, completed_at, reference, language, health_asked, level, name, names, owner_id, visitor,
   sandbox, credits)
  SELECT md5('identification' || n)::uuid, 'complete', now() - n * interval '1 minute', now() - n * interval '1 minute',
         n, 'en', false, 'sure', 'Ficus lyrata', 'ficus lyrata', CASE WHEN n %% 2 = 0 THEN 1000 + n / {askers} END,
         CASE WHEN n %% 2 = 0 THEN '' ELSE encode(sha256(('visitor' || n / {askers})::bytea), 'hex') END, false, 1
  FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO plant_identification_photo (position, organ, raw_digest, identification_id, picture_id)
  SELECT 0, 'leaf', md5('file' || n), md5('identification' || n)::uuid, md5('picture' || n)::uuid
  FROM generate_series(%(first)s, %(last)s) n;
"""
# The history of the visitor who looks: real answers, spread over the time of all others.
OWN_ROWS = """
WITH example AS (SELECT answer, reference FROM plant_identification_identification WHERE answer IS NOT NULL LIMIT 1)
INSERT INTO plant_identification_identification
  (id, status, created_at, completed_at, reference, language, health_asked, level, name, names, visitor, sandbox,
   credits, answer)
  SELECT md5('own' || n)::uuid, 'complete', now() - n * interval '1 hour', now(), -n, 'en', false, 'sure', 'Ficus lyrata',
         'ficus lyrata', encode(sha256(%(visitor)s::bytea), 'hex'), false, 1, example.answer
  FROM generate_series(1, %(own)s) n, example
"""


class Row(NamedTuple):
    """Median milliseconds of each thing that is done with a history of so many rows."""

    first_page: float
    deep_page: float
    one: float
    known_upload: float


NAMES = ("history, first page", "history, page 40 by its cursor", "one identification", "known upload, forgotten by memory and store")  # fmt: skip


def fill(grown: Installation, first: int, last: int) -> None:
    """Rows number `first` to `last` in every table."""
    columns = _user_columns(grown)
    sql = FILL.format(user_columns=", ".join(columns), user_values=", ".join(columns.values()), askers=USUAL)
    import psycopg  # noqa: PLC0415 - the other benchmarks have no database

    with psycopg.connect(grown.postgres.url("fill"), autocommit=True) as connection:
        for command in sql.split(";\n"):
            if command.strip():
                words = {"first": first, "last": last}
                psycopg.ClientCursor(connection).execute(command, words if "%(" in command else None)
        connection.execute("ANALYZE")


def _user_columns(grown: Installation) -> dict[str, str]:
    """A value for each column of a user that must have one."""
    needed = grown.postgres.query(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'users_user' "
        "AND is_nullable = 'NO' AND column_default IS NULL"
    )
    values = {"boolean": "false", "timestamp with time zone": "now()", "uuid": "md5('user' || n)::uuid"}
    found = {name: values.get(kind, "'u' || n || '@example.org'") for name, kind in needed}
    return found | {"id": f"1000 + n / {USUAL}"}


def measure(grown: Installation, shots: Sequence[bytes]) -> Row:
    """All four at a new server, whose memory is empty like the store."""
    grown.store.kill()
    grown.store.start()
    member = grown.start("A")
    try:
        return asyncio.run(_measure(member, shots))
    finally:
        member.end()


async def _measure(member: Member, shots: Sequence[bytes]) -> Row:
    async with open_session() as session:

        async def fetch(path: str) -> tuple[float, Any]:
            started = time.perf_counter()
            async with session.get(member.address + path, headers={"Cookie": f"visitor={VISITOR}"}) as reply:
                body = await reply.json()
                assert reply.status == 200, body
            return (time.perf_counter() - started) * 1000, body

        async def often(path: str) -> float:
            return statistics.median([(await fetch(path))[0] for _ in range(TIMES)])

        deep = HISTORY
        for _ in range(DEEP_PAGE - 1):
            page = (await fetch(deep))[1]
            deep = page["next"].removeprefix(member.address)
        known = []
        for shot in shots:
            started = time.perf_counter()
            headers = {"Content-Type": "image/jpeg", "Cookie": "visitor=another-visitor-with-known-photos"}
            async with session.post(member.address + IDENTIFY, data=shot, headers=headers) as reply:
                assert reply.status == 200, await reply.text()
                assert "hit" in reply.headers["Cache-Status"], reply.headers["Cache-Status"]
            known.append((time.perf_counter() - started) * 1000)
        one = page["results"][0]["id"]
        return Row(
            await often(HISTORY), await often(deep), await often(f"{HISTORY}{one}/"), statistics.median(known[3:])
        )


def plans(grown: Installation) -> dict[str, str]:
    """The plan of each query."""
    ((visitor, own, moment),) = grown.postgres.query(
        "SELECT visitor, id, created_at FROM plant_identification_identification WHERE reference = %s", -(OWN - 200)
    )
    ((raw,),) = grown.postgres.query("SELECT raw_digest FROM plant_identification_photo LIMIT 1")
    ((key,),) = grown.postgres.query("SELECT key FROM plant_identification_provideranswer LIMIT 1")
    words = [visitor, str(own), raw, key, moment.isoformat()]
    command = [sys.executable, "-m", "benchmarks.growth_queries", *words]
    path = os.pathsep.join([str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "backend")])
    done = subprocess.run(
        command, env=grown.environment_of("plans") | {"PYTHONPATH": path}, check=True, capture_output=True, text=True
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def reads_all(plan: str) -> bool:
    """Whether a plan reads a whole large table."""
    return any(f"Seq Scan on plant_identification_{name}" in plan for name in LARGE)


def index_of(plan: str) -> str:
    """The indexes that a plan uses, the first ones first."""
    found = dict.fromkeys(re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plan))
    return ", ".join(name.removeprefix("plant_identification_") for name in found) or "none"


def report() -> str:
    """Both tables, ratios first."""
    rows = {}
    with tempfile.TemporaryDirectory(prefix="growth-") as name, simulator() as providers:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when this is root
        with installation(folder, providers) as grown:
            shots = photos(KNOWN)
            member = grown.start("A")
            asyncio.run(_ask(member, shots))
            member.end()
            grown.postgres.query(OWN_ROWS.replace("%(visitor)s", f"'{VISITOR}'").replace("%(own)s", str(OWN)))
            filled = OWN
            for level in LEVELS:
                if level > filled:
                    fill(grown, filled, level - 1)
                    filled = level
                rows[level] = measure(grown, shots)
            found, size = plans(grown), grown.postgres.query("SELECT pg_database_size(current_database())")[0][0]
            billed = sum(control(providers, "billing")[each]["accepted"] for each in ("plant_id", "plantnet"))
    return _write(rows, found, size, billed)


async def _ask(member: Member, shots: Sequence[bytes]) -> None:
    async with open_session() as session:
        for shot in shots:
            async with session.post(
                member.address + IDENTIFY, data=shot, headers={"Content-Type": "image/jpeg"}
            ) as reply:
                assert reply.status == 200, await reply.text()


def _write(rows: dict[int, Row], found: dict[str, str], size: int, billed: int) -> str:
    small, large = rows[LEVELS[0]], rows[LEVELS[-1]]
    slow = [name for name, least, most in zip(NAMES, small, large, strict=True) if most > FLAT * least + NOISE]
    whole = [name for name, plan in found.items() if reads_all(plan)]
    wrong = [f"{name} grows with the rows" for name in slow] + [f"{name} reads a whole table" for name in whole]
    if billed != 2 * KNOWN:
        wrong.append(f"known photos were paid for again: {billed} calls for {KNOWN} photos")
    return "\n".join(
        [
            f"## Growth: history of {', '.join(f'{level:,}' for level in LEVELS)} identifications (medians, one server on PostgreSQL)",
            "",
            f"One asker for each {USUAL} identifications, half with an account; the visitor who looks has {OWN:,}. Each has a photo, a picture",
            f"and a paid answer of its own: {size / 1e9:.1f} GB at the end, other people's without the text of their answers. A known",
            "upload is found by its digest, its answers in the archive: nobody is asked.",
            "",
            *(["**FAILED**", "", *(f"- {each}" for each in wrong), ""] if wrong else []),
            f"| | {LEVELS[-1]:,} / {LEVELS[0]:,} rows | {' | '.join(f'{level:,} rows' for level in LEVELS)} |",
            f"|---|---|{'---|' * len(LEVELS)}",
            *(
                f"| {name} | x {large[at] / small[at]:.2f} | {' | '.join(f'{rows[level][at]:.1f} ms' for level in LEVELS)} |"
                for at, name in enumerate(NAMES)
            ),
            "",
            f"| query at {LEVELS[-1]:,} rows | index |",
            "|---|---|",
            *(f"| {name} | {index_of(plan)} |" for name, plan in found.items()),
            "",
            f"Goal: {LEVELS[-1]:,} rows take at most {FLAT} times as long as {LEVELS[0]:,}, and {NOISE:.0f} ms: {'MISSED' if slow else 'met'}.  ",
            f"Goal: no query reads a whole table: {'MISSED' if whole else 'met'}.",
        ]
    )
