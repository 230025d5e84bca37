"""A handle on one job: wait for it, watch it, stop it, take what it made."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final

from turnspit.errors import APIError, ResultTimeout, job_error
from turnspit.models import Artifact, Event, Failure, Job, Progress, parse, parse_list
from turnspit.retry import Patience
from turnspit.stream import SNAPSHOT, EventStream
from turnspit.wire import Wire, read_json, segment, translated

LONG_POLL_S: Final = 25


class JobHandle:
    """One job on the server. `job` is its last known state; `refresh` asks anew."""

    def __init__(self, wire: Wire, job: Job) -> None:
        self.job = job
        self._wire = wire
        self._path = f"/v1/jobs/{segment(job.id)}"

    def __repr__(self) -> str:
        return f"<JobHandle {self.id} {self.job.kind} {self.status}>"

    @property
    def id(self) -> str:
        """The job's id."""
        return self.job.id

    @property
    def status(self) -> str:
        """The last known status."""
        return self.job.status

    @property
    def done(self) -> bool:
        """Whether the last known status is a terminal one."""
        return self.job.finished

    async def refresh(self) -> Job:
        """Ask for the job as it stands. Raises NotFoundError for an unknown one."""
        self.job = parse(Job, await self._wire.json("GET", self._path))
        return self.job

    async def result(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait for the output. `timeout` is in seconds; 0 looks once, None waits as long as the job lives.

        Raises JobFailed, JobCanceled or JobExpired as it ended, and ResultTimeout when it has not: the job
        goes on then, and so it does when this wait is canceled. Survives a restart of the server.
        """
        job = await self.wait(timeout)
        if job.status != "succeeded":
            raise job_error(job)
        output: dict[str, Any] = job.output
        return output

    async def wait(self, timeout: float | None = None) -> Job:
        """Wait for the job to end, well or not. Raises ResultTimeout after `timeout` seconds."""
        if timeout is not None and timeout <= 0:
            await self.refresh()
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._until_done(min(LONG_POLL_S, ceil(timeout or LONG_POLL_S)))
        if not self.done:
            raise ResultTimeout(self.job)
        return self.job

    async def _until_done(self, hold_s: int) -> None:
        patience, quick = Patience(self._wire.retries), 0
        while not (self.done and self.job.finished_at):
            asked_at = time.monotonic()
            try:
                await self._look(hold_s)
            except APIError as error:
                await patience.pause(error)
                continue
            patience.contact()
            patience.headway()
            if self.done:
                return
            if time.monotonic() - asked_at < 1:  # the server did not hold the request: do not spin
                quick = min(quick + 1, 5)
                await asyncio.sleep(0.05 * 2**quick)

    async def events(self, *, after: int = 0) -> AsyncGenerator[Event]:
        """Every event with a seq above `after`, live progress between them, until the job is done.

        Reconnects by itself and gives each durable event exactly once, in order. The first event is a
        snapshot of the job (`job.snapshot`). Keeps `job` up to date as it goes.
        """
        async with aclosing(EventStream(self._wire, self.id, after).events()) as stream:
            async for event in stream:
                self.job = _after(self.job, event)
                yield event

    async def history(self, *, after: int = 0) -> AsyncIterator[Event]:
        """The stored events with a seq above `after`, without waiting for more."""
        while True:
            reply = await self._wire.json(
                "GET", f"{self._path}/events", params={"after": after}, headers={"Accept": "application/json"}
            )
            page = [event for event in parse_list(Event, reply) if event.seq is not None and event.seq > after]
            for event in page:
                yield event
                after = event.seq or after
            if not page:
                return

    async def cancel(self) -> Job:
        """Ask for the end of the job; calling it twice, or on a finished job, is no error."""
        self.job = parse(Job, await self._wire.json("POST", f"{self._path}/cancel"))
        return self.job

    async def artifacts(self) -> list[Artifact]:
        """What the job made."""
        return parse_list(Artifact, await self._wire.json("GET", f"{self._path}/artifacts"))

    async def artifact(self, name: str) -> bytes:
        """The bytes of one artifact, in memory. Raises NotFoundError when there is none."""
        response = await self._wire.retries.run(lambda: self._wire.once("GET", self._artifact(name)))
        return response.content

    async def stream_artifact(self, name: str) -> AsyncGenerator[bytes]:
        """The bytes of one artifact as they come; a broken connection raises APIConnectionError."""
        async with self._wire.stream("GET", self._artifact(name)) as response:
            with translated(self._wire.url):
                async for chunk in response.aiter_bytes():
                    yield chunk

    async def save_artifact(self, name: str, path: str | Path) -> Path:
        """Write one artifact to `path`, in constant memory; the file appears when it is whole.

        Raises NotFoundError when there is none, OSError when it cannot be written.
        """
        target = Path(path)
        await self._wire.retries.run(lambda: self._save(name, target))
        return target

    async def _save(self, name: str, target: Path) -> None:
        part = target.with_name(f".{target.name}.part")
        file = await asyncio.to_thread(part.open, "wb")
        try:
            with file:
                async for chunk in self.stream_artifact(name):
                    await asyncio.to_thread(file.write, chunk)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _artifact(self, name: str) -> str:
        return f"{self._path}/artifacts/{segment(name)}"

    async def _look(self, hold_s: int) -> None:
        reply = await self._wire.once("GET", self._path, params={"wait": hold_s}, wait_s=hold_s)
        self.job = parse(Job, read_json(reply))


@dataclass(frozen=True)
class Batch:
    """Jobs that were accepted together, in the order they were given."""

    id: str
    jobs: list[JobHandle]


def _after(job: Job, event: Event) -> Job:
    """The job as it stands after an event."""
    if event.type == SNAPSHOT:
        return parse(Job, event.data)
    if event.type == "job.progress":
        return job.model_copy(update={"progress": parse(Progress, event.data)})
    if job.finished:  # terminal states stay: this is history
        return job
    change: dict[str, Any] = {}
    if isinstance(status := event.data.get("status"), str):
        change["status"] = status
    if isinstance(error := event.data.get("error"), dict):
        change["error"] = parse(Failure, error)
    return job.model_copy(update=change)
