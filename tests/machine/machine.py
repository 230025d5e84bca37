"""The state machine: each step is one operation of one process; after each the tables must be the model."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jobs.model import Status, Strand
from jobs.store import sweeps
from jobs.store.database import Conn
from tests.machine.clients import Clients
from tests.machine.model import End
from tests.machine.snapshot import Snapshot
from tests.machine.steps import Draw, Steps, Theatre, no_join_in_line, none, not_begun
from tests.machine.upkeep import Upkeep
from tests.machine.workers import Workers

MOST_WORKERS = 4
MOST_LIVE = 6
ROUNDS = 12
"""In so many rounds of upkeep and work every job has ended, if none is lost."""

Operation = Callable[[Draw], object]


class Machine(Clients, Workers, Upkeep, RuleBasedStateMachine):
    """Clients, up to four workers, their guards, and upkeep; one operation at a time."""

    def __init__(self, theatre: Theatre) -> None:
        RuleBasedStateMachine.__init__(self)
        Steps.__init__(self, theatre)
        self._start_worker(list(self.stage.kinds))

    # One rule: of several Hypothesis would leave out half in most examples ("swarm testing").
    @rule(data=st.data())
    def step(self, data: Draw) -> None:
        self.sound = False
        operation: Operation = data.draw(st.sampled_from(self._possible()))
        operation(data)

    def _possible(self) -> list[Operation]:
        """What may happen next, what matters more named more often."""
        leases = self.model.workers.values()
        there: list[tuple[object, dict[Operation, int]]] = [
            (len(self._live()) < MOST_LIVE, {self.submit: 6, self.submit_pair: 3}),
            (self._live(), {self.cancel: 4, self.top_up: 2}),
            (self._queued() and self.processes, {self.claim: 25}),
            (self._telling(), {self.say: 8, self.make_progress: 6, self.finish: 10}),
            (self.processes, {self.attend: 3, self.begin_drain: 1, self.hand_back: 1, self.die: 1}),
            (len(self.processes) < MOST_WORKERS, {self.start_worker: 8}),
            (self._ghosts(), {self.bury: 2}),
            (self.model.workers, {self.freeze: 6 if self._runs() else 1}),
            (self._silent(), {self.wake_up: 2}),
            (self._scheduled(), {self.promote: 3, self.become_due: 3}),
            (any(lease.silent or not lease.up for lease in leases), {self.rescue: 6}),
            (self._with_deadline(), {self.pass_deadline: 1}),
            (any(row.late for row in self._live()), {self.expire: 3}),
        ]
        return [
            operation
            for possible, weights in there
            if possible
            for operation, weight in weights.items()
            for _ in range(weight)
        ]

    @invariant()
    def tables_say_what_the_model_says(self) -> None:
        """Checked after every step."""
        self.sound = False
        seen = self.run(Snapshot.take(self.conn))
        none(seen.differences(self.model))
        none(seen.faults())
        none(f"a constraint had to catch a statement: {error}" for error in self.refused)
        seen.adopt(self.model)
        none(self._lost())
        self.sound = True

    def teardown(self) -> None:
        """Whatever happened: with a worker and upkeep every job comes to its end."""
        try:
            if self.sound:
                self._bring_to_an_end()
        finally:
            for process in list(self.processes.values()):
                self._end_process(process)

    def _lost(self) -> Iterable[str]:
        """Whatever has not ended must be found by the chore that is to go on with it."""
        rows, leases = self.model.rows.values(), self.model.workers
        strands = self.model.strands()
        if sorted(self.run(sweeps.strands(self.conn, list(self.stage.kinds)))) != strands:
            yield "the strands that have ready jobs are not all found"
        for strand in strands:
            if self.run(_pages(self.conn, strand)) != [row.id for row in self.model.ready(strand)]:
                yield f"the pages of {strand} are not its ready jobs in the order of serving"
        worker = next(iter(self.processes), None)
        seen = self.run(sweeps.glance(self.conn, self.res.settings.lease_s, worker))
        for what, real, wanted in (
            ("due", seen.due_s is not None, bool(self._scheduled())),
            ("queued", seen.queued, bool(self._queued())),
            ("late", seen.late, any(row.late and not_begun(row) for row in rows)),
            ("silent", seen.silent, any(lease.up and lease.silent for lease in leases.values())),
            ("held", seen.held, any(row.worker == worker is not None for row in rows)),
            ("orphaned", seen.orphaned, any(row.worker is not None and not leases[row.worker].up for row in rows)),
        ):
            if real != wanted:
                yield f"the glance sees {what}: {real}"
        for row in rows:
            if row.status is Status.WAITING and all(self.model.rows[id].status.terminal for id in row.parents):
                yield f"{row.id} waits for nobody"

    def _bring_to_an_end(self) -> None:
        for process in list(self.processes.values()):
            self._end_process(process)
        for worker in self.model.workers:
            self._silence(worker)
        self._keep_up("rescue", None)
        self._start_worker(list(self.stage.kinds))
        for _ in range(ROUNDS):
            self._work_on()
            if not self._live():
                return
        none(f"this one never ends: {row}" for row in self._live())

    def _work_on(self) -> None:
        """Everything gets due, is claimed and succeeds."""
        for row in self._scheduled():
            self._due_since(row, timedelta(seconds=5))
        self._keep_up("promote", None)
        self._keep_up("expire", None)
        if ready := self._queued():
            (process,) = self.processes.values()
            ready = no_join_in_line(ready, self._suspects(process))
            self._claim(process, [(row.id, row.attempt) for row in ready], None)
            while process.runs:
                self._finish(process, {key: End("succeeds", 1) for key in process.on_stage}, None)
        self.tables_say_what_the_model_says()


async def _pages(conn: Conn, strand: Strand) -> list[UUID]:
    """A strand as upkeep pages through it, three at a time."""
    found: list[sweeps.Ready] = []
    while page := await sweeps.ready(conn, strand, found[-1] if found else None, limit=3):
        found += page
    return [ready.id for ready in found]
