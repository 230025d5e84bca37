"""Every error this client raises.

TurnspitError
├── APIError                      the conversation with the server went wrong
│   ├── APIConnectionError        no answer: refused, reset, unknown host
│   │   └── APITimeoutError       no answer in time
│   └── APIStatusError            an answer that is an error (a problem, RFC 9457)
│       ├── BadRequestError       400
│       ├── AuthenticationError   401
│       ├── PermissionDeniedError 403
│       ├── NotFoundError         404
│       ├── ConflictError         409
│       ├── TooLargeError         413
│       ├── UnprocessableError    422
│       ├── RateLimitError        429
│       └── InternalServerError   5xx
├── JobError                      the job ended, and not well; carries the job
│   ├── JobFailed
│   ├── JobCanceled
│   └── JobExpired                its deadline passed before it started
└── ResultTimeout                 the job has not ended in time; carries the job, which goes on
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turnspit.models import Job, Problem

RETRYABLE: Final = frozenset({408, 429, 502, 503, 504})


class TurnspitError(Exception):
    """The root: `except TurnspitError` catches whatever this client raises by itself."""


class APIError(TurnspitError):
    """The conversation with the server went wrong."""

    code: str | None = None
    request_id: str | None = None
    retry_after_s: float | None = None

    @property
    def retryable(self) -> bool:
        """True when the same request may well succeed a little later."""
        return False


class APIConnectionError(APIError):
    """No answer came: the server is not there, or the connection broke."""

    @property
    def retryable(self) -> bool:
        """Always: a connection that broke may be made again."""
        return True


class APITimeoutError(APIConnectionError):
    """No answer came in time."""


class APIStatusError(APIError):
    """The server answered with an error; `problem` is its body, `status_code` its HTTP status."""

    def __init__(self, status_code: int, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(problem.detail or problem.title or f"The server answered {status_code}.")
        self.status_code = status_code
        self.problem = problem
        self.code = problem.code
        self.request_id = problem.request_id
        self.retry_after_s = retry_after_s

    @property
    def retryable(self) -> bool:
        """True for 408, 429, 502, 503 and 504."""
        return self.status_code in RETRYABLE


class BadRequestError(APIStatusError):
    """400."""


class AuthenticationError(APIStatusError):
    """401: no key, or a wrong one."""


class PermissionDeniedError(APIStatusError):
    """403."""


class NotFoundError(APIStatusError):
    """404."""


class ConflictError(APIStatusError):
    """409."""


class TooLargeError(APIStatusError):
    """413."""


class UnprocessableError(APIStatusError):
    """422: the input is not what the kind takes, or an idempotency key came with another body."""


class RateLimitError(APIStatusError):
    """429."""


class InternalServerError(APIStatusError):
    """5xx."""


class JobError(TurnspitError):
    """The job ended, and not well."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.error.message if job.error else f"Job {job.id} is {job.status}.")
        self.job = job
        self.code = job.error.code if job.error else job.status


class JobFailed(JobError):
    """It failed; `.code` and the message say why."""


class JobCanceled(JobError):
    """It was canceled."""


class JobExpired(JobError):
    """Its deadline passed before it started."""


class ResultTimeout(TurnspitError):
    """The job has not ended in time. It goes on: `.job` is its last known state."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"Job {job.id} is still {job.status or 'unknown'}.")
        self.job = job


def status_error(status_code: int, problem: Problem, retry_after_s: float | None = None) -> APIStatusError:
    """The error for an HTTP status: the inverse of the server's map from codes to statuses."""
    return _class_for(status_code)(status_code, problem, retry_after_s)


def job_error(job: Job) -> JobError:
    """The error for a job that ended in anything but `succeeded`."""
    classes = {"canceled": JobCanceled, "expired": JobExpired}
    return classes.get(job.status, JobFailed)(job)


def _class_for(status_code: int) -> type[APIStatusError]:
    classes = {
        400: BadRequestError,
        401: AuthenticationError,
        403: PermissionDeniedError,
        404: NotFoundError,
        409: ConflictError,
        413: TooLargeError,
        422: UnprocessableError,
        429: RateLimitError,
    }
    return classes.get(status_code, InternalServerError if status_code >= 500 else APIStatusError)
