"""`client.jobs`: jobs by their id, and the list of them."""

from collections.abc import AsyncIterator
from uuid import uuid4

from turnspit.jobs import JobHandle
from turnspit.models import Job, parse, parse_list
from turnspit.wire import Wire, segment


class Jobs:
    """Get, list, cancel, retry and delete jobs."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def handle(self, job_id: str) -> JobHandle:
        """A handle on a job by its id, without asking the server: `refresh`, `result` and `events` will."""
        return JobHandle(self._wire, Job(id=job_id))

    async def get(self, job_id: str) -> JobHandle:
        """The job as it stands. Raises NotFoundError for an unknown id."""
        handle = self.handle(job_id)
        await handle.refresh()
        return handle

    async def list(
        self,
        *,
        status: str | None = None,
        kind: str | None = None,
        queue: str | None = None,
        tag: str | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Job]:
        """Jobs, newest first, without input and output; fetches page after page as they are asked for."""
        given = {"status": status, "kind": kind, "queue": queue, "tag": tag}
        params: dict[str, str | int] = {name: value for name, value in given.items() if value is not None}
        params["limit"] = page_size
        while True:
            reply = await self._wire.json("GET", "/v1/jobs", params=dict(params))
            for job in parse_list(Job, reply):
                yield job
            cursor = reply.get("next_cursor") if isinstance(reply, dict) else None
            if not cursor or not reply.get("has_more"):
                return
            params["cursor"] = cursor

    async def cancel(self, job_id: str) -> Job:
        """Ask for the end of a job; no error when it has ended already."""
        return await self.handle(job_id).cancel()

    async def retry(self, job_id: str, *, idempotency_key: str | None = None) -> JobHandle:
        """Run a finished job again, as a new job with `retry_of`. Raises ConflictError on a live one."""
        reply = await self._wire.json(
            "POST",
            f"/v1/jobs/{segment(job_id)}/retry",
            headers={"Idempotency-Key": idempotency_key or str(uuid4())},
        )
        return JobHandle(self._wire, parse(Job, reply))

    async def delete(self, job_id: str) -> None:
        """Erase a job and its data; a live one is canceled first."""
        await self._wire.json("DELETE", f"/v1/jobs/{segment(job_id)}")
