"""`turnspit jobs ...`: look at jobs, and act on them."""

import sys
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from turnspit.cli.follow import detaching
from turnspit.cli.follow import watch as watch_job
from turnspit.cli.output import json_line, pairs, plain, result_json, table, terminal
from turnspit.cli.session import Exit, execute, job_code, say
from turnspit.cli.text import details, duration, ending, one_line
from turnspit.errors import JobError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from turnspit.client import AsyncClient
    from turnspit.jobs import JobHandle
    from turnspit.models import Event, Job

JobId = Annotated[str, typer.Argument(metavar="ID", help="The job's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Lines of JSON.")]


def ls(
    ctx: typer.Context,
    *,
    status: Annotated[str | None, typer.Option(help="Only jobs in this status.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only jobs of this kind.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only jobs in this queue.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only jobs with this tag.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first. Not on a terminal: tab-separated lines without a header."""

    async def act(client: "AsyncClient") -> None:
        found: list[Job] = []
        pages = client.jobs.list(status=status, kind=kind, queue=queue, tag=tag, page_size=min(limit, 100))
        async for job in pages:
            found.append(job)
            if len(found) == limit:
                break
        if as_json:
            for job in found:
                json_line(plain(job))
        else:
            table(("ID", "KIND", "STATUS", "QUEUE", "CREATED", "PROGRESS"), map(_row, found))

    execute(ctx, act)


def show(ctx: typer.Context, job_id: JobId, as_json: AsJson = False) -> None:
    """Show all that is known of a job."""

    async def act(client: "AsyncClient") -> None:
        job = (await client.jobs.get(job_id)).job
        if as_json:
            json_line(plain(job))
            return
        progress = f"{job.progress.step} {details(job.progress)}" if job.progress else None
        shown = {**plain(job), "progress": progress, "artifacts": [item.name for item in job.artifacts]}
        pairs((name, value) for name, value in shown.items() if name not in {"urls", "done"})

    execute(ctx, act)


def watch(ctx: typer.Context, job_id: JobId, as_json: AsJson = False) -> None:
    """Follow a job to its end on stderr; the exit code says how it ended. Ctrl-C leaves the job alone.

    With --json every event goes to stdout as a line of JSON.
    """

    async def act(client: "AsyncClient") -> Exit:
        if not as_json:
            return job_code(await watch_job(client, job_id))
        handle = client.jobs.handle(job_id)
        with detaching(job_id):
            async with aclosing(handle.events()) as stream:
                async for event in stream:
                    json_line(plain(event))
        return job_code(await handle.refresh())

    execute(ctx, act)


def logs(
    ctx: typer.Context,
    job_id: JobId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print what a job logged."""

    async def act(client: "AsyncClient") -> None:
        async for event in _events(client.jobs.handle(job_id), follow=follow):
            if event.type == "job.log" and as_json:
                json_line(plain(event))
            elif event.type == "job.log":
                print(f"{_time(event)}  {one_line(event.data.get('message', event.data))}", flush=True)

    execute(ctx, act)


def events(
    ctx: typer.Context,
    job_id: JobId,
    after: Annotated[int, typer.Option(min=0, help="Only events with a higher number.")] = 0,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print a job's events: number, time, type, data."""

    async def act(client: "AsyncClient") -> None:
        async for event in _events(client.jobs.handle(job_id), follow=follow, after=after):
            if as_json:
                json_line(plain(event))
            else:
                print(f"{event.seq or '-'}\t{_time(event)}\t{one_line(event.type)}\t{one_line(event.data)}")

    execute(ctx, act)


def result(
    ctx: typer.Context,
    job_id: JobId,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for it; 0 only looks.")] = 0,
) -> None:
    """Print a job's output as JSON. Exits with 6 when it has not ended in time."""

    async def act(client: "AsyncClient") -> Exit:
        handle = client.jobs.handle(job_id)
        try:
            result_json(await handle.result(timeout=timeout))
        except JobError as error:
            for line in ending(error.job):
                say(line)
            return job_code(error.job)
        return Exit.OK

    execute(ctx, act)


def cancel(ctx: typer.Context, job_id: JobId, as_json: AsJson = False) -> None:
    """Stop a job, queued or running. No error when it has ended already."""

    async def act(client: "AsyncClient") -> None:
        job = await client.jobs.cancel(job_id)
        waiting = "" if job.finished else ", cancel requested"
        json_line(plain(job)) if as_json else print(f"{one_line(job.id)}\t{one_line(job.status)}{waiting}")

    execute(ctx, act)


def retry(ctx: typer.Context, job_id: JobId, as_json: AsJson = False) -> None:
    """Run a finished job again; prints the id of the new job."""

    async def act(client: "AsyncClient") -> None:
        job = (await client.jobs.retry(job_id)).job
        json_line(plain(job)) if as_json else print(one_line(job.id))

    execute(ctx, act)


async def _events(handle: "JobHandle", *, follow: bool, after: int = 0) -> "AsyncIterator[Event]":
    async for event in handle.events(after=after) if follow else handle.history(after=after):
        yield event


def _row(job: "Job") -> tuple[object, ...]:
    progress = details(job.progress) if job.progress and not job.finished else None
    created: object = job.created_at
    if job.created_at and terminal(sys.stdout):
        created = f"{duration((datetime.now(UTC) - job.created_at).total_seconds())} ago"
    return (job.id, job.kind, job.status, job.queue, created, progress)


def _time(event: "Event") -> str:
    return event.time.strftime("%H:%M:%S.%f")[:-3] if event.time else "-"
