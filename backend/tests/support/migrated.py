"""A database with all tables, made once for a run of tests: who finds it need not migrate for ten seconds."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("plant-community")
NAME = "plant-community.sqlite3"
TEMPLATE = Path(os.environ["DATA_DIR"]) / "migrated" / NAME


def put_migrated_database(folder: Path) -> None:
    """Put the database into a server's data folder, unless the folder has one."""
    if not (folder / NAME).exists():
        copy_migrated_database(folder / NAME)


def copy_migrated_database(path: Path) -> None:
    """A copy of the database, at `path`; of several test processes the first makes it, the others wait."""
    TEMPLATE.parent.mkdir(exist_ok=True)
    with TEMPLATE.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not TEMPLATE.exists():
            _make()
    shutil.copy(TEMPLATE, path)


def _make() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ["DATA_DIR"]) as folder:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        migrate = [PROGRAM, "manage", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=kept | {"DATA_DIR": folder, "DEBUG": "true"}, check=True)
        (Path(folder) / NAME).replace(TEMPLATE)
