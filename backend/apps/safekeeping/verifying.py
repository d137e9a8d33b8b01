"""Reads a backup from its first byte to its last and compares it with what it says of itself."""

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from apps.safekeeping.manifest import MANIFEST, File, Manifest, Table, read_manifest

BLOCK = 1 << 20


def verify(path: Path) -> tuple[Manifest, list[str]]:
    """What it holds, and all that is wrong with it. Raises BackupUnreadable where there is nothing to compare with."""
    manifest = read_manifest(path)
    with zipfile.ZipFile(path) as archive:
        return manifest, list(_problems(archive, manifest))


def _problems(archive: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    there = archive.namelist()
    parts: list[Table | File] = [*manifest.tables, *manifest.files]
    named = {MANIFEST, *(part.member for part in parts)}
    twice = sorted(name for name, times in Counter(there).items() if times > 1)
    yield from (f"{name} is in the file twice" for name in twice)
    yield from (f"{name} is in the file, and nobody put it there" for name in sorted(set(there) - named))
    for part in parts:
        problem = f"{part.member} is missing" if part.member not in there else _problem_of(archive, part)
        if problem:
            yield problem


def _problem_of(archive: zipfile.ZipFile, part: Table | File) -> str | None:
    digest, rows = hashlib.sha256(), 0
    try:
        with archive.open(part.member) as member:
            if isinstance(part, Table):
                for line in member:
                    digest.update(line)
                    rows += len(msgspec.json.decode(line, type=list)) == len(part.columns)
            else:
                while block := member.read(BLOCK):
                    digest.update(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, msgspec.MsgspecError) as error:
        return f"{part.member} is damaged: {error}"
    if digest.hexdigest() != part.sha256:
        return f"{part.member} is not what was written"
    if isinstance(part, Table) and rows != part.rows:
        return f"{part.member} has {rows} whole rows of {part.rows}"
    return None
