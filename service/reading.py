"""How routes read: ids and cursors from text, rows through a pool that may be away, large values inline."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from pydantic_core import from_json

from jobs.errors import InvalidInput, NotFound
from jobs.model import Job, Json
from jobs.resources import Resources
from jobs.store import jobs
from jobs.store.artifacts import INPUT, OUTPUT
from jobs.store.database import Conn, or_unavailable

T = TypeVar("T")

BIGINT = 2**63 - 1


async def ask(res: Resources, query: Callable[[Conn], Awaitable[T]]) -> T:
    """The answer of `query(conn)`. Raises Unavailable while Postgres is away."""

    async def once() -> T:
        async with res.pool.acquire() as conn:
            return await query(conn)

    return await or_unavailable(once)


async def find_job(res: Resources, job_id: UUID, tenant: str) -> Job:
    """A job with its parents and artifacts, input and output as the row has them. Raises NotFound."""
    job = await ask(res, lambda conn: jobs.get(conn, job_id, tenant))
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    return job


async def whole_job(res: Resources, job_id: UUID, tenant: str) -> Job:
    """A job with an input and output that lie in the object store loaded as well. Raises NotFound."""
    job = await find_job(res, job_id, tenant)
    job.input = await _inline(res, job, job.input, INPUT)
    job.output = await _inline(res, job, job.output, OUTPUT)
    return job


async def _inline(res: Resources, job: Job, value: Json, name: str) -> Json:
    kept = next((artifact for artifact in job.artifacts if artifact.name == name), None)
    if value is not None or kept is None:
        return value
    with suppress(NotFound):  # bytes that went missing do not hide the job
        loaded: Json = from_json(await res.objects.get(kept.key))
        return loaded
    return None


def parse_id(text: str, what: str) -> UUID:
    """The UUID in a path. Raises NotFound: what is no id names nothing."""
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text.lower():
        raise NotFound(f"There is no {what} {text[:100]!r}.")
    return found


def cursor(last: UUID) -> str:
    """Where a list goes on: opaque to clients."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def parse_cursor(text: str) -> UUID:
    """The id behind a cursor. Raises InvalidInput."""
    try:
        return UUID(bytes=base64.b64decode(text + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise InvalidInput("This cursor is not one of ours.", param="cursor") from None
