"""What `flet build` makes of the configuration, told by flet-cli's own code: a build needs the Flutter SDK, this does not."""

import json
import subprocess
import tomllib

import pytest
from running import APP_PYTHON, ROOT

MOBILE = ROOT / "mobile"
RESOLVER = MOBILE / "tests" / "support" / "resolved_build.py"
PURE = {"httpx", "pillow"}  # pillow has wheels for phones: iOS on PyPI, Android on Flet's own index


def resolved(target):
    """The build of this target."""
    run = subprocess.run(
        [APP_PYTHON, RESOLVER, target, MOBILE], capture_output=True, text=True, check=False, timeout=120, cwd=MOBILE
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout[run.stdout.index("{") :])


@pytest.fixture(scope="module")
def apk():
    """For Android."""
    return resolved("apk")


@pytest.fixture(scope="module")
def ipa():
    """For iOS."""
    return resolved("ipa")


def test_app_is_packed_from_its_sources_with_its_python(apk, ipa):
    """`main.py` in `src`; Python 3.13; one id on both."""
    for build in (apk, ipa):
        assert build["entry"] == str(MOBILE / "src" / "main.py")
        assert build["data"]["product_name"] == "Plant Community"
        assert build["data"]["bundle_id"] == "org.plantcommunity.mobile"
        assert build["data"]["options"]["python_version"] == "3.13"


def test_android_asks_for_the_camera_and_a_rough_place_only(apk):
    """The exact place is never asked for (law 12); no storage, no microphone."""
    permissions = apk["data"]["options"]["android_permissions"]
    assert {name.removeprefix("android.permission.") for name, on in permissions.items() if on} == {
        "INTERNET", "CAMERA", "ACCESS_NETWORK_STATE", "ACCESS_COARSE_LOCATION",
    }  # fmt: skip
    assert apk["data"]["options"]["android_features"]["android.hardware.camera"] is False


def test_ios_says_why_it_asks(ipa):
    """Without a reason the system ends the app."""
    info = ipa["data"]["options"]["info_plist"]
    assert all(len(info[f"NS{name}UsageDescription"]) > 20 for name in ("Camera", "PhotoLibrary", "LocationWhenInUse"))
    assert "NSMicrophoneUsageDescription" not in info


def test_links_open_the_app(apk, ipa):
    """`plantcommunity://app/plants/<id>` on both; the common table is not read for phones."""
    for build in (apk, ipa):
        assert build["data"]["options"]["deep_linking"] == {"scheme": "plantcommunity", "host": "app"}


def test_every_part_of_flet_has_the_same_version(apk):
    """They speak a protocol that changes with each; the lock file says the same."""
    names = {text.split("=")[0].rstrip("> "): text.replace(" ", "") for text in apk["dependencies"]}
    parts = {name for name in names if name.startswith("flet")}
    assert names.keys() == parts | PURE
    assert {names[name] for name in parts} == {f"{name}==1.0.5" for name in parts}
    locked = tomllib.loads((MOBILE / "uv.lock").read_text())["package"]
    assert {each["version"] for each in locked if each["name"].startswith("flet")} == {"1.0.5"}
    sources = {each["source"].get("registry", "here") for each in locked}
    assert sources == {"https://pypi.org/simple", "here"}
