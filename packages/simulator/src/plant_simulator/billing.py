"""What the providers would have charged: the number that proves "one key, one bill"."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Account:
    """One key's use of one provider.

    `calls` counts paid calls that arrived, `accepted` those the provider took on (at that moment, whether or not the
    client gets to see the answer), `rejected` those it did not. `credits` are Plant.id credits or Pl@ntNet requests.
    `requests` counts every call by route, free ones too.
    """

    calls: int = 0
    accepted: int = 0
    rejected: int = 0
    credits: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)


class Billing:
    """The accounts of all keys at both providers, and how often each photo was paid for."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Account] = {}
        self.photos: Counter[tuple[str, str]] = Counter()  # (provider, SHA-256 of the bytes)

    def account(self, provider: str, key: str) -> Account:
        """The account of `key` at `provider` ("plant_id" or "plantnet"), opened when it is new."""
        return self.accounts.setdefault((provider, key), Account())

    def accept(self, provider: str, key: str, *, credits_taken: float, digests: Iterable[str]) -> None:
        """Book a paid call at the moment the provider takes it on."""
        account = self.account(provider, key)
        account.accepted += 1
        account.credits += credits_taken
        self.photos.update((provider, digest) for digest in digests)

    def calls(self, provider: str | None = None) -> int:
        """Paid calls that arrived, of one provider or both."""
        return sum(account.calls for account in self._of(provider))

    def accepted(self, provider: str | None = None) -> int:
        """Paid calls taken on, of one provider or both."""
        return sum(account.accepted for account in self._of(provider))

    def rejected(self, provider: str | None = None) -> int:
        """Paid calls not taken on, of one provider or both."""
        return sum(account.rejected for account in self._of(provider))

    def credits(self, provider: str | None = None) -> float:
        """Credits charged, of one provider or both."""
        return sum(account.credits for account in self._of(provider))

    def requests(self, provider: str, route: str) -> int:
        """Calls of one route, such as "GET identification", by all keys."""
        return sum(account.requests[route] for account in self._of(provider))

    def photo_calls(self, data: bytes, provider: str | None = None) -> int:
        """Accepted calls that carried exactly these bytes."""
        digest = hashlib.sha256(data).hexdigest()
        return sum(count for (name, seen), count in self.photos.items() if seen == digest and provider in {None, name})

    def as_json(self, known_keys: Iterable[str]) -> dict[str, Any]:
        """Everything, for the control routes; a key that is none of `known_keys` may be real and shows as a digest."""
        known = set(known_keys)
        answer: dict[str, Any] = {"plant_id": _totals(), "plantnet": _totals(), "photos": []}
        for (provider, key), account in self.accounts.items():
            row = {"calls": account.calls, "accepted": account.accepted, "rejected": account.rejected}
            row["credits"] = account.credits  # type: ignore[assignment]
            for name, value in row.items():
                answer[provider][name] += value
            answer[provider]["keys"][_shown(key, known)] = row | {"requests": dict(account.requests)}
        answer["photos"] = [
            {"provider": provider, "sha256": digest, "accepted": count}
            for (provider, digest), count in self.photos.most_common()
        ]
        return answer

    def _of(self, provider: str | None) -> list[Account]:
        return [account for (name, _), account in self.accounts.items() if provider in {None, name}]


def _totals() -> dict[str, Any]:
    return {"calls": 0, "accepted": 0, "rejected": 0, "credits": 0.0, "keys": {}}


def _shown(key: str, known: set[str]) -> str:
    if key in known or not key:
        return key
    return f"key-{hashlib.sha256(key.encode(errors='backslashreplace')).hexdigest()[:8]}"
