"""Who shares a call with whom, who waits, and that nobody is forgotten."""

import threading
from collections.abc import Hashable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from ai.batcher import Batcher, CallFailed

WAIT_S = 20


@dataclass
class Device:
    """Notes the calls it gets. It works on one until `go` is set."""

    calls: list[list[str]] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
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
