"""The Chromium of this machine, for every test that needs a real browser."""

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser():
    """The path of the first there is; fails the test when there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"no browser on this machine: none of {', '.join(BROWSERS)}; `make browser` gets one")
    return found
