"""The events of a job over connections that break."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from turnspit import APIConnectionError, APIError, AsyncClient, Event, NotFoundError, Retries

FAST = Retries(tries=2, base_s=0, patience_s=5)
JOB = {"id": "j1", "kind": "slow", "status": "running", "done": False}


def frame(seq: int | None, kind: str = "job.log", /, **data: Any) -> bytes:
    body = {"seq": seq, "type": kind, "job_id": "j1", "attempt": 1, "data": data}
    return (f"id: {seq}\n" if seq else "").encode() + f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()


SNAPSHOT = frame(None, "job.snapshot", **JOB)
DONE = [frame(n, message=str(n)) for n in range(1, 6)] + [frame(6, "job.done", status="succeeded")]


class Cut(httpx.AsyncByteStream):
    """A body that breaks after its chunks, or ends cleanly."""

    def __init__(self, chunks: list[bytes], *, breaks: bool) -> None:
        self.chunks, self.breaks = chunks, breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.breaks:
            raise httpx.ReadError("cut")


class Server:
    """Answers the n-th connection by the n-th script; notes where each one asked to resume."""

    def __init__(self, *scripts: Callable[[int], httpx.Response]) -> None:
        self.scripts = list(scripts)
        self.resumed: list[tuple[int, str | None]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        self.resumed.append((after, request.headers.get("last-event-id")))
        return self.scripts.pop(0)(after)


def events_of(stream: Cut) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Type": "text/event-stream; charset=utf-8"}, stream=stream)


def body(*chunks: bytes, breaks: bool = False) -> Callable[[int], httpx.Response]:
    return lambda after: events_of(Cut([SNAPSHOT, *chunks], breaks=breaks))


def refuse(after: int) -> httpx.Response:
    raise httpx.ConnectError("refused")


async def read(server: Server, after: int = 0) -> list[Event]:
    async with AsyncClient(transport=httpx.MockTransport(server), retries=FAST) as client:
        return [event async for event in client.jobs.handle("j1").events(after=after)]


def seqs(events: list[Event]) -> list[int]:
    return [event.seq for event in events if event.seq is not None]


async def test_events_resume_after_drops_without_gap_or_repeat() -> None:
    server = Server(
        body(*DONE[:2], breaks=True),
        refuse,
        lambda after: httpx.Response(503),
        body(*DONE[:4], breaks=True),  # sends again what was asked not to
        body(DONE[4]),  # ends cleanly, too early
        body(DONE[5]),
    )
    events = await read(server)
    assert seqs(events) == [1, 2, 3, 4, 5, 6]
    assert server.resumed == [(0, None), (2, "2"), (2, "2"), (2, "2"), (4, "4"), (5, "5")]


async def test_the_snapshot_is_given_once_and_first() -> None:
    events = await read(Server(body(*DONE[:2], breaks=True), body(*DONE[2:])))
    assert [event.type for event in events].count("job.snapshot") == 1
    assert events[0].type == "job.snapshot"


async def test_a_bare_job_as_first_frame_is_taken_for_the_snapshot() -> None:
    bare = f"data: {json.dumps(JOB)}\n\n".encode()
    server = Server(lambda after: events_of(Cut([bare, *DONE], breaks=False)))
    events = await read(server)
    assert (events[0].type, events[0].data["status"], seqs(events)[-1]) == ("job.snapshot", "running", 6)


async def test_a_jump_in_seq_is_fetched_again_before_anything_is_given_out() -> None:
    server = Server(body(DONE[0], DONE[3]), body(*DONE[1:]))
    assert seqs(await read(server)) == [1, 2, 3, 4, 5, 6]
    assert server.resumed[1] == (1, "1")


async def test_events_that_are_gone_for_good_do_not_stop_the_stream() -> None:
    server = Server(body(DONE[0], *DONE[3:]), body(*DONE[3:]))
    assert seqs(await read(server)) == [1, 4, 5, 6]


async def test_live_progress_passes_through_between_events() -> None:
    live = frame(None, "job.progress", step="heating", current=1, total=4, fraction=0.25)
    server = Server(body(DONE[0], live, *DONE[1:]))
    events = await read(server)
    assert [event.type for event in events][1:4] == ["job.log", "job.progress", "job.log"]


async def test_reading_past_the_end_of_a_finished_job_ends() -> None:
    finished = frame(None, "job.snapshot", **{**JOB, "status": "succeeded", "done": True})
    server = Server(lambda after: events_of(Cut([finished], breaks=False)))
    assert seqs(await read(server, after=6)) == []
    assert seqs(await read(Server(lambda after: httpx.Response(204)), after=6)) == []


async def test_a_page_that_is_no_stream_is_an_error_at_once() -> None:
    with pytest.raises(APIError, match=r"text/html.* where events should be"):
        await read(Server(lambda after: httpx.Response(200, html="<p>hello</p>")))


async def test_an_unknown_job_is_an_error_at_once() -> None:
    problem = {"title": "not found", "status": 404, "code": "not_found", "detail": "No such job."}
    with pytest.raises(NotFoundError, match="No such job"):
        await read(Server(lambda after: httpx.Response(404, json=problem)))


async def test_patience_ends_when_nobody_answers() -> None:
    transport = httpx.MockTransport(Server(refuse, refuse, refuse))
    async with AsyncClient(transport=transport, retries=Retries(base_s=0, patience_s=-1)) as client:
        with pytest.raises(APIConnectionError, match="No server answers"):
            await anext(client.jobs.handle("j1").events())


async def test_the_handle_knows_what_the_events_told() -> None:
    live = frame(None, "job.progress", step="heating", current=1, total=4, fraction=0.25)
    server = Server(body(DONE[0], live, *DONE[1:]))
    async with AsyncClient(transport=httpx.MockTransport(server), retries=FAST) as client:
        job = client.jobs.handle("j1")
        seen = []
        async for event in job.events():
            seen.append((event.type, job.status, job.job.progress.step if job.job.progress else None))
    assert seen[0] == ("job.snapshot", "running", None)
    assert seen[2] == ("job.progress", "running", "heating")
    assert seen[-1] == ("job.done", "succeeded", "heating")


async def test_leaving_the_loop_closes_the_connection() -> None:
    closed = []

    class Open(Cut):
        async def aclose(self) -> None:
            closed.append(True)

    server = Server(lambda after: events_of(Open([SNAPSHOT, *DONE], breaks=False)))
    async with AsyncClient(transport=httpx.MockTransport(server), retries=FAST) as client:
        async with aclosing(client.jobs.handle("j1").events()) as events:
            await anext(events)
        assert closed == [True]
