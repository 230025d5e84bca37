"""Waiting inside Redis: each bell reaches one worker, and none is lost when the wait changes or ends."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from jobs import strands
from jobs.model import Strand
from jobs.resources import Resources
from jobs.watch import Watch

HERE, THERE = Strand("default", "here"), Strand("heavy", "there")


@pytest.fixture
async def redis(res: Resources) -> AsyncIterator[Redis]:
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as client:
        yield client


async def members(redis: Redis, strand: Strand) -> list[bytes]:
    held: list[bytes] = await redis.zrange(strands.key(strand), 0, -1)
    return held


async def test_a_bell_wakes_one_of_those_who_wait(res: Resources, redis: Redis) -> None:
    wakes = [asyncio.Event() for _ in range(3)]
    watches = [res.bell.watch(wake) for wake in wakes]
    for watch in watches:
        await watch.over(frozenset({HERE, THERE}))
    await asyncio.sleep(0.05)
    await redis.zadd(strands.key(THERE), {"job:0": 7})
    await asyncio.wait([asyncio.create_task(wake.wait()) for wake in wakes], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0.05)
    caught = [caught for watch in watches if (caught := watch.take()) is not None]
    assert [(one.strand, one.member) for one in caught] == [(THERE, b"job:0")]
    for watch in watches:
        await watch.close()
    assert await members(redis, THERE) == []


async def test_what_was_caught_and_not_taken_goes_back_where_it_was(res: Resources, redis: Redis) -> None:
    wake = asyncio.Event()
    watch = res.bell.watch(wake)
    await watch.over(frozenset({HERE}))
    await redis.zadd(strands.key(HERE), {"job:0": -1234567890.0})
    await asyncio.wait_for(wake.wait(), 5)
    await watch.close()
    assert await redis.zrange(strands.key(HERE), 0, -1, withscores=True) == [(b"job:0", -1234567890.0)]


async def test_no_bell_is_lost_while_the_watch_changes(res: Resources, redis: Redis) -> None:
    """Bells come at any moment of a change from one set of strands to another."""
    chance, watch, caught, rung = random.Random(7), res.bell.watch(asyncio.Event()), [], 300

    def take() -> None:
        if (one := watch.take()) is not None:
            caught.append(one.member)

    async def ring() -> None:
        for number in range(rung):
            await redis.zadd(strands.key(chance.choice((HERE, THERE))), {f"job:{number}": number})
            await asyncio.sleep(chance.choice((0, 0, 0.0005)))

    ringing = asyncio.create_task(ring())
    while not ringing.done():
        await watch.over(chance.choice((frozenset({HERE}), frozenset({THERE}), frozenset({HERE, THERE}))))
        await asyncio.sleep(chance.choice((0, 0.0005)))
        take()
    await ringing
    await watch.close()
    left = await members(redis, HERE) + await members(redis, THERE)
    assert sorted(caught + left) == sorted(f"job:{number}".encode() for number in range(rung))
    assert len(caught) > 10


async def test_a_wait_ends_with_redis_and_can_begin_again(res: Resources, redis: Redis) -> None:
    wake = asyncio.Event()
    watch: Watch = res.bell.watch(wake)
    await watch.over(frozenset({HERE}))
    await asyncio.sleep(0.05)
    await redis.client_kill_filter(_type="normal", skipme=True)
    await redis.zadd(strands.key(HERE), {"job:0": 1})
    await asyncio.wait_for(wake.wait(), 5)
    if (caught := watch.take()) is None:  # the wait had ended instead of connecting again
        wake.clear()
        await watch.over(frozenset({HERE}))
        await asyncio.wait_for(wake.wait(), 5)
        caught = watch.take()
    assert caught is not None
    await watch.close()
