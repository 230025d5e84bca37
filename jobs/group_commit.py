"""Many writers, few statements: whatever arrives while one statement runs goes into the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

from jobs.store.database import until_back

Item = TypeVar("Item")
Result = TypeVar("Result")

# What a single bad value does to a statement; its neighbours are innocent.
BAD_VALUE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)


class GroupCommit(Generic[Item, Result]):
    """Collects items and writes them in order, at once when idle, never on a timer.

    `write` gets a list and returns one result for each. It must be fenced: while Postgres is away it is
    repeated. When it fails over a value the batch is halved until the culprit is alone, and only its
    writer gets the error.
    """

    def __init__(
        self, write: Callable[[list[Item]], Awaitable[Sequence[Result]]], *, what: str, limit: int = 500
    ) -> None:
        self._write = write
        self._what = what
        self._limit = limit
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """Returns when the item is committed. Raises what its own value caused."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain(), name=f"group commit: {self._what}")
        return await done

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            await self._commit(batch)

    async def _commit(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        items = [item for item, _ in batch]
        writing = asyncio.ensure_future(until_back(lambda: self._write(items), what=self._what))
        await asyncio.wait({writing})
        error = writing.exception()
        if error is None:
            for (_, done), result in zip(batch, writing.result(), strict=True):
                if not done.done():
                    done.set_result(result)
        elif isinstance(error, BAD_VALUE) and len(batch) > 1:
            await self._isolate(batch)
        else:
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)

    async def _isolate(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        middle = len(batch) // 2
        await self._commit(batch[:middle])
        await self._commit(batch[middle:])
