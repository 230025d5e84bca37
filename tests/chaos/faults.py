"""What can go wrong: each fault with its drawn arguments, and a schedule that a seed makes again."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg
import psutil
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jobs.model import Strand
from jobs.strands import key, member
from tests.chaos.fleet import APIS, LEASE_S, WORKERS, Fleet, kill_everything
from tests.chaos.proxy import MODES
from tests.chaos.sabotage import POINTS

LONGER_THAN_LEASE_S = LEASE_S + 2.0
POINT_S = 10.0
"""How long an armed point waits for a process to come by."""
MISSED = ("nobody", "another fault", "skipped")
"""How the note of a fault begins that hit nothing."""
IN_THE_WAY = (
    OSError, TimeoutError, psutil.Error, RedisError,
    asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError,
)  # fmt: skip
OUR_BACKENDS = "application_name = 'turnspit' AND pid <> pg_backend_pid()"

Act = Callable[..., Awaitable[str | None]]


@dataclass
class Fault:
    """One fault of a schedule; `at_s` counts from the start of the load. The rest is what became of it."""

    at_s: float
    name: str
    args: dict[str, Any] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value}" for name, value in self.args.items())
        return f"{self.at_s:7.1f} s  {self.name} {shown}".rstrip()


def schedule(seed: int, gap_s: float, span_s: float, names: Iterable[str]) -> list[Fault]:
    """Decks of these faults, each shuffled, about `gap_s` apart, until `span_s` is full; one deck at least."""
    chance = random.Random(f"faults {seed}")
    deck = sorted(names)
    planned: list[Fault] = []
    at_s = 1.0
    while at_s < span_s or len(planned) < len(deck):
        if len(planned) % len(deck) == 0:
            chance.shuffle(deck)
        name = deck[len(planned) % len(deck)]
        _, draw = FAULTS[name]
        planned.append(Fault(round(at_s, 2), name, draw(chance)))
        at_s += chance.uniform(0.3, 1.7) * gap_s
    return planned


async def inflict(fleet: Fleet, planned: list[Fault], told: Callable[[str], None]) -> None:
    """All of a schedule, each at its time; those that last overlap with others."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for fault in planned:
            await asyncio.sleep(max(0.0, began + fault.at_s - time.monotonic()))
            group.create_task(_inflict(fleet, fault, told))


async def _inflict(fleet: Fleet, fault: Fault, told: Callable[[str], None]) -> None:
    act, _ = FAULTS[fault.name]
    fault.began = time.time()
    try:
        fault.note = await act(fleet, **fault.args) or ""
    except IN_THE_WAY as error:
        fault.note = f"another fault was in the way ({type(error).__name__})"
    fault.ended = time.time()
    told(f"{fault}{' ' * bool(fault.note)}{fault.note}")


def plain(fault: Fault) -> dict[str, Any]:
    return asdict(fault)


def _kill(pid: int | None) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def kill_worker(fleet: Fleet, n: int) -> None:
    _kill(fleet.worker_pid(n))


async def kill_guard(fleet: Fleet, n: int) -> None:
    _kill(fleet.workers[n].part.pid)


async def kill_both(fleet: Fleet, n: int) -> None:
    for pid in (fleet.workers[n].part.pid, fleet.worker_pid(n)):
        _kill(pid)


async def kill_host(fleet: Fleet, n: int) -> str:
    children = fleet.children(n)
    for child in children:
        _kill(child.pid)
    return f"{len(children)} killed"


async def kill_api(fleet: Fleet, n: int) -> None:
    fleet.apis[n].part.kill()


async def kill_stack(fleet: Fleet) -> None:
    kill_everything(fleet)


async def drain_worker(fleet: Fleet, n: int) -> None:
    fleet.workers[n].part.kill(signal.SIGTERM)


async def _freeze(processes: list[psutil.Process], seconds: float) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.suspend()
    try:
        await asyncio.sleep(seconds)
    finally:
        for process in processes:
            with suppress(psutil.Error):
                process.resume()


def _process(pid: int | None) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [psutil.Process(pid)] if pid is not None else []
    return []


async def freeze_worker(fleet: Fleet, n: int, seconds: float) -> None:
    await _freeze(_process(fleet.worker_pid(n)), seconds)


async def freeze_guard(fleet: Fleet, n: int, seconds: float) -> None:
    await _freeze(_process(fleet.workers[n].part.pid), seconds)


async def freeze_both(fleet: Fleet, n: int, seconds: float) -> None:
    await _freeze(_process(fleet.workers[n].part.pid) + _process(fleet.worker_pid(n)), seconds)


async def freeze_api(fleet: Fleet, n: int, seconds: float) -> None:
    await _freeze(_process(fleet.apis[n].part.pid), seconds)


async def freeze_redis(fleet: Fleet, seconds: float) -> None:
    await _freeze(_process(fleet.redis.pid), seconds)


async def freeze_postgres(fleet: Fleet, seconds: float) -> None:
    master = _process(fleet.postgres.pid)
    await _freeze(master + [child for process in master for child in process.children()], seconds)


async def flushall(fleet: Fleet) -> None:
    async with asyncio.timeout(5), Redis.from_url(fleet.redis.url) as redis:
        await redis.flushall()


async def restart_redis(fleet: Fleet) -> None:
    fleet.redis.kill()


async def restart_postgres(fleet: Fleet) -> None:
    """What `pg_ctl stop -m immediate` does; the stack starts it again."""
    fleet.postgres.kill(signal.SIGQUIT)


async def crash_backend(fleet: Fleet) -> None:
    """A backend that is killed hard makes Postgres end all of them and recover."""
    pid = await _ask_postgres(fleet, f"SELECT pid FROM pg_stat_activity WHERE {OUR_BACKENDS} LIMIT 1")
    _kill(pid)


async def _ask_postgres(fleet: Fleet, sql: str) -> Any:
    conn = await asyncpg.connect(fleet.postgres.url, timeout=5)
    try:
        return await conn.fetchval(sql, timeout=5)
    finally:
        conn.terminate()


async def end_backends(fleet: Fleet, share: float) -> str:
    sql = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {OUR_BACKENDS}"
    return f"{await _ask_postgres(fleet, f'{sql} AND random() < {share}')} ended"


async def cancel_statements(fleet: Fleet) -> str:
    """Whatever runs for half a second: a statement of ours may be ended at any moment."""
    sql = f"SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE {OUR_BACKENDS} AND state = 'active'"
    count = 0
    for _ in range(10):
        count += await _ask_postgres(fleet, sql)
        await asyncio.sleep(0.05)
    return f"{count} canceled"


async def lock_jobs(fleet: Fleet, seconds: float) -> None:
    """Somebody's migration or dump holds the table."""
    conn = await asyncpg.connect(fleet.postgres.url, timeout=5)
    try:
        async with conn.transaction():
            await conn.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE", timeout=10)
            await asyncio.sleep(seconds)
    finally:
        conn.terminate()


async def exhaust_postgres(fleet: Fleet, seconds: float) -> str:
    """Somebody takes every connection, those of our processes too."""
    taken: list[asyncpg.Connection] = []
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            try:
                taken.append(await asyncpg.connect(fleet.postgres.url, timeout=5))
            except asyncpg.TooManyConnectionsError:
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, IndexError):
                    await taken[0].execute(
                        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OUR_BACKENDS}", timeout=2
                    )
                await asyncio.sleep(0.02)
    finally:
        for conn in taken:
            conn.terminate()
    return f"{len(taken)} taken"


async def exhaust_redis(fleet: Fleet, seconds: float) -> None:
    async with (
        asyncio.timeout(seconds + 5),
        Redis.from_url(fleet.redis.url, single_connection_client=True) as redis,
    ):
        before = (await redis.config_get("maxclients"))["maxclients"]
        await redis.config_set("maxclients", 1)
        try:
            for kind in ("normal", "pubsub"):
                await redis.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
            await asyncio.sleep(seconds)
        finally:
            await redis.config_set("maxclients", before)


async def ring_twice(fleet: Fleet) -> str:
    """Bells for jobs in any state, for attempts that are over, that run and that never were."""
    conn = await asyncpg.connect(fleet.postgres.url, timeout=5)
    try:
        rows = await conn.fetch(
            "SELECT id, attempt, queue, kind, score FROM jobs ORDER BY random() LIMIT 500", timeout=5
        )
    finally:
        conn.terminate()
    async with asyncio.timeout(5), Redis.from_url(fleet.redis.url) as redis:
        for row in rows:
            bells = {member(row["id"], row["attempt"] + off): row["score"] + off for off in (-1, 0, 1)}
            await redis.zadd(key(Strand(row["queue"], row["kind"])), bells)
    return f"{3 * len(rows)} rung"


async def fill_disk(fleet: Fleet, disk: str, seconds: float) -> str | None:
    if disk not in fleet.disks:
        return "skipped: only root may mount a small disk"
    fleet.disks[disk].fill()
    try:
        await asyncio.sleep(seconds)
    finally:
        fleet.disks[disk].relieve()
    return None


async def break_link(fleet: Fleet, server: str, mode: str, seconds: float, site: int | None) -> None:
    sites = fleet.sites if site is None else [fleet.sites[site]]
    links = [one.links[server] for one in sites]
    for link in links:
        link.break_(mode)
    try:
        await asyncio.sleep(seconds)
    finally:
        for link in links:
            link.heal()


async def crash_at(fleet: Fleet, point: str, n: int | None = None) -> str:
    """The next process that comes by dies there; with `n` that worker is killed first, so that one has to."""
    if n is not None:
        await kill_both(fleet, n)
    arm = fleet.arms / point
    arm.touch()
    until = time.monotonic() + POINT_S
    while arm.exists():
        if time.monotonic() > until:
            arm.unlink(missing_ok=True)
            return "nobody came by"
        await asyncio.sleep(0.05)
    return "died there"


Draw = Callable[[random.Random], dict[str, Any]]


def _none(_: random.Random) -> dict[str, Any]:
    return {}


def _worker(chance: random.Random) -> dict[str, Any]:
    return {"n": chance.randrange(WORKERS)}


def _api(chance: random.Random) -> dict[str, Any]:
    return {"n": chance.randrange(APIS)}


def _long(chance: random.Random) -> dict[str, Any]:
    return {"n": chance.randrange(WORKERS), "seconds": LONGER_THAN_LEASE_S}


def _for(low: float, high: float) -> Draw:
    return lambda chance: {"seconds": round(chance.uniform(low, high), 1)}


def _link(server: str, mode: str) -> Draw:
    def draw(chance: random.Random) -> dict[str, Any]:
        site = chance.choice((None, *range(APIS + WORKERS)))
        return {"server": server, "mode": mode, "seconds": round(chance.uniform(1, 8), 1), "site": site}

    return draw


def _disk(name: str) -> Draw:
    return lambda chance: {"disk": name, "seconds": round(chance.uniform(1, 4), 1)}


def _point(name: str) -> Draw:
    if "orphans" in name:
        return lambda chance: {"point": name} | _worker(chance)
    return lambda _: {"point": name}


FAULTS: dict[str, tuple[Act, Draw]] = {
    "kill worker": (kill_worker, _worker),
    "kill guard": (kill_guard, _worker),
    "kill guard and worker": (kill_both, _worker),
    "kill host": (kill_host, _worker),
    "kill api": (kill_api, _api),
    "kill everything": (kill_stack, _none),
    "drain worker": (drain_worker, _worker),
    "freeze worker": (freeze_worker, _long),
    "freeze guard": (freeze_guard, _long),
    "freeze guard and worker": (freeze_both, _long),
    "freeze api": (freeze_api, lambda chance: _api(chance) | {"seconds": LONGER_THAN_LEASE_S}),
    "freeze redis": (freeze_redis, _for(3, 7)),
    "freeze postgres": (freeze_postgres, _for(2, 6)),
    "flushall": (flushall, _none),
    "restart redis": (restart_redis, _none),
    "restart postgres": (restart_postgres, _none),
    "crash backend": (crash_backend, _none),
    "end backends": (end_backends, lambda chance: {"share": chance.choice((0.3, 1.0))}),
    "cancel statements": (cancel_statements, _none),
    "lock jobs": (lock_jobs, _for(1, 4)),
    "exhaust postgres": (exhaust_postgres, _for(2, 5)),
    "exhaust redis": (exhaust_redis, _for(2, 5)),
    "ring twice": (ring_twice, _none),
    **{f"fill disk: {name}": (fill_disk, _disk(name)) for name in ("objects", "database")},
    **{f"link {mode}: {name}": (break_link, _link(name, mode)) for name in ("postgres", "redis") for mode in MODES},
    **{f"crash {point}": (crash_at, _point(point)) for point in POINTS},
}  # fmt: skip
