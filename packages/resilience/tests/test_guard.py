"""The guard: admit, call, settle, for one provider in the whole cluster.

Long on purpose: each test is one way in which a call can end, on the same few helpers.
"""

import asyncio
from collections import Counter

import pytest

from resilience import gate
from resilience.cell import SharedState
from resilience.circuit import State
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.errors import (
    CallRefused,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderUnavailable,
    StoreUnavailable,
)
from resilience.guard import KEY_REFUSED_PAUSE, Bill, Called, Degraded, Guard, Outcome
from resilience.ports import Swap
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore
from resilience.testing import FakeClock

CIRCUIT = CircuitConfig(fail_max=3, reset_timeout=60.0, success_threshold=2, jitter=0.0)
DAY = "day:2026-01-01"


class Account:
    """A ledger in memory: the same promises as the one in the database."""

    def __init__(self):
        self.entries, self.periods, self.hold = {}, {}, None

    async def reserve(self, provider, token, *, cost, limits):
        del provider
        if self.hold is not None:
            await self.hold.wait()
        for period, limit in limits.items():
            if self.taken(period) + cost > limit:
                return period
        self.entries[token], self.periods[token] = cost, set(limits)
        return None

    async def settle(self, provider, token, *, cost):
        del provider
        if token in self.entries:
            self.entries[token] = cost

    async def counts(self, provider):
        del provider
        return {DAY: self.taken(DAY)} if self.entries else {}

    def taken(self, period):
        return sum(cost for token, cost in self.entries.items() if period in self.periods[token])


class Events:
    """What the listener heard."""

    def __init__(self):
        self.transitions, self.refusals, self.calls = [], [], []

    def transition(self, provider, change):
        self.transitions.append((provider, change.was, change.now))

    def refused(self, provider, refusal):
        self.refusals.append((provider, refusal.reason))

    def called(self, provider, call):
        self.calls.append((provider, call))


class FlakyStore:
    """A store that can be taken away."""

    def __init__(self, store):
        self.store, self.away, self.calls = store, False, Counter()

    def __getattr__(self, verb):
        async def ask(*args, **kwargs):
            self.calls[verb] += 1
            if self.away:
                raise StoreUnavailable(verb)
            return await getattr(self.store, verb)(*args, **kwargs)

        return ask


class Cluster:
    """Processes that share a store, a ledger and a clock."""

    def __init__(self, **limits):
        self.clock = FakeClock()
        self.store, self.ledger, self.events = FlakyStore(MemoryStore(self.clock)), Account(), Events()
        self.config = GateConfig(circuit=CIRCUIT, **limits)

    def process(self, **more):
        """The guard of one more process."""
        health = StoreHealth(self.clock)
        state = SharedState("plant_id", self.store, health, self.clock, counts=lambda: self.ledger.counts("plant_id"))
        return Guard("plant_id", self.config, state, ledger=self.ledger, listener=self.events, clock=self.clock, **more)

    async def state(self):
        """What the store holds."""
        return gate.read((await self.store.store.load("plant_id")).value) or gate.GateState()


@pytest.fixture
def cluster():
    """One with room."""
    return Cluster(max_in_flight=16, quotas=(QuotaConfig(window="day", limit=100, kept_back=0.1),))


async def answer():
    """A call that is answered."""
    return "monstera"


def failing(error):
    """A call that fails."""

    async def fail():
        raise error

    return fail


DOWN = ProviderUnavailable("plant_id", "503", charged=False)


async def ask(guard, work=answer, *, cost=1.0, remaining=None, **more):
    """One call through the guard."""
    return await guard.call(work, cost=cost, bill=lambda _result: Bill(cost, remaining), **more)


async def fail(guard, error=DOWN):
    """One failing call through the guard."""
    with pytest.raises(type(error)):
        await ask(guard, failing(error))


async def test_call_answered_is_charged_in_gate_and_ledger(cluster):
    """What a call cost stands in the cell and in the ledger; nothing stays reserved (law 2)."""
    assert await ask(cluster.process(), cost=2.0) == "monstera"
    state = await cluster.state()
    assert (dict(state.used), dict(state.reservations)) == ({DAY: 2.0}, {})
    assert cluster.ledger.taken(DAY) == 2.0


async def test_call_is_told_to_the_listener_with_how_it_ended_how_long_it_took_and_what_it_is_charged(cluster):
    """Counters need no look into the rules: an answered call, a failing one, a cancelled one; a refused one is none."""
    guard, begun = cluster.process(), asyncio.Event()

    async def slow_answer():
        cluster.clock.advance(2.5)

    async def hang():
        begun.set()
        await asyncio.Event().wait()

    await ask(guard, slow_answer, cost=2.0)
    await fail(guard, ProviderKeyRefused("plant_id", "401"))
    with pytest.raises(CallRefused):
        await ask(guard)
    await guard.reset()
    hanging = asyncio.create_task(ask(guard, hang))
    await begun.wait()
    hanging.cancel()
    await asyncio.wait({hanging})
    assert cluster.events.calls == [
        ("plant_id", Called(outcome=Outcome.OK, seconds=2.5, charge=2.0)),
        ("plant_id", Called(outcome=Outcome.KEY_REFUSED, seconds=0.0, charge=0.0, detail="401")),
        ("plant_id", Called(outcome=Outcome.BROKEN_OFF, seconds=0.0, charge=1.0)),
    ]


async def test_call_failures_in_two_processes_open_one_circuit(cluster):
    """fail_max counts for the whole cluster, and the transition is told once (law 6)."""
    one, two = cluster.process(), cluster.process()
    await fail(one)
    await fail(two)
    await fail(one)
    assert cluster.events.transitions == [("plant_id", State.CLOSED, State.OPEN)]
    calls = []
    with pytest.raises(CallRefused) as refused:
        await ask(two, lambda: calls.append(1))
    assert calls == []
    assert refused.value.reason == "circuit_open"
    assert refused.value.retry_after == pytest.approx(60.0)


async def test_call_at_the_end_of_the_wait_one_probe_goes_in_the_cluster(cluster):
    """Of twelve processes one probes, the others are refused at once; two successes close (law 6)."""
    first = cluster.process()
    for _ in range(3):
        await fail(first)
    cluster.clock.advance(61)
    let_go, probing = asyncio.Event(), []

    async def probe():
        probing.append(1)
        await let_go.wait()

    asked = [asyncio.create_task(ask(cluster.process(), probe)) for _ in range(12)]
    while sum(task.done() for task in asked) < 11:  # bounded by the test's own time-out
        await asyncio.sleep(0)
    assert len(probing) == 1
    let_go.set()
    await asyncio.gather(*asked, return_exceptions=True)
    await ask(cluster.process())
    assert (await cluster.state()).circuit.state is State.CLOSED


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (ProviderExhausted("plant_id", "429", retry_after=30.0), 30.0),
        (ProviderExhausted("plant_id", "429"), 60.0),
        (ProviderKeyRefused("plant_id", "401"), KEY_REFUSED_PAUSE),
    ],
)
async def test_call_refused_by_the_provider_pauses_and_opens_nothing(cluster, error, pause):
    """429 and 401 are no outage: calls pause until a known moment, the circuit stays closed (law 7)."""
    guard = cluster.process()
    await fail(guard, error)
    with pytest.raises(CallRefused) as refused:
        await ask(cluster.process())
    assert (refused.value.reason, refused.value.retry_after) == ("paused", pytest.approx(pause))
    assert cluster.ledger.taken(DAY) == 0.0
    cluster.clock.advance(pause + 1)
    assert await ask(guard) == "monstera"
    assert cluster.events.transitions == []


async def test_call_our_own_bad_requests_open_nothing(cluster):
    """A bug of ours says nothing of the provider (law 7)."""
    guard = cluster.process()
    for _ in range(10):
        await fail(guard, ProviderRejected("plant_id", "400"))
    assert await ask(guard) == "monstera"


async def test_call_timeout_that_may_be_billed_stays_charged(cluster):
    """What may have been billed counts as used, what surely was not is given back (law 2)."""
    guard = cluster.process()
    await fail(guard, ProviderUnavailable("plant_id", "timeout", charged=True))
    await fail(guard, ProviderUnavailable("plant_id", "refused", charged=False))
    assert cluster.ledger.taken(DAY) == 1.0
    assert (await cluster.state()).used == {DAY: 1.0}


async def test_call_past_the_quota_is_refused_and_the_last_tenth_is_kept_for_people(cluster):
    """Batch calls stop at nine tenths, people at the limit, nobody goes past it (law 2)."""
    guard = cluster.process()
    for _ in range(90):
        await ask(guard, interactive=False)
    with pytest.raises(CallRefused, match="quota"):
        await ask(guard, interactive=False)
    for _ in range(10):
        await ask(guard)
    with pytest.raises(CallRefused) as refused:
        await ask(guard)
    assert (refused.value.reason, refused.value.detail) == ("quota", "day")
    assert refused.value.retry_after == pytest.approx(86_400)
    assert cluster.ledger.taken(DAY) == 100.0


async def test_call_ledger_has_the_last_word_and_the_gate_gets_its_place_back(cluster):
    """A flushed cell does not let a call past the quota: the ledger refuses, and nothing stays reserved (law 2)."""
    cluster.ledger.entries, cluster.ledger.periods = {"earlier": 100.0}, {"earlier": {DAY}}
    guard = cluster.process()
    guard.state._counts = dict_of_nothing
    with pytest.raises(CallRefused, match="quota"):
        await ask(guard)
    assert dict((await cluster.state()).reservations) == {}


async def dict_of_nothing():
    """A ledger that could not be counted."""
    return {}


async def test_call_provider_counts_more_than_we_is_believed(cluster):
    """The larger count holds, ours or theirs: somebody else may use the same key (law 2)."""
    cluster.clock.advance(3_600)  # right after midnight their count may be yesterday's
    guard = cluster.process()
    await ask(guard, remaining=5.0)
    assert (await cluster.state()).used[DAY] == pytest.approx(95.0)


async def test_call_cell_flushed_is_rebuilt_from_the_ledger(cluster):
    """A store that lost everything does not lose the count (law 2)."""
    guard = cluster.process()
    for _ in range(60):
        await ask(guard)
    cluster.store.store = MemoryStore(cluster.clock)
    await ask(guard)
    assert (await cluster.state()).used[DAY] >= 61.0


@pytest.mark.parametrize("others", [0, 15])
async def test_call_cancelled_anywhere_leaves_nothing_reserved(cluster, others):
    """Cancelled at any await, a call leaves no reservation in the gate and no task (law 4, law 6)."""
    for step in range(30):
        guard = cluster.process()
        neighbours = [asyncio.create_task(ask(guard)) for _ in range(others)]
        task = asyncio.create_task(ask(guard, lambda: asyncio.sleep(0, "monstera")))
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, *neighbours, return_exceptions=True)
        await settled(guard)
        assert dict((await cluster.state()).reservations) == {}, f"cancelled at step {step}"
        assert cluster.ledger.taken(DAY) in {others, others + 1}, f"cancelled at step {step}"
        cluster.ledger.entries.clear()
        cluster.store.store = MemoryStore(cluster.clock)


async def settled(guard):
    """Return once the guard has nothing left to do."""
    async with asyncio.timeout(5):
        while guard.settling or guard.state.busy:
            await asyncio.sleep(0)


async def test_call_hundred_at_once_go_in_few_swaps_and_hold_nothing(cluster):
    """Calls of one process share their swaps, and none waits for another's end (law 3)."""
    cluster.config = GateConfig(circuit=CIRCUIT, max_in_flight=1000)
    guard, running, most, let_go = cluster.process(), set(), 0, asyncio.Event()

    async def work(number):
        nonlocal most
        running.add(number)
        most = max(most, len(running))
        if len(running) == 100:
            let_go.set()
        await let_go.wait()
        return number

    async with asyncio.timeout(10):
        results = await asyncio.gather(*(ask(guard, lambda n=n: work(n)) for n in range(100)))
    assert results == list(range(100))
    assert most == 100
    assert cluster.store.calls["swap"] < 60


async def test_call_too_many_at_once_are_refused(cluster):
    """The bulkhead bounds what an outage can swallow."""
    cluster.config = GateConfig(circuit=CIRCUIT, max_in_flight=2)
    let_go, guard = asyncio.Event(), cluster.process()
    busy = [asyncio.create_task(ask(guard, let_go.wait)) for _ in range(2)]
    while len((await cluster.state()).reservations) < 2:  # bounded by the test's own time-out
        await asyncio.sleep(0)
    with pytest.raises(CallRefused, match="in_flight"):
        await ask(cluster.process())
    let_go.set()
    await asyncio.gather(*busy)


async def test_call_store_away_goes_on_with_a_small_allowance_and_merges_on_return(cluster):
    """Without the store a process spends a share of what was free; on return the counts are merged (law 8)."""
    guard = cluster.process(degraded=Degraded(processes=2, share=0.1))
    for _ in range(20):
        await ask(guard)
    cluster.store.away = True
    outcomes = [await outcome(ask(guard)) for _ in range(20)]
    assert outcomes.count("monstera") == 4  # a tenth of the 80 that were free, for two processes
    assert set(outcomes[4:]) == {"quota"}
    assert guard.state.alone
    cluster.store.away = False
    cluster.clock.advance(2)
    await ask(guard)
    assert not guard.state.alone
    assert (await cluster.state()).used[DAY] == pytest.approx(25.0)


async def outcome(call):
    """What a call returns, or the reason for which it was refused."""
    try:
        return await call
    except CallRefused as refused:
        return refused.reason


async def test_call_store_away_asks_it_once_a_second_not_once_a_call(cluster):
    """A dead store is tried now and then; it does not slow down every call (law 8)."""
    guard = cluster.process()
    await ask(guard)
    cluster.store.away = True
    before = sum(cluster.store.calls.values())
    for _ in range(8):
        await outcome(ask(guard))
    assert sum(cluster.store.calls.values()) - before == 1


async def test_call_store_goes_in_the_middle_the_report_still_counts_once(cluster):
    """A store that goes between admission and report costs at most one over-counted call, never one under (law 2)."""
    guard = cluster.process()

    async def work():
        cluster.store.away = True
        return "monstera"

    assert await ask(guard, work) == "monstera"
    cluster.store.away = False
    cluster.clock.advance(2)
    await ask(guard)
    state = await cluster.state()
    assert 2.0 <= gate.taken(state)[DAY] <= 3.0
    assert cluster.ledger.taken(DAY) == 2.0


async def test_call_reported_while_the_store_is_away_gives_its_place_back_on_return(cluster):
    """Calls let out by the store and ended without it hold no place in the bulkhead afterwards (law 8)."""
    guard = cluster.process()
    let_go = asyncio.Event()
    busy = [asyncio.create_task(ask(guard, let_go.wait)) for _ in range(16)]
    while len((await cluster.state()).reservations) < 16:  # bounded by the test's own time-out
        await asyncio.sleep(0)
    cluster.store.away = True
    let_go.set()
    await asyncio.gather(*busy)
    cluster.store.away = False
    cluster.clock.advance(2)
    assert await ask(guard) == "monstera"
    state = await cluster.state()
    assert (dict(state.reservations), state.used) == ({}, {DAY: 17.0})


async def test_call_alone_is_not_shut_out_by_calls_of_others(cluster):
    """A process by itself cannot hear of the others' calls ending: they count as used, and hold no place (law 8)."""
    other, guard, let_go = cluster.process(), cluster.process(), asyncio.Event()
    await ask(guard)
    busy = [asyncio.create_task(ask(other, let_go.wait)) for _ in range(16)]
    while len((await cluster.state()).reservations) < 16:  # bounded by the test's own time-out
        await asyncio.sleep(0)
    with pytest.raises(CallRefused, match="in_flight"):
        await ask(guard)
    cluster.store.away = True
    assert await ask(guard) == "monstera"
    cluster.store.away = False
    let_go.set()
    await asyncio.gather(*busy)


async def test_order_forced_open_holds_in_every_process_until_reset(cluster):
    """An operator's order is for the cluster, and outlives the state."""
    one, two = cluster.process(), cluster.process()
    await ask(two)
    await one.order(gate.Override.FORCED_OPEN)
    with pytest.raises(CallRefused, match="forced_open"):
        await ask(two)
    await two.reset()
    assert await ask(one) == "monstera"


async def test_call_unreadable_cell_counts_as_absent(cluster):
    """Bytes that are no state, or of a newer version, are rebuilt from the ledger; never a crash."""
    cell = await cluster.store.store.load("plant_id")
    swap = await cluster.store.store.swap("plant_id", version=cell.version, value=b"\xc1 newer", ttl=60.0)
    assert isinstance(swap, Swap)
    assert await ask(cluster.process()) == "monstera"
    assert (await cluster.state()).used == {DAY: 1.0}


async def test_find_refusal_of_an_open_circuit_takes_and_tells_nothing(cluster):
    """Whoever only wants to know whether it is worth the work moves no state and counts no refusal (law 6)."""
    guard = cluster.process()
    for _ in range(CIRCUIT.fail_max):
        with pytest.raises(ProviderUnavailable):
            await guard.call(fail_with(ProviderUnavailable("plant_id", "HTTP 503")), cost=1.0, bill=lambda _: Bill(1.0))
    before = await cluster.state()
    refusal = await guard.find_refusal(cost=1.0)
    assert (refusal.reason, refusal.retry_after) == (gate.Reason.CIRCUIT_OPEN, CIRCUIT.reset_timeout)
    assert await cluster.state() == before
    assert cluster.events.refusals == []
    cluster.clock.advance(CIRCUIT.reset_timeout)
    assert await guard.find_refusal(cost=1.0) is None
    assert await cluster.state() == before


async def test_find_refusal_of_a_full_house_is_none(cluster):
    """Too many at once passes while one waits in line: no reason to turn anybody away."""
    guard, hold = cluster.process(), asyncio.Event()
    calls = [asyncio.create_task(guard.call(hold.wait, cost=1.0, bill=lambda _: Bill(1.0))) for _ in range(16)]
    while len((await cluster.state()).reservations) < 16:
        await asyncio.sleep(0)
    assert await guard.find_refusal(cost=1.0) is None
    hold.set()
    await asyncio.gather(*calls)


async def test_find_refusal_of_a_used_up_quota_names_it(cluster):
    """The last tenth is only for people who wait; for others the day ends earlier (law 2)."""
    guard = cluster.process()
    cluster.ledger.entries["other"], cluster.ledger.periods["other"] = 95.0, {DAY}
    await guard.reconcile()
    assert (await guard.find_refusal(cost=1.0, interactive=False)).detail == "day"
    assert await guard.find_refusal(cost=1.0) is None


def fail_with(error):
    """Work that raises `error`."""

    async def work():
        raise error

    return work
