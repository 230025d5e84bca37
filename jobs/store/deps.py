"""The table job_deps: which job waits for which, and who may start when a parent ends."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from jobs.errors import InvalidInput
from jobs.model import Status, Submission
from jobs.store.changes import RECORD, Change, changes
from jobs.store.database import Conn

# Everything that is decided reads the locked version of the row (CTE child): a condition on the table itself
# would be judged by the statement's older snapshot, and two parents ending at once would both pass the child by.
# One row per child: how many of its parents ended well enough, and whether one ended the child with it.
_DOOM = (
    """
WITH moved AS (
    UPDATE jobs j SET status = 'canceled', finished_at = now(), error = dependency_failed(),
        event_seq = event_seq + 1
    WHERE j.id = ANY($1) AND j.status = 'waiting'
"""
    + RECORD
)

# The whole tree below failed jobs in one statement: a chain of 10,000 link by link took a minute.
_DOOMED = """
WITH RECURSIVE doomed (job_id) AS (
    SELECT unnest($1::uuid[])
    UNION
    SELECT d.job_id FROM doomed p JOIN job_deps d ON d.parent_id = p.job_id,
        LATERAL (SELECT status, on_failure FROM jobs WHERE id = d.job_id OFFSET 0) j
    WHERE j.status = 'waiting' AND j.on_failure = 'cancel'
)
SELECT job_id FROM doomed WHERE job_id <> ALL($1) ORDER BY job_id
"""

_RELEASE = (
    """
WITH ended AS (
    SELECT d.job_id, count(*)::int AS parents, bool_or(NOT g.ok) AS failed
    FROM unnest($1::uuid[], $2::boolean[]) AS g (id, ok) JOIN job_deps d ON d.parent_id = g.id
    GROUP BY d.job_id
), child AS (
    SELECT j.id, j.pending_deps - e.parents AS remaining, e.failed AND j.on_failure = 'cancel' AS doomed
    FROM (SELECT * FROM ended ORDER BY job_id) e,
        LATERAL (SELECT id, status, pending_deps, on_failure FROM jobs WHERE id = e.job_id
            OFFSET 0 FOR NO KEY UPDATE) j
    WHERE j.status = 'waiting'
), counted AS (
    UPDATE jobs j SET pending_deps = c.remaining FROM child c
    WHERE j.id = c.id AND NOT c.doomed AND c.remaining > 0
), moved AS (
    UPDATE jobs j SET
        status = CASE WHEN c.doomed THEN 'canceled' WHEN j.run_at > now() THEN 'scheduled' ELSE 'queued' END,
        pending_deps = CASE WHEN c.doomed THEN j.pending_deps ELSE 0 END,
        run_at = CASE WHEN c.doomed THEN j.run_at ELSE greatest(j.run_at, now()) END,
        finished_at = CASE WHEN c.doomed THEN now() END,
        error = CASE WHEN c.doomed THEN dependency_failed() END,
        event_seq = j.event_seq + 1
    FROM child c WHERE j.id = c.id AND (c.doomed OR c.remaining <= 0)
"""
    + RECORD
)


# A flag on the row that `attempts.settle` locks as well: it never overlooks a child that was linked meanwhile.
_LOCK_PARENTS = """
WITH locked AS (
    SELECT id, status, tenant, has_children FROM jobs WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
), marked AS (
    UPDATE jobs j SET has_children = true FROM locked l WHERE j.id = l.id AND NOT l.has_children
)
SELECT id, status, tenant FROM locked
"""


async def lock_parents(conn: Conn, jobs: Sequence[Submission]) -> dict[UUID, Status]:
    """The status of every parent named, marked and locked in id order so that none ends before its child is stored.

    Parents that are stored in the same call wait, as far as their children are concerned.
    """
    fresh = {job.id: Status.WAITING for job in jobs}
    wanted = sorted({parent for job in jobs for parent in job.depends_on if parent not in fresh})
    if not wanted:
        return fresh
    rows = await conn.fetch(_LOCK_PARENTS, wanted)
    tenants = {job.tenant for job in jobs}
    found = {row["id"]: Status(row["status"]) for row in rows if row["tenant"] in tenants}
    for parent in wanted:
        if parent not in found:
            raise InvalidInput(f"depends_on names the job {parent}, which does not exist.", param="depends_on")
    return fresh | found


def pending(job: Submission, parents: Mapping[UUID, Status]) -> int:
    """How many parents a job still has to wait for. One that failed counts, so that `link` can cancel by it."""
    return sum(not satisfied(parents[parent], job.on_failure) for parent in set(job.depends_on))


def satisfied(parent: Status, on_failure: str) -> bool:
    return parent is Status.SUCCEEDED or (on_failure == "run" and parent.terminal)


async def link(conn: Conn, jobs: Sequence[Submission], parents: Mapping[UUID, Status]) -> list[Change]:
    """Store who waits for whom; cancels the children of parents that have already failed."""
    pairs = sorted({(job.id, parent) for job in jobs for parent in job.depends_on})
    if not pairs:
        return []
    await conn.executemany("INSERT INTO job_deps (job_id, parent_id) VALUES ($1, $2)", pairs)
    failed = {id for id, status in parents.items() if status.terminal and status is not Status.SUCCEEDED}
    doomed = [job.id for job in jobs if job.on_failure == "cancel" and failed & set(job.depends_on)]
    ended = changes(await conn.fetch(_DOOM, doomed)) if doomed else []
    return ended + await release(conn, ended)


async def release(conn: Conn, ended: Sequence[Change]) -> list[Change]:
    """Start or cancel the children of jobs that ended, and theirs in turn. Call in the ending transaction."""
    parents = [(c.id, c.status is Status.SUCCEEDED) for c in ended if c.status.terminal]
    if not parents or not await _any_waits(conn, [parent for parent, _ in parents]):
        return []
    doomed = await _doom(conn, [parent for parent, ok in parents if not ok])
    parents += [(change.id, False) for change in doomed]
    ids, oks = zip(*parents, strict=True)
    freed = changes(await conn.fetch(_RELEASE, ids, oks))
    return doomed + freed + await release(conn, freed)  # a child that came since may be canceled here, with its own


async def _doom(conn: Conn, failed: Sequence[UUID]) -> list[Change]:
    """Cancel everything that waits, directly or not, for jobs that failed and was not told to run all the same."""
    if not failed:
        return []
    rows = await conn.fetch(_DOOMED, failed)
    return changes(await conn.fetch(_DOOM, [row["job_id"] for row in rows])) if rows else []


async def _any_waits(conn: Conn, parents: Sequence[UUID]) -> bool:
    """A separate statement, since it must see what committed last; most jobs have no children."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM job_deps WHERE parent_id = ANY($1))", parents))
