"""A real `turnspit up` in a folder, and ways to look at it from outside."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.processes import tethered

UP = (sys.executable, "-m", "turnspit", "up")
START_S = 90.0
SOON_S = 30.0
GONE_S = 15.0


class Up:
    """One running supervisor."""

    def __init__(self, data: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.data = data
        said = Path(tempfile.mkdtemp(prefix="said-", dir=data.parent))
        self.out, self.err = said / "out", said / "err"
        words = options if "--port" in options else ("--port", "0", *options)
        words = words if "--sites-port" in words else ("--sites-port", "0", *words)
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                tethered(*UP, "--data", str(data), *words),
                stdout=out,
                stderr=err,
                env={**clean_environment(), **(env or {})},
                start_new_session=True,
            )

    @property
    def url(self) -> str:
        """The address in the ready line."""
        return self.out.read_text().split()[1]

    @property
    def state(self) -> dict[str, Any]:
        """stack.json as it is now."""
        state: dict[str, Any] = json.loads((self.data / "stack.json").read_text())
        return state

    def wait_ready(self) -> "Up":
        """Wait for the ready line; fails with what the supervisor said when it ends before."""
        eventually(lambda: self.out.read_text().endswith("\n") or self.process.poll() is not None, START_S)
        assert self.process.poll() is None, self.err.read_text()
        return self

    def family(self) -> list[psutil.Process]:
        """All processes that it started, and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> int:
        """Signal the supervisor and wait for its end; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def running(data: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Up]:
    """A stack that serves; whatever the test does, nothing of it is left."""
    up = Up(data, *options, env=env)
    try:
        yield up.wait_ready()
    finally:
        family = up.family() if up.process.poll() is None else []
        if up.process.poll() is None:
            up.end(signal.SIGKILL)
        eventually(lambda: alive(family) == [], GONE_S)


def refused(data: Path, *options: str) -> tuple[int, str]:
    """The exit status and the words of an `up` that does not start."""
    up = Up(data, *options)
    return up.process.wait(START_S), up.err.read_text()


def clean_environment() -> dict[str, str]:
    """Ours, without settings that would change what is started."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TURNSPIT_")}


def eventually(true: Callable[[], object], within_s: float = SOON_S) -> None:
    """Return as soon as it is true; AssertionError when it is not in time."""
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, f"not true within {within_s} s"
        time.sleep(0.02)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run: a zombie that only waits for its parent does not."""
    return [process for process in processes if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def serves(url: str) -> bool:
    """Does /readyz answer 200?"""
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
