"""What the tests of the files for running it share: where these are, and which settings there are."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
COMPOSE, KUBERNETES, SYSTEMD = ROOT / "ops" / "compose", ROOT / "ops" / "kubernetes", ROOT / "ops" / "systemd"
PROGRAMS = Path(sys.executable).parent
UV = ROOT / ".uv" / "bin" / "uv"
KUBERNETES_VERSION = "1.34"
SERVE = ["plant-community", "serve", "--host", "0.0.0.0"]  # noqa: S104 - inside a container
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*|postgres:\d+\.\d+-[\w.-]+")  # PostgreSQL counts in two numbers
OF_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR"}
OF_SCRIPTS = {"BACKUP_AT_HOUR", "BACKUP_KEEP_DAYS", "BACKUP_FOLDER", "PATH"}
OVERLAYS = ("staging", "production")
COMPONENTS = sorted(path.name for path in (KUBERNETES / "components").iterdir())


def settings_that_there_are():
    """Every name that settings.py reads; those it makes of parts are written out."""
    text = (ROOT / "backend" / "plant_community_backend" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*f?\"([A-Z][A-Z0-9_]+)\"", text))
    made = {f"{name}_CLIENT_{part}" for name in ("GOOGLE", "GITHUB", "APPLE") for part in ("ID", "SECRET")}
    return read | made


def unknown(names):
    """Those of the names that nothing reads, as they are or with _FILE."""
    known = settings_that_there_are() | OF_LIBRARIES
    return {name for name in names if name not in known and name.removesuffix("_FILE") not in known}
