"""What other apps let somebody spend: a budget is reserved before a question is asked, and settled when it has ended.

An app above this one registers its budgets at the start, since this one knows nothing of it. Both steps happen in the
transaction that stores the identification, so that no crash parts the two; the key's own budget is in apps.api_keys.
"""

from typing import Protocol

from apps.api_keys.credits import CreditsUsedUpError
from apps.plant_identification.models import Identification


class BudgetUsedUpError(CreditsUsedUpError):
    """A budget has no room for what is asked. `policy` is its name in `violated-policies`."""

    def __init__(self, policy: str, *, limit: float, taken: float, wait: float) -> None:
        super().__init__(limit=limit, taken=taken, wait=wait)
        self.policy = policy


class Budget(Protocol):
    """Plant.id credits that one subject may use in a day, such as an account."""

    def reserve(self, identification: Identification, cost: float) -> None:
        """Take `cost`, in the caller's transaction. Raises BudgetUsedUpError; of two at the limit one gets past."""
        ...

    def settle(self, identification: Identification, *, reserved: float, cost: float) -> None:
        """What took `reserved` cost `cost`; called once for each reservation. What is never settled counts in full."""
        ...


_registered: list[Budget] = []


def register_budget(budget: Budget) -> None:
    """Heed this budget from now on; an app calls it at the start."""
    _registered.append(budget)


def budgets() -> tuple[Budget, ...]:
    """All that are heeded, in the order in which each identification takes from them."""
    return tuple(_registered)
