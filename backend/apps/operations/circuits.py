"""What an operator orders of a circuit, whether by command or by API, and what its numbers mean to who waits."""

import enum
from collections.abc import Mapping
from typing import Any, Literal

import structlog

from resilience.gate import Override
from resilience.guard import Guard

type Rest = Literal["resting", "paused", "out_of_quota"]

log = structlog.get_logger("plant_community.circuit")
CALL_COST = 1.0  # the least a call costs, in each provider's unit


class Order(enum.StrEnum):
    """The operator's words."""

    OPEN = "open"  # let no call out until `close`
    CLOSE = "close"  # take an order back
    RESET = "reset"  # close the circuit and end a pause, the order too


async def carry_out(order: Order, guard: Guard, *, by: str) -> None:
    """Order it for the whole cluster. Raises StoreUnavailable: then nothing was ordered.

    `by` is written to the log, so it is an account's id and never an address.
    """
    match order:
        case Order.OPEN:
            await guard.order(Override.FORCED_OPEN)
        case Order.CLOSE:
            await guard.order(None)
        case Order.RESET:
            await guard.reset()
    log.info(f"[CIRCUIT] {guard.provider} ordered by the operator: {order}", by=by)


def why_not_asked(numbers: Mapping[str, Any]) -> tuple[Rest, float | None] | None:
    """Why this provider is not asked now, and for how many seconds (None: nobody knows); None when it is asked.

    `numbers` are those of CircuitStats. Of several reasons the one that lasts longest is told; an order has no end.
    """
    if numbers["override"] == Override.FORCED_OPEN:
        return "paused", None
    reasons: list[tuple[Rest, float | None]] = [
        ("out_of_quota", quota["reset_seconds"]) for quota in numbers["quota"] if quota["remaining"] < CALL_COST
    ]
    if numbers["paused_for_seconds"]:
        exhausted = numbers["pause_reason"] == "exhausted"
        reasons.append(("out_of_quota" if exhausted else "paused", numbers["paused_for_seconds"]))
    if numbers["state"] != "closed" and numbers["override"] is None:
        reasons.append(("resting", numbers["open_for_seconds"] or 0.0))
    return max(reasons, key=lambda reason: float("inf") if reason[1] is None else reason[1], default=None)
