"""What `flet build` would make of mobile/pyproject.toml, by its own code, without the Flutter SDK; as JSON.

Run with the app's own Python: `mobile/.venv/bin/python resolved_build.py apk FOLDER`.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

# The Pythons that can be packed are listed on GitHub; here a list of the same form, so that the choice is flet-cli's.
ABIS = ["arm64-v8a", "armeabi-v7a", "x86_64"]
PYTHONS = {
    short: {"full_version": f"{short}.9", "pyodide_version": "0", "android_abis": ABIS}
    for short in ("3.12", "3.13", "3.14")
}
manifest = Path(tempfile.mkdtemp()) / "manifest.json"
manifest.write_text(json.dumps({"pythons": PYTHONS, "default_python_version": "3.14"}))
os.environ["FLET_PYTHON_BUILD_MANIFEST"] = str(manifest)

from flet_cli.commands.build import Command
from flet_cli.utils.project_dependencies import get_project_dependencies
from flet_cli.utils.pyproject_toml import load_pyproject_toml
from flet_cli.utils.python_versions import resolve_python_version

target, folder = sys.argv[1], Path(sys.argv[2])
parser = argparse.ArgumentParser()
command = Command(parser)
command.options = parser.parse_args([target, str(folder)])
command.target_platform = target
command.package_platform = command.platforms[target]["package_platform"]
command.config_platform = command.platforms[target]["config_platform"]
command.python_app_path = folder
command.get_pyproject = load_pyproject_toml(folder)
command.python_release = resolve_python_version(None, command.get_pyproject)
with tempfile.TemporaryDirectory() as build:
    command.flutter_dir = Path(build)
    command.validate_entry_point()
    command.setup_template_data()
data = command.template_data
print(  # noqa: T201 - the test reads it
    json.dumps(
        {
            "entry": str(command.package_app_path.joinpath(command.python_module_filename)),
            "dependencies": get_project_dependencies(command.get_pyproject("project.dependencies")),
            "data": {name: data[name] for name in ("product_name", "bundle_id", "org_name", "options")},
        },
        default=str,
    )
)
