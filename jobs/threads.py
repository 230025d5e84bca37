"""The worker's own pool of threads: it notes whose calls it runs, since a crash in one takes the worker along."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from jobs.blackbox import SEAT_OF_TASK

MOST = 64
"""So many calls run at once. One that outlives its attempt keeps its thread, since no thread can be stopped."""

P = ParamSpec("P")
T = TypeVar("T")


class NotedThreads(ThreadPoolExecutor):
    """What `asyncio.to_thread` and `run_in_executor(None, ...)` use. The task that asks says whose work it is."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        seat = SEAT_OF_TASK.get()
        if seat is None:
            return super().submit(fn, *args, **kwargs)
        seat.entered_thread()
        call = super().submit(fn, *args, **kwargs)
        call.add_done_callback(lambda _: seat.left_thread())  # also when it was canceled before it began
        return call
