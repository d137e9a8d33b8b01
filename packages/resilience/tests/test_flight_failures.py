"""Failures on their way from process to process."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resilience.errors import (
    CallAbandoned,
    CallRefused,
    DeadlinePassed,
    ProviderError,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
    StoreUnavailable,
)
from resilience.failures import copy_failure, decode_failure, encode_failure, is_for_cluster, seconds_to_keep
from resilience.gate import Reason

SHAREABLE = [
    ProviderUnavailable("plant_id", "HTTP 503", charged=True, retry_after=30.0),
    ProviderUnavailable("plantnet", "timeout"),
    ProviderReplyInvalid("plant_id", "cut JSON", charged=True),
    ProviderExhausted("plantnet", "429", retry_after=50.0),
    ProviderKeyRefused("plant_id", "401"),
    ProviderRejected("plantnet", "400", charged=True),
    CallRefused("plant_id", Reason.QUOTA, retry_after=40.0, detail="day"),
]


@pytest.mark.parametrize("error", SHAREABLE, ids=lambda error: type(error).__name__)
def test_failure_comes_back_as_it_was_ten_seconds_later(error):
    """Class, provider, words, charge and reason are the same; Retry-After is less by the time that passed (law 5)."""
    back = decode_failure(encode_failure(error, at=100.0), now=110.0)
    assert type(back) is type(error)
    assert str(back) == str(error)
    left = getattr(error, "retry_after", None)
    assert getattr(back, "retry_after", None) == (None if left is None else left - 10.0)
    for field in ("provider", "detail", "charged", "reason"):
        assert getattr(back, field, None) == getattr(error, field, None)


@given(passed=st.floats(-1e6, 1e6))
def test_failure_retry_after_is_never_negative_nor_longer_than_it_was(passed):
    """Clocks of two machines differ; nobody is told to wait longer for that."""
    payload = encode_failure(ProviderExhausted("plantnet", "429", retry_after=30.0), at=1e9)
    assert 0.0 <= decode_failure(payload, now=1e9 + passed).retry_after <= 30.0


def test_failure_of_an_unknown_class_is_unavailable_and_tells_no_words():
    """Of an error nobody foresaw the class is told and nothing else; it may have been paid (laws 9 and 13)."""
    back = decode_failure(encode_failure(ValueError("api-key=secret"), at=0.0), now=0.0)
    assert type(back) is ProviderUnavailable
    assert back.charged
    assert "ValueError" in str(back)
    assert "secret" not in str(back)


def test_failure_of_a_subclass_is_told_as_its_nearest_known_parent():
    """A provider's own subclass is still what the caller can act on."""

    class Overloaded(ProviderUnavailable):
        pass

    back = decode_failure(encode_failure(Overloaded("plant_id", "busy", retry_after=3.0), at=0.0), now=0.0)
    assert (type(back), back.provider, back.retry_after) == (ProviderUnavailable, "plant_id", 3.0)


@example(damage=b"\x96\xaa" + bytes(9) + b"\x80")  # an array whose text is no UTF-8
@given(damage=st.binary(max_size=60))
def test_failure_from_any_bytes_is_an_exception(damage):
    """Whatever stands in the store, the waiter gets a ProviderError or CallRefused, never a decoding error."""
    assert isinstance(decode_failure(damage, now=0.0), ProviderError | CallRefused)


def test_failure_of_a_newer_version_is_read_as_unavailable():
    """A class this version does not know, and fields it does not know, are no error."""
    payload = msgspec.msgpack.encode(["melted", "plant_id", "the roof is hot", True, 5.0, 0.0, "", "new field"])
    back = decode_failure(payload, now=1.0)
    assert (type(back), back.provider, back.retry_after) == (ProviderUnavailable, "plant_id", 4.0)


@pytest.mark.parametrize(
    ("error", "for_cluster"),
    [
        *((error, isinstance(error, ProviderError)) for error in SHAREABLE),
        (DeadlinePassed("late"), False),
        (StoreUnavailable("archive"), False),
        (CallAbandoned("stopping"), False),
        (KeyboardInterrupt(), False),
        (ValueError("a bug"), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_failure_is_for_the_cluster_unless_it_is_our_own(error, for_cluster):
    """What we refused or broke off ourselves says nothing of the key to another process."""
    assert is_for_cluster(error) is for_cluster


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 1.5), (0.0, 1.5), (10.0, 10.0), (9_999.0, 60.0)])
def test_failure_is_kept_between_its_least_and_a_minute(retry_after, seconds):
    """Retry-After counts, within bounds."""
    assert seconds_to_keep(ProviderUnavailable("p", "d", retry_after=retry_after), least=1.5) == seconds


def test_copy_failure_is_another_instance_with_the_first_as_its_cause():
    """Many waiters raise one failure without writing into each other's traceback."""
    error = ProviderUnavailable("plant_id", "HTTP 503", retry_after=3.0)
    copy = copy_failure(error)
    assert copy is not error
    assert (str(copy), copy.retry_after, copy.__cause__) == (str(error), 3.0, error)
    unknown = ValueError("a bug")
    assert copy_failure(unknown) is unknown
