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
from collections.abc import Awaitable, Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self, TypeVar, cast
from uuid import UUID

from jobs.attempt import GRACE_S, Attempt, Stop
from jobs.model import Claim

T = TypeVar("T")

# An entry: job, attempt, limit (CLOCK_MONOTONIC), seconds allowed (0: up to the deadline), flags, threads.
ENTRY = struct.Struct("=16sqddqq")
WORDS = ENTRY.size // 8
LIMIT, FLAGS, THREADS = 3, 5, 6  # as words of an entry
TAKEN, RETRY, FORGIVEN, EMPTY = 1, 2, 4, 8
TICKS, ON_LOOP = 0, 1  # words of the first entry, which is nobody's
NOBODY = 0
TICK_S = 0.25
"""How often the event loop says that it turns."""
SPARE = 64
"""Seats beyond the slots, for runs that were left behind. With none left a run goes unwatched."""


@dataclass(frozen=True, slots=True)
class Entry:
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
        self.memory = memory
        self.words = memoryview(memory).cast("q")
        self.clocks = memoryview(memory).cast("d")
        self.free = [Seat(self, number) for number in range(len(memory) // ENTRY.size - 1, NOBODY, -1)]

    @classmethod
    def private(cls, slots: int) -> Self:
        """One that no guard reads."""
        return cls(mmap.mmap(-1, _size(slots)))

    @classmethod
    def shared(cls, slots: int) -> tuple[Self, int]:
        """One for a process to be started, and the descriptor to pass to it; the caller closes it."""
        fd = os.memfd_create("turnspit") if hasattr(os, "memfd_create") else _unnamed_file()
        os.ftruncate(fd, _size(slots))
        return cls(mmap.mmap(fd, 0)), fd

    @classmethod
    def inherited(cls, fd: int) -> Self:
        """The one our parent has made."""
        try:
            return cls(mmap.mmap(fd, 0))
        finally:
            os.close(fd)

    # What the worker writes

    def tick(self) -> None:
        """The event loop turns."""
        self.words[TICKS] += 1

    def take(self, claim: Claim, limit_s: float, allowed_s: float, *, retry: bool) -> "Seat":
        """Note that an attempt begins, in the task that runs it."""
        seat = self.free.pop() if self.free else Seat(self, NOBODY)
        SEAT_OF_TASK.set(seat)
        if seat.number == NOBODY:
            return seat
        limit_at, flags = time.monotonic() + limit_s, TAKEN | RETRY if retry else TAKEN
        at = seat.number * ENTRY.size
        ENTRY.pack_into(self.memory, at, claim.id.bytes, claim.attempt, limit_at, allowed_s, flags, 0)
        return seat

    # What the guard reads

    @property
    def turn(self) -> tuple[int, int]:
        """Changes while the event loop turns; the same for a while: one step takes all that time."""
        return self.words[TICKS], self.words[ON_LOOP]

    def on_loop(self) -> Entry | None:
        """Whose step the event loop is in."""
        number = self.words[ON_LOOP]
        return None if number == NOBODY else self._read(number)

    def entries(self) -> list[Entry]:
        """All whose code may run."""
        read = (self._read(number) for number in range(1, len(self.memory) // ENTRY.size))
        return [entry for entry in read if entry is not None]

    def _read(self, number: int) -> Entry | None:
        job, attempt, limit_at, allowed_s, flags, threads = ENTRY.unpack_from(self.memory, number * ENTRY.size)
        if not flags & TAKEN:
            return None
        retry, forgiven = bool(flags & RETRY), bool(flags & FORGIVEN)
        return Entry(UUID(bytes=job), attempt, limit_at, allowed_s, retry, forgiven, threads)


class Seat:
    """Where a worker notes one attempt, and the awaitable that drives it; used again, since making one costs."""

    __slots__ = ("_attempt", "_box", "_flags", "_lock", "_threads", "_words", "_work", "number")

    _attempt: Attempt
    _work: Coroutine[Any, Any, Any]

    def __init__(self, box: BlackBox, number: int) -> None:
        self.number = number
        self._box, self._words, self._lock = box, box.words, threading.Lock()
        self._flags, self._threads = number * WORDS + FLAGS, number * WORDS + THREADS

    def watch(self, attempt: Attempt, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Await `work`, and mark each of its steps on the event loop."""
        self._attempt, self._work = attempt, work
        return self

    def leave(self) -> None:
        """Its code runs no more on the event loop. What it has in threads keeps the seat."""
        if self.number == NOBODY:
            return
        if self._words[self._threads]:
            with self._lock:
                self._words[self._flags] |= FORGIVEN | EMPTY
            self._free_if_done()
        else:
            self._words[self._flags] = 0
            self._box.free.append(self)

    def entered_thread(self) -> None:
        """A call of its code waits for a thread, or runs in one."""
        with self._lock:
            self._words[self._threads] += 1

    def left_thread(self) -> None:
        with self._lock:
            self._words[self._threads] -= 1
        self._free_if_done()

    def __await__(self) -> Generator[Any, Any, Any]:
        return cast(Generator[Any, Any, Any], self)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        words = self._words
        words[ON_LOOP] = self.number
        try:
            return self._work.send(None)
        finally:
            words[ON_LOOP] = NOBODY

    def throw(self, *error: Any) -> Any:
        """What the event loop calls to cancel."""
        if self._attempt.stopped is not None and self.number != NOBODY:
            self._hurry(self._attempt.stopped)
        self._words[ON_LOOP] = self.number
        try:
            return self._work.throw(*error)
        finally:
            self._words[ON_LOOP] = NOBODY

    def close(self) -> None:
        self._work.close()

    def _hurry(self, why: Stop) -> None:
        """It was told to stop: from now on it may take as long as a run may before it is left behind."""
        self._box.clocks[self.number * WORDS + LIMIT] = time.monotonic() + GRACE_S
        if why is not Stop.TIMED_OUT:
            self._words[self._flags] |= FORGIVEN

    def _free_if_done(self) -> None:
        with self._lock:
            if self._words[self._flags] & EMPTY and not self._words[self._threads]:
                self._words[self._flags] = 0
                self._box.free.append(self)


SEAT_OF_TASK: ContextVar[Seat | None] = ContextVar("seat", default=None)
"""Whose work a task does; those that a kind starts inherit it."""


def _size(slots: int) -> int:
    return (1 + slots + SPARE) * ENTRY.size


def _unnamed_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
