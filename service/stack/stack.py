"""The embedded stack: PostgreSQL, Redis, the API and the workers, in the order they need each other."""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from service.stack.part import Part, keep
from service.stack.ports import listener, port_of, url_of
from service.stack.postgres import Postgres
from service.stack.private_file import write_private
from service.stack.programs import Api, Commands, Place, Worker, migrate
from service.stack.redis_server import RedisServer

AFTER_A_KILL_S = 3.0  # what was killed together with its supervisor may hold its port for an instant
PAIR = {"heavy": "heavy,media", "default": "default,deploy,low,interactive,*"}


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What `turnspit up` was asked for. Port 0: any free one; workers: as many of each pair; a url: yours."""

    data: Path = Path(".turnspit")
    host: str = "127.0.0.1"
    port: int = 8000
    sites_port: int = 8001
    workers: int | None = None
    no_worker: bool = False
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    storage_url: str | None = None
    log_level: str | None = None
    commands: Commands = field(default_factory=Commands)


class Listeners(NamedTuple):
    """The sockets of the API and of the published sites."""

    api: socket.socket
    sites: socket.socket


async def open_listeners(options: StackOptions) -> Listeners:
    """Listen before anything is started, so that nobody takes a port meanwhile; StackError when one is taken."""
    patience_s = AFTER_A_KILL_S if (options.data / "stack.json").exists() else 0.0
    with contextlib.ExitStack() as opened:
        api = opened.enter_context(await listener(options.host, options.port, "--port", patience_s))
        sites = await listener(options.host, options.sites_port, "--sites-port", patience_s)
        opened.pop_all()
    return Listeners(api, sites)


class Stack:
    """All parts, and the file DIR/stack.json that tells the truth about them at any time."""

    def __init__(self, options: StackOptions, listeners: Listeners) -> None:
        data = options.data.resolve()
        self.data, self.logs, self.file = data, data / "logs", data / "stack.json"
        self.url, self.sites_url = (url_of(options.host, port_of(held)) for held in listeners)
        self._options = options
        self._listeners = listeners
        self._postgres = None if options.database_url else Postgres(data / "postgres", self.logs / "postgres.log")
        self._redis = None if options.redis_url else RedisServer(data / "redis", self.logs / "redis.log")
        self._api: Api | None = None
        self._workers: list[Worker] = []
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything; return when the API serves and the workers run, StackError when a part fails."""
        prepare(self.data)
        await self._start(*self._servers())
        place = Place(self.logs, self._environment())
        await migrate(self._options.commands.migrate, place)
        self._api, self._workers = self._make_api(place), self._make_workers(place)
        await self._start(self._api, *self._workers)

    async def watch(self) -> None:
        """Keep everything running, until cancelled."""
        await asyncio.gather(*self._keepers)

    async def stop(self, hurried: asyncio.Event) -> None:
        """Drain the API and the workers, then stop the servers; `hurried` kills what still drains."""
        await cancelled(self._keepers)
        for held in self._listeners:
            held.close()  # the API still serves on its own copies, and nobody waits for the next one
        ours: list[Part] = [part for part in (self._api, *self._workers) if part]
        killer = asyncio.create_task(hurry(ours, hurried))
        await together(self._stop(part) for part in ours)
        await cancelled([killer])
        for server in reversed(self._servers()):
            await server.stop()
        self.file.unlink(missing_ok=True)

    def write(self) -> None:
        """Tell the truth in stack.json; mode 0600, since the urls carry passwords."""
        write_private(self.file, json.dumps(self.state(), indent=1) + "\n", durable=False)

    def state(self) -> dict[str, object]:
        """What stack.json says: a pid is null while its process is down, or is not ours."""
        return {
            "api": {"pid": self._api and self._api.pid, "url": self.url},
            "sites": {"url": self.sites_url},
            "workers": [worker.entry for worker in self._workers if worker.entry],
            "postgres": {"pid": self._postgres and self._postgres.pid, "url": self._database_url()},
            "redis": {"pid": self._redis and self._redis.pid, "url": self._redis_url()},
        }

    async def _start(self, *parts: Part) -> None:
        """Start these at once, wait until all are ready, then keep them running."""
        await together(part.start() for part in parts)
        self.write()
        await together(part.ready() for part in parts)
        self._keepers += [asyncio.create_task(keep(part, self.write)) for part in parts]
        self.write()

    async def _stop(self, part: Part) -> None:
        await part.stop()
        self.write()

    def _servers(self) -> list[Part]:
        return [server for server in (self._postgres, self._redis) if server]

    def _database_url(self) -> str | None:
        return self._postgres.url if self._postgres else self._options.database_url

    def _redis_url(self) -> str | None:
        return self._redis.url if self._redis else self._options.redis_url

    def _make_api(self, place: Place) -> Api:
        return Api(self._options.commands.api, self._options.host, self._listeners, place)

    def _make_workers(self, place: Place) -> list[Worker]:
        count = 0 if self._options.no_worker else 1 if self._options.workers is None else self._options.workers
        argv = self._options.commands.worker
        return [
            Worker(f"worker-{name}-{number}", (*argv, "--queues", queues), place, self.write)
            for number in range(1, count + 1)
            for name, queues in PAIR.items()
        ]

    def _environment(self) -> dict[str, str]:
        """Ours, and where everything is."""
        options = self._options
        told = {
            "TURNSPIT_DATABASE_URL": self._database_url(),
            "TURNSPIT_REDIS_URL": self._redis_url(),
            "TURNSPIT_STORAGE_URL": options.storage_url or str(self.data / "objects"),
            "TURNSPIT_LOG_LEVEL": options.log_level,
        }
        defaults = {"TURNSPIT_SITES_URL": self.sites_url, "TURNSPIT_LINGER_S": "0"}
        return {**defaults, **os.environ, **{name: value for name, value in told.items() if value}}


def prepare(data: Path) -> None:
    """The folders inside, minus a killed supervisor's drafts; no version control, for it holds passwords."""
    for draft in data.glob(".stack.json-*"):
        draft.unlink()
    (data / "logs").mkdir(exist_ok=True)
    (data / "objects").mkdir(mode=0o700, exist_ok=True)
    (data / ".gitignore").write_text("*\n")


async def together(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do all at once; the first failure gives the others up and is raised by itself, not in a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def hurry(parts: list[Part], asked: asyncio.Event) -> None:
    await asked.wait()
    for part in parts:
        part.hurry()


async def cancelled(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel them and wait until they have gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
