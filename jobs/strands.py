"""The sorted sets in Redis: one a strand, members `job:attempt` by score, and the script that takes from them.

In the strand of a kind with a limit any member means the same: look whether one of its jobs may start.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast
from uuid import UUID

from redis.asyncio import Redis

from jobs.kind import FlowKind
from jobs.line import Argument, Script
from jobs.model import JOINS, Strand
from jobs.registry import Registry

GATE = "gate"
"""The one member that stands for all jobs of a strand whose kind has a limit."""

# Takes the best of each queue over its strands, up to its free slots, and forgets them: whoever gets a member owns
# the try. Answers for each strand whether it holds more, and what was taken.
_TAKE = """
local taken, first = {}, 1
for q = 1, #ARGV, 2 do
    local free, last = tonumber(ARGV[q]), first + tonumber(ARGV[q + 1]) - 1
    local best, strands = {}, 0
    for strand = first, last do
        taken[strand] = {0}
        local found = redis.call('ZRANGE', KEYS[strand], 0, free - 1, 'WITHSCORES')
        if #found > 0 then strands = strands + 1 end
        for n = 1, #found, 2 do best[#best + 1] = {tonumber(found[n + 1]), found[n], strand} end
    end
    if strands > 1 then
        table.sort(best, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
    end
    for n = 1, math.min(free, #best) do table.insert(taken[best[n][3]], best[n][2]) end
    for strand = first, last do
        if #taken[strand] > 1 then redis.call('ZREM', KEYS[strand], unpack(taken[strand], 2)) end
        taken[strand][1] = redis.call('EXISTS', KEYS[strand])
    end
    first = last + 1
end
return taken
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from a strand; `more`: it holds further bells."""

    strand: Strand
    members: list[bytes]
    more: bool

    @property
    def bells(self) -> list[tuple[UUID, int]]:
        """The members that are ours to read."""
        return [bell for text in self.members if (bell := parse_member(text)) is not None]


def key(strand: Strand) -> str:
    """The sorted set of a strand, lowest score first."""
    return f"turnspit:queue:{strand.queue}:{strand.kind}"


def strands_of(queues: Iterable[str], kinds: Registry) -> frozenset[Strand]:
    """The strands of these queues that kinds we know can stand in."""
    return frozenset(
        Strand(queue, kind.name)
        for queue in queues
        for kind in kinds.values()
        if (queue == JOINS) == isinstance(kind, FlowKind)
    )


def member(job_id: UUID, attempt: int) -> str:
    return f"{job_id}:{attempt}"


def parse_member(text: str | bytes) -> tuple[UUID, int] | None:
    """The (job, attempt) of a member, or None for something that is not ours."""
    name, _, attempt = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).partition(":")
    try:
        return UUID(name), int(attempt)
    except ValueError:
        return None


class Taker:
    """Takes bells from many strands in one round trip."""

    def __init__(self, redis: Redis) -> None:
        self._script = Script(redis, _TAKE)

    async def take(self, free: Mapping[str, int], strands: Collection[Strand]) -> list[Taken]:
        """Up to `free` bells from each queue, the best of those strands of it that are named."""
        asked = sorted(strand for strand in strands if free.get(strand.queue, 0) > 0)
        if not asked:
            return []
        args: list[Argument] = []
        for queue, group in groupby(asked, key=lambda strand: strand.queue):
            args += free[queue], len(list(group))
        replies = cast("Sequence[list[bytes]]", await self._script.call([key(strand) for strand in asked], args))
        return [
            Taken(strand, members, bool(more))
            for strand, (more, *members) in zip(asked, replies, strict=True)
            if members
        ]

    async def close(self) -> None:
        await self._script.close()
