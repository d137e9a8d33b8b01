"""The receipt as headers (law 10): Cache-Status (RFC 9211) and Server-Timing (W3C)."""

from apps.plant_identification.api.bodies import IdentificationBody
from identification.answer import CallState

CACHE_NAME = "PlantCommunity"


def receipt_headers(body: IdentificationBody) -> dict[str, str]:
    """Where the answer came from, and how long each provider took in milliseconds."""
    timings = [f'{report.provider};dur={report.seconds * 1000:.1f};desc="{report.state}"' for report in body.providers]
    if body.completed_at:
        timings.append(f"total;dur={(body.completed_at - body.created_at).total_seconds() * 1000:.1f}")
    return {"Cache-Status": f"{CACHE_NAME}; {_cache_status(body)}", "Server-Timing": ", ".join(timings)}


def _cache_status(body: IdentificationBody) -> str:
    """RFC 9211: forwarded and stored, collapsed into another request's call, or a hit with its time to live."""
    if body.receipt.source == "fresh":
        return "fwd=uri-miss; stored"
    if body.receipt.source == "collapsed":
        return "fwd=uri-miss; collapsed"
    return f"hit; ttl={min(int(report.ttl) for report in body.providers if report.state is CallState.OK)}"
