"""The limits: what is wrong is told by the name of its setting, when it is set."""

import math

import pytest

from resilience.config import CircuitConfig, GateConfig, QuotaConfig

WRONG_NUMBERS = [0, -1, math.nan, math.inf, -math.inf, True, None, "3"]
CIRCUIT_FIELDS = [
    "fail_max",
    "reset_timeout",
    "success_threshold",
    "window",
    "minimum_calls",
    "failure_rate",
    "slow_seconds",
    "slow_rate",
    "reset_timeout_max",
    "max_probes",
    "probe_lease",
    "half_open_max",
]


@pytest.mark.parametrize("value", WRONG_NUMBERS)
@pytest.mark.parametrize("field", CIRCUIT_FIELDS)
def test_circuit_config_number_that_cannot_work_stops_with_its_name(field, value):
    """Zero, negative, no number and not finite are refused for every limit, by the name the operator knows."""
    with pytest.raises(ValueError, match=rf"^PLANT_ID_CIRCUIT_{field.upper()} must be .*, not "):
        CircuitConfig(**{field: value}, setting="PLANT_ID_CIRCUIT")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fail_max", 2.5),
        ("success_threshold", 1.5),
        ("minimum_calls", 0.5),
        ("max_probes", 1.1),
        ("failure_rate", 1.01),
        ("failure_rate", 50),
        ("slow_rate", 80),
        ("jitter", 1),
        ("jitter", -0.1),
        ("jitter", math.nan),
        ("jitter", False),
        ("window", 0.9),
        ("window", 3_601),
        ("reset_timeout", 86_401),
        ("probe_lease", 86_401),
    ],
)
def test_circuit_config_number_out_of_range_stops_with_its_name(field, value):
    """A rate above 100 %, half a call, or a wait of more than a day is a mistake."""
    with pytest.raises(ValueError, match=rf"^CIRCUIT_{field.upper()} must be "):
        CircuitConfig(**{field: value})


def test_circuit_config_lease_longer_than_probing_stops():
    """A probe that outlives the time for probing could never be replaced."""
    with pytest.raises(ValueError, match=r"^X_PROBE_LEASE must not be above X_HALF_OPEN_MAX$"):
        CircuitConfig(probe_lease=121, half_open_max=120, setting="X")
    assert CircuitConfig(probe_lease=120, half_open_max=120).probe_lease == 120


def test_circuit_config_longest_wait_below_first_wait_stops():
    """Waits grow from the first to the longest, so the longest is not below the first."""
    with pytest.raises(ValueError, match=r"^X_RESET_TIMEOUT_MAX must not be below X_RESET_TIMEOUT$"):
        CircuitConfig(reset_timeout=61, reset_timeout_max=60, setting="X")
    assert CircuitConfig(reset_timeout=60, reset_timeout_max=60).reset_timeout_max == 60


def test_circuit_config_edges_of_the_ranges_are_accepted():
    """The bounds themselves are allowed: one failure opens, every call must fail, no jitter."""
    config = CircuitConfig(fail_max=1, success_threshold=1, failure_rate=1, slow_rate=1, jitter=0, window=1)
    assert (config.fail_max, config.failure_rate, config.jitter, config.window) == (1, 1, 0, 1)
    assert CircuitConfig(window=3_600, reset_timeout_max=86_400).window == 3_600


@pytest.mark.parametrize("limit", [-1, math.nan, math.inf, True, None, "500"])
def test_quota_config_wrong_limit_stops_with_its_name(limit):
    """The limit is told by the setting's own name, without an ending."""
    with pytest.raises(ValueError, match=r"^PLANTNET_DAILY_QUOTA must be a number, 0 or more, not "):
        QuotaConfig(window="day", limit=limit, setting="PLANTNET_DAILY_QUOTA")


@pytest.mark.parametrize("kept_back", [-0.1, 1, math.nan, True])
def test_quota_config_wrong_share_kept_back_stops_with_its_name(kept_back):
    """Something must be left for those who wait less: less than all is kept back."""
    with pytest.raises(ValueError, match=r"^QUOTA_KEPT_BACK must be a share, from 0 to below 1, not "):
        QuotaConfig(window="day", limit=1, kept_back=kept_back)


def test_quota_config_unknown_window_stops():
    """Only windows whose periods we can name are counted."""
    with pytest.raises(ValueError, match=r"^QUOTA_WINDOW must be one of day, month, total, not 'week'$"):
        QuotaConfig(window="week", limit=1)


def test_quota_config_limit_of_nothing_is_accepted():
    """A limit of 0 turns a provider off."""
    assert QuotaConfig(window="total", limit=0).limit == 0


@pytest.mark.parametrize("value", WRONG_NUMBERS)
@pytest.mark.parametrize("field", ["max_in_flight", "reservation"])
def test_gate_config_number_that_cannot_work_stops_with_its_name(field, value):
    """Without a place nothing goes, without an end nothing heals."""
    with pytest.raises(ValueError, match=rf"^PLANT_ID_{field.upper()} must be "):
        GateConfig(circuit=CircuitConfig(), **{field: value}, setting="PLANT_ID")


def test_gate_config_two_quotas_for_one_window_stops():
    """Two counts of one day share a name, so each call would be counted twice (law 2)."""
    quotas = (
        QuotaConfig(window="day", limit=1),
        QuotaConfig(window="month", limit=9),
        QuotaConfig(window="day", limit=2),
    )
    with pytest.raises(ValueError, match=r"^PROVIDER: two quotas for one window"):
        GateConfig(circuit=CircuitConfig(), quotas=quotas)
    assert GateConfig(circuit=CircuitConfig(), quotas=quotas[:2]).quotas == quotas[:2]
