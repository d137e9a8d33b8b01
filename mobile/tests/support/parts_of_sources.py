"""The app's own sources, for tests that read them."""

import ast
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"


def python_files(folder=""):
    """The files of the app, or of one of its folders."""
    return sorted((SOURCES / folder).rglob("*.py"))


def python_sources(folder=""):
    """Their texts."""
    return [path.read_text() for path in python_files(folder)]


def imports_of(path):
    """The first names of all modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return found
