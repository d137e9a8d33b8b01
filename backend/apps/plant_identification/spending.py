"""What an identification costs in Plant.id credits: reserved when it is stored, settled when it ends (law 2).

Of a failed call nobody knows whether it was billed; it counts as reserved. Pl@ntNet's requests are no money.
"""

from collections.abc import Mapping
from typing import Any

from apps.api_keys import credits as key_credits
from apps.plant_identification.budgets import budgets
from apps.plant_identification.models import Identification
from identification.answer import Answer, ProviderName


def reserve(identification: Identification) -> None:
    """Take its `credits` from its key's day and from every budget, or from none: in the caller's transaction.

    Raises CreditsUsedUpError.
    """
    if not identification.credits:
        return
    if identification.api_key_id is not None:
        key_credits.reserve(identification.api_key_id, identification.credits, identification.created_at)
    for budget in budgets():
        budget.reserve(identification, identification.credits)


def settle(identification: Identification, cost: float) -> None:
    """It cost this much; said again, or of one that was deleted meanwhile, nothing changes. In a transaction."""
    running = Identification.objects.filter(pk=identification.pk, reference=identification.reference, completed_at=None)
    if running.update(credits=cost):
        reserved = identification.credits
        if identification.api_key_id is not None:
            key_credits.settle(identification.api_key_id, reserved=reserved, cost=cost, at=identification.created_at)
        for budget in budgets():
            budget.settle(identification, reserved=reserved, cost=cost)
    identification.credits = cost


def cost_of_answer(answer: Answer, *, reserved: float) -> float:
    """Plant.id's part of the bill; nothing for an answer that was kept, or that another request paid for."""
    report = next((report for report in answer.reports if report.provider is ProviderName.PLANT_ID), None)
    if report is None:
        return 0.0
    return max(report.credits, reserved if report.maybe_charged else 0.0)


def cost_of_failure(problem: Mapping[str, Any], *, reserved: float) -> float:
    """The same of an identification without an answer; where nobody knows, as reserved."""
    if "providers" not in problem:
        return reserved
    reports = [report for report in problem["providers"] if report["provider"] == ProviderName.PLANT_ID]
    return reserved if any(report.get("maybe_charged") for report in reports) else 0.0
