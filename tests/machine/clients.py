"""What clients do."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from jobs import queue
from jobs.flows import submissions
from jobs.model import Submission
from jobs.store.idempotency import Key as IdempotencyKey
from jobs.submission import Options, prepare
from tests.machine.processes import HOUR_S, Api
from tests.machine.steps import CUTS, Draw, Steps, one, some


class Clients(Steps):
    """They submit, alone or flows, and cancel."""

    def submit(self, data: Draw) -> None:
        """A few jobs in one call; each may wait for the ones before it, and for jobs that are there."""
        made: list[Submission] = []
        for _ in range(data.draw(st.integers(1, 3))):
            known = [*self.model.rows, *(job.id for job in made)]
            options = Options(
                priority=data.draw(st.integers(-1, 1)),
                delay_s=data.draw(st.sampled_from([None, None, HOUR_S])),
                deadline_at=data.draw(st.sampled_from([None, None, in_an_hour()])),
                depends_on=tuple(some(data, known, least=0)) if known else (),
                on_failure=data.draw(st.sampled_from(["cancel", "run"])),
            )
            made.append(prepare(self.stage.kinds["puppet"], {}, options))
        self._store(made, data)

    def submit_pair(self, data: Draw) -> None:
        """A flow kind: the job that joins comes with its two parts."""
        options = Options(delay_s=data.draw(st.sampled_from([None, None, HOUR_S])))
        self._store(submissions(self.stage.kinds, self.stage.kinds["pair"], {"value": 7}, options), data)

    def cancel(self, data: Draw) -> None:
        running = [row.id for row in self._live() if row.worker]
        job_id = one(data, [*self.model.rows, *running * 10])
        api = Api(self.res, self.stage, self.refused)
        self._do(
            api.line,
            data.draw(CUTS),
            lambda: queue.cancel(api.res, job_id, "default"),
            lambda model: model.cancel(model.family(job_id)),
        )

    def _store(self, made: list[Submission], data: Draw) -> None:
        """Submit. A client with a key that asks again gets the reply that was meant for it, or is served now."""
        api = Api(self.res, self.stage, self.refused)
        key = IdempotencyKey("default", str(made[0].id), "f" * 64) if data.draw(st.booleans()) else None
        self._do(
            api.line,
            data.draw(CUTS),
            lambda: api.submit(made, key),
            lambda model: model.submit(made, key.value if key else None),
        )
        if key:
            stored = made[0].id in self.model.rows
            again = self.run(Api(self.res, self.stage, self.refused).submit(made, key))
            assert (again.reply, again.replayed) == (str(made[0].id), stored)
            if not stored:
                self.model.submit(made, key.value)


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)
