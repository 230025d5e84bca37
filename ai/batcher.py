"""Windows of all jobs on one device: who asks, waits, shares a call with whom, and gets what came of it."""

import threading
import time
from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

PATIENCE = 0.1  # of the time of a call: so long the device waits for rows that are about to come
MOST_PATIENCE_S = 0.1
NATIVE = (RuntimeError, ValueError, TypeError, IndexError, MemoryError)  # what CTranslate2's calls raise


class CallFailed(RuntimeError):
    """A call of the model raised `__cause__`: what the device is worth after that is another question."""


class Call(Protocol):
    """One row's part in a call of the model. Calls of equal `key` can be made as one."""

    @property
    def key(self) -> Hashable: ...

    def most(self, waiting: int) -> int:
        """How many rows to take at once when so many wait or are about to."""

    def run(self, rows: Sequence[Any], *, alone: bool) -> list[Any]:
        """Make the call for all of `rows`, this one among them. `alone`: no other job is on the device."""

    def turn(self) -> AbstractContextManager[object]:
        """Held while the call is made. Where a model makes one at a time, it waits for the one before."""


@dataclass(eq=False)
class _Waiting:
    call: Call
    seat: "Seat"
    since: float = field(default_factory=time.monotonic)
    result: "Future[Any]" = field(default_factory=Future)


class Seat:
    """One job's place at the device. It asks for one thing at a time, so that no job has two rows in line."""

    def __init__(self, batcher: "Batcher") -> None:
        self._batcher = batcher
        self.coming = True  # not asking now, and about to

    def ask(self, call: Call) -> Any:
        """What `call` gives for this row. Raises CallFailed, and CancelledError once the seat was left."""
        return self._batcher.wait_for(_Waiting(call, self))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Inside, nobody waits for this job to ask."""
        self._batcher.expect(self, False)
        try:
            yield
        finally:
            self._batcher.expect(self, True)

    def leave(self) -> None:
        """Whatever it asked for is dropped; what is on the device goes on for the other rows."""
        self._batcher.leave(self)


class Batcher:
    """Serves rows in the order in which they came, those that fit the first together with it.

    `lanes` calls are made at once. A call starts when it is full, when nobody else is about to come, or when
    its first row has waited for a tenth of the time a call takes.
    """

    def __init__(self, lanes: int) -> None:
        self._changed = threading.Condition()
        self._line: list[_Waiting] = []
        self._seats: set[Seat] = set()
        self._free = lanes
        self._patience_s = 0.0
        self._running: dict[int, tuple[float, int]] = {}  # when it began and its rows, of each call by lane
        self._lanes = [threading.Thread(target=self._serve, args=(n,), daemon=True) for n in range(lanes)]

    def start(self) -> Self:
        for lane in self._lanes:
            lane.start()
        return self

    def join(self) -> Seat:
        seat = Seat(self)
        with self._changed:
            self._seats.add(seat)
        return seat

    def longest_s(self, *, by_row: bool = False) -> float:
        """For how long the oldest of the calls that are made now has been going on; or the most for each row."""
        running, now = list(self._running.values()), time.monotonic()
        return max(((now - began) / (rows if by_row else 1) for began, rows in running), default=0.0)

    def wait_for(self, row: _Waiting) -> Any:
        with self._changed:
            if row.seat not in self._seats:
                raise CancelledError
            row.seat.coming = False
            self._line.append(row)
            self._changed.notify_all()
        return row.result.result()

    def expect(self, seat: Seat, coming: bool) -> None:
        with self._changed:
            seat.coming = coming
            self._changed.notify_all()

    def leave(self, seat: Seat) -> None:
        with self._changed:
            self._seats.discard(seat)
            for row in [row for row in self._line if row.seat is seat]:
                self._line.remove(row)
                row.result.cancel()
            self._changed.notify_all()

    def _serve(self, lane: int) -> None:
        while True:
            rows, alone = self._take()
            began = time.monotonic()
            outcomes = self._run(lane, [row.call for row in rows], alone)
            with self._changed:
                self._patience_s = min(MOST_PATIENCE_S, PATIENCE * (time.monotonic() - began))
                self._free += 1
                for row in rows:
                    row.seat.coming = True
                self._changed.notify_all()
            for row, outcome in zip(rows, outcomes, strict=True):
                _tell(row.result, outcome)

    def _run(self, lane: int, calls: list[Call], alone: bool) -> list[Any]:
        """What each row gets, an exception where that is it. A call that fails is made again row by row."""
        try:
            with calls[0].turn(), self._timed(lane, len(calls)):
                return calls[0].run(calls, alone=alone)
        except NATIVE as error:
            if len(calls) == 1:
                return [_failed(error)]
        return [outcome for call in calls for outcome in self._run(lane, [call], alone)]

    @contextmanager
    def _timed(self, lane: int, rows: int) -> Iterator[None]:
        self._running[lane] = time.monotonic(), rows
        try:
            yield
        finally:
            del self._running[lane]

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Wait for the next rows that go together; they are out of the line then."""
        with self._changed:
            while (rows := self._due()) is None:
                self._changed.wait(self._patience_s if self._line else None)
            for row in rows:
                self._line.remove(row)
            self._free -= 1
            return rows, len(self._seats) == 1

    def _due(self) -> list[_Waiting] | None:
        if not self._line:
            return None
        first = self._line[0]
        fitting = [row for row in self._line if row.call.key == first.call.key]
        coming = sum(seat.coming for seat in self._seats)
        share = -(-(len(fitting) + coming) // self._free)  # of each lane that is free, rounded up
        wanted = min(share, first.call.most(share))
        if len(fitting) < wanted and time.monotonic() < first.since + self._patience_s:
            return None
        return fitting[:wanted]


def _failed(error: Exception) -> CallFailed:
    failed = CallFailed(str(error))
    failed.__cause__ = error
    return failed


def _tell(result: "Future[Any]", outcome: Any) -> None:
    if isinstance(outcome, Exception):
        result.set_exception(outcome)
    else:
        result.set_result(outcome)
