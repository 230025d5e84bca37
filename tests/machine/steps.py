"""How a step is made: what a test has at hand, and one operation, perhaps cut, with the model's word for it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import compress, product
from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st
from redis.asyncio import Redis

from jobs.errors import Unavailable
from jobs.model import Status
from jobs.resources import Resources
from jobs.store.database import AWAY, Conn
from tests.machine.line import Cut, Died, Line
from tests.machine.model import Key, Model, Row
from tests.machine.processes import Stage, WorkerProcess
from tests.machine.snapshot import Snapshot

TABLES = "job_deps, job_events, artifacts, jobs, workers, idempotency_keys, gates, unfinished"

T = TypeVar("T")
Effect = Callable[[Model], object]
Draw = st.DataObject

CUTS = (
    st.none()
    | st.none()
    | st.builds(
        Cut,
        at=st.sampled_from([1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7]),
        after=st.booleans(),
        dies=st.sampled_from([False, False, False, True]),
    )
)


@dataclass
class Theatre:
    """What outlives an example: the event loop, the services, a connection that nobody cuts."""

    runner: asyncio.Runner
    res: Resources
    redis: Redis
    conn: Conn


class Steps:
    """The processes and the model, and what every operation is made of."""

    def __init__(self, theatre: Theatre) -> None:
        self.res, self.redis, self.conn = theatre.res, theatre.redis, theatre.conn
        self.run = theatre.runner.run
        self.run(self.conn.execute(f"TRUNCATE {TABLES}"))
        self.run(self.redis.flushall())
        self.model = Model()
        self.stage = Stage()
        self.refused: list[Exception] = []
        self.processes: dict[UUID, WorkerProcess] = {}
        self.progress: dict[Key, int] = {}
        self.counter = 0
        self.sound = True

    def _do(
        self,
        line: Line,
        cut: Cut | None,
        op: Callable[[], Awaitable[object]],
        *effects: Effect,
        repeated: bool = True,
    ) -> bool:
        """Make a step. True: it went through with all its effects. Otherwise each of them came or did not.

        What the engine repeats (`repeated`) goes through whatever is cut, unless its process dies.
        """

        async def attempt() -> bool:
            try:
                await op()
            except (Died, Unavailable, *AWAY):
                if not line.was_cut:
                    raise
                return False
            return not line.dead

        line.arm(cut)
        whole = self.run(attempt()) and (repeated or not line.was_cut)
        line.arm(None)
        for process in [process for process in self.processes.values() if process.line.dead]:
            self._end_process(process)
        if whole:
            for effect in effects:
                effect(self.model)
        else:
            choices = product([True, False], repeat=len(effects))
            self._adopt_one_of([after(self.model, compress(effects, chosen)) for chosen in choices])
        return whole

    def _adopt_one_of(self, models: Sequence[Model]) -> None:
        """What the tables say decides which it was."""
        seen = self.run(Snapshot.take(self.conn))
        differences = [seen.differences(model) for model in models]
        assert [] in differences, "neither done nor undone:\n" + "\n\n".join(map("\n".join, differences))
        self.model = models[differences.index([])]

    def _end_process(self, process: WorkerProcess) -> None:
        self.processes.pop(process.id)
        self.run(process.die())

    def _silence(self, worker: UUID) -> None:
        """It was heard last when Postgres had just started, which is a lease ago and longer."""
        self._sql("UPDATE workers SET beat_at = pg_postmaster_start_time() WHERE id = $1", worker)
        self.model.workers[worker].silent = True

    def _heard(self, worker: UUID) -> None:
        """A beat in the future is missed by no slow machine."""
        self._sql("UPDATE workers SET beat_at = now() + interval '1 hour' WHERE id = $1", worker)

    def _due_since(self, row: Row, ago: timedelta) -> None:
        row.due, row.run_at = True, datetime.now(UTC) - ago
        self._sql("UPDATE jobs SET run_at = $2 WHERE id = $1", row.id, row.run_at)

    def _sql(self, statement: str, *values: object) -> None:
        self.run(self.conn.execute(statement, *values))

    def _number(self) -> int:
        self.counter += 1
        return self.counter

    def _process(self, data: Draw) -> WorkerProcess:
        return one(data, list(self.processes.values()))

    def _runs(self) -> list[tuple[WorkerProcess, Key]]:
        """What runs in a process, whatever its row says."""
        return [(process, key) for process in self.processes.values() for key in sorted(process.runs)]

    def _telling(self) -> list[tuple[WorkerProcess, Key]]:
        """What takes orders there, those that may not say a word more named more often."""
        runs = [(process, key) for process in self.processes.values() for key in process.on_stage]
        return [*runs, *[(process, key) for process, key in runs if not self.model.takes_words(key)] * 3]

    def _ghosts(self) -> list[UUID]:
        """Workers whose process is gone, and has not been seen off."""
        return [worker for worker, lease in self.model.workers.items() if worker not in self.processes and lease.up]

    def _silent(self) -> list[UUID]:
        return [worker for worker, lease in self.model.workers.items() if lease.silent]

    def _queued(self) -> list[Row]:
        return [row for row in self.model.rows.values() if row.status is Status.QUEUED]

    def _live(self) -> list[Row]:
        return [row for row in self.model.rows.values() if not row.status.terminal]

    def _scheduled(self) -> list[Row]:
        return [row for row in self.model.rows.values() if row.status is Status.SCHEDULED]

    def _with_deadline(self) -> list[Row]:
        return [row for row in self.model.rows.values() if row.has_deadline and not row.late and not_begun(row)]

    def _suspects(self, process: WorkerProcess) -> list[Row]:
        """What runs in a worker and has seen a death."""
        return [row for row in (self.model.rows[job_id] for job_id, _ in process.runs) if row.deaths]


def one(data: Draw, items: Sequence[T]) -> T:
    return data.draw(st.sampled_from(items))


def some(data: Draw, items: Sequence[T], least: int = 1) -> list[T]:
    """Up to three of them, each once."""
    indices = st.lists(st.integers(0, len(items) - 1), min_size=least, max_size=3, unique=True)
    return [items[index] for index in data.draw(indices)]


def after(model: Model, effects: Iterable[Effect]) -> Model:
    later = deepcopy(model)
    for effect in effects:
        effect(later)
    return later


def none(faults: Iterable[str]) -> None:
    found = list(faults)
    assert not found, "\n".join(found)


def not_begun(row: Row) -> bool:
    return row.status in {Status.SCHEDULED, Status.WAITING, Status.QUEUED}


def no_join_in_line(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """Without joining jobs that would have to wait for a place in the quarantine: they take no orders."""
    joins = [row for row in rows if row.deaths and row.kind == "pair"]
    alone = not others and all(row in joins for row in rows if row.deaths)
    return [row for row in rows if row not in joins[alone:]]
