"""The table jobs as workers see it: claim, progress, settle. Every write names the attempt it belongs to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from jobs.model import Claim, Event, Status, Strand
from jobs.store import artifacts, deps
from jobs.store.changes import RECORD, Change, change, changes, told
from jobs.store.database import Conn

# Every row is found through the primary key, whatever the planner's statistics say after a burst or on an empty
# table, whose plans a connection keeps: it is told nothing that would fit a partial index, which holds a whole
# queue. So a status is a parameter, and conditions stay outside of what is locked (OFFSET 0). The callers send ids
# in order, so that two statements never wait for each other in a circle.
_LOCKED = """
, LATERAL (SELECT id, status, attempt, cancel_requested_at FROM jobs WHERE id = g.id OFFSET 0 FOR NO KEY UPDATE) j
"""

_CLAIM_FIELDS = Claim.__slots__
_REMAINING = {"remaining_s": "extract(epoch FROM j.deadline_at - now())::float8 AS remaining_s"}

# A worker the guard or a rescuer has declared dead claims nothing more. A first attempt keeps the progress that
# was mirrored on a joining job; a later one starts without what the one before it has told.
_RUNS = """
    UPDATE jobs j SET status = 'running', attempt = j.attempt + 1, worker_id = $3, started_at = {at},
        progress = CASE WHEN j.attempt = 0 THEN j.progress END, event_seq = j.event_seq + 1
"""
_TOLD = f"""
    RETURNING {", ".join(_REMAINING.get(name, f"j.{name}") for name in _CLAIM_FIELDS)}, j.started_at AS at,
        'job.status' AS type, jsonb_build_object('status', j.status, 'queue', j.queue, 'kind', j.kind) AS data
), told AS (
    INSERT INTO job_events (job_id, seq, attempt, type, data, at)
    SELECT id, event_seq, attempt, type, data, at FROM moved
)"""
_CLAIMED = " SELECT *, event_seq AS seq FROM moved"

# A kind that another version has given a limit is left to the workers that know of it.
_CLAIM = f"""
WITH moved AS ({_RUNS.format(at="now()")}
    FROM unnest($1::uuid[], $2::int[]) AS g (id, attempt)
    WHERE j.id = g.id AND j.status = $5 AND j.attempt = g.attempt AND j.kind = ANY($4)
        AND j.kind <> ALL (ARRAY(SELECT name FROM gates))
        AND (j.deadline_at IS NULL OR j.deadline_at > now())
        AND EXISTS (SELECT FROM workers w WHERE w.id = $3 AND w.status = 'alive')
{_TOLD}{_CLAIMED}"""

# The gate is held from `gate_room` to the end of the statement, so no other counts what we are about to start. Its
# clock is read while it is held: the starts of a gate stand in the history in the order in which it let them pass.
# The planner takes a LIMIT it does not know for a tenth of the queue, hence the inner one; rows are locked as they
# are asked for.
_ADMIT = f"""
WITH gate AS MATERIALIZED (
    SELECT * FROM gate_room($1)
), locked AS (
    SELECT id, (SELECT at FROM gate) AS at FROM (
        SELECT id FROM jobs
        WHERE status = 'queued' AND kind = $1 AND queue = $2 AND (deadline_at IS NULL OR deadline_at > now())
            AND EXISTS (SELECT FROM workers w WHERE w.id = $3 AND w.status = 'alive')
        ORDER BY score, id LIMIT 100 FOR NO KEY UPDATE SKIP LOCKED) first
    LIMIT (SELECT greatest(0, least($4::int, room))::bigint FROM gate)
), moved AS ({_RUNS.format(at="l.at")}
    FROM locked l WHERE j.id = l.id
{_TOLD}, spent AS (
    UPDATE gates SET tokens = gate.tokens - (SELECT count(*) FROM moved), refilled_at = gate.at
    FROM gate WHERE name = $1 AND gate.tokens IS NOT NULL AND EXISTS (SELECT FROM moved)
){_CLAIMED}"""

_RUNNING = f"""
SELECT {", ".join(_REMAINING.get(name, f"j.{name}") for name in _CLAIM_FIELDS)}
FROM unnest($1::uuid[], $2::int[]) AS g (id, attempt) JOIN jobs j USING (id, attempt) WHERE j.status = $3
"""

_HOLD = """
SELECT true FROM jobs
WHERE id = $1 AND attempt = $2 AND status = $3 AND cancel_requested_at IS NULL FOR NO KEY UPDATE
"""

_GIVE_BACK = (
    f"""
WITH stray AS (
    SELECT j.id FROM unnest($1::uuid[], $2::int[]) AS g (id, attempt) {_LOCKED}
    WHERE j.status = 'running' AND j.attempt = g.attempt
), moved AS (
    UPDATE jobs j SET worker_id = NULL, event_seq = j.event_seq + 1,
        status = CASE WHEN j.cancel_requested_at IS NULL THEN 'queued' ELSE 'canceled' END,
        finished_at = CASE WHEN j.cancel_requested_at IS NOT NULL THEN now() END
    FROM stray s WHERE j.id = s.id
"""
    + RECORD
)

_PROGRESS = f"""
WITH locked AS (
    SELECT j.id, g.progress FROM unnest($1::uuid[], $2::int[], $3::jsonb[]) AS g (id, attempt, progress) {_LOCKED}
    WHERE j.status = 'running' AND j.attempt = g.attempt
)
UPDATE jobs j SET progress = l.progress FROM locked l WHERE j.id = l.id
"""

# Of parts that still run: the words of an attempt that was given to another worker would stand over the new one's.
_MIRROR = f"""
WITH locked AS (
    SELECT j.id, g.progress
    FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::jsonb[]) AS g (id, part, attempt, progress) {_LOCKED}
    WHERE j.status = 'waiting'
        AND (SELECT p.status = 'running' AND p.attempt = g.attempt FROM jobs p WHERE p.id = g.part)
)
UPDATE jobs j SET progress = l.progress FROM locked l WHERE j.id = l.id
"""

# Once a cancel was accepted, canceled is the only end.
_END = (
    """
WITH moved AS (
    UPDATE jobs j SET status = g.status, output = g.output, error = g.error, warnings = g.warnings,
        progress = coalesce(g.progress, j.progress), failures = j.failures + g.failed,
        deaths = j.deaths + g.died, event_seq = j.event_seq + g.artifacts + 1, worker_id = NULL,
        run_at = CASE WHEN g.delay_s IS NULL THEN j.run_at ELSE now() + make_interval(secs => g.delay_s) END,
        finished_at = CASE WHEN g.status IN ('succeeded', 'failed', 'canceled') THEN now() END
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[],
            $6::jsonb[], $7::jsonb[], $8::int[], $9::int[], $10::float8[], $11::int[])
        AS g (id, attempt, status, output, error, warnings, progress, failed, died, delay_s, artifacts)
    WHERE j.id = g.id AND j.status = $12 AND j.attempt = g.attempt AND {only}
        AND (g.status = 'canceled' OR j.cancel_requested_at IS NULL)
"""
    + RECORD
)
_SETTLE = _END.replace("{only}", "true")
_SETTLE_ALONE = _END.replace("{only}", "NOT j.has_children")


@dataclass(slots=True)
class Settlement:
    """How an attempt leaves `running`. JSON columns are text; `delay_s` is set with status `scheduled` only."""

    claim: Claim
    status: str
    output: str | None = None
    error: str | None = None
    warnings: str = "[]"
    progress: str | None = None
    failed: bool = False
    died: bool = False
    delay_s: float | None = None
    made: Sequence[artifacts.Made] = ()


async def claim(
    conn: Conn, bells: Sequence[tuple[UUID, int]], worker_id: UUID, kinds: Sequence[str]
) -> list[tuple[Claim, Event]]:
    """Make the named jobs this worker's, if they are still queued at that attempt and of a known, open kind."""
    ids, attempts = zip(*sorted(bells), strict=True)
    rows = await conn.fetch(_CLAIM, ids, attempts, worker_id, kinds, Status.QUEUED)
    return [(_claim(row), told(row)) for row in rows]


async def admit(conn: Conn, strand: Strand, worker_id: UUID, most: int) -> list[tuple[Claim, Event]]:
    """Make the first jobs of a strand this worker's, as many as the limit of their kind allows, at most `most`."""
    rows = await conn.fetch(_ADMIT, strand.kind, strand.queue, worker_id, most)
    return [(_claim(row), told(row)) for row in rows]


async def held(conn: Conn, worker_id: UUID) -> list[tuple[UUID, int, bool]]:
    """What runs in a worker's name: (job, attempt, whether a cancel was requested)."""
    rows = await conn.fetch(
        "SELECT id, attempt, cancel_requested_at IS NOT NULL AS canceled FROM jobs"
        " WHERE worker_id = $1 AND status = 'running'",
        worker_id,
    )
    return [(row["id"], row["attempt"], row["canceled"]) for row in rows]


async def running(conn: Conn, wanted: Sequence[tuple[UUID, int]]) -> list[Claim]:
    """Those of the (job, attempt) pairs that still run, as they were claimed."""
    ids, numbers = zip(*wanted, strict=True)
    return [_claim(row) for row in await conn.fetch(_RUNNING, ids, numbers, Status.RUNNING)]


async def give_back(conn: Conn, strays: Sequence[tuple[UUID, int]]) -> list[Change]:
    """Queue (job, attempt) pairs again that run in a worker's name but not in the worker.

    Call inside a transaction. A job that is canceled already ends here.
    """
    ids, numbers = zip(*sorted(strays), strict=True)
    moved = changes(await conn.fetch(_GIVE_BACK, ids, numbers))
    return moved + await deps.release(conn, moved)


async def save_progress(conn: Conn, entries: Sequence[tuple[Claim, str]]) -> None:
    """Keep the last progress (JSON text) of attempts that still run."""
    rows = sorted((claim.id, claim.attempt, text) for claim, text in entries)
    await conn.execute(_PROGRESS, *zip(*rows, strict=True))


async def mirror_progress(conn: Conn, entries: Sequence[tuple[Claim, str]]) -> None:
    """Show the last progress (JSON text) of parts that still run on the joining jobs that wait for them."""
    last = {
        claim.part_of: (claim.part_of, claim.id, claim.attempt, text)
        for claim, text in entries
        if claim.part_of is not None
    }
    if last:
        await conn.execute(_MIRROR, *zip(*sorted(last.values()), strict=True))


async def settle_alone(conn: Conn, ends: Sequence[Settlement]) -> list[Change]:
    """End attempts that made no artifact, of jobs that nobody waits for: one statement, no transaction.

    What is missing in the answer may still be for `settle`.
    """
    rows = await conn.fetch(_SETTLE_ALONE, *_rows(ends), Status.RUNNING)
    return [change(row) for row in rows]


async def rehearse_settling(conn: Conn) -> None:
    """End nothing: Postgres plans the statement, which takes some milliseconds on a new connection."""
    await conn.fetch(_SETTLE_ALONE, *([[]] * 11), Status.RUNNING)


async def settle(conn: Conn, ends: Sequence[Settlement]) -> list[Change]:
    """End attempts, publish what they made, and start or cancel who waited for them. Call in a transaction.

    An attempt that is no longer the running one, or was asked to cancel, changes nothing and is missing in
    the answer. The artifacts of a success get the event numbers before its last one.
    """
    moved = [change(row) for row in await conn.fetch(_SETTLE, *_rows(ends), Status.RUNNING)]
    last = {c.id: c.event.seq or 0 for c in moved}
    published = [end for end in ends if end.made and end.claim.id in last]
    for end in published:
        await artifacts.publish(conn, end.claim, end.made, first_seq=last[end.claim.id] - len(end.made))
    return moved + await deps.release(conn, moved)


async def published(conn: Conn, claim: Claim) -> bool:
    """Whether this attempt's success is the job's."""
    return bool(
        await conn.fetchval(
            "SELECT status = 'succeeded' AND attempt = $2 FROM jobs WHERE id = $1", claim.id, claim.attempt
        )
    )


async def hold(conn: Conn, claim: Claim) -> bool:
    """Whether this attempt may write; then nobody cancels, ends or takes it before this transaction is over."""
    return bool(await conn.fetchval(_HOLD, claim.id, claim.attempt, Status.RUNNING))


async def cancel_requested(conn: Conn, claim: Claim) -> bool:
    """Whether this attempt is still the running one, and was asked to cancel."""
    return bool(
        await conn.fetchval(
            "SELECT cancel_requested_at IS NOT NULL FROM jobs"
            " WHERE id = $1 AND attempt = $2 AND status = 'running'",
            claim.id,
            claim.attempt,
        )
    )


def _id(end: Settlement) -> UUID:
    return end.claim.id


def _rows(ends: Sequence[Settlement]) -> Iterator[tuple[object, ...]]:
    """The ends as columns, in the order in which rows are locked."""
    return zip(*(_columns(end) for end in sorted(ends, key=_id)), strict=True)


def _columns(end: Settlement) -> tuple[object, ...]:
    return (
        end.claim.id, end.claim.attempt, end.status, end.output, end.error, end.warnings, end.progress,
        int(end.failed), int(end.died), end.delay_s, len(end.made),
    )  # fmt: skip


def _claim(row: asyncpg.Record) -> Claim:
    return Claim(*row[: len(_CLAIM_FIELDS)])
