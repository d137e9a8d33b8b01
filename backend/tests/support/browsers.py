"""The Chromium of this machine, for every test that needs a real browser, and how long it may take."""

import shutil

import pytest
from playwright.async_api import expect

PATIENCE_MS = 60_000  # for whatever a page has to show; who waits for less fails on a machine that is busy
expect.set_options(timeout=PATIENCE_MS)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser():
    """The path of the first there is; fails the test when there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"no browser on this machine: none of {', '.join(BROWSERS)}; `make browser` gets one")
    return found
