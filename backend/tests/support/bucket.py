"""A bucket of a real S3 server on loopback (moto's), a process of its own: it can be killed, frozen, and started again empty."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time

import boto3
from botocore.config import Config

from resilience.testing_ports import find_free_port

KEYS = {"MEDIA_S3_ACCESS_KEY_ID": "plants", "MEDIA_S3_SECRET_ACCESS_KEY": "only-for-tests"}
START_SECONDS = 60


class Bucket:
    """Use it in a `with`. `host` is where it listens, and where servers ask."""

    name = "photos"

    def __init__(self, host="127.0.0.1", prefix=""):
        self.host, self.port, self._prefix, self._process = host, find_free_port(), prefix, None

    @property
    def environment(self):
        """Settings that put photos here."""
        more = {"MEDIA_S3_PREFIX": self._prefix} if self._prefix else {}
        return KEYS | more | {"MEDIA_S3_BUCKET": self.name, "MEDIA_S3_ENDPOINT": f"http://{self.host}:{self.port}"}

    def put_into(self, settings):
        """The same for a server in this process."""
        options = {
            "bucket_name": self.name, "endpoint_url": f"http://{self.host}:{self.port}", "region_name": "us-east-1",
            "access_key": KEYS["MEDIA_S3_ACCESS_KEY_ID"], "secret_key": KEYS["MEDIA_S3_SECRET_ACCESS_KEY"],
            "location": self._prefix,
        }  # fmt: skip
        backend = "plant_community_backend.s3.S3Media"
        settings.MEDIA_S3_BUCKET = self.name
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": options}}

    def client(self):
        """boto3's, as the owner of the key."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://{self.host}:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=KEYS["MEDIA_S3_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["MEDIA_S3_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def names(self):
        """Of all that lies in it."""
        return sorted(each["Key"] for each in self.client().list_objects_v2(Bucket=self.name).get("Contents", ()))

    def start(self):
        """Start the server, and make the bucket in it."""
        log = subprocess.DEVNULL
        words = [sys.executable, "-m", "moto.server", "-H", self.host, "-p", str(self.port)]
        self._process = subprocess.Popen(words, stdout=log, stderr=log)
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, "the S3 server ended before it was ready"
            assert time.monotonic() < give_up, f"the S3 server was not ready within {START_SECONDS} s"
            time.sleep(0.05)
        self.client().create_bucket(Bucket=self.name)

    def _answers(self):
        link = http.client.HTTPConnection(self.host, self.port, timeout=2)
        with contextlib.suppress(OSError), contextlib.closing(link):
            link.request("GET", "/moto-api/")
            return link.getresponse().status == 200
        return False

    def freeze(self):
        """It takes connections, and says nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self):
        """It goes on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self):
        """It ends; what it held is lost."""
        self._process.kill()
        self._process.wait()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_):
        self.kill()
