"""A page of memory that a worker shares with its guard: what runs, until when, and what is on the event loop now.

The guard reads it when the worker hangs or is dead. A worker whose interpreter is locked cannot answer a question;
what it wrote before is there all the same.
"""

import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from types import coroutine
from typing import Any, TypeVar
from uuid import UUID

from jobs.attempt import GRACE_S, Attempt, Stop
from jobs.model import Claim

T = TypeVar("T")

# A seat: job, attempt, limit (CLOCK_MONOTONIC), seconds allowed (0: up to the deadline), flags, threads.
SEAT = struct.Struct("=16sqddqq")
WORDS = SEAT.size // 8
LIMIT, FLAGS, THREADS = 3, 5, 6  # as words of a seat
TAKEN, RETRY, FORGIVEN, EMPTY = 1, 2, 4, 8
TICKS, ON_LOOP = 0, 1  # words of the first seat, which nobody takes
NOBODY = 0
TICK_S = 0.25
"""How often the event loop says that it turns; more often than the guard looks for it."""
SPARE = 64
"""Seats beyond the slots, for runs that were left behind. With none left a run goes unwatched."""
SEAT_OF_TASK: ContextVar[int] = ContextVar("seat", default=NOBODY)
"""Whose work a task does; those that a kind starts inherit it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An attempt whose code may still run. `forgiven`: it was told to stop, and not for its time limit.

    `threads`: how many calls it has in the worker's pool of threads.
    """

    id: UUID
    attempt: int
    limit_at: float
    allowed_s: float
    retry: bool
    forgiven: bool
    threads: int


class BlackBox:
    """The page, from either side."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._words = memoryview(memory).cast("q")
        self._clocks = memoryview(memory).cast("d")
        self._lock = threading.Lock()
        self._free = list(range(len(memory) // SEAT.size - 1, 0, -1))

    @classmethod
    def private(cls, slots: int) -> "BlackBox":
        """One that no guard reads."""
        return cls(mmap.mmap(-1, _size(slots)))

    @classmethod
    def shared(cls, slots: int) -> "tuple[BlackBox, int]":
        """One for a process to be started, and the descriptor to pass to it; the caller closes it."""
        fd = os.memfd_create("turnspit") if hasattr(os, "memfd_create") else _unnamed_file()
        os.ftruncate(fd, _size(slots))
        return cls(mmap.mmap(fd, 0)), fd

    @classmethod
    def inherited(cls, fd: int) -> "BlackBox":
        """The one our parent has made."""
        try:
            return cls(mmap.mmap(fd, 0))
        finally:
            os.close(fd)

    # What the worker writes

    def tick(self) -> None:
        """The event loop turns."""
        self._words[TICKS] += 1

    def take(self, claim: Claim, limit_s: float, allowed_s: float, *, retry: bool) -> int:
        """Note that an attempt begins; the number of its seat."""
        if not self._free:
            return NOBODY
        seat, limit_at, flags = self._free.pop(), time.monotonic() + limit_s, TAKEN | RETRY if retry else TAKEN
        at = seat * SEAT.size
        SEAT.pack_into(self._memory, at, claim.id.bytes, claim.attempt, limit_at, allowed_s, flags, 0)
        SEAT_OF_TASK.set(seat)
        return seat

    def leave(self, seat: int) -> None:
        """Its code runs no more on the event loop. What it has in threads keeps the seat."""
        if seat == NOBODY:
            return
        if self._words[seat * WORDS + THREADS]:
            with self._lock:
                self._words[seat * WORDS + FLAGS] |= FORGIVEN | EMPTY
            self._free_if_done(seat)
        else:
            self._words[seat * WORDS + FLAGS] = 0
            self._free.append(seat)

    def entered_thread(self, seat: int) -> None:
        """A call of its code waits for a thread, or runs in one."""
        with self._lock:
            self._words[seat * WORDS + THREADS] += 1

    def left_thread(self, seat: int) -> None:
        with self._lock:
            self._words[seat * WORDS + THREADS] -= 1
        self._free_if_done(seat)

    @coroutine
    def watch(self, seat: int, attempt: Attempt, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Await `work`, and mark each of its steps on the event loop."""
        words, step, given = self._words, work.send, None
        while True:
            words[ON_LOOP] = seat
            try:
                awaited = step(given)
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                words[ON_LOOP] = NOBODY
            try:
                given, step = (yield awaited), work.send
            except BaseException as error:  # noqa: BLE001  (handed on)
                self._hurry(seat, attempt.stopped)
                given, step = error, work.throw

    def _hurry(self, seat: int, why: Stop | None) -> None:
        """It was told to stop: from now on it may take as long as a run may before it is left behind."""
        if why is not None and seat != NOBODY:
            self._clocks[seat * WORDS + LIMIT] = time.monotonic() + GRACE_S
            if why is not Stop.TIMED_OUT:
                self._words[seat * WORDS + FLAGS] |= FORGIVEN

    def _free_if_done(self, seat: int) -> None:
        with self._lock:
            if self._words[seat * WORDS + FLAGS] & EMPTY and not self._words[seat * WORDS + THREADS]:
                self._words[seat * WORDS + FLAGS] = 0
                self._free.append(seat)

    # What the guard reads

    @property
    def turn(self) -> tuple[int, int]:
        """Changes while the event loop turns; the same for a while: one step takes all that time."""
        return self._words[TICKS], self._words[ON_LOOP]

    def on_loop(self) -> Seat | None:
        """Whose step the event loop is in."""
        seat = self._words[ON_LOOP]
        return None if seat == NOBODY else self._read(seat)

    def seats(self) -> list[Seat]:
        """All whose code may run."""
        read = (self._read(seat) for seat in range(1, len(self._memory) // SEAT.size))
        return [seat for seat in read if seat is not None]

    def _read(self, seat: int) -> Seat | None:
        job, attempt, limit_at, allowed_s, flags, threads = SEAT.unpack_from(self._memory, seat * SEAT.size)
        if not flags & TAKEN:
            return None
        retry, forgiven = bool(flags & RETRY), bool(flags & FORGIVEN)
        return Seat(UUID(bytes=job), attempt, limit_at, allowed_s, retry, forgiven, threads)


def _size(slots: int) -> int:
    return (1 + slots + SPARE) * SEAT.size


def _unnamed_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
