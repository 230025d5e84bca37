"""The table jobs as clients see it: insert, read, list, cancel, erase."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

import asyncpg

from jobs.model import Job, Status, Submission
from jobs.store import artifacts, deps, unfinished
from jobs.store.changes import RECORD, Change, changes
from jobs.store.database import Conn

# The columns of a new job as they are sent, with their types.
_GIVEN = {
    "id": "uuid", "tenant": "text", "kind": "text", "queue": "text", "priority": "smallint", "input": "jsonb",
    "max_attempts": "int", "delay_s": "float8", "run_at": "timestamptz", "deadline_at": "timestamptz",
    "timeout_s": "float8", "on_failure": "text", "tags": "jsonb", "metadata": "jsonb", "trace": "text",
    "batch_id": "uuid", "retry_of": "uuid", "flow_id": "uuid", "step": "text", "part_of": "uuid",
    "bound": "boolean", "has_children": "boolean", "pending": "int",
}  # fmt: skip


def _insert(rows: str) -> str:
    return f"""
WITH moved AS (
    INSERT INTO jobs AS j (id, tenant, kind, queue, priority, input, max_attempts, run_at, deadline_at, timeout_s,
        on_failure, tags, metadata, trace, batch_id, retry_of, flow_id, step, part_of, bound, has_children,
        pending_deps, status, event_seq)
    SELECT g.id, g.tenant, g.kind, g.queue, g.priority, g.input, g.max_attempts, due.at, g.deadline_at,
        g.timeout_s, g.on_failure, ARRAY(SELECT jsonb_array_elements_text(g.tags)), g.metadata, g.trace,
        g.batch_id, g.retry_of, g.flow_id, g.step, g.part_of, g.bound,
        g.has_children, g.pending,
        CASE WHEN g.pending > 0 THEN 'waiting' WHEN due.at > now() THEN 'scheduled' ELSE 'queued' END, 1
    FROM {rows},
        LATERAL (SELECT coalesce(now() + make_interval(secs => g.delay_s), greatest(g.run_at, now()), now())
            AS at) due
{RECORD}"""


_VARY = ("id", "input")
_SENT = [f"${n}::{type}" for n, type in enumerate(_GIVEN.values(), 1)]


def _same_or_own(name: str, sent: str) -> str:
    """A column of which one value was sent is the same in every row."""
    return (
        name if name in _VARY else f"CASE cardinality({sent}[]) WHEN 1 THEN ({sent}[])[1] ELSE {name} END AS {name}"
    )


# Most of what the jobs of a batch say is the same, and an element of an array costs asyncpg two isinstance.
_INSERT = _insert(
    f"(SELECT {', '.join(map(_same_or_own, _GIVEN, _SENT))}"
    f" FROM unnest({', '.join(f'{value}[]' for value in _SENT)}) AS u ({', '.join(_GIVEN)})) AS g"
)
# Most jobs come alone: 23 arrays of one value each cost more to send and to unfold than the values.
_INSERT_ONE = _insert(f"(VALUES ({', '.join(_SENT)})) AS g ({', '.join(_GIVEN)})")

PUBLIC = (
    "id, tenant, kind, queue, priority, status, attempt, failures, max_attempts, event_seq, created_at, run_at,"
    " started_at, finished_at, deadline_at, cancel_requested_at, timeout_s, flow_id, batch_id, retry_of,"
    " on_failure, tags, metadata, progress, error, warnings, trace, step, bound,"
    " ARRAY(SELECT parent_id FROM job_deps WHERE job_id = jobs.id ORDER BY parent_id) AS depends_on"
)

# Newest first: the jobs of each status lie in order in their index, but for those that run, which are few.
_LIST = """
WITH RECURSIVE {queues} newest AS (
    SELECT j.id FROM unnest($2::text[]) AS s (name), {each} LATERAL (
        SELECT id FROM jobs WHERE {where} AND {same} AND status = s.name AND status <> 'running'
        ORDER BY id DESC NULLS LAST LIMIT {limit}) j
    UNION ALL
    SELECT id FROM jobs WHERE {where} AND status = 'running' AND 'running' = ANY($2)
)
SELECT {columns} FROM jobs WHERE id IN (SELECT id FROM newest ORDER BY id DESC LIMIT {limit}) ORDER BY id DESC
"""
_ANYWHERE = {"queues": "", "each": "", "same": "true"}
# Those of a kind ($3, the first condition) lie in order for each queue; its queues are found one after another.
_IN_EACH_QUEUE = {
    "queues": """queues (name) AS (
    SELECT min(queue) FROM jobs WHERE tenant = $1 AND kind = $3 AND status <> 'running'
    UNION ALL
    SELECT (SELECT min(queue) FROM jobs WHERE tenant = $1 AND kind = $3 AND status <> 'running' AND queue > q.name)
    FROM queues q WHERE q.name IS NOT NULL
),""",
    "each": "queues q,",
    "same": "queue = q.name",
}
_PICK = "SELECT {columns} FROM jobs WHERE {where} AND status = ANY($2) ORDER BY id DESC LIMIT {limit}"

# Ends a job that no live worker runs; asks the worker of one that runs. "Live" is the lease's own rule.
_CANCEL = (
    """
WITH target AS (
    SELECT j.id, j.status = 'running' AND EXISTS (
        SELECT FROM workers w WHERE w.id = j.worker_id AND w.status IN ('alive', 'draining')
            AND w.beat_at > now() - make_interval(secs => $3)) AS attended
    FROM jobs j
    WHERE j.id = ANY($1) AND j.tenant = $2 AND j.finished_at IS NULL ORDER BY j.id FOR NO KEY UPDATE OF j
), asked AS (
    UPDATE jobs j SET cancel_requested_at = now() FROM target t
    WHERE j.id = t.id AND t.attended AND j.cancel_requested_at IS NULL
), moved AS (
    UPDATE jobs j SET status = 'canceled', cancel_requested_at = coalesce(cancel_requested_at, now()),
        finished_at = now(), event_seq = event_seq + 1, worker_id = NULL
    FROM target t WHERE j.id = t.id AND NOT t.attended
"""
    + RECORD
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list shows. `before` is the id of the last row already seen; newest first."""

    tenant: str = "default"
    status: Status | None = None
    kind: str | None = None
    queue: str | None = None
    tag: str | None = None
    batch_id: UUID | None = None
    before: UUID | None = None
    limit: int = 50


def insert_is_one_statement(jobs: Sequence[Submission]) -> bool:
    """Whether `insert` needs no transaction for these: nothing to wait for, no bytes outside the row."""
    return not any(job.depends_on or job.made for job in jobs)


async def insert(conn: Conn, jobs: Sequence[Submission]) -> list[Change]:
    """Store jobs and their first events. Raises InvalidInput for a parent that does not exist.

    Call inside a transaction, or see above. Jobs whose parent already failed come out canceled.
    """
    dependent = any(job.depends_on for job in jobs)
    parents = await deps.lock_parents(conn, jobs) if dependent else {}
    waited_for = {parent for job in jobs for parent in job.depends_on}
    rows = [
        (j.id, j.tenant, j.kind, j.queue, j.priority, j.input, j.max_attempts, j.delay_s, j.run_at,
         j.deadline_at, j.timeout_s, j.on_failure, json.dumps(j.tags) if j.tags else "[]", j.metadata, j.trace,
         j.batch_id, j.retry_of, j.flow_id, j.step, j.part_of, j.bound,
         dependent and j.id in waited_for, deps.pending(j, parents) if j.depends_on else 0)
        for j in jobs
    ]  # fmt: skip
    if len(rows) == 1:
        made = changes(await conn.fetch(_INSERT_ONE, *rows[0]))
    else:
        made = changes(await conn.fetch(_INSERT, *map(_column, _GIVEN, zip(*rows, strict=True))))
    for job in jobs:
        if job.made:
            await artifacts.insert(conn, job.id, 0, job.made)
            await unfinished.done(conn, [made.key for made in job.made])
    return made + await deps.link(conn, jobs, parents) if dependent else made


def _column(name: str, values: Sequence[object]) -> Sequence[object]:
    """The values of a column, or one of them when they are all the same."""
    return values[:1] if name not in _VARY and values.count(values[0]) == len(values) else values


async def get(conn: Conn, job_id: UUID, tenant: str) -> Job | None:
    """One job with its input, output, parents and artifacts; None when there is none, or it is being erased."""
    row = await conn.fetchrow(
        f"SELECT {PUBLIC}, input, output FROM jobs WHERE id = $1 AND tenant = $2 AND erase_requested_at IS NULL",
        job_id,
        tenant,
    )
    return None if row is None else (await whole(conn, [row]))[0]


async def select(conn: Conn, wanted: Filter) -> list[Job]:
    """Jobs without input and output, newest first, at most `limit`."""
    values: list[object] = [wanted.tenant, [wanted.status] if wanted.status else list(Status)]
    where = ["tenant = $1", "erase_requested_at IS NULL"]
    for condition, value in (
        ("kind = ${}", wanted.kind),
        ("queue = ${}", wanted.queue),
        ("tags @> ARRAY[${}::text] AND tags <> '{{}}'", wanted.tag),
        ("batch_id = ${}", wanted.batch_id),
        ("id < ${}", wanted.before),
    ):
        if value is not None:
            values.append(value)
            where.append(condition.format(len(values)))
    statement = (_PICK if wanted.tag or wanted.batch_id else _LIST).format(
        columns=PUBLIC,
        where=" AND ".join(where),
        limit=int(wanted.limit),
        **(_IN_EACH_QUEUE if wanted.kind and not wanted.queue else _ANYWHERE),
    )
    async with conn.transaction(readonly=True):
        # Whether a tag is rare decides the plan.
        await conn.execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_bitmapscan = on")
        return await whole(conn, await conn.fetch(statement, *values))


async def cancel(conn: Conn, ids: Sequence[UUID], tenant: str, lease_s: float) -> list[Change]:
    """End queued jobs and those of dead workers, ask the workers of the others. Call inside a transaction."""
    ended = changes(await conn.fetch(_CANCEL, list(ids), tenant, lease_s))
    return ended + await deps.release(conn, ended)


async def request_erase(conn: Conn, ids: Sequence[UUID]) -> None:
    """Hide jobs at once; their data goes when they have ended (sweeps.erase)."""
    await conn.execute(
        "UPDATE jobs SET erase_requested_at = now() WHERE id IN"
        " (SELECT id FROM jobs WHERE id = ANY($1) AND erase_requested_at IS NULL ORDER BY id FOR NO KEY UPDATE)",
        list(ids),
    )


async def whole(conn: Conn, rows: Sequence[asyncpg.Record]) -> list[Job]:
    """Rows of PUBLIC as jobs with their artifacts."""
    found = [_job(row) for row in rows]
    made = await artifacts.of_jobs(conn, [job.id for job in found])
    for job in found:
        job.artifacts = made.get(job.id, [])
    return found


def _job(row: asyncpg.Record) -> Job:
    """A row as a Job; JSON columns are decoded, absent columns keep their defaults."""
    values = {f.name: row[f.name] for f in fields(Job) if f.name in row.keys()}  # noqa: SIM118 (a Record, not a dict)
    for name in ("metadata", "progress", "error", "warnings", "input", "output"):
        if values.get(name) is not None:
            values[name] = json.loads(values[name])
    values["status"] = Status(values["status"])
    return Job(**values)
