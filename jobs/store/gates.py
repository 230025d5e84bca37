"""The table gates: how many jobs of a kind may run at once and start a second, over all workers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jobs.kind import Limit
from jobs.model import Strand
from jobs.store.database import Conn

_DECLARE = """
INSERT INTO gates AS g (name, concurrency, per_second, burst, tokens)
SELECT d.name, d.concurrency, d.per_second, d.burst, d.burst
FROM unnest($1::text[], $2::int[], $3::float8[], $4::int[]) AS d (name, concurrency, per_second, burst)
ORDER BY d.name
ON CONFLICT (name) DO UPDATE SET concurrency = excluded.concurrency, per_second = excluded.per_second,
    burst = excluded.burst, tokens = least(coalesce(gate_tokens(g, clock_timestamp()), g.tokens), excluded.burst),
    refilled_at = clock_timestamp()
WHERE (g.concurrency, g.per_second, g.burst)
    IS DISTINCT FROM (excluded.concurrency, excluded.per_second, excluded.burst)
"""

# The first waiting job of every strand of some kinds, found by hopping through the index: flat in their number.
HEADS = """
WITH RECURSIVE head AS (
    SELECT first.* FROM unnest($1::text[]) AS wanted (kind), LATERAL (
        SELECT kind, queue, score FROM jobs WHERE status = 'queued' AND kind = wanted.kind
        ORDER BY queue, score LIMIT 1) first
    UNION ALL
    SELECT next.* FROM head h, LATERAL (
        SELECT kind, queue, score FROM jobs WHERE status = 'queued' AND kind = h.kind AND queue > h.queue
        ORDER BY queue, score LIMIT 1) next
)
"""

_OUTLOOK = (
    HEADS
    + """
SELECT h.queue, h.kind, h.score,
    greatest(0, coalesce((1 - gate_tokens(g, clock_timestamp())) / g.per_second, 0))::float8 AS wait_s
FROM head h LEFT JOIN gates g ON g.name = h.kind
WHERE g.concurrency IS NULL
    OR g.concurrency > (SELECT count(*) FROM jobs r WHERE r.status = 'running' AND r.kind = h.kind)
"""
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A strand whose first job, which has this score, may start in `wait_s` seconds."""

    strand: Strand
    score: int
    wait_s: float


async def declare(conn: Conn, limits: Mapping[str, Limit | None]) -> None:
    """Make the gates what these kinds say; None takes a gate away. What a bucket holds never grows by it."""
    open_ones = sorted(name for name, limit in limits.items() if limit is None)
    await conn.execute("DELETE FROM gates WHERE name = ANY($1)", open_ones)
    rows = [(name, lim.concurrency, lim.per_second, lim.burst) for name, lim in limits.items() if lim]
    if rows:
        await conn.execute(_DECLARE, *zip(*rows, strict=True))


async def names(conn: Conn) -> set[str]:
    """The kinds that have a limit."""
    return {row["name"] for row in await conn.fetch("SELECT name FROM gates")}


async def outlook(conn: Conn, kinds: Collection[str]) -> list[Outlook]:
    """Where jobs of these kinds wait that may start now or when the next token is there."""
    rows = await conn.fetch(_OUTLOOK, list(kinds))
    return [Outlook(Strand(row["queue"], row["kind"]), row["score"], row["wait_s"]) for row in rows]
