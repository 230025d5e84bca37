"""Threads work together where that is faster, and apart where it is not."""

from collections.abc import Iterator

import pytest

from ai.teamwork import AGAIN, Teamwork


def ways(told: Teamwork, windows: int, together_s: float, apart_s: float) -> Iterator[bool]:
    """How each of so many windows is encoded, on a machine with these times."""
    for _ in range(windows):
        way = told.together()
        told.took(together_s if way else apart_s, together=way)
        yield way


@pytest.mark.parametrize("together_s, apart_s, better", [(0.5, 0.9, True), (0.13, 0.14, False), (5.0, 0.3, False)])
def test_both_ways_are_tried_and_the_better_one_is_kept(together_s, apart_s, better):
    taken = list(ways(Teamwork(), 30, together_s, apart_s))
    assert taken[:4] == [True, True, False, False]
    assert set(taken[4:]) == {better}


def test_a_machine_that_gets_busy_and_quiet_again_is_noticed():
    told = Teamwork()
    assert list(ways(told, 20, 0.5, 0.9))[-1] is True
    assert list(ways(told, 20, 8.0, 1.5))[-1] is False
    taken = list(ways(told, 20 * AGAIN, 0.5, 0.9))
    assert taken[-1] is True
    assert taken.count(False) < 12 * AGAIN


def test_the_other_way_is_tried_seldom():
    taken = list(ways(Teamwork(), 1000, 0.1, 0.14))
    assert 990 > taken.count(True) > 970
