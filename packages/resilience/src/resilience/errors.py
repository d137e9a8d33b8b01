"""What can go wrong with an outside call: one class for each thing the caller does differently."""


class ResilienceError(Exception):
    """Base of everything this package raises."""


class ProviderError(ResilienceError):
    """A call to a provider brought no answer.

    `provider` is its name, `detail` a sentence for the operator: never a key, a URL with a query or a user's data.
    `charged` tells whether the provider may have billed the call: True (it did or may have), False (it did not).
    """

    def __init__(self, provider: str, detail: str, *, charged: bool = False) -> None:
        super().__init__(f"{provider}: {detail}")
        self.provider, self.detail, self.charged = provider, detail, charged


class ProviderUnavailable(ProviderError):  # noqa: N818 - the field's words; "Error" is said by the base
    """The provider is down or too slow: connection refused, timeout, 5xx. Try later.

    `retry_after`: seconds the provider asked to wait, None when it said nothing.
    """

    def __init__(self, provider: str, detail: str, *, charged: bool = False, retry_after: float | None = None) -> None:
        super().__init__(provider, detail, charged=charged)
        self.retry_after = retry_after


class ProviderReplyInvalid(ProviderError):  # noqa: N818 - as above
    """The provider answered with something that is no answer: cut JSON, an HTML page. We or they are outdated."""


class ProviderExhausted(ProviderError):  # noqa: N818 - as above
    """Quota or credits are used up (402, 429): pause until a known moment. Says nothing of the provider's health.

    `retry_after`: seconds until calls may go out again, None when nobody knows.
    """

    def __init__(self, provider: str, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(provider, detail)
        self.retry_after = retry_after


class ProviderKeyRefused(ProviderError):  # noqa: N818 - as above
    """The provider refuses our key (401, 403): only the operator can mend this."""


class ProviderRejected(ProviderError):  # noqa: N818 - as above
    """The provider calls our request wrong (other 4xx): a bug of ours; sending it again changes nothing."""


class StoreUnavailable(ResilienceError):  # noqa: N818 - as above
    """The shared store did not answer, or answered with an error. `verb` is what was asked of it."""

    def __init__(self, verb: str, detail: str = "") -> None:
        super().__init__(f"{verb}: {detail}" if detail else verb)
        self.verb, self.detail = verb, detail


class CallRefused(ResilienceError):  # noqa: N818 - as above
    """Our own rules let no call out to this provider: circuit, pause, quota, too many at once. Nobody was asked.

    `reason` is a gate.Reason, `retry_after` seconds until asking again makes sense, None when nobody knows.
    """

    def __init__(self, provider: str, reason: str, *, retry_after: float | None = None, detail: str = "") -> None:
        super().__init__(f"{provider}: {reason}{f' ({detail})' if detail else ''}")
        self.provider, self.reason, self.retry_after, self.detail = provider, reason, retry_after, detail


class DeadlinePassed(ResilienceError):  # noqa: N818 - as above
    """The caller's time was over before there was an outcome; the work goes on without them (law 3)."""


class CallAbandoned(ResilienceError):  # noqa: N818 - as above
    """The work was broken off on our side before there was an outcome: this process stops. Ask another one, or again."""
