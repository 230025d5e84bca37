"""What a process of the service holds open: the pool, Redis, the object store, the kinds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from jobs.doorbell import Doorbell
from jobs.gatekeeper import Gatekeeper
from jobs.lone import LoneJobs
from jobs.objects import Objects
from jobs.registry import Registry, discover
from jobs.settings import Settings
from jobs.store.database import Pool, close_pool, open_pool


@dataclass(frozen=True, slots=True)
class Resources:
    """Made once where a process starts, passed to whoever needs it."""

    settings: Settings
    pool: Pool
    bell: Doorbell
    objects: Objects
    kinds: Registry
    gates: Gatekeeper
    lone: LoneJobs = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lone", LoneJobs(self.pool, self.bell))


@asynccontextmanager
async def open_resources(settings: Settings, *, pool_size: int = 8) -> AsyncIterator[Resources]:
    """Open everything. Postgres and Redis may be away: they are reached when they are needed."""
    kinds = discover(settings.kind_modules)
    pool = await open_pool(settings.database_url.get_secret_value(), size=pool_size)
    bell = Doorbell(settings.redis_url.get_secret_value())
    gates = Gatekeeper(pool, bell, kinds)
    res = Resources(settings, pool, bell, Objects(settings.storage_url), kinds, gates)
    try:
        yield res
    finally:
        await gates.close()
        await res.lone.close()
        await bell.close()
        await close_pool(pool)
