"""One flight per key: who pays, who waits, and what happens to those who wait."""

import asyncio
import contextvars
import logging

import pytest

from resilience.cache import Archived, Fresh, Source
from resilience.deadline import Deadline
from resilience.errors import (
    CallAbandoned,
    CallRefused,
    DeadlinePassed,
    ProviderExhausted,
    ProviderUnavailable,
    StoreUnavailable,
)
from resilience.flight_config import FlightConfig
from resilience.ports import Hit, SystemClock
from resilience.renewer import Renewer
from resilience.store_breaker import StoreHealth

FAR = "another process"


async def test_get_many_callers_in_many_processes_pay_once(cluster):
    """48 callers in 6 processes cost one call, and all have its answer (law 1)."""
    cluster.provider.hold()
    asked = [cluster.get(answers) for answers in cluster.start(6) for _ in range(8)]
    await until(lambda: cluster.events.count("miss") == 48)
    cluster.provider.let_go()
    got = await asyncio.gather(*asked)
    assert cluster.provider.calls == 1
    assert {each.payload for each in got} == {b"answer 1"}
    assert sorted(each.source for each in got) == [Source.COLLAPSED] * 47 + [Source.FRESH]


async def test_get_different_keys_do_not_wait_for_each_other(cluster):
    """A slow call for one photo delays no other photo (law 3)."""
    (answers,) = cluster.start()
    cluster.provider.hold()
    slow = cluster.get(answers, "slow")
    await cluster.provider.called.wait()
    quick = await answers.get("quick", answer(b"quick"), deadline=cluster.deadline())
    assert quick.payload == b"quick"
    assert not slow.done()
    cluster.provider.let_go()
    assert (await slow).payload == b"answer 1"


async def test_get_callers_of_a_failing_call_share_one_failure(cluster):
    """48 waiters on a failing call are answered by one failure at once, each by an exception of its own (law 5)."""
    cluster.provider.hold()
    cluster.provider.fails = ProviderUnavailable("plant_id", "HTTP 503", charged=True, retry_after=7.0)
    asked = [cluster.get(answers) for answers in cluster.start(6) for _ in range(8)]
    await until(lambda: cluster.events.count("miss") == 48)
    cluster.provider.let_go()
    failures = await asyncio.gather(*asked, return_exceptions=True)
    assert cluster.provider.calls == 1
    assert {(type(each), str(each), each.charged) for each in failures} == {
        (ProviderUnavailable, "plant_id: HTTP 503", True)
    }
    assert all(each.retry_after == pytest.approx(7.0) for each in failures)
    assert len({id(each) for each in failures}) == 48


@pytest.mark.parametrize(("retry_after", "kept"), [(None, 1.5), (0.2, 1.5), (20.0, 20.0), (3_600.0, 60.0)])
async def test_get_failure_is_shared_as_long_as_the_provider_said(cluster, retry_after, kept):
    """A failure answers later callers for failure_ttl, or for Retry-After up to a minute; then somebody asks again."""
    one, other = cluster.start(2)
    cluster.provider.fails = ProviderExhausted("plantnet", "429", retry_after=retry_after)
    with pytest.raises(ProviderExhausted):
        await cluster.get(one)
    cluster.clock.advance(kept - 0.1)
    with pytest.raises(ProviderExhausted) as shared:
        await cluster.get(other)
    assert shared.value.retry_after == (
        None if retry_after is None else pytest.approx(max(0, retry_after - kept + 0.1))
    )
    assert cluster.provider.calls == 1
    cluster.clock.advance(0.2)
    cluster.provider.fails = None
    assert (await cluster.get(other)).source is Source.FRESH


async def test_get_call_refused_here_is_tried_by_the_next_process(cluster):
    """A refusal is of this process and this moment: its waiters share it, another process leads at once (law 5)."""
    one, other = cluster.start(2)
    cluster.provider.hold()
    refusal = CallRefused("plant_id", "in_flight", retry_after=1.0)
    refused = [asyncio.create_task(one.get("key", failing(cluster, refusal), deadline=cluster.deadline()))]
    await cluster.provider.called.wait()
    refused.append(cluster.get(one))
    ready = asyncio.Event()
    waiting = asyncio.create_task(other.get("key", answer(b"theirs", ready), deadline=cluster.deadline()))
    await until(lambda: cluster.events.count("miss") == 3 and "join" in cluster.roads[1].said)
    cluster.provider.let_go()
    outcomes = await asyncio.gather(*refused, return_exceptions=True)
    assert [(type(each), each.reason) for each in outcomes] == [(CallRefused, "in_flight")] * 2
    ready.set()
    assert (await waiting).source is Source.FRESH


async def test_get_unforeseen_error_is_itself_here_and_unavailable_elsewhere(cluster):
    """A bug in the call is raised as it is where it happened; others are told its class only (laws 5 and 13)."""
    one, other = cluster.start(2)
    cluster.provider.fails = KeyError("https://host/?api-key=secret")
    with pytest.raises(KeyError):
        await cluster.get(one)
    with pytest.raises(ProviderUnavailable, match="the call ended with KeyError") as shared:
        await cluster.get(other)
    assert "secret" not in str(shared.value)
    assert shared.value.charged
    assert cluster.provider.calls == 1


async def test_get_after_the_deadline_tells_so_and_the_call_goes_on(cluster):
    """A waiter whose time is over gets a clear answer, asks nobody, and the paid call serves the next (laws 3, 4)."""
    one, other = cluster.start(2)
    cluster.provider.hold()
    leader = cluster.get(one)
    await cluster.provider.called.wait()
    for answers in (one, other):
        with pytest.raises(DeadlinePassed):
            await cluster.get(answers, deadline=cluster.deadline(0.03))
    with pytest.raises(DeadlinePassed):
        await cluster.get(other, "untouched", deadline=cluster.deadline(0.0))
    cluster.provider.let_go()
    assert (await leader).source is Source.FRESH
    assert (await cluster.get(other)).payload == b"answer 1"
    assert cluster.provider.calls == 1


async def test_get_caller_cancelled_leaves_the_others_their_flight(cluster):
    """A client that hangs up takes nothing from those who wait with it, and its paid call is kept (law 4)."""
    (answers,) = cluster.start()
    cluster.provider.hold()
    first, second = cluster.get(answers), cluster.get(answers)
    await cluster.provider.called.wait()
    await until(lambda: cluster.events.count("miss") == 2)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    cluster.provider.let_go()
    assert (await second).source is Source.COLLAPSED
    assert cluster.provider.calls == 1


async def test_get_runs_the_call_with_nothing_of_the_request(cluster):
    """The call belongs to everybody who waits: it sees no context variable of the request that began it."""
    (answers,) = cluster.start()
    user = contextvars.ContextVar("user", default="nobody")
    user.set("somebody")

    async def ask() -> Fresh:
        return Fresh(user.get().encode())

    assert (await answers.get("key", ask, deadline=cluster.deadline())).payload == b"nobody"


async def test_get_leader_out_of_time_lets_its_waiters_ask_themselves(cluster):
    """The leader's deadline is its own: who joined its flight and has time left is not failed by it."""
    (answers,) = cluster.start()
    cluster.provider.hold()
    hasty = asyncio.create_task(
        answers.get("key", failing(cluster, DeadlinePassed("out of time")), deadline=cluster.deadline())
    )
    await cluster.provider.called.wait()
    patient = cluster.get(answers)
    await until(lambda: cluster.events.count("miss") == 2)
    cluster.provider.let_go()
    with pytest.raises(DeadlinePassed):
        await hasty
    assert (await patient).source is Source.FRESH


async def test_get_call_broken_off_inside_lets_its_waiters_ask_themselves(cluster):
    """A call that somebody cancels inside `ask` is not the cancellation of those who wait for it."""
    (answers,) = cluster.start()
    cluster.provider.hold()
    broken = asyncio.create_task(
        answers.get("key", failing(cluster, asyncio.CancelledError()), deadline=cluster.deadline())
    )
    await cluster.provider.called.wait()
    patient = cluster.get(answers)
    await until(lambda: cluster.events.count("miss") == 2)
    cluster.provider.let_go()
    with pytest.raises(CallAbandoned):
        await broken
    assert (await patient).source is Source.FRESH


async def test_close_gives_the_lead_to_the_next_process_at_once(cluster):
    """A process that stops leaves its lead: the next one leads without waiting for the lease."""
    one, other = cluster.start(2, recheck=60.0, lease=60.0)
    cluster.provider.hold()
    stopped = cluster.get(one)
    await cluster.provider.called.wait()
    waiting = cluster.get(other)
    await until(lambda: "Wait" in cluster.roads[1].heard)
    cluster.provider.called.clear()
    await one.close()
    with pytest.raises(CallAbandoned):
        await stopped
    await asyncio.wait_for(cluster.provider.called.wait(), 1.0)
    cluster.provider.let_go()
    assert (await waiting).source is Source.FRESH


async def test_close_with_grace_lets_paid_calls_land(cluster):
    """A graceful stop waits for what is paid; after it nothing new begins, and what is kept is still given."""
    (answers,) = cluster.start()
    cluster.provider.hold()
    asked = cluster.get(answers)
    await cluster.provider.called.wait()
    closing = asyncio.create_task(answers.close(grace=5.0))
    cluster.provider.let_go()
    await closing
    assert (await asked).source is Source.FRESH
    assert (await cluster.get(answers)).source is Source.L1
    with pytest.raises(CallAbandoned):
        await cluster.get(answers, "new")


async def test_get_leader_that_died_is_replaced_when_its_lease_ends(cluster):
    """A leader that dies costs at most one more call, and its lease of waiting (law 1)."""
    (answers,) = cluster.start()
    await cluster.store.join("key", token=FAR, lease=4.0)
    asked = cluster.get(answers)
    await until(lambda: cluster.roads[0].said.count("join") >= 2)
    assert cluster.provider.calls == 0
    cluster.clock.advance(4.0)
    assert (await asked).source is Source.FRESH
    assert cluster.provider.calls == 1


async def test_get_waits_no_longer_than_the_lease_for_a_dead_leader(cluster):
    """Who waits asks again right after the lease, not at the next re-check."""
    (answers,) = cluster.start(recheck=60.0)
    await cluster.store.join("key", token=FAR, lease=0.03)
    await heard_the_first_news()
    asked = cluster.get(answers)
    await until(lambda: "Wait" in cluster.roads[0].heard)
    cluster.clock.advance(0.04)
    assert (await asyncio.wait_for(asked, 2.0)).source is Source.FRESH


async def test_get_finds_what_a_dead_leader_had_paid_for(cluster):
    """An answer that was archived before its leader died is not paid for again (law 4)."""
    (answers,) = cluster.start()
    await cluster.store.join("key", token=FAR, lease=4.0)
    asked = cluster.get(answers)
    await until(lambda: cluster.roads[0].said.count("join") >= 2)
    cluster.archive.answers["key"] = Archived(b"paid", cluster.clock.wall())
    cluster.clock.advance(4.0)
    got = await asked
    assert (got.payload, got.source, cluster.provider.calls) == (b"paid", Source.ARCHIVE, 0)


async def test_get_with_all_news_lost_finds_the_answer_by_itself(cluster, caplog):
    """News is a hint: the re-check finds the answer, and counts that it had to; the mission's line tells of it."""
    caplog.set_level(logging.INFO, logger="resilience.flight")
    one, other = cluster.start(2)
    cluster.roads[1].silent = True
    cluster.provider.hold()
    leader = cluster.get(one)
    await cluster.provider.called.wait()
    waiting = cluster.get(other)
    await until(lambda: "join" in cluster.roads[1].said)
    cluster.provider.let_go()
    await leader
    assert (await waiting).source is Source.COLLAPSED
    assert "found_by_recheck" in cluster.events
    assert "[LOCK] Cache populated by another process" in caplog.messages


async def test_get_with_news_asks_the_store_no_more_than_needed(cluster):
    """A waiter is woken by news: read, join, and one join more, however long the call takes."""
    one, other = cluster.start(2, recheck=60.0, lease=60.0)
    await heard_the_first_news()
    cluster.provider.hold()
    leader = cluster.get(one)
    await cluster.provider.called.wait()
    waiting = cluster.get(other)
    await until(lambda: "Wait" in cluster.roads[1].heard)
    cluster.provider.let_go()
    await asyncio.gather(leader, waiting)
    assert cluster.roads[1].said == ["read", "join", "join"]


async def test_get_news_that_is_not_the_end_costs_one_more_look(cluster):
    """News that leaves the leader leading wakes who waits once; then they wait again, and do not spin."""
    (answers,) = cluster.start(recheck=60.0)
    await heard_the_first_news()
    await cluster.store.join("key", token=FAR, lease=60.0)
    asked = cluster.get(answers)
    await until(lambda: "Wait" in cluster.roads[0].heard)
    now = cluster.clock.wall()
    await cluster.store.publish("key", token="nobody", hit=Hit(b"old", now - 1.0, now + 1.0))
    await heard_the_first_news()
    assert cluster.roads[0].said == ["read", "join", "join"]
    await cluster.store.leave("key", token=FAR)
    assert (await asked).source is Source.FRESH


async def test_close_while_an_answer_is_told_lets_it_be_told(cluster):
    """A process that stops with the answer in its hand gives the lead away with the answer, not before it (law 4)."""
    one, other = cluster.start(2)
    cluster.archive.forgetful = True
    cluster.roads[0].slow = {"publish": 40}
    cluster.provider.hold()
    asked = cluster.get(one)
    await cluster.provider.called.wait()
    waiting = cluster.get(other)
    await until(lambda: "Wait" in cluster.roads[1].heard)
    cluster.provider.let_go()
    await until(lambda: "publish" in cluster.roads[0].said)
    await one.close()
    with pytest.raises(CallAbandoned):
        await asked
    assert (await waiting).source is Source.COLLAPSED
    assert cluster.provider.calls == 1


async def test_renewer_gives_back_a_lead_that_it_took_too_late(cluster):
    """A flight that ends while its lead is being taken again leaves none behind."""
    cluster.start()
    (road,) = cluster.roads
    renewer = Renewer(
        road, health=StoreHealth(cluster.clock), config=FlightConfig(lease=60.0), listener=cluster.events.append
    )
    renewer.add("key", "token")  # of which the store knows nothing
    renewing = asyncio.create_task(renewer.renew_all())
    await until(lambda: "join" in road.said)
    assert renewer.remove("key")
    await renewing
    assert cluster.is_free()
    await renewer.close()


async def test_renewals_keep_a_long_call_its_lead(cluster):
    """A call longer than its lease keeps the lead: all leads of a process are renewed by one call to the store."""
    (answers,) = cluster.start(lease=0.03)
    cluster.provider.hold()
    asked = [cluster.get(answers, key) for key in ("a", "b", "c")]
    await until(lambda: cluster.provider.calls == 3)
    await until(lambda: cluster.roads[0].said.count("renew") >= 2)
    cluster.clock.advance(0.02)
    rounds = cluster.roads[0].said.count("renew")
    await until(lambda: cluster.roads[0].said.count("renew") >= rounds + 2)
    cluster.clock.advance(0.02)
    assert not cluster.is_free("a")
    assert not cluster.is_free("c")
    cluster.provider.let_go()
    await asyncio.gather(*asked)
    assert "lead_lost" not in cluster.events


async def test_lost_lead_keeps_the_answer(cluster):
    """A leader that was stopped past its lease and wakes goes on: its paid answer is kept and told (law 4)."""
    one, other = cluster.start(2, lease=0.03, recheck=0.01)
    first, second = asyncio.Event(), asyncio.Event()
    stopped = asyncio.create_task(one.get("key", answer(b"first", first), deadline=cluster.deadline()))
    await until(lambda: one.leads == 1)
    cluster.roads[0].down = True  # it renews nothing while it is stopped
    cluster.clock.advance(1.0)
    successor = asyncio.create_task(other.get("key", answer(b"second", second), deadline=cluster.deadline()))
    await until(lambda: other.leads == 1)
    cluster.roads[0].down = False
    cluster.clock.advance(1.0)
    await cluster.store.join("key", token=FAR, lease=60.0)
    await until(lambda: "lead_lost" in cluster.events)
    first.set()
    assert (await stopped).payload == b"first"
    assert (await cluster.store.read("key")).payload.endswith(b"first")
    assert not cluster.is_free()  # the lead of somebody else stays theirs
    second.set()
    await successor


async def test_lost_lead_speaks_of_no_failure(cluster):
    """A failure of who leads no more is nobody else's (law 6)."""
    (answers,) = cluster.start(lease=0.03)
    cluster.provider.hold()
    cluster.provider.fails = ProviderUnavailable("plant_id", "timeout")
    asked = cluster.get(answers)
    await cluster.provider.called.wait()
    cluster.clock.advance(1.0)
    await cluster.store.join("key", token=FAR, lease=60.0)
    await until(lambda: "lead_lost" in cluster.events)
    assert answers.leads == 1
    another = cluster.get(answers, "another")
    rounds = cluster.roads[0].said.count("renew")
    await until(lambda: cluster.roads[0].said.count("renew") >= rounds + 2)
    assert cluster.events.count("lead_lost") == 1
    cluster.provider.let_go()
    for each in (asked, another):
        with pytest.raises(ProviderUnavailable):
            await each
    assert not cluster.is_free()
    cluster.clock.advance(60.0)
    assert cluster.is_free()


async def test_lead_that_the_store_forgot_is_taken_again(cluster):
    """A store that was emptied in the middle of a call causes no second one: the leader leads again (law 1)."""
    (answers,) = cluster.start(lease=0.03)
    cluster.provider.hold()
    asked = cluster.get(answers)
    await cluster.provider.called.wait()
    cluster.clock.advance(1.0)
    await until(lambda: "lead_regained" in cluster.events)
    assert not cluster.is_free()
    cluster.provider.let_go()
    assert (await asked).source is Source.FRESH
    assert cluster.is_free()


async def test_get_after_the_store_forgot_everything_is_served_by_the_archive(cluster):
    """A flushed store is refilled from the database: nothing paid is bought twice (law 4)."""
    one, other = cluster.start(2)
    await cluster.get(one)
    cluster.clock.advance(100.0)
    await cluster.store.forget(["key"])
    got = await cluster.get(other)
    assert (got.payload, got.source, got.age) == (b"answer 1", Source.ARCHIVE, pytest.approx(100.0))
    assert got.ttl == pytest.approx(86_300.0)
    assert (await cluster.get(other)).source is Source.L1
    assert await cluster.store.read("key") is not None
    assert cluster.provider.calls == 1


async def test_get_with_a_broken_archive_pays_for_nothing(cluster):
    """What could not be stored is not bought (law 4), the error shows no address, and the lead is given back."""
    (answers,) = cluster.start()
    cluster.archive.broken = True
    with pytest.raises(StoreUnavailable, match=r"^archive: OSError$"):
        await cluster.get(answers)
    assert cluster.provider.calls == 0
    assert cluster.is_free()


async def test_get_answer_of_no_life_still_serves_everybody_who_waits(cluster):
    """An answer too short-lived to keep still answers all who waited for it, in every process (law 5)."""
    cluster.provider.life = (0.0, 0.0)
    cluster.archive.forgetful = True
    cluster.provider.hold()
    asked = [cluster.get(answers) for answers in cluster.start(4)]
    await until(lambda: all("join" in road.said for road in cluster.roads))
    cluster.provider.let_go()
    assert {each.payload for each in await asyncio.gather(*asked)} == {b"answer 1"}
    cluster.clock.advance(1.0)
    assert (await cluster.get(cluster.processes[0])).payload == b"answer 2"


@pytest.mark.parametrize("limits", [{"lease": 0.0}, {"recheck": -1.0}, {"l1_bytes": -1}, {"fresh": float("inf")}])
def test_config_with_an_impossible_limit_stops_the_start_by_its_name(limits):
    """A wrong setting is named as the operator set it."""
    with pytest.raises(ValueError, match=f"CACHE_{next(iter(limits)).upper()} must be"):
        FlightConfig(**limits)


def answer(payload, ready=None):
    """A call that brings `payload`, once `ready` is set."""

    async def ask() -> Fresh:
        if ready is not None:
            await ready.wait()
        return Fresh(payload)

    return ask


def failing(cluster, error):
    """A call that raises `error` once the provider lets go."""

    async def ask() -> Fresh:
        cluster.provider.called.set()
        await cluster.provider.free.wait()
        raise error

    return ask


async def heard_the_first_news():
    """Return when every process has heard what was told until now; the first news is "look for yourself"."""
    for _ in range(20):
        await asyncio.sleep(0)


async def until(condition, *, seconds=5.0):
    """Wait for something that comes by itself; fail when it does not."""
    deadline = Deadline.after(seconds, SystemClock())
    while not condition():
        assert deadline.remaining() > 0, "it did not come"
        await asyncio.sleep(0)
