"""One command from its settings to its exit code: the client, the event loop, and errors as one sentence."""

import asyncio
import errno
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import typer

import turnspit
from turnspit.cli.text import one_line
from turnspit.errors import (
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    JobError,
    PermissionDeniedError,
    ResultTimeout,
    TurnspitError,
)

if TYPE_CHECKING:
    import httpx

    from turnspit.client import AsyncClient
    from turnspit.models import Job

RETRIES = 2  # a person waits: give up after a second or so


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    ERROR = 1
    USAGE = 2
    FAILED = 3
    AUTH = 4
    CANCELED = 5
    TIMEOUT = 6
    INTERRUPTED = 130


@dataclass(frozen=True)
class Settings:
    """Where the server is. `transport` is the seam for tests."""

    url: str | None = None
    api_key: str | None = None
    transport: "httpx.AsyncBaseTransport | None" = None


def execute(ctx: typer.Context, action: "Callable[[AsyncClient], Awaitable[Exit | None]]") -> None:
    """Run `action` with a client. Whatever goes wrong becomes one sentence on stderr and an exit code."""
    settings = ctx.obj if isinstance(ctx.obj, Settings) else Settings()
    try:
        code = asyncio.run(_act(settings, action))
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except TurnspitError as error:
        say(sentence(error))
        code = exit_code(error)
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader of our stdout has gone: typer ends quietly
            raise
        say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        code = Exit.ERROR
    if code:
        raise typer.Exit(code)


async def _act(settings: Settings, action: "Callable[[AsyncClient], Awaitable[Exit | None]]") -> Exit | None:
    async with turnspit.AsyncClient(
        settings.url,
        settings.api_key,
        transport=settings.transport,
        retries=turnspit.Retries(tries=RETRIES),
    ) as client:
        return await action(client)


def say(text: str) -> None:
    """One line to stderr, harmless for a terminal."""
    print(one_line(text), file=sys.stderr, flush=True)


def sentence(error: TurnspitError) -> str:
    """What went wrong, for people."""
    text = str(error)
    if isinstance(error, AuthenticationError):
        return f"{text} Set TURNSPIT_API_KEY, or give --api-key."
    if isinstance(error, APIStatusError) and error.status_code >= 500 and error.request_id:
        return f"{text} (request {error.request_id})"
    return text


def exit_code(error: TurnspitError) -> Exit:
    """The exit code for an error."""
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return Exit.AUTH
    if isinstance(error, ResultTimeout | APITimeoutError):
        return Exit.TIMEOUT
    if isinstance(error, JobError):
        return job_code(error.job)
    return Exit.ERROR


def job_code(job: "Job") -> Exit:
    """The exit code for the way a job ended; running out of time is 6, whoever's clock it was."""
    if job.status == "succeeded":
        return Exit.OK
    if job.status == "canceled":
        return Exit.CANCELED
    if job.status == "expired" or (job.error and job.error.code == "timed_out"):
        return Exit.TIMEOUT
    return Exit.FAILED
