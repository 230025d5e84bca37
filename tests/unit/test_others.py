"""`*` among a worker's queues."""

from pathlib import Path

import pytest

from jobs.others import with_others
from jobs.settings import QUEUES, Settings

KIND = """
from pydantic import BaseModel
from jobs.kind import Kind

class Nothing(BaseModel):
    pass

async def run(input, ctx):
    return input

print("hello from a module")
mine = Kind("mine", Nothing, Nothing, run, queue="letters")
shared = Kind("shared", Nothing, Nothing, run, queue="heavy")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_own_kinds.py").write_text(KIND)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "my_own_kinds"


def test_queues_of_kinds_of_ones_own_are_served_by_default(module: str) -> None:
    assert with_others(Settings(kinds=module)).queue_names == [*QUEUES, "letters"]


def test_only_who_is_told_to_serves_them(module: str) -> None:
    told = Settings(kinds=module, queues="heavy,media")
    assert with_others(told) is told
    assert with_others(Settings(kinds=module, queues="default,*")).lanes == {
        "default": 10,
        "letters": 10,
        "joins": 100,
    }
    assert with_others(Settings(kinds=module, queues="letters,*")).queue_names == ["letters"]


def test_without_such_kinds_and_with_broken_ones_there_is_nothing_to_add(module: str) -> None:
    assert with_others(Settings()).queue_names == list(QUEUES)
    assert with_others(Settings(kinds="no_such_module")).queue_names == list(QUEUES)
