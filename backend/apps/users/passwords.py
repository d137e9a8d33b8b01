"""Which passwords are refused (NIST SP 800-63B-4, 3.1.1.2): too long to hash safely, or known to those who guess.

No rule asks for digits or capitals: they make passwords worse, not better.
"""

import unicodedata
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

LENGTH_MAX = 256  # characters; the standard asks for at least 64, a megabyte would keep a core busy
SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiopasdfghjklzxcvbnm", "plantcommunity")
KINDS_MIN = 5  # different characters


class MaximumLengthValidator:
    """Refuses what is too long to hash."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        del user
        if len(password) > LENGTH_MAX:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """The rule."""
        return f"The password may have {LENGTH_MAX} characters."


class KnownPasswordValidator(CommonPasswordValidator):
    """Refuses the 20,000 most used leaked passwords (Django's list), also repeated or with digits around, and sequences."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        del user
        plain = unicodedata.normalize("NFKC", password).casefold().strip()
        core = plain.strip("0123456789!?.*_- ")
        if {plain, core, _shortest_period(plain), _shortest_period(core)} & self.passwords or _is_simple(plain):
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        """The rule."""
        return "The password must not be a known one, a sequence, or a few characters repeated: four unrelated words are good."


def _shortest_period(text: str) -> str:
    """The piece that `text` repeats: "abcabc" is "abc" twice; the text itself when it repeats nothing."""
    at = (text + text).find(text, 1)
    return text[:at] if text else text


def _is_simple(text: str) -> bool:
    """Whether it has few different characters, or goes along a keyboard or the alphabet, forwards or backwards."""
    endless = [sequence * (len(text) // len(sequence) + 2) for sequence in SEQUENCES]
    return len(set(text)) < KINDS_MIN or any(text in line or text in line[::-1] for line in endless)
