"""The documentation as a site: it is built without a warning, and loads nothing from another host."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MKDOCS = Path(sys.executable).with_name("mkdocs")
LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?((?:https?:)?//[^\"' >]+)")
LINKED = re.compile(r"<link\b[^>]*>")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; a link or an address that leads nowhere fails here."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [MKDOCS, "build", "--strict", "--quiet", "--config-file", ROOT / "mkdocs.yml", "--site-dir", folder],
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_documentation_has_a_page_for_every_text(site):
    """Guides, decisions, and the pictures."""
    texts = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {text for text in texts if not (site / text).is_file()} == set()
    pictures = (ROOT / "docs/screenshots").rglob("*.png")
    shown = (site / "screenshots/index.html").read_text()
    assert [picture.name for picture in pictures if picture.name not in shown] == []


def test_documentation_loads_nothing_from_another_host(site):
    """Who reads it is seen by nobody, and needs no network."""
    for page in site.rglob("*.html"):
        text = page.read_text()
        assert LOADED.findall(text) == [], page
        assert [tag for tag in LINKED.findall(text) if "//" in tag and "canonical" not in tag] == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", style.read_text()), style
