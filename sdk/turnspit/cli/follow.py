"""Follow a job to its end, on a terminal or in a log."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, TextIO

from turnspit.cli.output import json_line, plain, terminal
from turnspit.cli.session import Exit, job_code, say
from turnspit.cli.text import ending, one_line, segment_line
from turnspit.cli.view import View, view_for

if TYPE_CHECKING:
    from turnspit.client import AsyncClient
    from turnspit.jobs import JobHandle
    from turnspit.models import Event, Job

Show = Callable[["Job"], Awaitable[None]]


async def follow(client: "AsyncClient", job_id: str, out: TextIO, *, segments: bool | None = None) -> "Job":
    """Print a job's steps to `out` as they come; returns the job in its terminal state.

    A live bar when `out` is a terminal, else plain lines, at most about two a second. `segments` says
    whether pieces of a transcript are printed as they come; None means on a terminal only. The last lines are
    the warnings and how it ended. Reconnects by itself. Raises NotFoundError, APIConnectionError.
    """
    handle = client.jobs.handle(job_id)
    with view_for(out) as view:
        steps = _Steps(view, segments=terminal(out) if segments is None else segments)
        async with aclosing(handle.events()) as events:
            async for event in events:
                steps.tell(event, handle.job)
        job = await handle.refresh()
        for line in ending(job):
            view.line(line)
    return job


async def watch(client: "AsyncClient", job_id: str, *, segments: bool | None = None) -> "Job":
    """`follow` on stderr; an interruption detaches, says how to come back, and leaves the job alone."""
    with detaching(job_id):
        return await follow(client, job_id, sys.stderr, segments=segments)


async def conclude(
    client: "AsyncClient", job: "JobHandle", show: Show | None, *, detach: bool, as_json: bool
) -> Exit:
    """Watch a job that was just submitted, and `show` it when it has succeeded.

    With `detach` only its id is printed; `as_json` prints the whole job as one line.
    """
    if detach:
        json_line(plain(job.job)) if as_json else print(job.id)
        return Exit.OK
    end = await watch(client, job.id)
    if as_json:
        json_line(plain(end))
    if show and end.status == "succeeded":
        await show(end)
    return job_code(end)


@contextmanager
def detaching(job_id: str) -> Iterator[None]:
    """Say how to come back when what happens inside is interrupted."""
    try:
        yield
    except asyncio.CancelledError:
        say(f"Detached, the job goes on. Watch it again with: turnspit jobs watch {job_id}")
        raise


class _Steps:
    """Tells the events of one job to a view.

    A stream opens with the job as it is and goes on with its history, so the status of the snapshot is told
    by the history; only its progress is new, and is told when the history reaches the present attempt.
    """

    def __init__(self, view: View, *, segments: bool) -> None:
        self._view, self._segments = view, segments
        self._present: Job | None = None

    def tell(self, event: "Event", job: "Job") -> None:
        match event.type:
            case "job.snapshot":
                self._present = job
            case "job.status" if not job.finished:
                self._status(event)
            case "job.progress" if job.progress:
                self._present = None
                self._view.progress(job.progress)
            case "job.log":
                self._view.line(one_line(event.data.get("message", event.data)))
            case "transcript.segment" if self._segments:
                self._view.line(segment_line(event.data))

    def _status(self, event: "Event") -> None:
        again = f" (attempt {event.attempt})" if (event.attempt or 0) > 1 else ""
        status, error = event.data.get("status"), event.data.get("error")
        why = f": {error.get('message')}" if status == "scheduled" and isinstance(error, dict) else ""
        self._view.step(one_line(f"{status}{again}{why}"))
        here = self._present
        if here and here.progress and (here.status, here.attempt) == (status, event.attempt):
            self._view.progress(here.progress)
