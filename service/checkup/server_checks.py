"""The doctor's look at the servers in use: do they answer, are they set up, do their clocks agree?"""

import time

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jobs.store.database import missing as not_applied
from jobs.store.database import server_time, server_version, vector_version
from service.checkup.findings import Finding, missing, ok, warning
from service.stack.redis_server import OLDEST

ANSWER_S = 5.0
SKEW_S = 2.0
UNREACHABLE = (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def database(url: str) -> list[Finding]:
    """Reachable, with pgvector, migrated, and on our time."""
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_S)
    except UNREACHABLE as error:
        return [missing("database", f"does not answer: {said(error)}", "check TURNSPIT_DATABASE_URL")]
    try:
        version = await server_version(connection)
        return [
            ok("database", f"PostgreSQL {version} answers"),
            await vector(connection),
            await migrations(connection),
            await clock(connection),
        ]
    finally:
        await connection.close()


async def vector(connection: asyncpg.Connection) -> Finding:
    version = await vector_version(connection)
    if version is None:
        return missing("vector", "the database has no extension vector", "install pgvector beside PostgreSQL")
    return ok("vector", f"pgvector {version}")


async def migrations(connection: asyncpg.Connection) -> Finding:
    names = [name for name, _ in await not_applied(connection)]
    if names:
        return warning("migrations", f"not applied yet: {', '.join(names)}", "turnspit migrate")
    return ok("migrations", "all applied")


async def clock(connection: asyncpg.Connection) -> Finding:
    """The database's clock decides who is alive; ours stamps logs and links."""
    sent = time.time()
    theirs = await server_time(connection)
    skew_s = theirs - (sent + time.time()) / 2
    detail = f"the database's is {skew_s:+.3f} s from ours"
    return ok("clock", detail) if abs(skew_s) < SKEW_S else warning("clock", detail, "run an NTP client on both")


async def redis(url: str) -> list[Finding]:
    """Reachable, new enough, and set to refuse writes rather than to drop bells."""
    client: Redis | None = None
    try:
        client = Redis.from_url(url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S)
        return [release(await client.info("server")), policy(await client.info("memory"))]
    except (OSError, ValueError, RedisError) as error:
        return [missing("redis", f"does not answer: {said(error)}", "check TURNSPIT_REDIS_URL")]
    finally:
        if client is not None:
            await client.aclose()


def release(info: dict[str, object]) -> Finding:
    text = str(info["redis_version"])
    major, minor = (int(word) for word in text.split(".")[:2])
    if (major, minor) < OLDEST:
        return missing("redis", f"Redis {text} answers, and is too old", "use Redis 6.2 or later, or Valkey")
    return ok("redis", f"Redis {text} answers")


def policy(info: dict[str, object]) -> Finding:
    found = info["maxmemory_policy"]
    if found == "noeviction":
        return ok("eviction", "noeviction")
    return warning("eviction", f"Redis may drop bells early: {found}", "CONFIG SET maxmemory-policy noeviction")


def said(error: Exception) -> str:
    """The error's own words on one line, or its name where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
