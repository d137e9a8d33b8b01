"""The folder in which worker processes count together (docs/adr/0020-metrics.md).

prometheus-client decides when it is imported whether there is one, so it is made before Django loads the apps.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client reads it, also in the workers, which inherit it
LOCK = "lock"  # held by the server as long as it lives; its workers do not inherit it


@contextlib.contextmanager
def metrics_folder(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, removed with the end of the block; those of servers that were killed are removed first.

    A folder that the operator names in the variable is used as it is, and is theirs to empty.
    """
    if given := os.environ.get(VARIABLE):
        yield Path(given)
        return
    parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        with _one_after_another(parent):  # else another start finds ours made and not yet locked
            remove_abandoned(parent)
            folder = Path(tempfile.mkdtemp(dir=parent))
            lock = stack.enter_context((folder / LOCK).open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.environ[VARIABLE] = str(folder)
        try:
            yield folder
        finally:
            del os.environ[VARIABLE]
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _one_after_another(parent: Path) -> Iterator[None]:
    """Servers that share a data folder begin one after another, as far as this folder is concerned."""
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def remove_abandoned(parent: Path) -> None:
    """Remove the folders below `parent` whose server is no more; several servers may share a data folder."""
    for lock_path in parent.glob(f"*/{LOCK}"):
        with contextlib.suppress(OSError), lock_path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while its server lives
            shutil.rmtree(lock_path.parent, ignore_errors=True)
