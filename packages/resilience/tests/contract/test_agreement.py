"""Any sequence of verbs gives the same replies in memory and on a real server."""

import asyncio

import hypothesis.strategies as st
import pytest
import redis
from hypothesis import HealthCheck, given, settings

from resilience.ports import Cell, Hit, Swap, Wait
from resilience.stores.redis import RedisStore

KEYS = st.sampled_from(["a", "b"])
TOKENS = st.sampled_from(["x", "y", "z"])
VALUES = st.binary(max_size=3)
SPANS = st.sampled_from([103.0, 1_003.0])  # seconds of leases and lives; no sum of steps ends together with one
STEPS = st.sampled_from([30.0, 170.0, 1_130.0])
MOMENTS = st.sampled_from([-497.0, 553.0, 2_053.0])  # seconds from now that an answer is fresh

VERBS = st.one_of(
    st.tuples(st.just("load"), KEYS),
    st.tuples(st.just("swap"), KEYS, st.sampled_from(["held", "held", "old", "none"]), VALUES, SPANS),
    st.tuples(st.just("order"), KEYS, st.sampled_from(["", "disabled"]), SPANS | st.none()),
    st.tuples(st.just("read"), KEYS),
    st.tuples(st.just("join"), KEYS, TOKENS, SPANS),
    st.tuples(st.just("renew"), st.dictionaries(KEYS, TOKENS), SPANS),
    st.tuples(st.just("publish"), KEYS, TOKENS, VALUES, MOMENTS, MOMENTS),
    st.tuples(st.just("publish_failure"), KEYS, TOKENS, VALUES, SPANS),
    st.tuples(st.just("leave"), KEYS, TOKENS),
    st.tuples(st.just("forget"), st.lists(KEYS)),
    st.tuples(st.just("pass_time"), STEPS),
)


class Player:
    """Plays verbs on one stand; replies come without what two stores cannot share: versions and exact times."""

    def __init__(self, stand) -> None:
        self._stand, self._versions = stand, {}

    async def play(self, verb, *args):
        return await getattr(self, f"_{verb}")(*args)

    async def _load(self, key):
        return self._plain(await self._stand.store.load(key), key)

    async def _swap(self, key, which, value, ttl):
        seen = self._versions.get(key, [0])
        version = {"held": seen[-1], "old": seen[0], "none": 0}[which]
        swapped = await self._stand.store.swap(key, version=version, value=value, ttl=ttl)
        return Swap(done=swapped.done, cell=self._plain(swapped.cell, key))

    def _plain(self, cell, key):
        """The cell with its version as the how-manieth this key has had."""
        assert cell.now == pytest.approx(self._stand.now(), abs=5)
        seen = self._versions.setdefault(key, [0])
        if cell.version not in seen:
            assert cell.version > max(seen)
            seen.append(cell.version)
        elif cell.version == 0:
            seen.remove(0)
            seen.append(0)
        return Cell(version=len(seen) if cell.version else 0, value=cell.value, now=0, override=cell.override)

    async def _order(self, key, override, ttl):
        await self._stand.store.order(key, override, ttl=ttl)

    async def _read(self, key):
        return self._rough(await self._stand.store.read(key))

    async def _join(self, key, token, lease):
        return self._rough(await self._stand.store.join(key, token=token, lease=lease))

    async def _renew(self, tokens, lease):
        return list(await self._stand.store.renew(tokens, lease=lease))

    async def _publish(self, key, token, payload, fresh, longer):
        hit = Hit(payload, self._stand.now() + fresh, self._stand.now() + max(fresh, longer))
        return await self._stand.store.publish(key, token=token, hit=hit)

    async def _publish_failure(self, key, token, payload, ttl):
        return await self._stand.store.publish_failure(key, token=token, payload=payload, ttl=ttl)

    async def _leave(self, key, token):
        return await self._stand.store.leave(key, token=token)

    async def _forget(self, keys):
        await self._stand.store.forget(keys)

    async def _pass_time(self, seconds):
        self._stand.pass_time(seconds)

    def _rough(self, outcome):
        """The outcome with its times in steps of ten seconds from now: the real server's clock goes on meanwhile."""
        match outcome:
            case Wait(seconds):
                return Wait(round(seconds, -1))
            case Hit(payload, fresh, stale):
                return Hit(payload, round(fresh - self._stand.now(), -1), round(stale - self._stand.now(), -1))
        return outcome


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(VERBS, max_size=30))
def test_memory_and_redis_reply_alike(valkey, stands, verbs):
    """Degraded mode and one-process mode follow the same rules as the shared store (law 8)."""
    memory_stand, redis_stand = stands

    async def play_both():
        with redis.Redis(port=valkey.port) as client:
            client.flushall()
            store = RedisStore.from_url(valkey.url, total=3.0)
            memory, shared = Player(memory_stand()), Player(redis_stand(store, [client]))
            for verb in verbs:
                assert await shared.play(*verb) == await memory.play(*verb), verb
            await store.close()

    asyncio.run(play_both())
