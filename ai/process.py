"""A child process that can be killed at any moment and never outlives its parent, and its async front."""

import asyncio
import inspect
import pickle
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple, cast

from ai.child import HEADER, Limits, Order, Raised, resolve
from ai.spawn import Process, how_it_ended, spawn

__all__ = ["Child", "ChildDied", "Limits", "run_in_child"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

CHUNK = 1 << 18
FULL_S = 0.01  # between two looks at a pipe that is full, which takes a child that does not read
GONE_S = 1.0  # a SIGKILL takes effect in milliseconds; a process in uninterruptible I/O is not waited for


class ChildDied(RuntimeError):
    """A child ended without an answer; the message says how, as "killed by signal 9 (Killed)"."""


async def run_in_child(function: Callable[[*Ts], T], *args: *Ts, limits: Limits | None = None) -> T:
    """Run `function(*args)` in a fresh process of its own and give back what it returns.

    The function must be importable by its name, the arguments and the result picklable. Raises what the
    function raised, ChildDied if the process ended without an answer, and TypeError for a lambda, a nested
    function, a coroutine function or one of `__main__`. If the waiting task is cancelled the process is
    killed.
    """
    module, name = reference(function)
    async with Child("ai.child:answer", module, name, args, limits=limits, label=name) as child:
        return cast(T, await child.receive())


def reference(function: Callable[..., object]) -> tuple[str, str]:
    """The module and name a child finds `function` by. Raises TypeError where it could not."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if not module or module == "__main__" or "<" in name or inspect.iscoroutinefunction(function):
        raise TypeError(
            f"{function!r} cannot run in a process of its own: it must be a plain function at the top level "
            "of a module that can be imported (no lambda, no nested function, not of __main__)"
        )
    try:
        found = resolve(module, name)
    except (ImportError, AttributeError):
        found = None
    if found is not function:
        raise TypeError(f"{function!r} cannot run in a process of its own: {module}.{name} is something else")
    return module, name


class Child:
    """One process that runs `entry(channel, *args)`; `async with` starts it and sees it gone.

    `entry` is "module:function", which this process need not import. It finds copies of the open descriptors
    `pass_fds` in `channel.passed`. `start` gives another process than a fresh Python. When we hang up, a thread
    in the child ends it and what it started; where `watched` is false, the kernel ends the child when we die.
    `read` makes a message of at most `most_bytes`: whom a stranger's file may have taken over must send no pickles.
    """

    def __init__(
        self,
        entry: str,
        *args: object,
        limits: Limits | None = None,
        label: str = "",
        pass_fds: Sequence[int] = (),
        start: Callable[[], Awaitable[tuple[socket.socket, Process]]] | None = None,
        watched: bool = True,
        read: Callable[[bytes], Any] = pickle.loads,
        most_bytes: int = 1 << 40,
    ) -> None:
        module, name = entry.split(":")
        self._order = Order(
            [str(Path(folder).absolute()) for folder in sys.path],
            limits or Limits(),
            watched,
            module,
            name,
            pickle.dumps(args),
        )
        self._start = start or partial(spawn, label or entry)
        self._pass_fds = pass_fds
        self._read_message = read
        self._most_bytes = most_bytes
        self._process: Process | None = None
        self._sock: socket.socket | None = None
        self._reaper: asyncio.Task[None] | None = None
        self._receiving = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        await self.wait_gone()

    @property
    def pid(self) -> int | None:
        """None before the start and once it is known to be gone."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Returns as soon as the process exists; its Python is still starting then."""
        # On the loop's own thread: the death signal comes when the *thread* that made the child ends.
        self._sock, self._process = await self._start()
        self._reaper = asyncio.create_task(self._process.reap())
        try:
            await self.send(self._order, fds=self._pass_fds)
        except asyncio.CancelledError:
            self.kill()
            await self.wait_gone()
            raise

    async def send(self, message: object, *, fds: Sequence[int] = ()) -> None:
        """Raises ChildDied if nobody is there to read it. The child gets copies of the open descriptors `fds`.

        Not to be cancelled half way, nor called twice at a time: the child reads one stream. What is small goes
        whole or not at all.
        """
        body = pickle.dumps(message)
        data = HEADER.pack(len(body)) + body
        try:
            if fds:
                data = await self._send_passing(data, fds)
            if data:
                await asyncio.get_running_loop().sock_sendall(self._pipe(), data)
        except ConnectionError:
            raise await self._death() from None

    async def receive(self) -> Any:
        """The child's next message. Raises what it raised; ChildDied when it is gone; ValueError if too long."""
        self._receiving = True
        try:
            (size,) = HEADER.unpack(await self._read(HEADER.size))
            if size > self._most_bytes:
                raise ValueError(f"a message of {size} bytes")
            message = self._read_message(await self._read(size))
        except (EOFError, ConnectionError):
            raise await self._death() from None
        finally:
            self._receiving = False
        if isinstance(message, Raised):
            raise message.error
        return message

    def kill(self) -> None:
        """SIGKILL to the child and all that it started, now; does nothing once it is gone."""
        if self._process is not None:
            self._process.kill()

    async def ended(self) -> bool:
        """Whether the process has ended and is reaped; waits for a second at most."""
        if self._reaper is not None:
            await asyncio.wait({self._reaper}, timeout=GONE_S)
        return self.pid is None

    async def wait_gone(self) -> None:
        """Wait, for a second at most, until the process has ended and is reaped, and hang up."""
        await self.ended()
        if self._sock is not None and not self._receiving:  # else the receiver meets the end of it and closes
            self._sock.close()

    async def _send_passing(self, data: bytes, fds: Sequence[int]) -> bytes:
        """Descriptors travel with the first of the bytes; returns those that are left."""
        while True:
            try:
                return data[socket.send_fds(self._pipe(), [data], fds) :]
            except BlockingIOError:
                await asyncio.sleep(FULL_S)

    async def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            chunk = await asyncio.get_running_loop().sock_recv(self._pipe(), min(size - len(data), CHUNK))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)

    async def _death(self) -> ChildDied:
        self._receiving = False
        await self.wait_gone()
        if self.pid is not None:
            self.kill()  # it closed its pipe and lives on
            await self.wait_gone()
        return ChildDied(how_it_ended(self._process.returncode if self._process else None))

    def _pipe(self) -> socket.socket:
        if self._sock is None:
            raise RuntimeError("this child was not started")
        if self._sock.fileno() < 0:
            raise ConnectionResetError("we hung up")
        return self._sock
