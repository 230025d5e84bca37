"""The reference model: what the rows must say, in a few lines of plain Python for each operation."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from jobs.model import TRANSITIONS, Status, Strand, Submission

MAX_DEATHS = 3
Key = tuple[UUID, int]
"""A job and the number of one attempt at it."""


@dataclass(frozen=True)
class End:
    """How a run ends: what its kind gives or raises, or why it is stopped."""

    how: str  # "succeeds", "fails", "stumbles", "parks", "is interrupted", "dies", "times out", "is canceled"
    value: int = 0
    artifacts: tuple[str, ...] = ()
    code: str = ""


@dataclass
class Row:
    """A job. `run_at` is None when the engine has just chosen it anew; `due` says on which side of now it is."""

    id: UUID
    kind: str
    queue: str
    priority: int
    max_attempts: int
    on_failure: str
    parents: frozenset[UUID]
    part_of: UUID | None
    step: str | None
    has_deadline: bool
    status: Status
    due: bool
    pending: set[UUID]
    run_at: datetime | None = None
    late: bool = False
    attempt: int = 0
    failures: int = 0
    deaths: int = 0
    worker: UUID | None = None
    asked: bool = False
    output: int | None = None
    error: str | None = None
    progress: int | None = None
    artifacts: frozenset[str] = frozenset()
    events: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def score(self) -> int:
        """Milliseconds of the due time, less a minute for each point of priority above -100."""
        assert self.run_at is not None
        return round(self.run_at.timestamp() * 1e6 + 500) // 1000 - (self.priority + 100) * 60_000

    def move(self, status: Status) -> None:
        """Go to another status and tell of it."""
        assert status in TRANSITIONS[self.status], f"the model itself goes from {self.status} to {status}"
        self.status = status
        if status is not Status.RUNNING:
            self.worker = None
        self.events.append(("job.done" if status.terminal else "job.status", status.value, self.attempt))


@dataclass
class Lease:
    """A row of `workers`."""

    status: str = "alive"
    silent: bool = False

    @property
    def up(self) -> bool:
        return self.status in {"alive", "draining"}


class Model:
    """All rows. Every method is one operation that happens whole or not at all."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Row] = {}
        self.workers: dict[UUID, Lease] = {}
        self.keys: dict[str, UUID] = {}

    # What clients do

    def submit(self, given: Sequence[Submission], key: str | None = None) -> None:
        fresh = {job.id for job in given}
        for job in given:
            pending = {p for p in job.depends_on if p in fresh or not self._satisfied(p, job.on_failure)}
            due = job.delay_s is None
            status = Status.WAITING if pending else Status.QUEUED if due else Status.SCHEDULED
            self.rows[job.id] = Row(
                job.id, job.kind, job.queue, job.priority, job.max_attempts, job.on_failure,
                frozenset(job.depends_on), job.part_of, job.step, job.deadline_at is not None, status, due, pending,
                events=[("job.status", status.value, 0)],
            )  # fmt: skip
        doomed = [
            self.rows[job.id]
            for job in given
            if job.on_failure == "cancel" and any(self._failed(parent) for parent in job.depends_on)
        ]
        self._doom(doomed)
        if key is not None:
            self.keys[key] = given[0].id

    def cancel(self, ids: Iterable[UUID]) -> None:
        ended = []
        for row in (self.rows[id] for id in ids):
            if row.status.terminal:
                continue
            row.asked = True
            lease = self.workers.get(row.worker) if row.worker else None
            attended = lease is not None and lease.up and not lease.silent
            if not attended:
                row.move(Status.CANCELED)
                ended.append(row)
        self._release(ended)

    def family(self, job_id: UUID) -> list[UUID]:
        """A job and those that work for it."""
        return [row.id for row in self.rows.values() if job_id in {row.id, row.part_of}]

    # What workers do

    def claim(self, bells: Iterable[Key], worker: UUID, kinds: Iterable[str]) -> list[Key]:
        """Returns the attempts that the bells became."""
        if self.workers[worker].status != "alive":
            return []
        claimed = []
        for job_id, attempt in set(bells):
            row = self.rows.get(job_id)
            if (
                row
                and row.status is Status.QUEUED
                and row.attempt == attempt
                and row.kind in kinds
                and not row.late
            ):
                row.progress = row.progress if row.attempt == 0 else None
                row.attempt += 1
                row.move(Status.RUNNING)
                row.worker = worker
                claimed.append((job_id, row.attempt))
        return claimed

    def runs(self, key: Key) -> bool:
        """Whether this is the attempt whose writes count."""
        row = self.rows[key[0]]
        return row.status is Status.RUNNING and row.attempt == key[1]

    def takes_words(self, key: Key) -> bool:
        """Whether this attempt may still add to its job's history."""
        return self.runs(key) and not self.rows[key[0]].asked

    def event(self, key: Key, note: str) -> None:
        if self.takes_words(key):
            self.rows[key[0]].events.append(("note.taken", note, key[1]))

    def progress(self, key: Key, value: int) -> None:
        if self.runs(key):
            self.rows[key[0]].progress = value

    def mirror(self, key: Key, value: int) -> None:
        """The job that joins shows how far its part is."""
        row = self.rows[key[0]]
        if self.runs(key) and row.part_of and self.rows[row.part_of].status is Status.WAITING:
            self.rows[row.part_of].progress = value

    def drain(self, worker: UUID) -> None:
        if self.workers[worker].up:
            self.workers[worker].status = "draining"

    def settle(self, key: Key, end: End, progress: int | None) -> None:
        """End an attempt. One that is not the running one changes nothing; once asked, canceled is the only end."""
        if not self.runs(key):
            return
        row = self.rows[key[0]]
        row.progress = row.progress if progress is None else progress
        row.error = None
        if row.asked or end.how == "is canceled":
            row.move(Status.CANCELED)
        else:
            self._settle(row, end)
        self._release([row])

    def join(self, key: Key) -> None:
        """A joining job gives what its last part gave, or fails with what went wrong in its parts."""
        parts = {row.step: row for row in self.rows.values() if row.part_of == key[0]}
        if parts["second"].status is Status.SUCCEEDED:
            self.settle(key, End("succeeds", parts["second"].output or 0), None)
            return
        faults = [part.error for part in parts.values() if part.error not in {None, "dependency_failed"}]
        self.settle(key, End("fails", code=faults[0] if faults and faults[0] else "dependency_failed"), None)

    def give_back(self, keys: Iterable[Key]) -> None:
        """Queue again what runs in a worker's name only."""
        ended = []
        for key in keys:
            row = self.rows[key[0]]
            if self.runs(key):
                row.move(Status.CANCELED if row.asked else Status.QUEUED)
                ended.append(row)
        self._release(ended)

    # What time and upkeep do

    def promote(self) -> None:
        for row in self._in(Status.SCHEDULED):
            if row.due:
                row.move(Status.QUEUED)

    def expire(self) -> None:
        late = [row for row in self._in(Status.SCHEDULED, Status.WAITING, Status.QUEUED) if row.late]
        for row in late:
            row.error = "expired"
            row.move(Status.EXPIRED)
        self._release(late)

    def end_silent(self) -> None:
        for lease in self.workers.values():
            if lease.up and lease.silent:
                lease.status = "dead"

    def end_worker(self, worker: UUID, status: str) -> None:
        if self.workers[worker].up:
            self.workers[worker].status = status

    def time_out(self, keys: Iterable[Key]) -> None:
        """End what took too long, unless somebody asked for another end."""
        for key in keys:
            if self.takes_words(key):
                self.settle(key, End("times out", code="timed_out"), None)

    def rescue(self, *, blamed: Collection[UUID] | None, worker: UUID | None = None) -> None:
        """`blamed` saw one death more; the third ends the only suspect there, the sixth whomever."""
        freed = [
            row
            for row in self._in(Status.RUNNING)
            if row.worker and not self.workers[row.worker].up and worker in {None, row.worker}
        ]
        guilty = {row.id for row in freed if blamed is None or row.id in blamed}
        suspects = Counter(row.worker for row in freed if row.id in guilty and row.deaths)
        for row in freed:
            row.deaths += row.id in guilty
            poison = row.id in guilty and (
                row.deaths >= 2 * MAX_DEATHS or (row.deaths >= MAX_DEATHS and suspects[row.worker] == 1)
            )
            row.error = None if row.asked else "worker_lost"
            row.move(Status.CANCELED if row.asked else Status.FAILED if poison else Status.QUEUED)
        self._release(freed)

    def tidy(self) -> None:
        """Whoever was silent for a lease is dead, and dies with its jobs."""
        self.end_silent()
        self.rescue(blamed=None)

    def strands(self) -> list[Strand]:
        """Where jobs are ready."""
        return sorted({Strand(row.queue, row.kind) for row in self._in(Status.QUEUED)})

    def ready(self, strand: Strand) -> list[Row]:
        """What may start of a strand, in the order it is served."""
        rows = [row for row in self._in(Status.QUEUED) if (row.queue, row.kind) == strand and not row.late]
        return sorted(rows, key=lambda row: (row.score, row.id))

    def _settle(self, row: Row, end: End) -> None:
        match end.how:
            case "succeeds":
                row.output, row.artifacts = end.value, frozenset(end.artifacts)
                row.events += [("artifact.created", name, row.attempt) for name in end.artifacts]
                row.move(Status.SUCCEEDED)
            case "stumbles" | "parks" | "times out" if row.failures + 1 < row.max_attempts and not (
                end.how == "times out" and row.has_deadline  # the deadline is what its time limit was
            ):
                row.failures, row.error = row.failures + 1, end.code
                row.due, row.run_at = end.how != "parks", None
                row.move(Status.SCHEDULED)
            case "is interrupted" | "dies":
                row.deaths, row.error = row.deaths + (end.how == "dies"), "worker_lost"
                poison = end.how == "dies" and row.deaths >= MAX_DEATHS
                row.move(Status.FAILED if poison else Status.QUEUED)
            case _:
                row.failures, row.error = row.failures + 1, end.code
                row.move(Status.FAILED)

    def _release(self, ended: Iterable[Row]) -> None:
        """Start or cancel who waited."""
        for parent in [row for row in ended if row.status.terminal]:
            for child in self._in(Status.WAITING):
                if child.status is not Status.WAITING or parent.id not in child.pending:
                    continue
                if parent.status is not Status.SUCCEEDED and child.on_failure == "cancel":
                    self._doom([child])
                    continue
                child.pending.discard(parent.id)
                if not child.pending:
                    child.run_at = None if child.due else child.run_at
                    child.move(Status.QUEUED if child.due else Status.SCHEDULED)

    def _doom(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if not row.status.terminal:
                row.error = "dependency_failed"
                row.move(Status.CANCELED)
                self._release([row])

    def _in(self, *statuses: Status) -> list[Row]:
        return [row for row in self.rows.values() if row.status in statuses]

    def _failed(self, job_id: UUID) -> bool:
        row = self.rows.get(job_id)
        return row is not None and row.status.terminal and row.status is not Status.SUCCEEDED

    def _satisfied(self, parent: UUID, on_failure: str) -> bool:
        status = self.rows[parent].status
        return status is Status.SUCCEEDED or (on_failure == "run" and status.terminal)
