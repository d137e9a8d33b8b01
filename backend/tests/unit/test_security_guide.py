"""The security guide names tests; each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"def (test_\w+)\(")


def test_every_test_that_the_security_guide_names_exists():
    """A claim without its proof fails here."""
    named = set(NAMED.findall((ROOT / "docs/guides/security.md").read_text()))
    files = [*ROOT.glob("backend/tests/**/*.py"), *ROOT.glob("packages/*/tests/**/*.py")]
    defined = {name for file in files for name in DEFINED.findall(file.read_text())}
    assert named
    assert named - defined == set()
