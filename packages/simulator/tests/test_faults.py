import random

import pytest

from plant_simulator import Fault, Latency
from plant_simulator.faults import KINDS, FaultBook, find_card_fault, read_fault


def test_fault_kinds_that_spoil_an_answer_are_billed():
    """A spoiled answer is an answer: the work was done."""
    assert all(kind.billed for kind in KINDS.values() if kind.spoils)


@pytest.mark.parametrize("name", KINDS)
def test_fault_of_each_kind_can_be_made_with_its_defaults(name):
    """Nothing has to be given but the name."""
    fault = Fault(name=name)
    assert (fault.times, fault.billed, fault.params.keys()) == (1, KINDS[name].billed, KINDS[name].parameters.keys())


@pytest.mark.parametrize(
    "given",
    [
        {"name": "earthquake"},
        {"name": None},
        {"name": ["error_500"]},
        {"name": "error_500", "provider": "google"},
        {"name": "error_500", "times": 0},
        {"name": "error_500", "times": True},
        {"name": "error_500", "times": "3"},
        {"name": "error_500", "calls": "paid"},
        {"name": "error_500", "skip": -1},
        {"name": "error_500", "share": 1.5},
        {"name": "error_500", "share": "half"},
        {"name": "error_500", "billed": "yes"},
        {"name": "error_500", "params": {"seconds": 1}},
        {"name": "error_500", "params": {"retry_after": -1}},
        {"name": "error_500", "params": {"retry_after": True}},
        {"name": "error_500", "params": [1]},
        {"name": "error_500", "colour": "red"},
        {"name": "status", "params": {"code": 200}},
        {"name": "status", "params": {"code": 404.5}},
        {"name": "truncated_json", "billed": False},
        {"name": "wrong_content_type", "params": {"content_type": 1}},
        {"name": "huge_body", "params": {"bytes": 0}},
        {"name": "latency", "params": {"distribution": "normal"}},
        {"name": "latency", "params": {"distribution": "uniform", "low": 2, "high": 1}},
        {"name": "latency", "params": {"seconds": float("inf")}},
        "error_500",
        {},
    ],
)
def test_fault_that_cannot_be_is_refused_with_a_reason(given):
    """A mistyped fault never passes for a working one."""
    with pytest.raises(ValueError, match=r"\w"):
        read_fault(given)


def test_fault_from_json_may_be_called_fault_or_name():
    """Both words are understood, and a number given back by the list is ignored."""
    assert read_fault({"fault": "hang"}).name == read_fault({"name": "hang", "number": 7}).name == "hang"


@pytest.mark.parametrize(
    ("short", "name", "param", "value"),
    [("latency_5s", "latency", "seconds", 5), ("throttled_429_retry_after", "throttled_429", "retry_after", 60)],
)
def test_short_names_stand_for_a_fault_with_parameters(short, name, param, value):
    """Cards carry one word; it may mean a parameter, too."""
    fault = find_card_fault(short)
    assert (fault.name, fault.params[param]) == (name, value)


@pytest.mark.parametrize("card", [None, "", "healthy", "unheard of"])
def test_cards_without_a_fault_bring_none(card):
    """Cards that only decide what is seen are no faults."""
    assert find_card_fault(card) is None


def test_take_counts_down_and_forgets():
    """`times` calls, then no more."""
    book = FaultBook()
    book.add(Fault(name="hang", times=2))
    taken = [book.take("plant_id", identify=True) is not None for _ in range(3)]
    assert (taken, book.pending()) == ([True, True, False], [])


def test_take_by_chance_is_the_same_with_the_same_seed():
    """`share` strikes a part of the calls, repeatably."""

    def run(seed):
        book = FaultBook(seed)
        book.add(Fault(name="hang", times=None, share=0.3))
        return [book.take("plantnet", identify=True) is not None for _ in range(200)]

    assert run(1) == run(1) != run(2)
    assert 30 < sum(run(1)) < 90


def test_clear_takes_back_one_or_all():
    """By number, or everything."""
    book = FaultBook()
    first, second = book.add(Fault(name="hang")), book.add(Fault(name="error_500"))
    assert (book.clear(first.number), book.pending()) == (1, [second])
    assert (book.clear(), book.pending()) == (1, [])


def test_latency_samples_stay_in_their_distribution():
    """Fixed, between two numbers, or around a median; the same with the same seed."""
    uniform = Latency(distribution="uniform", low=0.3, high=1.0)
    tail = Latency(distribution="lognormal", median=2.0, sigma=0.5)
    chance = random.Random(7)
    between, around = [uniform.sample(chance) for _ in range(500)], sorted(tail.sample(chance) for _ in range(500))
    assert Latency(seconds=0.5).sample(chance) == 0.5
    assert 0.3 <= min(between) < 0.35
    assert 0.95 < max(between) <= 1.0
    assert 1.7 < around[250] < 2.3
    assert [tail.sample(random.Random(3)) for _ in range(2)] == [tail.sample(random.Random(3)) for _ in range(2)]


@pytest.mark.parametrize("given", ["1", True, {"seconds": -1}, {"seconds": "1"}, {"speed": 1}, {"sigma": float("nan")}])
def test_latency_that_cannot_be_is_refused(given):
    """Numbers of seconds, not below nothing."""
    with pytest.raises(ValueError, match="latenc"):
        Latency.from_json(given)
