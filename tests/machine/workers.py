"""What workers do, and what their guards do when they are gone."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import strategies as st

from jobs.ids import new_id
from jobs.kind import Context
from jobs.model import Claim
from jobs.store import workers
from tests.machine.line import Cut
from tests.machine.model import End, Key, Lease, Model, Row
from tests.machine.processes import GuardProcess, WorkerProcess
from tests.machine.steps import CUTS, Draw, Effect, Steps, after, no_join_in_line, one, some

ENDS = st.sampled_from(
    [
        End("succeeds", 1),
        End("succeeds", 2, artifacts=("a", "b")),
        End("fails", code="broken"),
        End("stumbles", code="shaky"),
        End("parks", code="provider_busy"),
        End("is interrupted"),
        End("dies"),
        End("times out", code="timed_out"),
    ]
)


class Workers(Steps):
    """They claim, run, drain, freeze and die."""

    def start_worker(self, data: Draw) -> None:
        """A worker that knows every kind, or only one, as after a rolling deploy."""
        self._start_worker(data.draw(st.sampled_from([list(self.stage.kinds), ["puppet"]])))

    def claim(self, data: Draw) -> None:
        """By a few bells, some of which ring too late, or for an attempt that never was, or for no job at all."""
        late, off = data.draw(st.sampled_from([(False, 0)] * 9 + [(True, 0), (True, 1), (False, -1)]))
        again = [row for row in self._queued() if row.attempt]
        rows = some(data, list(self.model.rows.values()) if late else again or self._queued())
        strays = [(new_id(), 0)] if late else []
        alive = [process for process in self.processes.values() if self.model.workers[process.id].status == "alive"]
        process = one(data, [*self.processes.values(), *alive * 5])
        rows = no_join_in_line(rows, self._suspects(process))
        if bells := [*((row.id, row.attempt + off) for row in rows), *strays]:
            self._claim(process, bells, data.draw(CUTS))

    def say(self, data: Draw) -> None:
        """A durable event of a kind; that of a stale or canceled attempt is refused and ends the run."""
        process, key = one(data, self._telling())
        note, accepted = f"n{self._number()}", self.model.takes_words(key)

        async def act(ctx: Context) -> None:
            await ctx.event("note.taken", {"note": note})

        effects: list[Effect] = [lambda model: model.event(key, note)]
        if not accepted:
            effects += self._settling(key, End("is canceled"))
        self._do(process.line, data.draw(CUTS), lambda: process.do(key, act), *effects)
        assert process.line.dead or (key in process.runs) == accepted, (
            "whoever is refused hears of it, and none else"
        )

    def make_progress(self, data: Draw) -> None:
        """Progress is told once and not repeated: a cut may lose it, the end of the run brings it again."""
        process, key = one(data, self._telling())
        self.progress[key] = value = self._number()

        async def act(ctx: Context) -> None:
            await ctx.progress("works", value)

        self._do(
            process.line,
            data.draw(CUTS),
            lambda: process.do(key, act),
            lambda model: model.progress(key, value),
            lambda model: model.mirror(key, value),
            repeated=False,
        )

    def finish(self, data: Draw) -> None:
        """Runs of one worker end together."""
        process, first = one(data, self._telling())
        ending = {key: data.draw(ENDS) for key in [first, *some(data, process.on_stage, least=0)]}
        self._finish(process, ending, data.draw(CUTS))

    def attend(self, data: Draw) -> None:
        """A worker compares its runs with its rows: it stops what was canceled, gives back what it does not run."""
        process = self._process(data)
        strays = [
            (row.id, row.attempt)
            for row in self.model.rows.values()
            if row.worker == process.id and (row.id, row.attempt) not in process.runs
        ]
        asked = [key for key in process.runs if self.model.runs(key) and self.model.rows[key[0]].asked]
        effects: list[Effect] = [lambda model: model.give_back(strays)]
        if process.attendant.draining:
            effects.append(lambda model: model.drain(process.id))
        effects += [effect for key in asked for effect in self._settling(key, End("is canceled"))]
        self._do(process.line, data.draw(CUTS), process.attend, *effects)

    def begin_drain(self, data: Draw) -> None:
        """SIGTERM: from its next look on it claims nothing, and goes on with what it has."""
        self._process(data).attendant.draining = True

    def hand_back(self, data: Draw) -> None:
        """The end of a drain: what still runs is handed back, and the guard sees the worker off."""
        process = self._process(data)
        effects = [effect for key in process.runs for effect in self._settling(key, End("is interrupted"))]
        if self._do(process.line, data.draw(CUTS), process.hand_back, *effects):
            self._end_process(process)
            self._bury(process.id, None, drained=True)

    def die(self, data: Draw) -> None:
        """SIGKILL."""
        self._end_process(self._process(data))

    def bury(self, data: Draw) -> None:
        """The guard of a worker that is gone says so, and who ran too long in it, and who may have killed it."""
        worker = one(data, self._ghosts())
        ran = [row for row in self.model.rows.values() if row.worker == worker]
        over = some(data, ran, least=0) if ran else []
        blamed = some(data, ran, least=0) if ran else []
        self._bury(worker, data.draw(CUTS), over=over, blamed=[row.id for row in blamed])

    def freeze(self, data: Draw) -> None:
        """A machine stands still: its lease runs out, and its processes know nothing of it."""
        busy = [process.id for process, _ in self._runs()]
        self._silence(one(data, [*self.model.workers, *busy * 3]))

    def wake_up(self, data: Draw) -> None:
        """It goes on. Too late, when it was declared dead."""
        worker = one(data, self._silent())
        lease = self.model.workers[worker]
        assert self.run(workers.beat(self.conn, worker)) == lease.up
        if lease.up:
            self._heard(worker)
            lease.silent = False

    def _claim(self, process: WorkerProcess, bells: list[Key], cut: Cut | None) -> None:
        async def claim() -> None:
            claims.extend(await process.claim(bells))

        claims: list[Claim] = []
        expected = after(self.model, []).claim(bells, process.id, process.kinds)
        if not self._do(process.line, cut, claim, lambda model: model.claim(bells, process.id, process.kinds)):
            return
        keys = [(claim.id, claim.attempt) for claim in claims]
        assert sorted(keys) in ([], sorted(expected)), "all or, when the answer was lost and asked for again, none"
        joins = [key for key in keys if self.model.rows[key[0]].kind == "pair"]
        effects: list[Effect] = [lambda model, key=key: model.join(key) for key in joins]  # type: ignore[misc]
        self._do(process.line, cut, lambda: process.begin(claims), *effects)
        assert process.line.dead or process.runs.keys() >= set(keys) - set(joins)

    def _finish(self, process: WorkerProcess, ending: dict[Key, End], cut: Cut | None) -> None:
        if ending:
            effects = [effect for key, end in ending.items() for effect in self._settling(key, end)]
            self._do(process.line, cut, lambda: process.end(ending), *effects)

    def _start_worker(self, kinds: Sequence[str]) -> None:
        process = WorkerProcess(self.res, self.stage, self.refused, kinds)
        self._do(process.line, None, process.register, lambda model: model.workers.update({process.id: Lease()}))
        self._heard(process.id)
        self.processes[process.id] = process

    def _bury(
        self,
        worker: UUID,
        cut: Cut | None,
        *,
        drained: bool = False,
        over: Sequence[Row] = (),
        blamed: Sequence[UUID] = (),
    ) -> None:
        def buried(model: Model) -> None:
            model.end_worker(worker, "stopped" if drained else "dead")
            model.time_out(late)
            model.rescue(blamed=blamed, worker=worker)

        late = [(row.id, row.attempt) for row in over]
        guard = GuardProcess(self.res, self.refused)
        self._do(guard.line, cut, lambda: guard.bury(worker, drained=drained, over=over, blamed=blamed), buried)

    def _settling(self, key: Key, end: End) -> list[Effect]:
        """The last progress of a part shows on the job that joins it, and then the run ends."""
        progress = self.progress.get(key)
        shown: list[Effect] = [lambda model: model.mirror(key, progress)] if progress is not None else []
        return [*shown, lambda model: model.settle(key, end, progress)]
