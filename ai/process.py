"""A child process that can be killed at any moment and never outlives its parent, and its async front."""

import asyncio
import inspect
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple, cast

from ai.child import HEADER, Limits, Order, Raised, resolve
from ai.spawn import how_it_ended, kill_group, reap, spawn

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

    `entry` is "module:function", which this process need not import. It finds the open descriptors
    `pass_fds` under the same numbers; they are needed until the start only.
    """

    def __init__(
        self,
        entry: str,
        *args: object,
        limits: Limits | None = None,
        label: str = "",
        pass_fds: Sequence[int] = (),
    ) -> None:
        module, name = entry.split(":")
        self._order = Order(
            [str(Path(folder).absolute()) for folder in sys.path],
            limits or Limits(),
            module,
            name,
            pickle.dumps(args),
        )
        self._label = label or entry
        self._pass_fds = pass_fds
        self._process: subprocess.Popen[bytes] | None = None
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
        self._sock, self._process = spawn(self._label, pass_fds=self._pass_fds)
        self._reaper = asyncio.create_task(reap(self._process))
        try:
            await self.send(self._order)
        except asyncio.CancelledError:
            self.kill()
            await self.wait_gone()
            raise

    async def send(self, message: object, *, fds: Sequence[int] = ()) -> None:
        """Raises ChildDied if nobody is there to read it. The child gets copies of the open descriptors `fds`.

        Not to be cancelled half way, nor called twice at a time: the child reads one stream.
        """
        body = pickle.dumps(message)
        loop, header = asyncio.get_running_loop(), HEADER.pack(len(body))
        try:
            if fds:
                header = await self._send_passing(header, fds)
            await loop.sock_sendall(self._pipe(), header + body)
        except ConnectionError:
            raise await self._death() from None

    async def receive(self) -> Any:
        """The child's next message. Raises what its function raised, and ChildDied when it is gone."""
        self._receiving = True
        try:
            (size,) = HEADER.unpack(await self._read(HEADER.size))
            message = pickle.loads(await self._read(size))  # noqa: S301  written by our own code
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
            kill_group(self._process)

    async def wait_gone(self) -> None:
        """Wait, for a second at most, until the process has ended and is reaped."""
        if self._reaper is not None:
            await asyncio.wait({self._reaper}, timeout=GONE_S)
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
        return self._sock
