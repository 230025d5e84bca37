"""The worker's own pool of threads: it notes whose code runs in one, since a crash there takes the worker along."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from jobs.blackbox import NOBODY, SEAT_OF_TASK, BlackBox

P = ParamSpec("P")
T = TypeVar("T")


class NotedThreads(ThreadPoolExecutor):
    """What `asyncio.to_thread` and `run_in_executor(None, ...)` use. The task that asks says whose work it is."""

    def __init__(self, box: BlackBox) -> None:
        super().__init__(thread_name_prefix="worker")
        self._box = box

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        seat = SEAT_OF_TASK.get()
        if seat == NOBODY:
            return super().submit(fn, *args, **kwargs)

        def noted() -> T:
            try:
                return fn(*args, **kwargs)
            finally:
                self._box.left_thread(seat)

        self._box.entered_thread(seat)
        return super().submit(noted)
