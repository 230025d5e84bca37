"""The front of a fork server: a process with all imports done, whose forks are children that need no start."""

import asyncio
import os
import signal
import socket
from contextlib import ExitStack, suppress

from ai.forking import NUMBER
from ai.process import Child, ChildDied
from ai.spawn import Process

FORKS = hasattr(os, "pidfd_open")  # Linux; elsewhere what was imported may not survive a fork


class ForkServer:
    """Starts its process at the first request, and anew after a death. Its children die with it.

    `fork` is for `Child(start=...)` and an entry in `module`, which is what the process has imported.
    """

    def __init__(self, module: str, *, label: str) -> None:
        self._module = module
        self._label = label
        self._server: Child | None = None
        self._asking = asyncio.Lock()
        self._closed = False

    async def fork(self) -> tuple[socket.socket, Process]:
        """A new process and our end of its pipe. Raises ChildDied if that fails twice in a row, and when closed."""
        try:
            return await self._fork()
        except ChildDied:  # the server was gone, or just going
            return await self._fork()

    async def close(self) -> None:
        """End the process and all of its children, for good."""
        self._closed = True
        if self._server:
            self._server.kill()
            await self._server.wait_gone()

    async def _fork(self) -> tuple[socket.socket, Process]:
        with ExitStack() as ours, ExitStack() as theirs:
            pipe, its_pipe = socket.socketpair()
            line, its_line = socket.socketpair()
            for end in (pipe, line):
                ours.enter_context(end).setblocking(False)
            for end in (its_pipe, its_line):
                theirs.enter_context(end)
            async with self._asking:
                server = await self._running()
                await server.send(None, fds=(its_pipe.fileno(), its_line.fileno()))
            theirs.close()
            pid = await asyncio.get_running_loop().sock_recv(line, NUMBER.size)
            if not pid:
                gone = await server.ended()  # one that lives keeps its other children, and may fork again
                raise ChildDied("its fork server is gone" if gone else "its fork server cannot fork")
            ours.pop_all()
        return pipe, Forked(NUMBER.unpack(pid)[0], line)

    async def _running(self) -> Child:
        if self._closed:
            raise ChildDied("its fork server is closed")
        if self._server is None or self._server.pid is None:
            if self._server:
                await self._server.wait_gone()
            self._server = Child("ai.forking:serve", self._module, label=self._label, watched=False)
            await self._server.start()
        return self._server


class Forked:
    """A child of the server, which kills it when we hang up `line`, and writes there how it ended."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._line = line

    def kill(self) -> None:
        """By the server, which knows whether the pid is still theirs."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)

    async def reap(self) -> None:
        """Where the server says nothing it is gone, and the kernel has killed its children."""
        status = b""
        with self._line, suppress(ConnectionError):
            status = await asyncio.get_running_loop().sock_recv(self._line, NUMBER.size)
        self.returncode = NUMBER.unpack(status)[0] if status else -signal.SIGKILL
