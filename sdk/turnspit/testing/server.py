"""The server in memory as an ASGI app: the routes of the public contract that a client calls."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import uuid4

from turnspit.testing.asgi import Message, Receive, Reply, Request, Send, read, stream, write
from turnspit.testing.state import NOW, FakeJob, FakeKind


class FakeServer:
    """Answers from memory. `refusals` are HTTP statuses to give first; `requests` is what was asked."""

    def __init__(self, kinds: Iterable[FakeKind] = (), *, api_key: str | None = None) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.api_key = api_key
        self.jobs: dict[str, FakeJob] = {}
        self.files: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.refusals: list[int] = []
        self._replies: dict[str, tuple[bytes, Reply]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = await read(scope, receive)
        self.requests.append(request)
        job = self.jobs.get(request.path[2]) if request.path[1:2] == ("jobs",) and len(request.path) > 2 else None
        wants_stream = request.headers.get("accept") == "text/event-stream"
        if job and request.path[3:] == ("events",) and wants_stream:
            await stream(job, int(request.query.get("after", 0)), receive, send)
        else:
            await write(self._answer(request, job), send)

    def _answer(self, request: Request, job: FakeJob | None) -> Reply:
        if self.refusals:
            return _problem(self.refusals.pop(0), "refused", "Not now.")
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return _problem(401, "unauthorized", "A valid key is needed.")
        reply = NOT_FOUND
        match request.method, request.path[1:]:
            case "POST", ("jobs",):
                reply = self._once(request, lambda: self._submit(json.loads(request.body)))
            case "POST", ("batches",):
                reply = self._once(request, lambda: self._batch(json.loads(request.body)))
            case "GET", ("jobs",):
                reply = self._list(request.query)
            case "POST", ("files",):
                reply = self._store(request)
            case "GET", ("kinds",):
                reply = Reply(200, {"data": [_kind(kind) for kind in self.kinds.values()]})
            case "GET", ("queues",):
                reply = Reply(200, {"data": [{"name": "one", "slots": 4, "busy": 1}]})
            case "GET", ("workers",):
                reply = Reply(200, {"data": [{"id": "one", "slots": 4, "busy": 1}]})
            case _, ("jobs", _, *rest) if job:
                reply = self._job(request, job, tuple(rest))
        return reply

    def _job(self, request: Request, job: FakeJob, rest: tuple[str, ...]) -> Reply:
        reply = NOT_FOUND
        match request.method, rest:
            case "GET", ():
                reply = Reply(200, job.row)
            case "DELETE", ():
                del self.jobs[job.row["id"]]
                reply = Reply(204)
            case "POST", ("cancel",):
                job.finish("canceled")
                reply = Reply(200, job.row)
            case "POST", ("retry",):
                reply = self._once(request, lambda: self._submit(job.body, job.row["id"]))
            case "GET", ("events",):
                after = int(request.query.get("after", 0))
                reply = Reply(200, {"data": [frame for frame in job.frames if (frame["seq"] or 0) > after]})
            case "GET", ("artifacts",):
                reply = Reply(200, {"data": job.row["artifacts"]})
            case "GET", ("artifacts", name) if name in job.kind.artifacts and job.row["artifacts"]:
                reply = Reply(200, job.kind.artifacts[name])
        return reply

    def _once(self, request: Request, make: Callable[[], Reply]) -> Reply:
        key = request.headers.get("idempotency-key", str(uuid4()))
        if key not in self._replies:
            self._replies[key] = (request.body, make())
        body, reply = self._replies[key]
        if body != request.body:
            return _problem(422, "idempotency_mismatch", "This key came with another body.")
        return reply

    def _submit(self, body: dict[str, Any], retry_of: str | None = None) -> Reply:
        kind = self.kinds.get(body["kind"])
        if kind is None:
            return _problem(422, "unknown_kind", f"There is no kind {body['kind']!r}.")
        job = FakeJob(kind, body, retry_of)
        self.jobs[job.row["id"]] = job
        return Reply(202, job.row, (("location", f"/v1/jobs/{job.row['id']}"),))

    def _batch(self, bodies: list[dict[str, Any]]) -> Reply:
        if unknown := [body["kind"] for body in bodies if body["kind"] not in self.kinds]:
            return _problem(422, "unknown_kind", f"There is no kind {unknown[0]!r}.")
        rows = [self._submit(body).body for body in bodies]
        return Reply(202, {"id": str(uuid4()), "data": [{"id": r["id"], "status": r["status"]} for r in rows]})

    def _list(self, query: dict[str, str]) -> Reply:
        rows = [job.row for job in reversed(self.jobs.values())]
        for name in ("status", "kind", "queue"):
            rows = [row for row in rows if query.get(name, row[name]) == row[name]]
        rows = [row for row in rows if query.get("tag") is None or query["tag"] in row["tags"]]
        start, limit = int(query.get("cursor", 0)), int(query.get("limit", 100))
        page = [{k: v for k, v in row.items() if k not in {"input", "output"}} for row in rows[start:][:limit]]
        more = len(rows) > start + limit
        return Reply(200, {"data": page, "has_more": more, "next_cursor": str(start + limit) if more else None})

    def _store(self, request: Request) -> Reply:
        file_id = str(uuid4())
        self.files[file_id] = request.body
        row = {
            "id": file_id,
            "name": request.query.get("name"),
            "bytes": len(request.body),
            "created_at": NOW,
        }
        return Reply(201, row)


def _kind(kind: FakeKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "description": f"The kind {kind.name}.",
        "queue": kind.queue,
        "input_schema": kind.input_schema,
        "output_schema": {"type": "object"},
    }


def _problem(status: int, code: str, detail: str) -> Reply:
    body = {"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code}
    headers = (("content-type", "application/problem+json"), ("x-request-id", "req-1"))
    retry = (("retry-after", "0"),) if status in {429, 503} else ()
    return Reply(status, body, headers + retry)


NOT_FOUND: Final = _problem(404, "not_found", "There is no such thing here.")
