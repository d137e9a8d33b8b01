"""The gate's bytes in the shared store: small, read back the same, and never a reason to fail."""

import math
import uuid

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.circuit import Circuit, State, Verdict
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.gate import FORMAT, GateState, Report, Reservation, decide, encode, read, replace, settle

NOW = 1_800_000_000.123456
CONFIG = GateConfig(
    circuit=CircuitConfig(fail_max=10**6, minimum_calls=10**6),
    quotas=tuple(QuotaConfig(window=window, limit=10**6) for window in ("day", "month", "total")),
)


def full_state():
    """Sixteen calls under way, a full window, three periods, a pause: as large as a cell grows by default."""
    state, now = GateState(pause_reason="the daily limit is used up"), NOW
    for call in range(60):
        if len(state.reservations) == 16:
            done, reserved = next(iter(state.reservations.items()))
            ending = Report(token=done, epoch=reserved.epoch, verdict=Verdict.FAILURE, slow=True)
            state, _ = settle(state, CONFIG, ending, now=now, jitter=0.0)
        token = uuid.UUID(int=2**127 + call).hex
        state, _, _ = decide(state, CONFIG, token=token, cost=1.0, interactive=True, now=now, jitter=0.0)
        now += 1.25
    return state


FULL = encode(full_state())


def test_encode_state_with_sixteen_calls_is_below_four_kilobytes():
    """A default cell is small enough to be swapped whole; a window of two minutes costs twelve buckets at most."""
    state = full_state()
    assert (len(state.reservations), len(state.used)) == (16, 3)
    assert 1 < len(state.circuit.window) <= 12
    assert len(encode(state)) < 4_000


def test_read_encoded_state_is_the_same():
    """What is written is what is read."""
    state = full_state()
    assert read(encode(state)) == state
    assert read(encode(GateState())) == GateState()


def test_read_state_of_another_format_is_none():
    """A cell of another version is treated as absent, not misread."""
    assert read(encode(replace(GateState(), format=FORMAT + 1))) is None
    assert read(encode(replace(GateState(), format=0))) is None


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_read_truncated_state_is_none(cut):
    """Half a cell is none."""
    value = encode(full_state())
    assert read(value[:cut]) is None
    assert read(value + b"\x00") is None


ABSURD = [
    GateState(paused_until=math.nan),
    GateState(paused_until=math.inf),
    GateState(paused_until=-1.0),
    GateState(paused_until=1e12),
    GateState(pause=math.nan),
    GateState(seen=math.inf),
    GateState(late=-1),
    GateState(used={"total": math.nan}),
    GateState(used={"total": -1.0}),
    GateState(used={"total": math.inf}),
    GateState(reservations={"t": Reservation(math.nan, 1.0, 1)}),
    GateState(reservations={"t": Reservation(1.0, math.nan, 1)}),
    GateState(reservations={"t": Reservation(1.0, -1.0, 1)}),
    GateState(reservations={"t": Reservation(1.0, 1.0, -1)}),
    GateState(circuit=Circuit(until=math.nan)),
    GateState(circuit=Circuit(wait=1e9)),
    GateState(circuit=Circuit(epoch=2**63)),
    GateState(circuit=Circuit(streak=-3)),
    GateState(circuit=Circuit(probes=(("t", math.nan),))),
]


@pytest.mark.parametrize("state", ABSURD, ids=repr)
def test_read_absurd_number_is_none(state):
    """A time that is none, a count below zero, an epoch that cannot grow: whoever wrote it, it is not believed."""
    assert read(encode(state)) is None


@pytest.mark.parametrize(
    "value",
    [
        {"circuit": {"state": "ajar"}},
        {"circuit": 5},
        {"used": {"total": "many"}},
        {"used": {"total": True}},
        {"reservations": {"t": [1.0]}},
        {"late": 1.5},
        [1, 2],
        None,
    ],
    ids=repr,
)
def test_read_wrong_types_is_none(value):
    """Something else under the same key is no state."""
    value = {"format": FORMAT, **value} if isinstance(value, dict) else value
    assert read(msgspec.msgpack.encode(value)) is None


@pytest.mark.parametrize(
    "value",
    [
        b"\x81\xa1z" + b"\x91" * 100_000 + b"\x01",  # nested too deep
        b"\x81\xa4used\x81\xa1\xff\x01",  # a name that is not UTF-8
        b"\x81\xa4used\xdf\xff\xff\xff\xff",  # a map that says it has 4 billion entries
        b"\x81\xa7circuit\x81\xa6probes\xdd\xff\xff\xff\xff",  # the same, a list
        b"\xc1",
    ],
    ids=["deep", "utf-8", "map", "list", "unused"],
)
def test_read_hostile_bytes_is_none(value):
    """Bytes made to break a reader are only no state."""
    assert read(value) is None


@settings(deadline=None)  # as below
@given(st.binary(max_size=400))
def test_read_any_bytes_never_raises(value):
    """Whatever the store holds, a start is possible."""
    state = read(value)
    assert state is None or read(encode(state)) == state


@settings(deadline=None)  # a busy machine is no failure
@given(data=st.data())
def test_read_damaged_state_never_raises_and_is_a_state_or_none(data):
    """A few wrong bytes in a true cell: none, or a state that can be asked and written again."""
    value = bytearray(FULL)
    for _ in range(data.draw(st.integers(1, 4))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    state = read(bytes(value))
    if state is not None:
        after, _, _ = decide(state, CONFIG, token="t", cost=1.0, interactive=True, now=NOW, jitter=0.0)
        assert read(encode(after)) == after


def test_encode_counts_at_their_bounds_can_be_read_again():
    """The largest count and the largest call together are still a state."""
    state = GateState(used={"total": 1e15}, reservations={"t": Reservation(NOW, 1e12, 1, ("total",))})
    after, _, _ = decide(read(encode(state)), CONFIG, token="u", cost=0.0, interactive=True, now=NOW, jitter=0.0)
    assert after.used == {"total": 1e15}
    assert read(encode(after)) == after


def test_read_open_state_far_ahead_waits_no_longer_than_its_round():
    """A moment in the far future that can be read still ends: the wait of its round is the longest."""
    circuit = Circuit(state=State.OPEN, epoch=5, since=NOW + 9e8, until=NOW + 9e8 + 60, wait=60.0)
    state = read(encode(GateState(circuit=circuit, seen=NOW + 9e8)))
    _, refusal, _ = decide(state, CONFIG, token="t", cost=1.0, interactive=True, now=NOW, jitter=0.0)
    assert refusal.retry_after == pytest.approx(60.0, abs=1e-6)
