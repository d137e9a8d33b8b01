"""Failures as bytes, so that one failed call answers everybody who waits for it, in every process (law 5)."""

import msgspec

from resilience.errors import (
    CallRefused,
    ProviderError,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
    ResilienceError,
)

RETRY_AFTER_MAX = 60.0  # seconds; a failure is not kept for longer, however long the provider asked us to wait
type Shareable = ProviderError | CallRefused


class _Record(msgspec.Struct, frozen=True, array_like=True, tag_field=None):
    """A failure on its way. `failed_at` is seconds UTC of the one that failed; new fields go to the end."""

    kind: str
    provider: str
    detail: str
    charged: bool
    retry_after: float | None
    failed_at: float
    reason: str = ""


KINDS: dict[type[Exception], str] = {
    ProviderUnavailable: "unavailable",
    ProviderReplyInvalid: "reply_invalid",
    ProviderExhausted: "exhausted",
    ProviderKeyRefused: "key_refused",
    ProviderRejected: "rejected",
    CallRefused: "refused",
}


def is_for_cluster(error: BaseException) -> bool:
    """Whether this failure is one of the key, for every process: it is unless we refused or broke off ourselves.

    A refusal (circuit, quota, too many at once), a passed deadline and a store that is down say something of this
    process and this moment. An error that nobody foresaw came out of the call and may have been paid: it is shared.
    """
    if not isinstance(error, Exception):
        return False
    return isinstance(error, ProviderError) or not isinstance(error, ResilienceError)


def seconds_to_keep(error: BaseException, *, least: float) -> float:
    """How long a failure is shared: at least `least` seconds, and as long as the provider said, up to a minute."""
    retry_after = getattr(error, "retry_after", None) or 0.0
    return max(least, min(retry_after, RETRY_AFTER_MAX))


def encode_failure(error: BaseException, *, at: float) -> bytes:
    """The failure as bytes; `at` is now, seconds UTC. One of an unknown class is told as ProviderUnavailable.

    Of an unknown error only its class is told: its words may hold what is nobody else's (law 13).
    """
    kind = _kind_of(error)
    match error:
        case CallRefused():
            record = _Record(kind, error.provider, error.detail, False, error.retry_after, at, str(error.reason))  # noqa: FBT003 - array
        case ProviderError():
            retry_after = getattr(error, "retry_after", None)
            record = _Record(kind, error.provider, error.detail, error.charged, retry_after, at)
        case _:
            detail = f"the call ended with {type(error).__name__}"
            record = _Record(kind, "provider", detail, True, None, at)  # noqa: FBT003 - array
    return msgspec.msgpack.encode(record)


def decode_failure(payload: bytes, *, now: float) -> Shareable:
    """A new exception of the class that failed; its `retry_after` is less by the time that has passed since.

    What cannot be read, from another version of this program, is a ProviderUnavailable too.
    """
    try:
        record = msgspec.msgpack.decode(payload, type=_Record)
    except (msgspec.DecodeError, ValueError):  # ValueError: text that is no UTF-8
        return ProviderUnavailable("provider", "failed a moment ago, in words this version cannot read", charged=True)
    return _rebuild(record, _left(record, now))


def copy_failure(error: Exception) -> Exception:
    """The same failure as an exception of its own for one more waiter; an unknown class is given as it is.

    One instance raised in many tasks would collect the traceback of each; the copy's cause is the original.
    """
    if type(error) not in KINDS:
        return error
    copy = decode_failure(encode_failure(error, at=0.0), now=0.0)
    copy.__cause__ = error
    return copy


def _kind_of(error: BaseException) -> str:
    """The name of the nearest class that has one."""
    known = (KINDS[parent] for parent in type(error).__mro__ if parent in KINDS)
    return next(known, KINDS[ProviderUnavailable])


def _left(record: _Record, now: float) -> float | None:
    if record.retry_after is None:
        return None
    passed = max(0.0, now - record.failed_at)  # clocks of two machines differ; nobody waits longer for that
    return max(0.0, record.retry_after - passed)


def _rebuild(record: _Record, retry_after: float | None) -> Shareable:
    provider, detail, charged = record.provider, record.detail, record.charged
    match record.kind:
        case "refused":
            return CallRefused(provider, record.reason, retry_after=retry_after, detail=detail)
        case "exhausted":
            return ProviderExhausted(provider, detail, retry_after=retry_after)
        case "reply_invalid":
            return ProviderReplyInvalid(provider, detail, charged=charged)
        case "key_refused":
            return ProviderKeyRefused(provider, detail, charged=charged)
        case "rejected":
            return ProviderRejected(provider, detail, charged=charged)
        case _:  # also a class that only a newer version knows
            return ProviderUnavailable(provider, detail, charged=charged, retry_after=retry_after)
