"""The engine does what the reference model says, whatever is cut where."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.conftest import QUICK
from tests.machine.machine import Machine
from tests.machine.steps import Theatre


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.long)])
def test_the_tables_always_say_what_the_model_says(theatre: Theatre, examples: int) -> None:
    run_state_machine_as_test(
        lambda: Machine(theatre),  # type: ignore[arg-type]  (a factory is as good as a class)
        settings=settings(QUICK, max_examples=examples),
    )
