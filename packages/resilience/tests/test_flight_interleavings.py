"""Flights cut at every step, and in random order: never two calls at once for one key, nothing left behind."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.answers import Got
from resilience.cache import Archived, Fresh
from resilience.errors import CallAbandoned, ProviderUnavailable

STEPS = 20  # turns of the loop; a caller whose flight meets nobody is answered after 16, its last traces go by 18
MAYBE_FAILED = (Got, ProviderUnavailable)


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("fails", [False, True], ids=["ok", "failure"])
async def test_caller_cancelled_at_any_step_leaves_nothing(cluster, step, fails):
    """Whenever a client hangs up, its flight ends as if it had stayed: one call, no lead left (laws 1 and 4)."""
    one, other = cluster.start(2, lease=60.0)
    cluster.provider.fails = ProviderUnavailable("plant_id", "HTTP 503") if fails else None
    caller = cluster.get(one)
    await turns(step)
    caller.cancel()
    (outcome,) = await asyncio.gather(cluster.get(other), return_exceptions=True)
    assert isinstance(outcome, ProviderUnavailable if fails else Got)
    await ended(cluster)
    assert cluster.provider.calls == 1
    assert cluster.is_free()


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("fails", [False, True], ids=["ok", "failure"])
async def test_process_stopped_at_any_step_leaves_nothing(cluster, step, fails):
    """Whenever a process stops: its lead is free at once, its caller is told, the next process answers (law 1)."""
    one, other = cluster.start(2, lease=60.0, recheck=60.0)
    cluster.provider.fails = ProviderUnavailable("plant_id", "HTTP 503") if fails else None
    caller = cluster.get(one)
    await turns(step)
    await one.close()
    assert cluster.is_free()
    mine, theirs = await asyncio.gather(caller, cluster.get(other), return_exceptions=True)
    assert isinstance(mine, (*MAYBE_FAILED, CallAbandoned))
    assert isinstance(theirs, ProviderUnavailable if fails else Got)
    assert cluster.provider.calls <= 2
    assert cluster.provider.most_at_once == 1


@pytest.mark.parametrize("step", range(STEPS))
async def test_waiting_process_stopped_at_any_step_takes_nothing_from_the_leader(cluster, step):
    """A process that only waits leaves the leader's lead alone when it stops."""
    one, other = cluster.start(2, lease=60.0)
    cluster.provider.hold()
    leader = cluster.get(one)
    await cluster.provider.called.wait()
    waiting = cluster.get(other)
    await turns(step)
    await other.close()
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], CallAbandoned)
    assert not cluster.is_free()
    cluster.provider.let_go()
    assert (await leader).payload == b"answer 1"


class Switchboard:
    """A provider whose calls end one by one, when and how the test says."""

    def __init__(self, cluster) -> None:
        self.cluster = cluster
        self.open: list[tuple[str, asyncio.Future[bool]]] = []
        self.at_once: dict[str, int] = {}
        self.most_at_once, self.paid = 0, 0

    def ask(self, key):
        async def call() -> Fresh:
            ending = asyncio.get_running_loop().create_future()
            self.open.append((key, ending))
            self.at_once[key] = self.at_once.get(key, 0) + 1
            self.most_at_once = max(self.most_at_once, self.at_once[key])
            try:
                fine = await ending
            finally:
                self.at_once[key] -= 1
                self.open = [each for each in self.open if each[1] is not ending]
            if not fine:
                provider = "plant_id"
                raise ProviderUnavailable(provider, "HTTP 503")
            self.paid += 1
            self.cluster.archive.answers[key] = Archived(b"paid", self.cluster.clock.wall())
            return Fresh(b"paid")

        return call

    def end_one(self, number, *, fine):
        waiting = [ending for _, ending in self.open if not ending.done()]
        if waiting:
            waiting[number % len(waiting)].set_result(fine)


NUMBERS = st.integers(0, 11)
ACTIONS = st.one_of(
    st.tuples(st.just("get"), NUMBERS),
    st.tuples(st.just("get"), NUMBERS),
    st.tuples(st.just("hang_up"), NUMBERS),
    st.tuples(st.just("answer"), NUMBERS),
    st.tuples(st.just("fail"), NUMBERS),
    st.tuples(st.just("restart"), NUMBERS),
    st.tuples(st.just("flush"), NUMBERS),
    st.tuples(st.just("time"), NUMBERS),
    st.tuples(st.just("silence"), NUMBERS),
)


@settings(max_examples=150, deadline=None)
@given(script=st.lists(st.tuples(ACTIONS, st.integers(0, 9)), max_size=30))
def test_any_order_of_events_never_pays_twice_at_once(new_cluster, script):
    """Callers, hang-ups, failures, restarts, flushed answers, lost news in any order: one call per key at a time, no
    answer paid for twice, everybody told, nothing left (laws 1, 4 and 5).
    """  # noqa: D205 - one sentence
    asyncio.run(play(new_cluster(), script))


async def play(cluster, script):
    """Run the script, then let everything end, and look."""
    board = Switchboard(cluster)
    processes = cluster.start(3, lease=60.0, recheck=0.002)
    asked = []
    for (action, number), pause in script:
        answers, key = processes[number % 3], f"key {number % 2}"
        match action:
            case "get":
                call = answers.get(key, board.ask(key), deadline=cluster.deadline(30.0))
                asked.append(asyncio.create_task(call))
            case "hang_up" if asked:
                asked[number % len(asked)].cancel()
            case "answer" | "fail":
                board.end_one(number, fine=action == "answer")
            case "restart":
                await answers.close()
                (processes[number % 3],) = cluster.start(1, lease=60.0, recheck=0.002)
            case "flush":
                await cluster.store.forget([key])
            case "time":
                cluster.clock.advance(number / 4)
            case "silence":
                cluster.roads[number % len(cluster.roads)].silent = True
        await turns(pause)
    while any(answers.flights for answers in processes) or not all(task.done() for task in asked):
        board.end_one(0, fine=True)
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    await cluster.close()
    assert board.most_at_once <= 1
    assert board.paid <= 2  # once for each key: the archive remembers
    assert all(isinstance(each, (*MAYBE_FAILED, CallAbandoned, asyncio.CancelledError)) for each in outcomes)
    assert cluster.is_free("key 0")
    assert cluster.is_free("key 1")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def turns(number):
    """Let everybody else have `number` turns of the event loop."""
    for _ in range(number):
        await asyncio.sleep(0)


async def ended(cluster):
    """Return when no flight is under way."""
    while any(answers.flights for answers in cluster.processes):
        await asyncio.sleep(0)
