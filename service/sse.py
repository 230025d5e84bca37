"""Envelopes as server-sent events (WHATWG HTML, 9.2)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from time import monotonic

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from prometheus_client import Gauge
from pydantic_core import to_json
from starlette.responses import StreamingResponse

from jobs.model import JsonObject

PING_S = 15.0
RETRY_MS = 2000

Envelopes = AsyncGenerator[JsonObject | None, None]


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


def event_stream(told: AsyncIterator[bytes]) -> EventStream:
    """A reply that no proxy keeps, changes or gathers."""
    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return EventStream(told, headers=headers)


async def frames(first: bytes, envelopes: Envelopes, streams: Gauge, *, ids: bool = True) -> AsyncIterator[bytes]:
    """`first`, then a frame for each envelope, and a ping when nothing was said for 15 seconds."""
    with streams.track_inprogress():
        yield first
        said_at = monotonic()
        async with aclosing(envelopes) as told:
            async for envelope in told:
                if envelope is not None:
                    yield frame(envelope, ids=ids)
                elif monotonic() - said_at < PING_S:
                    continue
                else:
                    yield KEEPALIVE_COMMENT
                said_at = monotonic()


def frame(envelope: JsonObject, *, retry: int | None = None, ids: bool = True) -> bytes:
    """One event: its type, the envelope as JSON, and its number as the id to resume from."""
    seq = envelope["seq"]
    return format_sse_event(
        data_str=to_json(envelope, inf_nan_mode="null").decode(),
        event=str(envelope["type"]).replace("\n", " ").replace("\r", " "),
        id=str(seq) if ids and seq is not None else None,
        retry=retry,
    )


def hello() -> bytes:
    """What opens a stream that has nothing to tell yet."""
    return format_sse_event(comment="listening", retry=RETRY_MS)
