"""What the OpenAPI document says of each route; the schemas themselves come from `bodies.py`."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from apps.operations.circuits import Order
from apps.plant_identification.api.schema import NOT_FOUND, PROBLEM, body
from identification.answer import ProviderName

HEALTH_TYPE = "application/health+json"
OBJECT = {"type": "object", "additionalProperties": True}
COMMON: dict[str, Any] = {"tags": ["operations"]}
BY_STAFF = COMMON | {"auth": [{"sessionToken": []}, {"sessionCookie": []}]}

HEALTH = COMMON | {
    "operation_id": "identify_health",
    "summary": "Health of identification; spends nothing",
    "responses": {(200, HEALTH_TYPE): OBJECT, (503, HEALTH_TYPE): OBJECT},
}
ABOUT = COMMON | {
    "operation_id": "about",
    "summary": "Version, limits, choices and providers of this server",
    "responses": {200: body("AboutBody", "This server.")},
}
STATUS = COMMON | {
    "operation_id": "status",
    "summary": "How the server is doing, in a few words; spends nothing",
    "description": (
        "Always 200: `health` says how it is. Staff who ask with a session or a token also get the quota and what to fix."
    ),
    "responses": {200: body("StatusBody", "The status.")},
}
CIRCUITS = BY_STAFF | {
    "operation_id": "circuits",
    "summary": "The circuits of the whole cluster, for staff",
    "responses": {200: body("CircuitsBody", "The circuits.")},
}
ORDER = BY_STAFF | {
    "operation_id": "circuit_order",
    "summary": "Open, close or reset a circuit for the whole cluster, for staff",
    "description": (
        "As `plant-community circuits` does. `open` lets no call out until `close`; `reset` closes a circuit that failures "
        "opened, ends a pause, and takes an order back. 503 when the shared store does not answer: nothing was ordered."
    ),
    "parameters": [
        OpenApiParameter("provider", str, OpenApiParameter.PATH, enum=[name.value for name in ProviderName]),
        OpenApiParameter("order", str, OpenApiParameter.PATH, enum=[order.value for order in Order]),
    ],
    "request": None,
    "responses": {200: body("CircuitBody", "The circuit from now on."), **NOT_FOUND, 503: PROBLEM},
}
