"""The key that signs cookies: made at the first start, so that no default secret exists."""

import os
import secrets
from pathlib import Path


def find_or_make_secret_key(path: Path) -> str:
    """The key kept in `path`; made there when this is the first start. Only the owner may read the file."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _make(path)


def _make(path: Path) -> str:
    """Write a new key beside `path` and link it there: of two first starts at once, one wins and both use its key."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
