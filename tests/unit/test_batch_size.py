"""The size of a batch follows what calls cost."""

from collections.abc import Callable

import pytest

from ai.batch_size import BatchSize


def after(cost_of_a_row: Callable[[int], float], *, waiting: int, most: int = 64, calls: int = 60) -> int:
    """The size that is used once so many calls were made on a machine with these costs."""
    size = BatchSize(most)
    for _ in range(calls):
        rows = min(waiting, size.most(waiting))
        size.took(rows, rows * cost_of_a_row(rows) / 2, rows * cost_of_a_row(rows) / 2, steps=40)
    return size.most(waiting)


@pytest.mark.parametrize(
    "cost_of_a_row, size",
    [
        (lambda rows: 1.0, 1),
        (lambda rows: 1.0 + 0.01 * rows, 1),
        (lambda rows: 1.0 if rows < 4 else 0.7, 4),
        (lambda rows: 0.4 + 0.6 / rows, 16),
        (lambda rows: 1 / rows, 64),
        (lambda rows: 1 / rows if rows <= 8 else 1.0, 8),
    ],
    ids=["no gain", "loss", "gain at four", "gain that fades", "gain without end", "gain up to eight"],
)
def test_it_grows_while_rows_get_cheaper(cost_of_a_row, size):
    assert after(cost_of_a_row, waiting=64) == size


def test_it_never_passes_its_limit_and_tries_nothing_larger_than_what_waits():
    assert after(lambda rows: 1 / rows, waiting=64, most=8) == 8
    assert after(lambda rows: 1 / rows, waiting=6) == 4


def test_what_did_not_fit_into_memory_is_not_tried_again():
    size = BatchSize(64)
    size.too_many(16)
    assert max(size.most(64) for _ in range(10)) <= 8
    assert after(lambda rows: 1 / rows, waiting=64, most=8) == 8


def test_windows_full_of_speech_are_not_taken_for_slow_ones():
    """The same machine: calls of four happen to have ten times the tokens of calls of one."""
    size = BatchSize(4)
    for _ in range(20):
        rows = size.most(4)
        steps = 100 if rows == 4 else 10
        size.took(rows, 0.1 * rows, 0.01 * steps * rows * (0.5 if rows == 4 else 1), steps)
    assert size.most(4) == 4
