"""Which limits hold for whom."""

from apps.plant_identification.throttles import Caller, api_limits, identify_limits, name_of


def told(caller):
    """Limits as (name, amount, key)."""
    return [(name_of(each), each.amount, each.key) for each in identify_limits(caller)]


def of_key(rate):
    """Somebody with an API key of this rate."""
    return Caller("user:7", signed_in=True, key="key:k", rate=rate)


def test_identify_limits_of_an_account_are_counted_by_account():
    """On all devices together, with the mission's numbers."""
    assert told(Caller("user:7", signed_in=True)) == [
        ("identify-burst", 20, "user:7:identify-burst"),
        ("identify", 100, "user:7:identify"),
    ]


def test_identify_limits_of_a_key_hold_beside_those_of_its_account():
    """Twenty keys are no twenty allowances."""
    assert told(of_key("10/hour")) == [
        ("identify-burst", 20, "user:7:identify-burst"),
        ("identify", 100, "user:7:identify"),
        ("identify-key", 10, "key:k:identify-key"),
    ]


def test_identify_limits_of_a_key_above_its_account_hold_in_its_place():
    """An operator may give an integrator more."""
    expected = [("identify-burst", 20, "key:k:identify-burst"), ("identify-key", 10, "key:k:identify-key")]
    assert told(of_key("10/minute")) == expected


def test_limits_of_one_request_are_in_one_group():
    """So that they are decided together, on one node of a cluster."""
    assert of_key("10/hour").group == "user:7"
    assert Caller("address:x", signed_in=False).group == Caller("address:y", signed_in=False).group
    assert [name_of(each) for each in api_limits(of_key("10/hour"))] == ["api"]
