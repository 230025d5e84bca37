"""When a request is made again: exponential backoff with full jitter, and Retry-After.

Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from turnspit.errors import APIError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Retries:
    """At most `tries` more tries; the n-th waits a random time up to base_s * 2**n, at most cap_s."""

    tries: int = 4
    base_s: float = 0.25
    cap_s: float = 8.0
    retry_after_cap_s: float = 60.0
    patience_s: float = 120.0
    """How long `events()` and `result()` go on without any answer before they give up."""

    def delay_s(self, attempt: int, retry_after_s: float | None = None) -> float:
        """Seconds to wait after the try number `attempt` (from 0). Retry-After, when given, decides."""
        if retry_after_s is not None:
            return min(retry_after_s, self.retry_after_cap_s)
        ceiling = min(self.cap_s, self.base_s * 2 ** min(attempt, 16))
        return random.uniform(0, ceiling)  # noqa: S311 - jitter, not a secret

    async def run(self, operation: Callable[[], Awaitable[Result]]) -> Result:
        """Perform `operation`, again and again while it raises an APIError that says `retryable`."""
        attempt = 0
        while True:
            try:
                return await operation()
            except APIError as error:
                if attempt >= self.tries or not error.retryable:
                    raise
                await asyncio.sleep(self.delay_s(attempt, error.retry_after_s))
                attempt += 1


@dataclass
class Patience:
    """Goes on through outages: pauses after each failure, gives up after `patience_s` without contact."""

    retries: Retries
    attempt: int = 0
    since: float = field(default_factory=time.monotonic)

    def contact(self) -> None:
        """The server is there: the time without any answer counts from now."""
        self.since = time.monotonic()

    def headway(self) -> None:
        """Something new came: the next pause is a short one again."""
        self.attempt = 0

    async def pause(self, error: APIError, asked_s: float | None = None) -> None:
        """Wait before the next try, as long as the server asked or the backoff says.

        Raises `error` when trying again is of no use, or patience is at its end.
        """
        if not error.retryable or time.monotonic() - self.since > self.retries.patience_s:
            raise error
        await asyncio.sleep(self.retries.delay_s(self.attempt, error.retry_after_s or asked_s))
        self.attempt += 1
