"""A child process that dies with us: started through the tether, logged to a file, awaited by pidfd."""

import asyncio
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")
POLL_S = 0.02  # where the kernel has no pidfd (macOS)
KILL_WAIT_S = 10.0
LOG_LIMIT_BYTES = 8_000_000


class StackError(Exception):
    """Something the stack needs is missing or failed; the message says what, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user a child becomes; `reach`: let it into folders that are closed to that user."""

    uid: int
    gid: int
    reach: bool


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: an absolute program and its arguments, the file its output is appended to, and as whom."""

    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    death_signal: signal.Signals = signal.SIGKILL
    account: Account | None = None
    stdin: bytes = b""
    pass_fds: tuple[int, ...] = ()


class Child:
    """A running program in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor.

    Start it from the main thread: the death signal comes when the *thread* that started it ends.
    """

    def __init__(self, program: Program) -> None:
        self._process = spawn(program)
        self.pid = self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status (negative: the signal that ended it), or None while it runs."""
        return self._process.poll()

    async def wait(self) -> int:
        """Its exit status, as soon as it has ended. Safe to cancel; any number of tasks may wait."""
        while (status := self.status) is None:
            if hasattr(os, "pidfd_open"):
                await ended(self.pid)
            else:
                await asyncio.sleep(POLL_S)
        return status

    def send(self, number: signal.Signals) -> None:
        """Signal the process itself; nothing happens when it has ended."""
        self._process.send_signal(number)

    def kill_group(self) -> None:
        """SIGKILL to the process and to all of its session that did not move out."""
        if self.status is None:
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, number: signal.Signals, grace_s: float) -> int:
        """Ask with `number`, wait `grace_s` seconds at most, then kill the group; returns the exit status."""
        self.send(number)
        try:
            async with asyncio.timeout(grace_s):
                return await self.wait()
        except TimeoutError:
            self.kill_group()
        async with asyncio.timeout(KILL_WAIT_S):
            return await self.wait()


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program behind the tether, its output appended to its log."""
    with program.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  (argv is ours)
            tethered(program),
            stdin=subprocess.PIPE if program.stdin else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=program.env,
            pass_fds=program.pass_fds,
            start_new_session=True,
        )
    if process.stdin is not None:
        feed(process, program.stdin)
    return process


def tethered(program: Program) -> list[str]:
    account = program.account or Account(-1, -1, reach=False)
    words = (os.getpid(), int(program.death_signal), account.uid, account.gid, int(account.reach))
    return [sys.executable, "-I", "-S", str(TETHER), *map(str, words), *program.argv]


def feed(process: subprocess.Popen[bytes], text: bytes) -> None:
    """Hand over some kilobytes (a pipe holds them) and close; a dead child says why in its log."""
    assert process.stdin is not None  # noqa: S101  (for the type checker: we asked for a pipe)
    try:
        process.stdin.write(text)
        process.stdin.close()
    except BrokenPipeError:
        process.wait()


async def ended(pid: int) -> None:
    """Return when this child of ours has ended; it is left for its owner to reap."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    descriptor = os.pidfd_open(pid)
    try:
        loop.add_reader(descriptor, gone.set)
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def account_for(folder: Path, *reads: Path) -> Account | None:
    """As whom to serve from `folder` when we are root: its owner if it is not root, else `nobody`.

    None when we are not root. `reads` are the other paths the child must be able to reach.
    """
    if os.geteuid() != 0:
        return None
    owner = folder.stat() if folder.exists() else None
    try:
        uid, gid = (owner.st_uid, owner.st_gid) if owner and owner.st_uid else pwd.getpwnam("nobody")[2:4]
    except KeyError:
        raise StackError("we are root, and there is no user `nobody` to run as. Run as a normal user.") from None
    open_to_all = all(path.stat().st_mode & 0o001 for read in (folder, *reads) for path in read.resolve().parents)
    return Account(uid, gid, reach=not open_to_all)


def fresh_log(path: Path) -> Path:
    """The log file, moved aside to `NAME.1` first when it has grown big."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return path


def last_lines(path: Path, since: int = 0, count: int = 12) -> str:
    """The last lines of a log from byte `since` on, indented, for an error message."""
    if not path.exists():
        return "  (no log)"
    with path.open("rb") as log:
        log.seek(max(since, path.stat().st_size - 16_000))
        lines = log.read().decode(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines)


def deadline(seconds: float) -> float:
    """The moment `seconds` from now, on the monotonic clock."""
    return time.monotonic() + seconds


def passed(moment: float) -> bool:
    """Is a moment of `deadline` over?"""
    return time.monotonic() > moment


def size(path: Path) -> int:
    """In bytes; 0 for a file that is not there."""
    return path.stat().st_size if path.exists() else 0
