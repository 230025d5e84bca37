"""The events of one job as one unbroken sequence, over as many connections as it takes."""

import json
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Final

import httpx

from turnspit.errors import APIConnectionError, APIError, APIStatusError
from turnspit.models import Event, Job, parse
from turnspit.retry import Patience
from turnspit.sse import Frame, Parser
from turnspit.wire import Wire, segment, translated

QUIET_S: Final = 45.0
"""Seconds without a byte after which a stream counts as dead: three pings of the server."""

ASKED_CAP_S: Final = 5.0
"""The longest pause before a reconnect that the stream's own `retry:` may ask for."""

SNAPSHOT: Final = "job.snapshot"


class EventStream:
    """Reads /v1/jobs/{id}/events from `after` on and resumes after the last seq it gave out.

    Durable events come in the order of their seq, each once. Live progress (without seq) comes as it comes.
    The snapshot that opens each connection is given once, as an event of type `job.snapshot`.
    """

    def __init__(self, wire: Wire, job_id: str, after: int = 0) -> None:
        self.last = after
        self._wire, self._job_id = wire, job_id
        self._patience = Patience(wire.retries)
        self._asked_s: float | None = None
        self._over = False
        self._opened = False
        self._refetched: int | None = None

    async def events(self) -> AsyncGenerator[Event]:
        """Every event until `job.done`.

        Raises NotFoundError for an unknown job, APIConnectionError after `patience_s` without any answer.
        """
        while True:
            ended = APIConnectionError("The stream ended before the job did.")
            try:
                async with aclosing(self._connection()) as connection:
                    async for event in connection:
                        yield event
            except APIConnectionError as error:
                ended = error
            except APIStatusError as error:
                await self._patience.pause(error, self._asked_s)
                continue
            if self._over:
                return
            await self._patience.pause(ended, self._asked_s)

    async def _connection(self) -> AsyncGenerator[Event]:
        news, finished = False, False
        async with self._open() as response:
            async for frame in self._frames(response):
                event = self._event(frame)
                if event.type == SNAPSHOT:
                    finished = parse(Job, event.data).finished
                if self._gap(event):
                    return
                if self._fresh(event):
                    news = news or event.seq is not None
                    yield event
                if self._over:
                    return
            if response.status_code == httpx.codes.NO_CONTENT:
                finished = True
        # A stream of a finished job that had nothing left to tell.
        self._over = finished and not news

    def _open(self) -> AbstractAsyncContextManager[httpx.Response]:
        return self._wire.stream(
            "GET",
            f"/v1/jobs/{segment(self._job_id)}/events",
            params={"after": self.last},
            headers=self._headers(),
            read_s=QUIET_S,
        )

    def _headers(self) -> dict[str, str]:
        resume = {"Last-Event-ID": str(self.last)} if self.last else {}
        return {"Accept": "text/event-stream", "Cache-Control": "no-store", **resume}

    async def _frames(self, response: httpx.Response) -> AsyncGenerator[Frame]:
        kind = response.headers.get("content-type", "")
        if response.status_code != httpx.codes.NO_CONTENT and not kind.startswith("text/event-stream"):
            raise APIError(f"{self._wire.url} answers with {kind or 'something'} where events should be.")
        parser = Parser()
        with translated(self._wire.url):
            async for chunk in response.aiter_bytes():
                self._patience.contact()
                for frame in parser.feed(chunk):
                    yield frame
                if parser.retry_ms is not None:
                    self._asked_s = min(parser.retry_ms / 1000, ASKED_CAP_S)

    def _event(self, frame: Frame) -> Event:
        try:
            body = json.loads(frame.data)
        except ValueError as error:
            raise APIError(f"The stream of job {self._job_id} holds something else than JSON.") from error
        if isinstance(body, dict) and "type" not in body and "status" in body:
            body = {"type": SNAPSHOT, "job_id": self._job_id, "data": body}
        event = parse(Event, body)
        if event.seq is None and {"id", "kind", "status"} <= event.data.keys():
            return event.model_copy(update={"type": SNAPSHOT})
        return event

    def _gap(self, event: Event) -> bool:
        """True when events are missing before this one and asking again may still bring them."""
        if event.seq is None or event.seq <= self.last + 1 or self._refetched == self.last:
            return False
        self._refetched = self.last
        return True

    def _fresh(self, event: Event) -> bool:
        """Whether the consumer has not had this one; notes what was given out."""
        if event.type == SNAPSHOT:
            first, self._opened = not self._opened, True
            return first
        if event.seq is None:
            return True
        if event.seq <= self.last:
            return False
        self.last = event.seq
        self._patience.headway()
        self._over = event.type == "job.done"
        return True
