"""A database with all tables, made once for a run of tests: a server that finds it need not migrate for ten seconds."""

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
        if not TEMPLATE.exists():
            _make()
        shutil.copy(TEMPLATE, folder / NAME)


def _make() -> None:
    """Another test process may do the same at the same time; the later one replaces the file by its like."""
    with tempfile.TemporaryDirectory(dir=os.environ["DATA_DIR"]) as folder:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        migrate = [PROGRAM, "manage", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=kept | {"DATA_DIR": folder, "DEBUG": "true"}, check=True)
        TEMPLATE.parent.mkdir(exist_ok=True)
        (Path(folder) / NAME).replace(TEMPLATE)
