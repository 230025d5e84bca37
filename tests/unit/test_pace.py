"""The rate of a step and the time left."""

import pytest

from jobs import context
from jobs.context import Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its last number is the time."""
    told = [100.0]
    monkeypatch.setattr(context.time, "monotonic", lambda: told[-1])
    return told


def test_what_only_the_start_costs_counts_until_something_better_is_known(clock: list[float]) -> None:
    pace = Pace("hear", 0.0)
    assert pace.estimate(0.0, 100.0) == {"fraction": 0.0, "rate": None, "eta_s": None}
    clock.append(110.0)
    assert pace.estimate(10.0, 100.0) == {"fraction": 0.1, "rate": 1.0, "eta_s": 90.0}
    clock.append(111.0)
    assert pace.estimate(20.0, 100.0) == {"fraction": 0.2, "rate": 10.0, "eta_s": 8.0}
    clock.append(113.0)
    assert pace.estimate(30.0, 100.0) == {"fraction": 0.3, "rate": 6.667, "eta_s": 10.5}


def test_without_a_move_the_pace_stays(clock: list[float]) -> None:
    pace = Pace("hear", 60.0)
    clock.append(101.0)
    assert pace.estimate(70.0, 100.0)["eta_s"] == 3.0
    assert pace.estimate(70.0, 100.0)["eta_s"] == 3.0


def test_a_step_that_began_in_the_middle_counts_its_own_way_only(clock: list[float]) -> None:
    pace = Pace("hear", 50.0)
    clock.append(102.0)
    assert pace.estimate(60.0, 100.0) == {"fraction": 0.6, "rate": 5.0, "eta_s": 8.0}


@pytest.mark.parametrize(("current", "total"), [(None, 10.0), (1.0, None), (1.0, 0.0)])
def test_what_cannot_be_known_is_null(clock: list[float], current: float | None, total: float | None) -> None:
    assert Pace("hear", 0.0).estimate(current, total) == {"fraction": None, "rate": None, "eta_s": None}
