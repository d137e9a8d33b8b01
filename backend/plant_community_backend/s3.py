"""Photos in a bucket (docs/adr/0023-s3.md). Imported only where MEDIA_S3_BUCKET is set: boto3 takes up to a second.

The bucket is private: no address of it is ever given to anybody, all files are served by this server, to whom may see them.
"""

import contextlib
import errno
import shutil
import tempfile
import threading
from collections.abc import Iterator
from typing import Any, override
from urllib.parse import quote

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from plant_community_backend.media import StoredFile

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = (
    2.0,
    5.0,
    2,
)  # of one request: it ends after 15 seconds, whatever the bucket does
MEMORY_BYTES = 4 << 20  # larger files wait on the disk until they are read
NOT_THERE = {"404", "NoSuchKey", "NotFound"}
LIMITS = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    max_pool_connections=16,
    # Sums in the newer form are not understood by every server that speaks S3.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
ONE_BY_ONE = TransferConfig(use_threads=False)  # the threads of media.py are the bound


class S3Media(S3Storage):  # type: ignore[misc] # ships no types
    """A bucket, or what lies below `location` in it. Implements media.Media: what fails is an OSError, as on a disk."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, client_config=LIMITS, transfer_config=ONE_BY_ONE, default_acl=None)
        self._shared: Any = None
        self._making = threading.Lock()

    @override
    def get_default_settings(self) -> dict[str, Any]:
        """Those of django-storages, and where this server shows the files."""
        usual: dict[str, Any] = super().get_default_settings()
        return usual | {"base_url": ""}

    @property
    def place(self) -> str:
        """What an operator calls it."""
        return f"the bucket {self.bucket_name}"

    @property
    def connection(self) -> Any:
        """One for all threads: its client may be shared, and each holds some ten megabytes of descriptions."""
        with self._making:
            if self._shared is None:
                self._shared = self._create_session().resource(
                    "s3", region_name=self.region_name, endpoint_url=self.endpoint_url, config=self.client_config
                )
        return self._shared

    def walk(self) -> Iterator[StoredFile]:
        """As Media says, a thousand with each request."""
        root = f"{self.location.rstrip('/')}/" if self.location else ""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        with _as_on_disk(self.bucket_name):
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=root):
                for each in page.get("Contents", ()):
                    yield StoredFile(each["Key"].removeprefix(root), each["Size"], each["LastModified"])

    def tidy(self, name: str) -> None:
        """Nothing: a bucket has no folders."""

    @override
    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """The file, whole: whoever reads it waits for no network any more. One request, where S3File makes three."""
        spooled = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        try:
            with _as_on_disk(name):
                found = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
                shutil.copyfileobj(found["Body"], spooled)
        except BaseException:
            spooled.close()
            raise
        spooled.seek(0)
        return File(spooled, name)

    @override
    def _save(self, name: str, content: "File[bytes]") -> str:
        with _as_on_disk(name):
            return str(super()._save(name, content))

    @override
    def delete(self, name: str) -> None:
        """As Media says."""
        with _as_on_disk(name):
            super().delete(name)

    @override
    def exists(self, name: str) -> bool:
        """As Media says."""
        with _as_on_disk(name):
            return bool(super().exists(name))

    @override
    def size(self, name: str) -> int:
        """Bytes."""
        with _as_on_disk(name):
            return int(super().size(name))

    @override
    def url(self, name: str, *_: Any, **__: Any) -> str:
        """Where this server shows it. Raises ValueError for what has no public address, such as photos."""
        if not self.base_url:
            message = "This file is not accessible via a URL."
            raise ValueError(message)
        return f"{self.base_url}{quote(name)}"

    def is_open_to_anybody(self, name: str) -> bool:
        """Whether somebody without a key can read this file."""
        stranger = self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            config=self.client_config.merge(Config(signature_version=UNSIGNED)),
        )
        try:
            with _as_on_disk(name):
                stranger.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))["Body"].close()
        except OSError:
            return False
        return True


@contextlib.contextmanager
def _as_on_disk(name: str) -> Iterator[None]:
    """Tell what goes wrong with a bucket as what goes wrong with a disk, so that nobody above has to know which it is."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in NOT_THERE:
            raise FileNotFoundError(errno.ENOENT, "not in the bucket", name) from error
        raise OSError(errno.EIO, f"the bucket refuses it ({code})", name) from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, f"the bucket does not answer ({type(error).__name__})", name) from error
