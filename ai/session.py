"""One model process as its parent sees it: orders go in from many tasks, each gets the replies to its own."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from itertools import count

import structlog

from ai.errors import HostLost
from ai.process import Child, ChildDied
from ai.serving import Hear, HostLimits, Load, Loaded, Order, Refused, Reply, Retire, Stop, Unwell
from ai.transcript import Bookmark, Done, Moved, TranscribeOptions

log = structlog.get_logger(__name__)

Inbox = asyncio.Queue[Reply | HostLost]


class Session:
    """Lives until `kill`, its process's own death, or the last reply after `retire`.

    `changed` is called when an order was answered, and when the process wants to be replaced.
    """

    def __init__(self, limits: HostLimits, changed: "Callable[[Session], None]") -> None:
        self._child = Child("ai.serving:serve", limits, label="model-host")
        self._changed = changed
        self._numbers = count(1)
        self._inboxes: dict[int, Inbox] = {}
        self._sending = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._gone = False
        self.unwell: str | None = None

    async def start(self) -> None:
        await self._child.start()
        self._spawn(self._listen()).add_done_callback(self._end)

    @property
    def pid(self) -> int | None:
        """None once the process is gone."""
        return None if self._gone else self._child.pid

    @property
    def busy(self) -> bool:
        return bool(self._inboxes)

    def load(self, model: str) -> AsyncGenerator[Reply, None]:
        return self._ask(Load(next(self._numbers), model), (Loaded,))

    def hear(
        self, pipe: int, model: str, options: TranscribeOptions, start: Bookmark
    ) -> AsyncGenerator[Reply, None]:
        """The process gets a copy of `pipe`."""
        return self._ask(Hear(next(self._numbers), model, options, start), (Done, Moved), pipe)

    def retire(self) -> None:
        """Let it end what it has begun, a window each, and no more."""
        self._spawn(self._send(Retire()))

    async def kill(self) -> None:
        self._child.kill()
        await self._child.wait_gone()

    async def _ask(
        self, order: Load | Hear, last: tuple[type, ...], pipe: int | None = None
    ) -> AsyncGenerator[Reply, None]:
        if self._gone:
            raise HostLost("The model process is gone.")
        inbox = self._inboxes[order.number] = Inbox()
        answered = False
        try:
            self._spawn(self._send(order, None if pipe is None else os.dup(pipe)))
            while not answered:
                reply = await inbox.get()
                answered = isinstance(reply, (*last, Refused, HostLost))
                if isinstance(reply, HostLost):
                    raise reply
                if isinstance(reply, Refused):
                    raise reply.error
                yield reply
        finally:
            del self._inboxes[order.number]
            if not answered:
                self._spawn(self._send(Stop(order.number)))
            self._changed(self)

    async def _listen(self) -> None:
        """For ever. Raises ChildDied, and what the process's main thread raised."""
        while True:
            number, reply = await self._child.receive()
            if isinstance(reply, Unwell):
                self.unwell = reply.why
                self._changed(self)
            elif inbox := self._inboxes.get(number):
                inbox.put_nowait(reply)

    def _end(self, listening: asyncio.Task[None]) -> None:
        """Nothing is heard from the process any more, whatever the reason: it is gone, or has to go."""
        self._gone = True
        if listening.cancelled():
            return
        error = listening.exception()
        if isinstance(error, ChildDied):
            why = f"The model process ended while it worked: {error}."
        else:
            log.error("host.raised", exc_info=error)
            why = "The model process failed while it worked."
        for inbox in self._inboxes.values():
            inbox.put_nowait(HostLost(why))
        self._spawn(self.kill())

    async def _send(self, order: Order, pipe: int | None = None) -> None:
        """In a task of its own, so that nobody's cancel cuts a message in half. Closes `pipe`."""
        try:
            async with self._sending:
                await self._child.send(order, fds=() if pipe is None else (pipe,))
        except ChildDied:
            pass  # `_end` tells everybody
        finally:
            if pipe is not None:
                os.close(pipe)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
