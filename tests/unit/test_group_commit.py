"""Many writers, few statements, and nobody pays for another's bad value."""

import asyncio

import asyncpg
import pytest

from jobs.group_commit import GroupCommit


class Table:
    """Takes numbers; a negative one is a bad value, and it may be away or broken for some calls."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.statements: list[list[int]] = []

    async def write(self, items: list[int]) -> list[int]:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        if any(item < 0 for item in items):
            raise asyncpg.DataError("no negative numbers")
        self.statements.append(items)
        return [item * 2 for item in items]


async def test_whatever_arrives_while_one_statement_runs_goes_into_the_next() -> None:
    table = Table()
    commit = GroupCommit(table.write, what="numbers")
    first = asyncio.create_task(commit.put(0))
    await asyncio.sleep(0)
    assert await asyncio.gather(first, *(commit.put(n) for n in range(1, 10))) == [n * 2 for n in range(10)]
    assert len(table.statements) <= 3


async def test_a_bad_value_fails_its_writer_alone() -> None:
    commit = GroupCommit(Table().write, what="numbers")
    results = await asyncio.gather(*(commit.put(n) for n in (1, 2, -3, 4, 5)), return_exceptions=True)
    assert [type(r) if isinstance(r, Exception) else r for r in results] == [2, 4, asyncpg.DataError, 8, 10]


async def test_it_waits_out_an_outage() -> None:
    commit = GroupCommit(Table(OSError(), asyncpg.CannotConnectNowError("starting")).write, what="numbers")
    assert await commit.put(7) == 14


async def test_an_error_nobody_foresaw_reaches_every_writer_and_the_next_statement_works() -> None:
    commit = GroupCommit(Table(ZeroDivisionError()).write, what="numbers")
    results = await asyncio.gather(commit.put(1), commit.put(2), return_exceptions=True)
    assert {type(result) for result in results} == {ZeroDivisionError}
    assert await commit.put(3) == 6


async def test_a_writer_that_gives_up_does_not_stop_the_others() -> None:
    commit = GroupCommit(Table().write, what="numbers")
    impatient, patient = asyncio.create_task(commit.put(1)), asyncio.create_task(commit.put(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == 4
    with pytest.raises(asyncio.CancelledError):
        await impatient
