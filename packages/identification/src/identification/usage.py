"""What a provider says is left of our allowance: for key checks, the doctor and the operator's pages."""

from identification.answer import ProviderName, Struct


class Window(Struct, frozen=True, kw_only=True):
    """The allowance of one period, in credits or requests; None where the provider sets no limit or says nothing."""

    limit: float | None = None
    used: float | None = None
    remaining: float | None = None


class ProviderUsage(Struct, frozen=True, kw_only=True):
    """The state of our key. `windows` is keyed by period: "day", "week", "month", "total".

    `can_use` False means that a call made now would be refused, `reason` why, in the provider's words.
    """

    provider: ProviderName
    can_use: bool
    windows: dict[str, Window]
    reason: str | None = None
    simulated: bool = False
