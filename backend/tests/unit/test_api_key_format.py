"""What a key looks like, and that a mistake in it is always told."""

import re
import string
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.api_keys import keys
from apps.api_keys.keys import Mode, digest, is_same, make_key, parse_key
from apps.api_keys.rates import check_rate, is_within

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "api-keys.md"
MADE = {mode: make_key(mode) for mode in Mode}


@pytest.mark.parametrize("mode", list(Mode))
def test_a_made_key_is_read_as_what_it_is(mode):
    """Mode and id come back, and the secret has 256 bits."""
    key = make_key(mode)
    parsed = parse_key(key)
    assert parsed is not None
    assert key.startswith(f"pk_{mode}_{parsed.key_id}_")
    assert 62**keys.SECRET_LENGTH > 2**256
    assert make_key(mode) != key


@given(mode=st.sampled_from(list(Mode)), place=st.integers(min_value=0), sign=st.sampled_from(keys.ALPHABET + "_- é\n"))
def test_one_wrong_sign_is_no_key(mode, place, sign):
    """CRC32 finds every single mistake, wherever it is."""
    key = MADE[mode]
    place %= len(key)
    wrong = key[:place] + sign + key[place + 1 :]
    assert parse_key(wrong) is None or wrong == key


@given(mode=st.sampled_from(list(Mode)), place=st.integers(min_value=0))
def test_two_exchanged_or_a_missing_sign_are_no_key(mode, place):
    """So are two neighbours exchanged, and a sign left out."""
    key = MADE[mode]
    place %= len(key) - 1
    exchanged = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assert parse_key(exchanged) is None or exchanged == key
    assert parse_key(key[:place] + key[place + 1 :]) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    """Whatever stands in the header, nothing is raised."""
    assert parse_key(text) is None


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_checksum_has_always_six_signs(number):
    """Also of small numbers, which get leading zeros."""
    assert re.fullmatch(f"[{string.ascii_letters}{string.digits}]{{6}}", keys.checksum(str(number)))


def test_only_the_digest_of_the_whole_key_is_the_same():
    """Another key, or a part of it, has another digest."""
    key = MADE[Mode.LIVE]
    assert is_same(digest(key), key)
    assert not is_same(digest(key), MADE[Mode.TEST])
    assert not is_same(digest(key), key[:-1])


def test_the_guide_tells_scanners_the_expression_that_finds_keys():
    """The documented regular expression matches keys, and is the one we read them with."""
    documented = re.search(r"`(pk_\(live\|test\)_[^`]+)`", GUIDE.read_text(encoding="utf-8"))
    assert documented is not None
    assert all(re.fullmatch(documented[1], key) for key in MADE.values())


@pytest.mark.parametrize("text", ["often", "0/hour", "10/hour;5/minute", "10", "-1/hour", ""])
def test_what_is_not_one_rate_is_refused(text):
    """One rate, at least one in it."""
    with pytest.raises(ValidationError):
        check_rate(text)


@pytest.mark.parametrize(
    ("rate", "within"),
    [("100/hour", True), ("100/day", True), ("50/hour", True), ("101/hour", False), ("100/minute", False), ("2400/day", False)],
)  # fmt: skip
def test_a_rate_is_within_another_when_it_never_admits_more(rate, within):
    """At most as many, in at least as long."""
    assert is_within(rate, "100/hour") is within
