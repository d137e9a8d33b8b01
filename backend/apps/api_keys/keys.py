"""What a key looks like: `pk_live_<id>_<secret><checksum>`, in letters and digits (docs/guides/api-keys.md).

The id finds the row, the secret proves the right to it, the checksum tells a typo without asking the database; with it
a scanner for leaked secrets knows a real key from a text that only looks like one.
"""

import enum
import hashlib
import hmac
import re
import secrets
import string
import zlib
from typing import NamedTuple

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 12  # 71 bits: ids never meet by chance
SECRET_LENGTH = 43  # 256 bits
CHECKSUM_LENGTH = 6  # of 32 bits
PATTERN = re.compile(
    rf"pk_(live|test)_([0-9A-Za-z]{{{ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)
PREFIX = re.compile(r"pk_(live|test)_")  # what begins so is meant to be a key


class Mode(enum.StrEnum):
    """What a key opens."""

    LIVE = "live"  # the providers, for credits
    TEST = "test"  # the sandbox, for nothing


class ParsedKey(NamedTuple):
    """A key whose form and checksum are right; nothing says yet that anybody made it."""

    mode: Mode
    key_id: str


def make_key(mode: Mode) -> str:
    """A new key. It is shown once, and only its digest is kept."""
    body = f"pk_{mode}_{_random(ID_LENGTH)}_{_random(SECRET_LENGTH)}"
    return body + checksum(body)


def parse_key(text: str) -> ParsedKey | None:
    """The mode and id of a key, None for what is none: cut off, mistyped, or something else."""
    match = PATTERN.fullmatch(text)
    if match is None or checksum(text[:-CHECKSUM_LENGTH]) != match[4]:
        return None
    return ParsedKey(Mode(match[1]), match[2])


def checksum(body: str) -> str:
    """CRC32 of a key without its checksum, in base 62 with leading zeros."""
    number, digits = zlib.crc32(body.encode()), []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def digest(key: str) -> str:
    """What is kept of a key.

    Plain SHA-256 is right here, and argon2 is not: slow hashes protect what people choose, which can be guessed. 256
    random bits cannot, however fast each try is, and a key is checked with every request.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def is_same(kept: str, key: str) -> bool:
    """Whether `kept` is the digest of `key`; takes as long for a near miss as for a far one."""
    return hmac.compare_digest(kept, digest(key))


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
