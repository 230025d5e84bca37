"""Our own programs that the stack runs as children: the migrations, the API, the workers."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.stack.children import Child, Program, StackError, deadline, fresh_log, last_lines, passed, size
from service.stack.part import Part
from service.stack.ports import gets_200, port_of, reachable, url_of

API_READY_S = 60.0
MIGRATE_STOP_S = 10.0
REPORT_S = 60.0
POLL_S = 0.02
API_PORTS = ("--port", "--sites-port")
PYTHON = (sys.executable, "-m", "service")


@dataclass(frozen=True, slots=True)
class Commands:
    """The programs; tests put others in."""

    migrate: tuple[str, ...] = (*PYTHON, "migrate")
    api: tuple[str, ...] = (*PYTHON, "api")
    worker: tuple[str, ...] = (*PYTHON, "worker")


@dataclass(frozen=True, slots=True)
class Place:
    """The folder for the logs of our programs, and the environment they get."""

    logs: Path
    env: Mapping[str, str] = field(repr=False)

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


async def migrate(argv: tuple[str, ...], place: Place) -> None:
    """Bring the database up to date; StackError with the last words when that fails."""
    log = fresh_log(place.log("migrate"))
    began_at = size(log)
    child = Child(Program(argv, log, env=place.env))
    try:
        status = await child.wait()
    finally:
        await child.stop(signal.SIGTERM, MIGRATE_STOP_S)
    if status != 0:
        raise StackError(f"the migrations failed (status {status}):\n{last_lines(log, began_at)}")


class Api(Part):
    """The HTTP API, on a socket that we hold: while it is started again, connections wait in it.

    `listeners` are the API's and, if it is to serve sites as well, the sites'; they stay the caller's.
    """

    def __init__(self, argv: tuple[str, ...], host: str, listeners: Sequence[socket.socket], place: Place) -> None:
        super().__init__("api", place.log("api"))
        ports = [port_of(listener) for listener in listeners]
        options = [word for name, port in zip(API_PORTS, ports, strict=False) for word in (name, str(port))]
        self.url = url_of(host, ports[0])
        self._argv = (*argv, "--host", host, *options)
        self._address = (reachable(host), ports[0])
        self._listeners = listeners
        self._place = place
        self._began_at = 0

    async def start(self) -> None:
        log = fresh_log(self.log)
        self._began_at = size(log)
        held = tuple(listener.fileno() for listener in self._listeners)
        env = {**self._place.env, "TURNSPIT_LISTEN_FDS": ",".join(map(str, held))}
        self._child = Child(Program(self._argv, log, env=env, pass_fds=held))

    async def ready(self) -> None:
        """Return when /readyz answers 200; StackError with the log's end when it ends or takes too long."""
        until = deadline(API_READY_S)
        while self.pid is not None and not passed(until):
            if await gets_200(*self._address, "/readyz"):
                return
            await asyncio.sleep(POLL_S)
        why = f"is not ready after {API_READY_S:.0f} s" if self.pid else "ended while it started"
        raise StackError(f"the API {why}. The end of {self.log}:\n{last_lines(self.log, self._began_at)}")


class Worker(Part):
    """One worker: its guard is our child, and tells us on a pipe which process runs the jobs now."""

    stop_s = 30.0  # it hands back what it cannot finish in TURNSPIT_DRAIN_S, 20 s

    def __init__(self, name: str, argv: tuple[str, ...], place: Place, changed: Callable[[], None]) -> None:
        super().__init__(name, place.log(name))
        self._argv = argv
        self._place = place
        self._changed = changed
        self._began_at = 0
        self._entry: dict[str, object] = {}
        self._reading: asyncio.Task[None] | None = None

    @property
    def entry(self) -> dict[str, object] | None:
        """`{"pid", "guard_pid", "queues"}` as last told, None while the worker is down."""
        return self._entry if self._entry and self.pid is not None else None

    async def start(self) -> None:
        read_end, write_end = os.pipe()
        env = {**self._place.env, "TURNSPIT_REPORT_FD": str(write_end)}
        self._entry, self._began_at = {}, size(self.log)
        self._stop_reading()
        self._reading = asyncio.create_task(self._read(read_end))
        try:
            self._child = Child(Program(self._argv, fresh_log(self.log), env=env, pass_fds=(write_end,)))
        finally:
            os.close(write_end)

    async def ready(self) -> None:
        """Return when it has told its pids; StackError with its log's end when it ends or takes too long."""
        until = deadline(REPORT_S)
        while self.pid is not None and not passed(until):
            if self._entry:
                return
            await asyncio.sleep(POLL_S)
        why = f"told no pids in {REPORT_S:.0f} s" if self.pid else "ended while it started"
        raise StackError(f"{self.name} {why}. The end of {self.log}:\n{last_lines(self.log, self._began_at)}")

    async def stop(self) -> None:
        """Let it drain, then stop listening to it."""
        await super().stop()
        self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self, descriptor: int) -> None:
        """Take each report until the last holder of the pipe has ended."""
        lines = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(descriptor, "rb", buffering=0)
        )
        try:
            async for line in lines:
                self._entry = json.loads(line)["worker"]
                self._changed()
        finally:
            transport.close()
