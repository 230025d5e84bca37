"""The model host's async front: one killable process that hears many recordings at once, and its replacements."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self

import structlog

from ai.errors import HostLost
from ai.serving import HostLimits, Loaded
from ai.session import Session
from ai.transcript import Bookmark, Done, Heard, Moved, Segment, TranscribeOptions

__all__ = [
    "Bookmark",
    "Done",
    "Heard",
    "HostLimits",
    "Loaded",
    "ModelHost",
    "Moved",
    "Segment",
    "TranscribeOptions",
]

log = structlog.get_logger(__name__)


class ModelHost:
    """Starts its process at the first request, anew after a death, and for a fresh one now and then.

    A process in which nothing happens for `limits.idle_s` is ended: only so does a device get all of its memory
    back. `async with` or `close()` ends it in any case.
    """

    def __init__(self, limits: HostLimits | None = None) -> None:
        self._limits = limits or HostLimits()
        self._session: Session | None = None
        self._replaced: set[Session] = set()
        self._starting = asyncio.Lock()
        self._killing: set[asyncio.Task[None]] = set()
        self._nap: asyncio.TimerHandle | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def pid(self) -> int | None:
        """Of the process that takes requests; None while there is none."""
        return self._session.pid if self._session else None

    async def warm(self, model: str) -> None:
        """Load the model now, so that the first request need not wait. Raises as `transcribe` does."""
        session = await self._ready()
        async with aclosing(session.load(model)) as replies:
            async for _ in replies:
                pass

    async def transcribe(
        self,
        pipe: int,
        model: str,
        options: TranscribeOptions | None = None,
        start: Bookmark | None = None,
    ) -> AsyncGenerator[Loaded | Heard | Done | Moved, None]:
        """Loaded, then a Heard for each window, at last Done, or Moved: then ask again from the last bookmark.

        `pipe` is the read end of a pipe with s16le mono at 16 kHz, from `start.skip_s(options)` on; it stays the
        caller's to close. Leaving early, by a cancel or `aclose()`, drops this recording only: hold it in
        `contextlib.aclosing`. Raises ModelUnavailable, UnsupportedOption, ModelFailed, MediaTooLong, DecoderLost
        if the pipe neither gives anything nor ends, and HostLost if the process dies.
        """
        begun = False
        for attempt in range(2):
            session = await self._ready()
            try:
                replies = session.hear(pipe, model, options or TranscribeOptions(), start or Bookmark())
                async with aclosing(replies):
                    async for reply in replies:
                        if isinstance(reply, Loaded | Heard | Done | Moved):
                            begun = True
                            yield reply
            except HostLost:
                if begun or attempt or self._closed:
                    raise
            else:
                return

    async def close(self) -> None:
        """End the process for good; whoever is waiting gets HostLost."""
        self._closed = True
        if self._nap:
            self._nap.cancel()
        for session in [*self._replaced, *([self._session] if self._session else [])]:
            await session.kill()
        if self._killing:
            await asyncio.wait(self._killing)

    async def _ready(self) -> Session:
        async with self._starting:
            if self._closed:
                raise HostLost("The model host is closed.")
            if self._session is None or self._session.pid is None:
                self._session = Session(self._limits, self._look_at)
                await self._session.start()
            return self._session

    def _look_at(self, session: Session) -> None:
        """Something happened there: it may have to go, now or after a while."""
        if session is self._session and session.unwell:
            log.info("host.replaced", pid=session.pid, why=session.unwell)
            self._session = None
            self._replaced.add(session)
            session.retire()
        if session in self._replaced and not session.busy:
            self._end(session)
        if session is self._session and not session.busy:
            if self._nap:
                self._nap.cancel()
            self._nap = asyncio.get_running_loop().call_later(self._limits.idle_s, self._end_if_idle, session)

    def _end_if_idle(self, session: Session) -> None:
        if session is self._session and not session.busy:
            self._session = None
            self._end(session)

    def _end(self, session: Session) -> None:
        self._replaced.discard(session)
        task = asyncio.create_task(session.kill())
        self._killing.add(task)
        task.add_done_callback(self._killing.discard)
