"""How the last call to each provider ended, as far as this process knows: health without spending a credit."""

from datetime import UTC, datetime
from typing import Any

from identification.answer import CallState, ProviderName, ProviderReport
from resilience.ports import Clock


class LastCalls:
    """The latest report of each provider."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[ProviderName, tuple[float, ProviderReport]] = {}

    def note(self, report: ProviderReport) -> None:
        """Remember how this call ended."""
        self._last[report.provider] = (self._clock.wall(), report)

    def find(self, provider: ProviderName) -> tuple[datetime, ProviderReport] | None:
        """When the last call ended, and how; None while nothing is known."""
        if provider not in self._last:
            return None
        at, report = self._last[provider]
        return datetime.fromtimestamp(at, UTC), report

    def check(self, provider: ProviderName) -> dict[str, Any]:
        """A `checks` entry of health+json: pass while nothing is known or the last call was answered, else warn."""
        last = self.find(provider)
        if last is None:
            return {"componentType": "component", "status": "pass", "observedValue": "unknown"}
        at, report = last
        return {
            "componentType": "component",
            "status": "pass" if report.state is CallState.OK else "warn",
            "observedValue": report.state.value,
            "time": at.isoformat(),
        }
