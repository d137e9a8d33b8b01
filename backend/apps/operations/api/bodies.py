"""The health of identification as a body: in the health+json form, and in the shape of the addresses without a version."""

from typing import Any, Literal

from identification.answer import ProviderName, Struct
from plant_community_backend.versions import LEGACY, shape


class HealthBody(Struct):
    """`status` in the words of health+json, `health` in the mission's."""

    status: str
    health: str
    demo: bool
    checks: dict[str, Any]


class LegacyHealthBody(Struct):
    """The old shape: whether each service is set up, and how it is as a whole."""

    success: bool
    status: Literal["healthy", "degraded", "unhealthy"]
    plant_id_available: bool
    plantnet_available: bool
    message: str


@shape(LEGACY, HealthBody)
def legacy_health(body: HealthBody) -> LegacyHealthBody:
    """Health in the old shape; the old service said "healthy" whatever happened, this one tells."""
    return LegacyHealthBody(
        success=body.status != "fail",
        status=body.health,  # type: ignore[arg-type] # HEALTH_WORDS has these three
        plant_id_available=f"{ProviderName.PLANT_ID}:circuit" in body.checks,
        plantnet_available=f"{ProviderName.PLANTNET}:circuit" in body.checks,
        message=MESSAGES[body.status],
    )


MESSAGES = {
    "pass": "Plant identification service is ready",
    "warn": "Plant identification works with less than it should",
    "fail": "Plant identification is not available",
}
