"""The Prefer header of RFC 7240."""

import math

import pytest

from apps.plant_identification.api.negotiation import Preference


@pytest.mark.parametrize(
    ("header", "wait", "applied"),
    [
        ("", math.inf, ""),
        ("respond-async", 0.0, "respond-async"),
        ("respond-async, wait=10", 10.0, "respond-async, wait=10"),
        ("wait=3", 3.0, "wait=3"),
        ("Wait=3; foo", 3.0, "wait=3"),
        ("wait=soon", math.inf, ""),
        ("handling=lenient", math.inf, ""),
    ],
)
def test_preference_read_takes_what_it_knows_and_ignores_the_rest(header, wait, applied):
    """Known preferences count, unknown or broken ones are ignored, as the RFC says."""
    preference = Preference.read(header)
    assert (preference.wait, preference.applied) == (wait, applied)
