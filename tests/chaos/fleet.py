"""What a campaign attacks: Postgres, Redis, two APIs and some workers, each started again when it ends."""

import asyncio
import os
import shutil
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil

from jobs.store.database import migrate
from service.stack.part import Part, keep
from service.stack.ports import free_listener
from service.stack.postgres import Postgres
from service.stack.programs import Api, Place, Worker
from service.stack.redis_server import RedisServer
from tests.chaos.disk import SmallDisk, own_namespace
from tests.chaos.proxy import Link
from tests.processes import ROOT

APIS = 2
WORKERS = 3
CLOCKS_S = (0.0, 420.0, -300.0)
"""By how much the wall clock of each worker is off."""
LEASE_S = 5.0
SLOTS = 10
OBJECTS_BYTES, DATABASE_BYTES = 96 << 20, 1 << 30
ORPHAN_S = 2.0
PART = (sys.executable, "-m", "tests.chaos.part")


@dataclass
class Site:
    """One of our parts with its own links to Postgres and Redis."""

    name: str
    part: Api | Worker
    links: dict[str, Link]


@dataclass
class Fleet:
    """The processes of one campaign, and the handles the faults need."""

    folder: Path
    postgres: Postgres
    redis: RedisServer
    objects: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    disks: dict[str, SmallDisk] = field(default_factory=dict)
    apis: list[Site] = field(default_factory=list)
    workers: list[Site] = field(default_factory=list)
    keepers: list["asyncio.Task[None]"] = field(default_factory=list)

    @property
    def sites(self) -> list[Site]:
        return [*self.apis, *self.workers]

    @property
    def parts(self) -> list[Part]:
        return [self.postgres, self.redis, *(site.part for site in self.sites)]

    @property
    def arms(self) -> Path:
        return self.folder / "arms"

    @property
    def urls(self) -> list[str]:
        return [site.part.url for site in self.apis if isinstance(site.part, Api)]

    def worker_pid(self, n: int) -> int | None:
        """The process that runs the jobs of worker `n`; its guard is the part's own pid."""
        part = self.workers[n].part
        entry = part.entry if isinstance(part, Worker) else None
        return None if entry is None else int(str(entry["pid"]))

    def children(self, n: int) -> list[psutil.Process]:
        """Hosts and children of worker `n`."""
        pid = self.worker_pid(n)
        with suppress(psutil.Error):
            return psutil.Process(pid).children(recursive=True) if pid else []
        return []

    def heal(self) -> None:
        """Take back whatever lasts: broken links, stopped processes, full disks, arms nobody took."""
        for site in self.sites:
            for link in site.links.values():
                link.heal()
        for process in self.processes():
            with suppress(psutil.Error):
                process.resume()
        for disk in self.disks.values():
            disk.relieve()
        for arm in self.arms.iterdir():
            arm.unlink(missing_ok=True)

    def processes(self) -> list[psutil.Process]:
        """Every process of this campaign, found by the mark in its environment or by our folder in its command."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                below = any(word.startswith(f"{self.folder}/") for word in process.cmdline())
                ours = below or process.environ().get("CHAOS_RUN") == self.mark
                if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    async def orphans(self, *, owned: bool) -> list[str]:
        """Processes of this campaign that are not below us or, unless `owned`, that are there beside the servers.

        Only what lasts: a process may start or end while we look.
        """
        first = self._loose(owned=owned)
        await asyncio.sleep(ORPHAN_S)
        return [f"{pid} {words}" for pid, words in self._loose(owned=owned).items() if pid in first]

    def _loose(self, *, owned: bool) -> dict[int, str]:
        processes = self.processes()
        roots = [psutil.Process()] if owned else [psutil.Process(pid) for pid in self._server_pids()]
        known = {child.pid for root in roots for child in (root, *root.children(recursive=True))}
        loose = {}
        for process in processes:
            with suppress(psutil.Error):
                if process.pid not in known:
                    loose[process.pid] = " ".join(process.cmdline()[:6])
        return loose

    def _server_pids(self) -> list[int]:
        return [pid for part in (self.postgres, self.redis) if (pid := part.pid) is not None]


@asynccontextmanager
async def running_fleet(folder: Path, seed: int, mutation: str | None = None) -> AsyncIterator[Fleet]:
    """Everything up and served; afterwards everything stopped."""
    fleet = _fleet(folder)
    fleet.arms.mkdir()
    await fleet.postgres.start()
    await fleet.redis.start()
    await _prepare(fleet, mutation)
    try:
        await _start_sites(fleet, seed, mutation)
        fleet.keepers += [asyncio.create_task(keep(part, lambda: None)) for part in fleet.parts]
        yield fleet
    finally:
        await _stop(fleet)


def _fleet(folder: Path) -> Fleet:
    """On small disks of their own where we may mount."""
    disks = {}
    if own_namespace():
        disks = {
            "objects": SmallDisk(folder / "objects", OBJECTS_BYTES),
            "database": SmallDisk(folder / "database", DATABASE_BYTES),
        }
    folder.chmod(0o755)
    place = folder / "database" / "postgres"
    return Fleet(folder, Postgres(place, log=folder / "logs" / "postgres.log"), RedisServer(folder / "redis"),
                 folder / "objects" / "store", disks=disks)  # fmt: skip


async def _prepare(fleet: Fleet, mutation: str | None) -> None:
    conn = await asyncpg.connect(fleet.postgres.url)
    await migrate(conn)
    await conn.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
    await conn.execute("SELECT pg_reload_conf()")
    if mutation == "fence":
        await conn.execute("ALTER TABLE jobs DISABLE TRIGGER jobs_transition")
    await conn.close()


async def _start_sites(fleet: Fleet, seed: int, mutation: str | None) -> None:
    names = [f"api {n}" for n in range(APIS)] + [f"worker {n}" for n in range(WORKERS)]
    for n, name in enumerate(names):
        links = {
            "postgres": Link(_port(fleet.postgres.url), seed + n),
            "redis": Link(_port(fleet.redis.url), seed - n - 1),
        }
        for link in links.values():
            await link.start()
        clock_s = CLOCKS_S[n - APIS] if n >= APIS else 0.0
        place = Place(fleet.folder / "logs", _environment(fleet, links, clock_s, mutation))
        part: Api | Worker
        if n < APIS:
            part = Api((*PART, "api"), "127.0.0.1", [free_listener("127.0.0.1")], place)
            fleet.apis.append(Site(name, part, links))
        else:
            part = Worker(name.replace(" ", "-"), (*PART, "worker"), place, lambda: None)
            fleet.workers.append(Site(name, part, links))
        await part.start()
    for site in fleet.sites:
        await site.part.ready()


def _environment(fleet: Fleet, links: dict[str, Link], clock_s: float, mutation: str | None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TURNSPIT_", "CHAOS_"))}
    return {
        **clean,
        "TURNSPIT_DATABASE_URL": _through(fleet.postgres.url, links["postgres"].port),
        "TURNSPIT_REDIS_URL": _through(fleet.redis.url, links["redis"].port),
        "TURNSPIT_STORAGE_URL": str(fleet.objects),
        "TURNSPIT_KINDS": "tests.chaos.kinds",
        "TURNSPIT_QUEUES": "default",
        "TURNSPIT_SLOTS": str(SLOTS),
        "TURNSPIT_LEASE_S": str(LEASE_S),
        "TURNSPIT_LOG_LEVEL": "WARNING",
        "CHAOS_RUN": fleet.mark,
        "CHAOS_ARMS": str(fleet.arms),
        "CHAOS_CLOCK_S": str(clock_s),
        "CHAOS_MUTATION": mutation or "",
        "PYTHONPATH": str(ROOT),
    }


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def _through(url: str, port: int) -> str:
    """The url with another port."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0] + f":{port}"))


async def stop_sites(fleet: Fleet) -> None:
    """Ask our programs to end, as an operator does."""
    fleet.heal()
    for keeper in fleet.keepers:
        keeper.cancel()
    fleet.keepers.clear()
    await asyncio.gather(*(site.part.stop() for site in fleet.sites))


async def _stop(fleet: Fleet) -> None:
    await stop_sites(fleet)
    for site in fleet.sites:
        for link in site.links.values():
            await link.close()
    await fleet.redis.stop()
    await fleet.postgres.stop()
    for disk in fleet.disks.values():
        disk.remove()


def kill_everything(fleet: Fleet) -> None:
    """The machine loses power, as far as a process can tell."""
    for process in fleet.processes():
        with suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
    for part in fleet.parts:
        part.hurry()
    shutil.rmtree(fleet.arms, ignore_errors=True)
    fleet.arms.mkdir()
