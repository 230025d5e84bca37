"""Start, kill and reap one process of the operating system, on the event loop and without blocking it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from ai.child import main; main(*sys.argv[2:4])"


class Process(Protocol):
    """What whoever started a process can do with it. `returncode` is None until it is reaped, -9 for signal 9."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def kill(self) -> None:
        """SIGKILL now; nothing once it is gone."""

    async def reap(self) -> None:
        """Return when it has ended and is no zombie. Cancelled, it kills."""


class Spawned:
    """A fresh Python, and the leader of a group that goes with it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    def kill(self) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def reap(self) -> None:
        """Also when the loop closes and cancels us: the child is killed rather than left."""
        try:
            await _ended(self.pid)
        finally:
            self.kill()  # before the reaping, while the pid still is theirs
            self._process.wait()


async def spawn(label: str) -> tuple[socket.socket, Process]:
    """The process, which runs `ai.child.main`, and our end of its pipe."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        root, fd, parent = Path(__file__).parent.parent, theirs.fileno(), os.getpid()
        process = subprocess.Popen(  # noqa: S603, ASYNC220  our own interpreter, on the loop's own thread
            [sys.executable, "-P", "-c", BOOT, str(root), str(fd), str(parent), label],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a child prints belongs to the log, not among the results on stdout
            pass_fds=[fd],
            start_new_session=True,
        )
    return ours, Spawned(process)


async def _ended(pid: int) -> None:
    """Return when the process has ended, and leave it to be reaped."""
    if not hasattr(os, "pidfd_open"):
        await asyncio.to_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return
    loop, ended, fd = asyncio.get_running_loop(), asyncio.Event(), os.pidfd_open(pid)
    loop.add_reader(fd, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(fd)
        os.close(fd)


ENDLESS = "it does not end"


def how_it_ended(status: int | None) -> str:
    if status is None:
        return ENDLESS
    if status < 0:
        return f"killed by signal {-status} ({signal.strsignal(-status)})"
    return f"exited with status {status}"
