"""The async client: submit jobs, upload files, read what the server can do."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal, Self, TypedDict, Unpack
from uuid import uuid4

import httpx

from turnspit import upload as uploads
from turnspit.errors import APIError
from turnspit.jobs import Batch, JobHandle
from turnspit.jobs_api import Jobs
from turnspit.models import File, Job, KindInfo, Queue, Worker, parse, parse_list
from turnspit.retry import Retries
from turnspit.wire import Wire

DEFAULT_URL: Final = "http://127.0.0.1:8000"


class Options(TypedDict, total=False):
    """What a job may be given besides its kind and input; durations are seconds."""

    queue: str
    priority: int
    delay_s: float
    run_at: datetime | str
    deadline_at: datetime | str
    timeout_s: float
    max_attempts: int
    depends_on: Sequence[str]
    on_failure: Literal["cancel", "run"]
    tags: Sequence[str]
    metadata: Mapping[str, Any]
    webhook: Mapping[str, Any]


class AsyncClient:
    """A connection to one server; use it as an async context manager.

    `url` defaults to TURNSPIT_URL, then http://127.0.0.1:8000; `api_key` to TURNSPIT_API_KEY. `timeout` is
    seconds without a byte. Connection errors, 408, 429, 502, 503 and 504 are tried again (`retries`), a POST
    that makes jobs always with the same Idempotency-Key, so that it makes them once. `transport` is the seam
    for tests. Not for use from several event loops.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 30.0,
        retries: Retries | None = None,
    ) -> None:
        self._wire = Wire(
            url or os.environ.get("TURNSPIT_URL") or DEFAULT_URL,
            api_key or os.environ.get("TURNSPIT_API_KEY"),
            transport=transport,
            timeout=timeout,
            retries=retries or Retries(),
        )
        self.jobs = Jobs(self._wire)

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end."""
        return self._wire.url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def submit(
        self,
        kind: str,
        input: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        wait_s: int = 0,
        **options: Unpack[Options],
    ) -> JobHandle:
        """Make a job. When this returns, it is stored and cannot get lost.

        `wait_s` (at most 60) holds the reply until the job has ended or the time is over.
        Raises UnprocessableError (unknown kind, bad input) and the rest of the API errors.
        """
        headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
        if wait_s:
            headers["Prefer"] = f"wait={wait_s}"
        body = {"kind": kind, "input": dict(input), **options}
        reply = await self._wire.json("POST", "/v1/jobs", body=body, headers=headers, wait_s=wait_s)
        return JobHandle(self._wire, parse(Job, reply))

    async def batch(self, bodies: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None) -> Batch:
        """Make up to 10,000 jobs, all or none; a body is `{"kind", "input"}` and the options of `submit`."""
        headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
        reply = await self._wire.json("POST", "/v1/batches", body=[dict(body) for body in bodies], headers=headers)
        jobs = parse_list(Job, reply)
        if len(jobs) != len(bodies):
            raise APIError(f"The server made {len(jobs)} jobs of {len(bodies)}.")
        named = [job.model_copy(update={"kind": body["kind"]}) for job, body in zip(jobs, bodies, strict=True)]
        return Batch(str(reply.get("id", "")), [JobHandle(self._wire, job) for job in named])

    async def upload(
        self,
        source: uploads.Source,
        *,
        name: str | None = None,
        on_progress: uploads.OnProgress | None = None,
    ) -> File:
        """Send a path, bytes or an async iterator of bytes, streamed.

        `on_progress(sent, total)` is called after each chunk, in bytes; total is None for an iterator. An
        iterator is sent once; a path or bytes are sent again when the connection breaks.
        Raises OSError when the path cannot be read, TooLargeError over the server's limit.
        """
        return await uploads.upload(self._wire, source, name=name, on_progress=on_progress)

    async def transcribe(
        self,
        source: uploads.Source,
        *,
        name: str | None = None,
        on_progress: uploads.OnProgress | None = None,
        **fields: Any,
    ) -> JobHandle:
        """Upload a recording and submit `transcribe`; `fields` are more of its input, as `language="en"`."""
        file = await self.upload(source, name=name, on_progress=on_progress)
        return await self.submit("transcribe", {"file": file.id, **fields})

    async def kinds(self) -> list[KindInfo]:
        """The kinds of job this server runs, with their JSON Schemas."""
        return parse_list(KindInfo, await self._wire.json("GET", "/v1/kinds"))

    async def queues(self) -> list[Queue]:
        """The queues: depth, oldest wait, slots, busy."""
        return parse_list(Queue, await self._wire.json("GET", "/v1/queues"))

    async def workers(self) -> list[Worker]:
        """The workers: queues, slots, busy, last beat."""
        return parse_list(Worker, await self._wire.json("GET", "/v1/workers"))
