"""Who shares a call with whom, who waits, and that nobody is forgotten."""

import threading
from collections.abc import Hashable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from ai import batcher as batcher_module
from ai.batcher import Batcher, CallFailed

WAIT_S = 20


@dataclass
class Device:
    """Notes the calls it gets. It works on one until `go` is set."""

    calls: list[list[str]] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    turn: AbstractContextManager[object] = field(default_factory=nullcontext)
    at_the_door: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    at_work: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


@dataclass
class Row:
    device: Device
    name: str
    key: Hashable = "same"
    size: int = 4
    fails: bool = False

    def most(self, waiting: int) -> int:
        return self.size

    def turn(self) -> AbstractContextManager[object]:
        self.device.at_the_door.release()
        return self.device.turn

    def run(self, rows: list["Row"], *, alone: bool) -> list[str]:
        self.device.calls.append([row.name for row in rows])
        self.device.alone.append(alone)
        self.device.at_work.release()
        assert self.device.go.wait(WAIT_S)
        if any(row.fails for row in rows):
            raise RuntimeError("this row is bad")
        return [row.name.upper() for row in rows]


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(32) as pool:
        yield pool


def in_line(batcher: Batcher, count: int) -> None:
    """Wait until so many rows wait for the device."""
    with batcher._changed:
        assert batcher._changed.wait_for(lambda: len(batcher._line) == count, WAIT_S)


def occupied(batcher: Batcher, device: Device, pool: ThreadPoolExecutor) -> None:
    """Give the device something to do, so that whoever comes has to wait."""
    pool.submit(batcher.join().ask, Row(device, "first", key="other"))
    assert device.at_work.acquire(timeout=WAIT_S)


def asking(batcher: Batcher, pool: ThreadPoolExecutor, rows: list[Row]) -> list:
    """Each row asked for by a job of its own, in this order."""
    answers = []
    for count, row in enumerate(rows, start=1):
        answers.append(pool.submit(batcher.join().ask, row))
        in_line(batcher, count)
    return answers


def test_rows_that_wait_together_share_a_call_up_to_its_size(device, pool):
    batcher = Batcher(1).start()
    occupied(batcher, device, pool)
    answers = asking(batcher, pool, [Row(device, name) for name in "abcdef"])
    device.go.set()
    assert [answer.result(WAIT_S) for answer in answers] == list("ABCDEF")
    assert device.calls[1:] == [list("abcd"), list("ef")]


def test_rows_that_do_not_fit_together_are_served_in_turn(device, pool):
    batcher = Batcher(1).start()
    occupied(batcher, device, pool)
    keys = {"a": 1, "b": 2, "c": 1, "d": 3}
    answers = asking(batcher, pool, [Row(device, name, key=key) for name, key in keys.items()])
    device.go.set()
    assert [answer.result(WAIT_S) for answer in answers] == list("ABCD")
    assert device.calls[1:] == [["a", "c"], ["b"], ["d"]]


def test_a_newcomer_waits_for_one_call_however_much_a_neighbour_still_has_to_ask(device, pool):
    batcher = Batcher(1).start()
    long = batcher.join()
    device.go.set()
    asked = pool.submit(lambda: [long.ask(Row(device, f"long {i}", key="long")) for i in range(2000)])
    assert device.at_work.acquire(timeout=WAIT_S)
    assert batcher.join().ask(Row(device, "short")) == "SHORT"
    assert not asked.done()
    assert asked.result(WAIT_S)[-1] == "LONG 1999"


def test_a_row_that_fails_fails_alone(device, pool):
    batcher = Batcher(1).start()
    occupied(batcher, device, pool)
    answers = asking(batcher, pool, [Row(device, "a"), Row(device, "b", fails=True), Row(device, "c")])
    device.go.set()
    assert [answers[0].result(WAIT_S), answers[2].result(WAIT_S)] == ["A", "C"]
    with pytest.raises(CallFailed, match="this row is bad"):
        answers[1].result(WAIT_S)
    assert device.calls[1:] == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_a_job_that_leaves_is_dropped_from_the_line_and_its_neighbours_stay(device, pool):
    batcher = Batcher(1).start()
    occupied(batcher, device, pool)
    leaving, staying = batcher.join(), batcher.join()
    dropped = pool.submit(leaving.ask, Row(device, "leaving"))
    in_line(batcher, 1)
    kept = pool.submit(staying.ask, Row(device, "staying"))
    in_line(batcher, 2)
    leaving.leave()
    with pytest.raises(CancelledError):
        dropped.result(WAIT_S)
    device.go.set()
    assert kept.result(WAIT_S) == "STAYING"
    assert device.calls[1:] == [["staying"]]
    with pytest.raises(CancelledError):
        leaving.ask(Row(device, "back again"))


def test_lanes_work_side_by_side_and_share_what_waits(device, pool):
    batcher = Batcher(2).start()
    answers = [pool.submit(batcher.join().ask, Row(device, name)) for name in "ab"]
    assert device.at_work.acquire(timeout=WAIT_S)
    assert device.at_work.acquire(timeout=WAIT_S)
    assert sorted(device.calls) == [["a"], ["b"]]
    assert batcher.longest_s() > 0
    device.go.set()
    assert sorted(answer.result(WAIT_S) for answer in answers) == ["A", "B"]


def test_a_call_that_waits_for_its_turn_does_not_count_as_one_that_hangs(device, pool):
    device.turn = threading.Lock()
    batcher = Batcher(2).start()
    answers = [pool.submit(batcher.join().ask, Row(device, name)) for name in "ab"]
    came = [device.at_the_door.acquire(timeout=WAIT_S) for _ in answers] + [device.at_work.acquire(timeout=WAIT_S)]
    made, timed = len(device.calls), len(batcher._running)
    device.go.set()
    assert sorted(answer.result(WAIT_S) for answer in answers) == ["A", "B"]
    assert (all(came), made, timed) == (True, 1, 1)


def test_each_row_of_a_call_has_its_time_and_so_has_each_that_is_made_again(device, pool, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(batcher_module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    batcher = Batcher(1).start()
    occupied(batcher, device, pool)
    answers = asking(batcher, pool, [Row(device, name, fails=name == "b") for name in "abcd"])
    times = []

    def run(row: Row, rows: list[Row], *, alone: bool) -> list[str]:
        clock[0] += 8.0
        times.append((len(rows), batcher.longest_s(), batcher.longest_s(by_row=True)))
        return really(row, rows, alone=alone)

    really = Row.run
    monkeypatch.setattr(Row, "run", run)
    device.go.set()
    assert [answer.exception(WAIT_S) is None for answer in answers] == [True, False, True, True]
    assert times == [(4, 8.0, 2.0), (1, 8.0, 8.0), (1, 8.0, 8.0), (1, 8.0, 8.0), (1, 8.0, 8.0)]


def test_a_call_knows_whether_its_job_is_the_only_one(device):
    device.go.set()
    batcher = Batcher(1).start()
    seat = batcher.join()
    seat.ask(Row(device, "alone"))
    other = batcher.join()
    with other.away():
        seat.ask(Row(device, "not alone"))
    other.leave()
    seat.ask(Row(device, "alone again"))
    assert device.alone == [True, False, True]


def test_a_row_goes_at_once_when_whoever_else_is_there_has_nothing_to_ask(device):
    device.go.set()
    batcher = Batcher(1).start()
    batcher._patience_s = 3600.0
    reading, asking = batcher.join(), batcher.join()
    with reading.away():
        assert asking.ask(Row(device, "now")) == "NOW"


def test_a_row_waits_a_little_for_one_that_is_about_to_come(device, pool):
    device.go.set()
    batcher = Batcher(1).start()
    batcher._patience_s = 3600.0
    first, second = batcher.join(), batcher.join()
    waiting = pool.submit(first.ask, Row(device, "a"))
    in_line(batcher, 1)
    assert second.ask(Row(device, "b")) == "B"
    assert waiting.result(WAIT_S) == "A"
    assert device.calls == [["a", "b"]]
