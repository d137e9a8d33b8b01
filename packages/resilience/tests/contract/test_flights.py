"""What every FlightStore does, in memory and on real servers."""

import asyncio

import pytest

from resilience.ports import Hit, Lead, SharedFailure, Wait

LEASE = 60.0


def make_hit(stand, payload=b"Bellis perennis", *, fresh=1_000.0, stale=100_000.0):
    """An answer that is fresh and stale for so many seconds from now."""
    now = stand.now()
    return Hit(payload, now + fresh, now + stale)


async def test_join_of_one_leads_and_of_others_waits(store):
    """One key, one bill (law 1): there is one leader, and who waits knows for how long at most."""
    assert await store.join("daisy", token="a", lease=LEASE) == Lead()
    waiting = await store.join("daisy", token="b", lease=LEASE)
    assert isinstance(waiting, Wait)
    assert 0 < waiting.seconds <= LEASE
    assert await store.join("rose", token="b", lease=LEASE) == Lead()


async def test_join_of_twenty_at_once_gives_one_lead(store):
    """However many come at the same moment, one is asked to call (law 1)."""
    joined = await asyncio.gather(*(store.join("daisy", token=str(n), lease=LEASE) for n in range(20)))
    assert sum(isinstance(outcome, Lead) for outcome in joined) == 1


async def test_join_again_with_the_same_token_leads_and_starts_the_lease_anew(stand):
    """A leader whose answer got lost on the way asks again and still leads."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    stand.pass_time(40)
    assert await stand.store.join("daisy", token="a", lease=LEASE) == Lead()
    stand.pass_time(40)
    assert isinstance(await stand.store.join("daisy", token="b", lease=LEASE), Wait)


async def test_join_after_the_lease_takes_over(stand):
    """A leader that died is followed at the end of its lease (law 1)."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    stand.pass_time(61)
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()
    assert isinstance(await stand.store.join("daisy", token="a", lease=LEASE), Wait)


async def test_renew_makes_the_lead_last(stand):
    """A call may take longer than a lease."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    stand.pass_time(40)
    assert await stand.store.renew({"daisy": "a"}, lease=LEASE) == []
    stand.pass_time(40)
    assert isinstance(await stand.store.join("daisy", token="b", lease=LEASE), Wait)


async def test_renew_names_the_leads_that_were_lost(stand):
    """A leader learns that somebody else leads, or nobody; its other leads last on."""
    for key in ("daisy", "rose", "oak"):
        await stand.store.join(key, token="a", lease=LEASE)
    await stand.store.leave("rose", token="a")
    await stand.store.join("rose", token="b", lease=LEASE)
    stand.pass_time(40)
    lost = await stand.store.renew({"daisy": "a", "rose": "a", "oak": "a", "elm": "a"}, lease=LEASE)
    assert list(lost) == ["rose", "elm"]
    stand.pass_time(40)
    assert isinstance(await stand.store.join("oak", token="b", lease=LEASE), Wait)


async def test_renew_of_nothing_loses_nothing(store):
    """A process that leads nothing may still ask."""
    assert await store.renew({}, lease=LEASE) == []


async def test_publish_gives_the_answer_to_everybody_and_ends_the_lead(stand):
    """The answer serves who waits and who comes later (law 1)."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    hit = make_hit(stand, bytes(range(256)))
    assert await stand.store.publish("daisy", token="a", hit=hit)
    assert await stand.store.join("daisy", token="b", lease=LEASE) == hit
    assert await stand.store.read("daisy") == hit
    await stand.store.forget(["daisy"])
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()


async def test_publish_after_the_lead_was_lost_keeps_the_answer_and_leaves_the_new_leader(stand):
    """A paid answer is never lost (law 4), and who leads now goes on leading."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    stand.pass_time(61)
    await stand.store.join("daisy", token="b", lease=LEASE)
    hit = make_hit(stand)
    assert not await stand.store.publish("daisy", token="a", hit=hit)
    assert await stand.store.read("daisy") == hit
    assert await stand.store.renew({"daisy": "b"}, lease=LEASE) == []


async def test_publish_of_an_answer_that_ends_earlier_leaves_the_newer(stand):
    """A late answer does not take the place of a newer one, but its lead ends."""
    newer, older = make_hit(stand, b"newer", fresh=-10), make_hit(stand, b"older", fresh=-20)
    await stand.store.publish("daisy", token="b", hit=newer)
    await stand.store.join("daisy", token="a", lease=LEASE)
    assert await stand.store.publish("daisy", token="a", hit=older)
    assert await stand.store.read("daisy") == newer
    assert await stand.store.join("daisy", token="c", lease=LEASE) == Lead()


async def test_publish_of_an_answer_that_ends_as_late_or_later_takes_its_place(stand):
    """The newest answer stands."""
    first = make_hit(stand, b"first")
    for hit in (first, Hit(b"second", first.fresh_until, first.stale_until), make_hit(stand, b"third", fresh=2_000)):
        await stand.store.publish("daisy", token="a", hit=hit)
        assert await stand.store.read("daisy") == hit


async def test_stale_answer_is_read_but_does_not_stop_a_new_one(stand):
    """Who may serve stale reads it; who joins gets a new one."""
    hit = make_hit(stand, fresh=-10)
    await stand.store.publish("daisy", token="a", hit=hit)
    assert await stand.store.read("daisy") == hit
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()


async def test_answer_grows_stale_and_ends_with_time(stand):
    """Fresh until fresh_until, readable until stale_until, then gone."""
    await stand.store.publish("daisy", token="a", hit=make_hit(stand, fresh=100, stale=1_000))
    stand.pass_time(50)
    assert isinstance(await stand.store.join("daisy", token="b", lease=LEASE), Hit)
    stand.pass_time(100)
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()
    assert (await stand.store.read("daisy")).payload == b"Bellis perennis"
    stand.pass_time(1_000)
    assert await stand.store.read("daisy") is None


async def test_publish_of_an_answer_that_is_over_keeps_nothing(stand):
    """What is past its end is no answer any more."""
    await stand.store.publish("daisy", token="a", hit=make_hit(stand, fresh=-200, stale=-100))
    assert await stand.store.read("daisy") is None


async def test_read_of_nothing_is_none(store):
    """No answer is not an answer."""
    assert await store.read("daisy") is None


async def test_failure_is_shared_with_everybody_and_ends_the_lead(stand):
    """48 waiters on a failing call are answered by one failure (law 5)."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    assert await stand.store.publish_failure("daisy", token="a", payload=b"down", ttl=60)
    for token in ("a", "b", "c"):
        assert await stand.store.join("daisy", token=token, lease=LEASE) == SharedFailure(b"down")
    assert await stand.store.renew({"daisy": "a"}, lease=LEASE) == ["daisy"]


async def test_failure_ends_and_the_next_leads(stand):
    """A failure is shared briefly, then somebody tries again."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    await stand.store.publish_failure("daisy", token="a", payload=b"down", ttl=60)
    stand.pass_time(61)
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()


async def test_failure_of_one_who_does_not_lead_is_not_shared(stand):
    """A late failure moves nothing (law 6)."""
    assert not await stand.store.publish_failure("daisy", token="a", payload=b"late", ttl=60)
    await stand.store.join("daisy", token="b", lease=LEASE)
    assert not await stand.store.publish_failure("daisy", token="a", payload=b"late", ttl=60)
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()


async def test_failure_beside_a_stale_answer_leaves_the_answer_readable(stand):
    """When the provider is down the stale answer is what there is."""
    hit = make_hit(stand, fresh=-10)
    await stand.store.publish("daisy", token="a", hit=hit)
    await stand.store.join("daisy", token="a", lease=LEASE)
    await stand.store.publish_failure("daisy", token="a", payload=b"down", ttl=60)
    assert await stand.store.join("daisy", token="b", lease=LEASE) == SharedFailure(b"down")
    assert await stand.store.read("daisy") == hit


async def test_publish_ends_a_shared_failure(stand):
    """A late answer is better than the error before it, also a stale one."""
    await stand.store.join("daisy", token="a", lease=LEASE)
    await stand.store.publish_failure("daisy", token="a", payload=b"down", ttl=60)
    await stand.store.publish("daisy", token="z", hit=make_hit(stand, fresh=-10))
    assert await stand.store.join("daisy", token="b", lease=LEASE) == Lead()


async def test_leave_lets_the_next_lead_at_once(store):
    """A leader that goes without an outcome costs nobody a lease."""
    await store.join("daisy", token="a", lease=LEASE)
    assert await store.leave("daisy", token="a")
    assert await store.join("daisy", token="b", lease=LEASE) == Lead()


async def test_leave_of_one_who_does_not_lead_changes_nothing(store):
    """Nobody ends another's lead."""
    assert not await store.leave("daisy", token="a")
    await store.join("daisy", token="b", lease=LEASE)
    assert not await store.leave("daisy", token="a")
    assert isinstance(await store.join("daisy", token="a", lease=LEASE), Wait)


async def test_forget_deletes_answers_and_failures_and_leaves_leads(stand):
    """What a user deletes is gone (law 12); a call under way is still one call."""
    store = stand.store
    await store.publish("daisy", token="a", hit=make_hit(stand))
    await store.join("rose", token="a", lease=LEASE)
    await store.publish_failure("rose", token="a", payload=b"down", ttl=60)
    await store.join("oak", token="a", lease=LEASE)
    await store.forget(["daisy", "rose", "oak", "never seen"])
    assert await store.read("daisy") is None
    assert await store.join("rose", token="b", lease=LEASE) == Lead()
    assert isinstance(await store.join("oak", token="b", lease=LEASE), Wait)
    await store.forget([])


@pytest.mark.parametrize("lease", [0, -1, 0.0001, float("nan")])
async def test_join_with_a_lease_below_a_millisecond_is_refused(store, lease):
    """A lease that is over before it begins is a mistake of the caller."""
    with pytest.raises(ValueError, match="lease must be"):
        await store.join("daisy", token="a", lease=lease)
    with pytest.raises(ValueError, match="lease must be"):
        await store.renew({"daisy": "a"}, lease=lease)


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), -1.0, 1.8e12])
async def test_publish_with_a_moment_that_is_none_is_refused(store, moment):
    """Milliseconds given for seconds would keep an answer for ever."""
    with pytest.raises(ValueError, match="_until must be seconds since 1970"):
        await store.publish("daisy", token="a", hit=Hit(b"", moment, moment))
    assert await store.read("daisy") is None
