"""The one way by which a simulated provider says no."""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818  # an answer of the provider, not an error of the simulator
    """A call is answered with an error status; the provider renders it in its own form."""

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})
