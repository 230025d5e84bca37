"""The async Python SDK of Turnspit.

    async with AsyncClient() as client:
        job = await client.transcribe("talk.mp3")
        print((await job.result())["text"])

Names are loaded when they are first used, so that `turnspit --help` does not pay for an HTTP stack.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from turnspit.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    JobCanceled,
    JobError,
    JobExpired,
    JobFailed,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResultTimeout,
    TooLargeError,
    TurnspitError,
    UnprocessableError,
)
from turnspit.version import __version__

if TYPE_CHECKING:
    from turnspit.client import AsyncClient
    from turnspit.jobs import Batch, JobHandle
    from turnspit.models import (
        Artifact,
        Event,
        Failure,
        File,
        Job,
        KindInfo,
        Problem,
        Progress,
        Queue,
        Worker,
    )
    from turnspit.retry import Retries

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "Artifact",
    "AsyncClient",
    "AuthenticationError",
    "BadRequestError",
    "Batch",
    "ConflictError",
    "Event",
    "Failure",
    "File",
    "InternalServerError",
    "Job",
    "JobCanceled",
    "JobError",
    "JobExpired",
    "JobFailed",
    "JobHandle",
    "KindInfo",
    "NotFoundError",
    "PermissionDeniedError",
    "Problem",
    "Progress",
    "Queue",
    "RateLimitError",
    "ResultTimeout",
    "Retries",
    "TooLargeError",
    "TurnspitError",
    "UnprocessableError",
    "Worker",
    "__version__",
]


def _home(name: str) -> str:
    match name:
        case "AsyncClient":
            return "turnspit.client"
        case "Batch" | "JobHandle":
            return "turnspit.jobs"
        case "Retries":
            return "turnspit.retry"
        case _:
            return "turnspit.models"


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'turnspit' has no attribute {name!r}")
    return getattr(import_module(_home(name)), name)


def __dir__() -> list[str]:
    return sorted(__all__)
