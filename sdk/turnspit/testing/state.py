"""What the server in memory knows: kinds with a script, jobs with their events, files."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

NOW: Final = "2026-11-20T12:00:00Z"
TERMINAL: Final = frozenset({"succeeded", "failed", "canceled", "expired"})


@dataclass
class FakeKind:
    """A job type whose run is known before: these events, then this output or error."""

    name: str
    output: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    input_schema: dict[str, Any] = field(default_factory=lambda: {"type": "object"})
    queue: str = "default"
    warnings: list[str] = field(default_factory=list)
    held: bool = False
    """Keep running until it is canceled, or the test calls `FakeJob.finish`."""


class FakeJob:
    """One job: its row as the API shows it, and its events."""

    def __init__(self, kind: FakeKind, body: dict[str, Any], retry_of: str | None = None) -> None:
        self.kind = kind
        self.body = body
        self.ended = asyncio.Event()
        self.frames: list[dict[str, Any]] = []
        self.row: dict[str, Any] = {
            "id": str(uuid4()),
            "kind": kind.name,
            "status": "queued",
            "done": False,
            "queue": body.get("queue", kind.queue),
            "priority": body.get("priority", 0),
            "attempt": 1,
            "progress": None,
            "input": body.get("input", {}),
            "output": None,
            "error": None,
            "warnings": [],
            "artifacts": [],
            "tags": body.get("tags", []),
            "metadata": body.get("metadata", {}),
            "created_at": NOW,
            "started_at": NOW,
            "finished_at": None,
            "retry_of": retry_of,
        }
        self.add("job.status", {"status": "queued"})
        self._start()

    def _start(self) -> None:
        self.row["status"] = "running"
        self.add("job.status", {"status": "running"})
        for name, data in self.kind.events:
            self.add(name, data)
        if not self.kind.held:
            self.finish()

    def finish(self, status: str | None = None) -> None:
        """End the job, as its kind says or in `status`; a second end changes nothing."""
        if self.row["status"] in TERMINAL:
            return
        error = self.kind.error if status is None else None
        status = status or ("failed" if error else "succeeded")
        names = list(self.kind.artifacts) if status == "succeeded" else []
        self.row |= {
            "status": status,
            "done": True,
            "finished_at": NOW,
            "output": self.kind.output if status == "succeeded" else None,
            "error": error,
            "warnings": self.kind.warnings,
            "artifacts": [{"name": name, "bytes": len(self.kind.artifacts[name])} for name in names],
        }
        self.add("job.done", {"status": status, "error": error})
        self.ended.set()

    def add(self, name: str, data: dict[str, Any]) -> None:
        """Append an event; live progress gets no seq."""
        durable = sum(frame["seq"] is not None for frame in self.frames)
        seq = None if name == "job.progress" else durable + 1
        if name == "job.progress":
            self.row["progress"] = data
        self.frames.append(
            {"seq": seq, "type": name, "job_id": self.row["id"], "attempt": 1, "time": NOW, "data": data}
        )
