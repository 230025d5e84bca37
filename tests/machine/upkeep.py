"""What time and upkeep do."""

from datetime import timedelta

from hypothesis import strategies as st

from jobs.strands import key, member
from tests.machine.line import Cut
from tests.machine.model import Model
from tests.machine.processes import Chores
from tests.machine.steps import CUTS, Draw, Effect, Steps, one


class Upkeep(Steps):
    """Jobs become due or late; upkeep does its chores."""

    def become_due(self, data: Draw) -> None:
        """Time passes for a scheduled job, perhaps so much that it outweighs a priority."""
        row = one(data, self._scheduled())
        self._due_since(row, timedelta(minutes=data.draw(st.integers(0, 3)), seconds=5))

    def pass_deadline(self, data: Draw) -> None:
        row = one(data, self._with_deadline())
        self._sql("UPDATE jobs SET deadline_at = now() - interval '1 second' WHERE id = $1", row.id)
        row.late = True

    def promote(self, data: Draw) -> None:
        self._keep_up("promote", data.draw(CUTS))

    def expire(self, data: Draw) -> None:
        self._keep_up("expire", data.draw(CUTS))

    def rescue(self, data: Draw) -> None:
        self._keep_up("rescue", data.draw(CUTS))

    def top_up(self, data: Draw) -> None:
        """Redis may have lost everything; afterwards every ready job has a bell, and the best rings first."""
        if data.draw(st.booleans()):
            self.run(self.redis.flushall())
        chores = Chores(self.res, self.stage, self.refused)
        if not self._do(chores.line, data.draw(CUTS), chores.upkeep.top_up_once):
            return
        for strand in self.model.strands():
            ready = [member(row.id, row.attempt) for row in self.model.ready(strand)]
            bells = [bell.decode() for bell in self.run(self.redis.zrange(key(strand), 0, -1))]
            assert [bell for bell in bells if bell in set(ready)] == ready, (
                "a bell for each, in the order of serving"
            )

    def _keep_up(self, chore: str, cut: Cut | None) -> None:
        """Upkeep does a chore, in a process that may die over it."""
        effects: dict[str, Effect] = {"promote": Model.promote, "expire": Model.expire, "rescue": Model.tidy}
        chores = Chores(self.res, self.stage, self.refused)
        self._do(chores.line, cut, getattr(chores.upkeep, f"{chore}_once"), effects[chore])
