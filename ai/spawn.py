"""Start, kill and reap one process of the operating system, on the event loop and without blocking it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from ai.child import main; main(*sys.argv[2:4])"


def spawn(label: str, *, pass_fds: Sequence[int] = ()) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        root, fd, parent = Path(__file__).parent.parent, theirs.fileno(), os.getpid()
        process = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-P", "-c", BOOT, str(root), str(fd), str(parent), label],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a child prints belongs to the log, not among the results on stdout
            pass_fds=[fd, *pass_fds],
            start_new_session=True,
        )
    return ours, process


async def reap(process: subprocess.Popen[bytes]) -> None:
    """Also when the loop closes and cancels us: the child is killed rather than left."""
    try:
        await _ended(process.pid)
    finally:
        kill_group(process)  # before the reaping, while the pid still is theirs
        process.wait()


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


def kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def how_it_ended(status: int | None) -> str:
    if status is None:
        return "it does not end"
    if status < 0:
        return f"killed by signal {-status} ({signal.strsignal(-status)})"
    return f"exited with status {status}"
