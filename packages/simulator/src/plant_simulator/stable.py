"""Values that look random and are the same each time: ids, similarities, which row lacks what."""

import hashlib
from functools import lru_cache


@lru_cache(maxsize=8_192)
def hex_of(*words: object, length: int = 16) -> str:
    """`length` (at most 64) hexadecimal digits, decided by `words` alone."""
    return hashlib.sha256("\x1f".join(map(str, words)).encode()).hexdigest()[:length]


def part_of(*words: object) -> float:
    """A number from 0 to below 1, decided by `words` alone."""
    return int(hex_of(*words, length=8), 16) / 2**32
