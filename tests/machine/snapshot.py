"""Everything the tables say, and how it differs from what the model says."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg

from jobs.model import TRANSITIONS, Status
from jobs.store.database import Conn
from tests.machine.model import Model, Row

_ROWS = """
SELECT j.*, j.run_at <= now() AS due, j.cancel_requested_at IS NOT NULL AS asked,
    (j.output->>'value')::int AS output_value, j.error->>'code' AS error_code,
    (j.progress->>'current')::int AS progress_value,
    ARRAY(SELECT parent_id FROM job_deps d WHERE d.job_id = j.id) AS parents,
    ARRAY(SELECT name FROM artifacts a WHERE a.job_id = j.id) AS artifact_names,
    ARRAY(SELECT seq FROM job_events e WHERE e.job_id = j.id ORDER BY seq) AS seqs,
    ARRAY(SELECT type || ' ' || coalesce(data->>'status', data->>'name', data->>'note') || ' ' || attempt
        FROM job_events e WHERE e.job_id = j.id ORDER BY seq) AS told
FROM jobs j ORDER BY id
"""
_REST = """
SELECT ARRAY(SELECT ROW(id, status) FROM workers) AS workers,
    ARRAY(SELECT ROW(key, job_id) FROM idempotency_keys) AS keys,
    (SELECT count(*) FROM job_events e WHERE NOT EXISTS (SELECT FROM jobs WHERE id = e.job_id))
    + (SELECT count(*) FROM artifacts a WHERE NOT EXISTS (SELECT FROM jobs WHERE id = a.job_id)) AS strays
"""


class Snapshot:
    """The tables at one moment."""

    def __init__(self, rows: Sequence[asyncpg.Record], rest: asyncpg.Record) -> None:
        self.rows = {row["id"]: row for row in rows}
        self.workers: dict[UUID, str] = dict(rest["workers"])
        self.keys: dict[str, UUID] = dict(rest["keys"])
        self.strays: int = rest["strays"]

    @classmethod
    async def take(cls, conn: Conn) -> "Snapshot":
        """Nothing else is under way, so two statements see the same."""
        rest = await conn.fetchrow(_REST)
        assert rest is not None
        return cls(await conn.fetch(_ROWS), rest)

    def differences(self, model: Model) -> list[str]:
        """What the tables say otherwise than the model, a line each."""
        found = [
            f"{what}: the tables have {real}, the model {wanted}"
            for what, real, wanted in (
                ("jobs", sorted(self.rows), sorted(model.rows)),
                ("workers", self.workers, {id: lease.status for id, lease in model.workers.items()}),
                ("keys", self.keys, model.keys),
            )
            if real != wanted
        ]
        for job_id in self.rows.keys() & model.rows.keys():
            found += _unlike(self.rows[job_id], model.rows[job_id])
        return found

    def adopt(self, model: Model) -> None:
        """Take over the times that the engine chose."""
        for row in model.rows.values():
            row.run_at = self.rows[row.id]["run_at"]

    def faults(self) -> Iterator[str]:
        """What must hold whatever the model says."""
        if self.strays:
            yield f"{self.strays} events or artifacts belong to no job"
        for row in self.rows.values():
            yield from (f"{row['id']} {fault}" for fault in _faults(row))


def _unlike(row: asyncpg.Record, wanted: Row) -> Iterator[str]:
    pairs: dict[str, tuple[Any, Any]] = {
        "status": (row["status"], wanted.status.value),
        "attempt": (row["attempt"], wanted.attempt),
        "failures": (row["failures"], wanted.failures),
        "deaths": (row["deaths"], wanted.deaths),
        "worker": (row["worker_id"], wanted.worker),
        "cancel requested": (row["asked"], wanted.asked),
        "output": (row["output_value"], wanted.output),
        "error": (row["error_code"], wanted.error),
        "progress": (row["progress_value"], wanted.progress),
        "parents": (frozenset(row["parents"]), wanted.parents),
        "artifacts": (frozenset(row["artifact_names"]), wanted.artifacts),
        "events": (row["told"], [" ".join(map(str, event)) for event in wanted.events]),
    }
    if wanted.status is Status.WAITING:
        pairs["pending"] = (row["pending_deps"], len(wanted.pending))
    if wanted.status in {Status.SCHEDULED, Status.QUEUED}:
        pairs["due"] = (row["due"], wanted.due)
    if wanted.run_at is not None:
        pairs["run_at"] = (row["run_at"], wanted.run_at)
    for name, (real, expected) in pairs.items():
        if real != expected:
            yield f"{wanted.id} {name}: the row says {real}, the model {expected}"


def _faults(row: asyncpg.Record) -> Iterator[str]:
    if row["seqs"] != list(range(1, row["event_seq"] + 1)):
        yield f"has the numbers {row['seqs']} at {row['event_seq']}"
    told = [line.split() for line in row["told"]]
    path = [Status(what) for type, what, _ in told if type in {"job.status", "job.done"}]
    for old, new in pairwise(path):
        if new not in TRANSITIONS[old]:
            yield f"went from {old} to {new}"
    if path[-1:] != [row["status"]]:
        yield f"is {row['status']} but has told of {path}"
    ends = [n for n, (type, *_) in enumerate(told, start=1) if type == "job.done"]
    if ends != ([len(told)] if Status(row["status"]).terminal else []):
        yield f"told of its end at {ends} of {len(told)}"
    if sum(status is Status.RUNNING for status in path) != row["attempt"]:
        yield f"told of {path} in {row['attempt']} attempts"
