"""`plant-community media check`: rows and files agree, and nothing is deleted that a row may still come for."""

import json
import os
import time

import httpx

from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
IMAGE = {"Content-Type": "image/jpeg"}


def check(run, *arguments):
    """Exit code and report."""
    ended = run("media", "check", "--json", *arguments)
    return ended.returncode, json.loads(ended.stdout)


def test_media_check_finds_what_is_missing_and_deletes_old_orphans_only(serve, run, keys, tmp_path):
    """Photos and small copies that are gone are told with their row; a young file may belong to a row that is coming."""
    with serve(**keys) as (address, _):
        for seed in (1, 2):
            content = draw_sample_leaf(seed, width=320, height=240)
            assert httpx.post(address + IDENTIFY, content=content, headers=IMAGE, timeout=60).status_code == 200
    code, report = check(run)
    assert (code, report["files"], report["named"], report["missing"]) == (0, 4, 4, [])
    assert report["bytes"] == sum(path.stat().st_size for path in tmp_path.glob("media/**/*.jpg"))
    first, second = sorted(tmp_path.glob("media/photos/*/*/photo.jpg"))
    first.unlink()
    second.with_name("thumbnail.jpg").unlink()
    young, old = tmp_path / "media/young.jpg", tmp_path / "media/photos/zz/gone/photo.jpg"
    old.parent.mkdir(parents=True)
    for path in (young, old):
        path.write_bytes(b"nobody's")
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    code, report = check(run)
    assert code == 1
    assert [(each["row"], each["name"]) for each in report["missing"]] == [
        (first.parent.name, str(first.relative_to(tmp_path / "media")))
    ]
    assert [each["row"] for each in report["small_copies_missing"]] == [second.parent.name]
    assert {each["name"] for each in report["orphans"]} == {"young.jpg", "photos/zz/gone/photo.jpg"}
    assert report["deleted"] == []
    assert check(run, "--delete-orphans")[1]["deleted"] == ["photos/zz/gone/photo.jpg"]
    assert (young.exists(), old.parent.exists(), second.exists()) == (True, False, True)
