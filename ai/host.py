"""The model host's async front: a killable process that owns the models, one request at a time in line."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from ai.errors import HostLost
from ai.process import Child, ChildDied
from ai.serving import Loaded, Refused, Reply, Request
from ai.transcript import Decoded, Done, Progress, Segment, TranscribeOptions

LAST = (Done, Loaded, Refused)

__all__ = ["Done", "ModelHost", "Progress", "Segment", "TranscribeOptions"]


class ModelHost:
    """Starts its process at the first request and anew after a death; `async with` closes it at the end."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # first come, first served
        self._child: Child | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def pid(self) -> int | None:
        """None while there is no process."""
        return self._child.pid if self._child else None

    async def warm(self, model: str) -> None:
        """Load the model now, so that the first request need not wait. Raises as `transcribe` does."""
        async with aclosing(self._ask(Request(model))) as replies:
            async for _ in replies:
                pass

    async def transcribe(
        self, audio: Decoded, model: str, options: TranscribeOptions | None = None
    ) -> AsyncGenerator[Progress | Segment | Done, None]:
        """Segments and progress while the model works, a Done at last.

        Leaving it early, by a cancel or `aclose()`, kills the process at once: hold it in
        `contextlib.aclosing`. Raises ModelUnavailable, UnsupportedOption, and HostLost if the process dies.
        """
        async with aclosing(self._ask(Request(model, audio, options))) as replies:
            async for reply in replies:
                if isinstance(reply, Progress | Segment | Done):
                    yield reply

    async def close(self) -> None:
        """End the process for good; requests in flight and in line get HostLost."""
        self._closed = True
        if self._child is not None:
            self._child.kill()
            await self._child.wait_gone()

    async def _ask(self, request: Request) -> AsyncGenerator[Reply, None]:
        async with self._turn:
            child = await self._ready()
            answered = False
            try:
                await child.send(request)
                while not answered:
                    reply = await child.receive()
                    answered = isinstance(reply, LAST)
                    if isinstance(reply, Refused):
                        raise reply.error
                    yield reply
            except ChildDied as died:
                raise HostLost(f"The model process ended while it worked: {died}.") from died
            finally:
                if not answered:
                    await self._drop(child)

    async def _ready(self) -> Child:
        if self._closed:
            raise HostLost("The model host is closed.")
        if self._child is None or self._child.pid is None:
            await self._drop(self._child)
            self._child = Child("ai.serving:serve", label="model-host")
            await self._child.start()
        return self._child

    async def _drop(self, child: Child | None) -> None:
        """Kill what works for nobody now; whoever is next in line gets a fresh one."""
        self._child = None
        if child is not None:
            child.kill()
            await child.wait_gone()
