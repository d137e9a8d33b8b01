"""Rates of keys, such as 50/hour: what is one, and which of two is the stricter."""

from django.core.exceptions import ValidationError
from limits import RateLimitItem, parse_many


def check_rate(text: str) -> None:
    """Let one rate pass. Raises ValidationError."""
    read_rate(text)


def read_rate(text: str) -> RateLimitItem:
    """The one rate in `text`. Raises ValidationError."""
    try:
        items = parse_many(text)
    except ValueError:
        items = []
    if len(items) != 1 or items[0].amount < 1:
        message = "Must be one rate, such as 50/hour, 5/minute or 100 per 2 days."
        raise ValidationError(message)
    return items[0]


def is_within(text: str, allowed: str) -> bool:
    """Whether `text` never admits more than `allowed`: at most as many, in at least as long."""
    ours, theirs = read_rate(allowed), read_rate(text)
    return theirs.amount <= ours.amount and theirs.get_expiry() >= ours.get_expiry()
