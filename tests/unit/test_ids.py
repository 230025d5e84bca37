"""Ids of jobs: version 7, and in the order in which a process made them."""

import time
from uuid import RFC_4122

import pytest

from jobs.ids import _Ids, new_id


def test_ids_made_within_one_millisecond_sort_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr("jobs.ids.time.time_ns", lambda: now)
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(id.version == 7 and id.variant == RFC_4122 for id in made)


def test_an_id_tells_its_millisecond_and_a_clock_that_steps_back_does_not_break_the_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh = _Ids()
    before = time.time_ns() // 1_000_000
    first = fresh()
    assert before <= first.int >> 80 <= time.time_ns() // 1_000_000
    monkeypatch.setattr("jobs.ids.time.time_ns", lambda: 0)
    assert fresh() > first
