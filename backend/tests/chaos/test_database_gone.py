"""The database restarted, and the disk of photos full: what is paid for is kept, and nobody gets a 500 (law 3, law 4)."""

import pytest

from benchmarks.grown import Postgres, SmallDisk

IDENTIFICATIONS = "/api/v1/plant-identification/identifications/"
PROVIDERS = ("plant_id", "plantnet")
AGAIN = b"the database does not answer; it is tried again"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """A PostgreSQL that a test may stop."""
    folder = tmp_path_factory.mktemp("database")
    for each in (folder.parent, folder):
        each.chmod(0o755)  # it runs as another user when this is root
    with Postgres(folder) as running:
        yield running


@pytest.fixture(scope="module")
def server_on_postgres(start_lasting_cluster, postgres):
    """One server on it, for the scenes here: making all tables takes seconds."""
    return start_lasting_cluster(1, DATABASE_URL=postgres.url("server"))


@pytest.fixture
async def cluster(server_on_postgres, all_providers):
    """The server at rest, and nothing billed."""
    await server_on_postgres.begin_test()
    all_providers.do(lambda running: running.reset())
    return server_on_postgres


def bill(cluster):
    """Calls each provider has charged for."""
    return [cluster.billed(name) for name in PROVIDERS]


def answers(postgres):
    """How many paid answers are stored, by provider."""
    return dict(postgres.query("SELECT provider, count(*) FROM plant_identification_provideranswer GROUP BY 1"))


async def test_paid_answer_waits_for_a_database_that_is_restarted(cluster, postgres, draw):
    """The answers come while the database is away: they are stored when it is back, once, and given (law 4)."""
    photo, before = draw(), answers(postgres)
    cluster.simulator(lambda running: running.inject("latency", times=2, seconds=2.0))
    asking = cluster.begin_storm([photo])
    await cluster.until(lambda: bill(cluster) == [1, 1])
    postgres.stop()
    try:
        await cluster.until(lambda: AGAIN in (cluster.folder / "server-0.log").read_bytes())
    finally:
        postgres.start()
    (reply,) = await asking
    assert (reply.status, set(reply.states.values())) == (200, {"ok"})
    assert answers(postgres) == {name: before.get(name, 0) + 1 for name in PROVIDERS}
    again = await cluster.upload(photo)
    assert (again.status, bill(cluster)) == (200, [1, 1])


async def test_without_the_database_requests_are_told_to_come_back(cluster, postgres, draw):
    """A new photo and the history are 503 problems, and nobody is asked; a known photo is answered, and stored later.

    Each refusal is one line of the log that says why: no traceback of what is foreseen fills a disk.
    """
    known = draw()
    first = await cluster.upload(known)
    postgres.stop()
    try:
        refused = await cluster.upload(draw())
        listed = await cluster._get(cluster.servers[0].address + IDENTIFICATIONS)
        given = await cluster.upload(known)
    finally:
        postgres.start()
    assert (refused.status, refused.body["code"]) == (503, "database-unavailable")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0
    assert (listed["status"], listed["code"]) == (503, "database-unavailable")
    assert (first.status, given.status, bill(cluster)) == (200, 200, [1, 1])
    await cluster.until(lambda: is_read(cluster, given.body["id"]))
    told = [line for line in cluster.logged_by(0) if line["event"] == "The database does not answer."]
    assert {line["path"] for line in told} == {"/api/v1/plant-identification/identify/", IDENTIFICATIONS}
    assert all(line["reason"].startswith("OperationalError: ") and "exception" not in line for line in told)


async def is_read(cluster, identification):
    """Whether the identification has its row."""
    found = await cluster._get(f"{cluster.servers[0].address}{IDENTIFICATIONS}{identification}/")
    return found.get("id") == identification


async def test_full_disk_costs_a_photo_and_leaves_no_half_of_it(start_cluster, draw, tmp_path):
    """New photos are answered and not kept, known ones as ever; with room again all goes on (law 4)."""
    with SmallDisk(tmp_path / "media", 2 * 2**20) as disk:
        if disk.why_not:
            pytest.skip(f"a disk that can be filled takes a mount: {disk.why_not}")
        cluster, known = start_cluster(1, MEDIA_ROOT=str(disk.folder)), draw()
        assert (await cluster.upload(known)).status == 200
        before = files_in(disk.folder)
        disk.fill()
        answered, given = await cluster.upload(draw()), await cluster.upload(known)
        await cluster.until(lambda: files_in(disk.folder) == before)
        disk.clear()
        assert (answered.status, given.status, bill(cluster)) == (200, 200, [2, 2])
        assert (await cluster.upload(draw())).status == 200
        await cluster.until(lambda: len(files_in(disk.folder)) == len(before) + 2)
        cluster.end()  # it holds the disk


def files_in(folder):
    """The photos' files below it, in order."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*.jpg"))
