"""HTTP as ASGI messages: requests in, replies and event streams out."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from turnspit.testing.state import FakeJob

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What goes out; JSON unless it is bytes."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


async def read(scope: Message, receive: Receive) -> Request:
    """The whole request."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    raw_path = (scope.get("raw_path") or scope["path"].encode()).decode().partition("?")[0]
    return Request(
        scope["method"],
        tuple(unquote(part) for part in raw_path.strip("/").split("/")),
        {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()},
        {name.decode().lower(): value.decode() for name, value in scope["headers"]},
        body,
    )


async def write(reply: Reply, send: Send) -> None:
    """The whole reply."""
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    headers = {"content-type": "application/json", "x-request-id": "req-1", **dict(reply.headers)}
    await send(_start(reply.status, headers))
    await send({"type": "http.response.body", "body": b"" if reply.body is None else body})


async def stream(job: FakeJob, after: int, receive: Receive, send: Send) -> None:
    """A snapshot, the events above `after`, and the rest once the job has ended."""
    await send(_start(200, {"content-type": "text/event-stream"}))
    await send(_chunk(_frame({"seq": None, "type": "job.snapshot", "job_id": job.row["id"], "data": job.row})))
    told = 0
    while True:
        for frame in job.frames[told:]:
            if frame["seq"] is None or frame["seq"] > after:
                await send(_chunk(_frame(frame)))
        told = len(job.frames)
        if job.ended.is_set():
            break
        if await _left_first(job, receive):
            return
    await send({"type": "http.response.body", "body": b""})


async def _left_first(job: FakeJob, receive: Receive) -> bool:
    """Wait for the end of the job or of the reader; True when the reader left."""
    ended, left = asyncio.ensure_future(job.ended.wait()), asyncio.ensure_future(receive())
    await asyncio.wait({ended, left}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    left.cancel()
    return not job.ended.is_set()


def _frame(frame: dict[str, Any]) -> bytes:
    number = "" if frame["seq"] is None else f"id: {frame['seq']}\n"
    return f"{number}event: {frame['type']}\ndata: {json.dumps(frame)}\n\n".encode()


def _start(status: int, headers: dict[str, str]) -> Message:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": raw}


def _chunk(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}
