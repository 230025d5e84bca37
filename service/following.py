"""Readers of events: the live feed makes them fast, Postgres makes them right."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from time import monotonic
from uuid import UUID

from jobs.errors import Unavailable
from jobs.model import Job, JsonObject, isotime
from jobs.resources import Resources
from jobs.store import events, glances
from service.feed import Feed
from service.reading import ask, whole_job

PAGE = 500


class _Turn(Enum):
    NEXT = auto()
    OLD = auto()
    JUMP = auto()


@dataclass(slots=True)
class _Place:
    """How far a reader has come in one job's events."""

    seq: int
    attempt: int

    def turn(self, envelope: JsonObject) -> _Turn:
        seq, attempt = envelope["seq"], envelope["attempt"]
        if not isinstance(attempt, int) or not isinstance(seq, int | None):
            return _Turn.OLD
        if seq is None:
            return _Turn.OLD if attempt < self.attempt else _Turn.NEXT
        if seq != self.seq + 1:
            return _Turn.OLD if seq <= self.seq else _Turn.JUMP
        self.seq, self.attempt = seq, attempt
        return _Turn.NEXT


async def follow(
    res: Resources,
    feed: Feed,
    job_id: UUID,
    tenant: str,
    *,
    after: int | None,
    render: Callable[[Job], JsonObject],
) -> AsyncGenerator[JsonObject | None, None]:
    """A snapshot of the job, then its events numbered above `after` until the last; None in each silence.

    The live feed only makes it fast: a jump in the numbers, a loss or a silence makes it read Postgres, so
    nothing is left out, repeated or waited for in vain. Ends when the job was erased, and when the process stops.
    Raises NotFound.
    """
    with feed.tap(tenant, job_id) as tap:
        job = await whole_job(res, job_id, tenant)
        yield snapshot(job, render)
        place = _Place(min(after or 0, job.event_seq), job.attempt)
        while True:
            with suppress(Unavailable):
                head = await ask(res, lambda conn: glances.head(conn, job_id, tenant))
                if head is None:
                    return
                async for envelope in _backlog(res, job_id, place, head.seq):
                    yield envelope
                if head.status.terminal:
                    return
            tap.seen = place.seq
            while (live := await tap.next()) is not None or not tap.missed:
                turn = place.turn(live) if live else _Turn.OLD
                if turn is _Turn.JUMP:
                    break
                tap.seen = place.seq
                if turn is _Turn.NEXT or not live:
                    yield live
                if live and turn is _Turn.NEXT and live["type"] == "job.done":
                    return
            if feed.closed:
                return


async def _backlog(res: Resources, job_id: UUID, place: _Place, last: int) -> AsyncIterator[JsonObject]:
    """The stored events above the place up to `last`, moving the place along."""
    while place.seq < last:
        page = await ask(res, lambda conn: events.after(conn, job_id, place.seq, PAGE))
        if not page:
            return
        for event in page:
            place.seq, place.attempt = event.seq or place.seq, event.attempt
            yield event.envelope()


def snapshot(job: Job, render: Callable[[Job], JsonObject]) -> JsonObject:
    """The first frame: the job itself in the form of an event without a number."""
    return {
        "seq": None,
        "type": "job.snapshot",
        "job_id": str(job.id),
        "attempt": job.attempt,
        "time": isotime(datetime.now(UTC)),
        "data": render(job),
    }


async def settle(res: Resources, feed: Feed, job_id: UUID, tenant: str, wait_s: float) -> None:
    """Wait until the job has ended or is gone, at most `wait_s` seconds. Raises Unavailable."""
    until = monotonic() + wait_s
    with feed.tap(tenant, job_id) as tap:
        while (left_s := until - monotonic()) > 0 and not feed.closed:
            head = await ask(res, lambda conn: glances.head(conn, job_id, tenant))
            if head is None or head.status.terminal:
                return
            while not tap.missed and left_s > 0:
                live = await tap.next(left_s)
                if live and live["type"] == "job.done":
                    return
                left_s = until - monotonic()
            tap.missed = False


async def watch_all(
    res: Resources, feed: Feed, tenant: str, kind: str | None, wanted: frozenset[str]
) -> AsyncGenerator[JsonObject | None, None]:
    """None, and from then on what happens to all jobs of a tenant, of one kind, or to those wanted.

    None again in silences.
    """
    of_kind: dict[str, bool] = {}
    with feed.tap(tenant) as tap:
        await feed.listening()
        yield None
        while True:
            live = await tap.next()
            if live is None and feed.closed:
                return
            if live is None:
                yield None
                continue
            job_id = str(live["job_id"])
            if wanted and job_id not in wanted:
                continue
            if kind and job_id not in of_kind:
                of_kind[job_id] = await _kind_of(res, live, tenant) == kind
            if not kind or of_kind[job_id]:
                yield live
            if live["type"] == "job.done":
                of_kind.pop(job_id, None)


async def _kind_of(res: Resources, live: JsonObject, tenant: str) -> object:
    data = live["data"]
    if isinstance(data, dict) and "kind" in data:
        return data["kind"]
    with suppress(Unavailable):
        return await ask(res, lambda conn: glances.kind(conn, UUID(str(live["job_id"])), tenant))
    return None
