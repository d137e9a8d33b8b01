"""What an operator does with photos in a bucket: backup and restore, compare rows and files, let the doctor look."""

import json
import shutil

import httpx
import pytest
from bucket import Bucket

from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
IMAGE = {"Content-Type": "image/jpeg"}
PICTURE = """
import io
from django.core.files.images import ImageFile
from PIL import Image
from apps.care_guides.models import GuideImage
content = io.BytesIO()
Image.new("RGB", (640, 480), (60, 140, 40)).save(content, "JPEG")
for _ in range(2):
    picture = GuideImage(title="Fern", author="A", licence="CC0", source_url="https://example.org/",
                         file=ImageFile(io.BytesIO(content.getvalue()), name="fern.jpg"))
    picture.save()
    print(picture.file.url, picture.get_rendition("width-320").url)
"""


@pytest.fixture
def bucket():
    """A bucket of this test's own."""
    with Bucket(prefix="plants") as started:
        yield started


@pytest.fixture
def filled(bucket, serve, run, keys):
    """A server's answer about a photo and the addresses of pictures of guides, all in the bucket; its environment."""
    environment = keys | bucket.environment
    made = run("manage", "shell", "--verbosity", "0", "--command", PICTURE, **environment)
    assert made.returncode == 0, made.stderr
    with serve(**environment) as (address, _):
        body = httpx.post(address + IDENTIFY, content=draw_sample_leaf(), headers=IMAGE, timeout=60).json()
        assert httpx.get(address + body["photos"][0]["url"]).status_code == 200
        pictures = made.stdout.split()
        for picture in pictures:
            shown = httpx.get(address + picture)
            assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
            assert "Content-Disposition" in shown.headers
        assert httpx.get(f"{address}/media/guides/images/nothing.jpg").status_code == 404
    return environment, body, pictures


def test_bucket_is_backed_up_and_restored_into_another(filled, bucket, run, run_in, serve_in, tmp_path):
    """Rows and files of one moment, into an empty bucket, and from there into a folder: the same photos, the same pictures."""
    environment, body, pictures = filled
    assert len(set(pictures)) == 4  # of two pictures that were called the same, none took the other's place
    names = [name for name in bucket.names() if "/exports/" not in name]
    assert len(names) == 6
    made = run("backup", "create", **environment)
    assert made.returncode == 0, made.stderr
    file = made.stdout.strip()
    assert run("backup", "verify", file).returncode == 0
    into = tmp_path / "elsewhere"
    into.mkdir()
    shutil.copy(tmp_path / "secret_key", into)
    other = environment | {"MEDIA_S3_PREFIX": "others/two"}
    restored = run_in(into, "backup", "restore", file, "--into-empty", **other)
    assert restored.returncode == 0, restored.stderr
    assert [name for name in bucket.names() if name.startswith("others/")] == [
        name.replace("plants/", "others/two/", 1) for name in names
    ]
    with serve_in(into, **other) as (address, _):
        assert httpx.get(address + body["photos"][0]["url"]).status_code == 200
        assert all(httpx.get(address + picture).status_code == 200 for picture in pictures)
    refused = run_in(tmp_path / "third", "backup", "restore", file, "--into-empty", **other)
    assert (refused.returncode, "the bucket photos is not empty" in refused.stderr) == (1, True)


def test_bucket_is_compared_with_rows(filled, bucket, run):
    """What a row names and the bucket lacks, and the other way round, as in a folder."""
    environment, _, _ = filled
    whole = run("media", "check", "--json", **environment)
    assert (whole.returncode, json.loads(whole.stdout)["files"]) == (0, 6), whole.stderr
    client = bucket.client()
    lost = next(name for name in bucket.names() if name.endswith("/photo.jpg"))
    client.delete_object(Bucket=bucket.name, Key=lost)
    client.put_object(Bucket=bucket.name, Key="plants/photos/zz/nobody/photo.jpg", Body=b"nobody's")
    client.put_object(Bucket=bucket.name, Key="beside.jpg", Body=b"of another program")
    found = run("media", "check", "--json", "--delete-orphans", **environment)
    report = json.loads(found.stdout)
    assert found.returncode == 1
    assert [each["name"] for each in report["missing"]] == [lost.removeprefix("plants/")]
    assert [each["name"] for each in report["orphans"]] == ["photos/zz/nobody/photo.jpg"]
    assert report["deleted"] == []  # it is young: its row may be on the way


def test_doctor_looks_at_the_bucket(bucket, run, keys):
    """Nothing to say of a private one; a public one, and one that is away, are errors with what to do."""
    environment = keys | bucket.environment
    assert titles(run, environment).isdisjoint(ABOUT_BUCKETS)
    everybody = [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket.name}/*"}
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": everybody})
    bucket.client().put_bucket_policy(Bucket=bucket.name, Policy=policy)
    assert titles(run, environment) & ABOUT_BUCKETS == {"The bucket of photos is public"}
    assert bucket.names() == []
    bucket.kill()
    assert titles(run, environment) & ABOUT_BUCKETS == {"Photos cannot be stored"}


ABOUT_BUCKETS = {"The bucket of photos is public", "Photos cannot be stored"}


def titles(run, environment):
    """What the doctor finds."""
    return {each["title"] for each in json.loads(run("doctor", "--json", **environment).stdout)["to_fix"]}
