"""Every error of the engine, with its stable code.

    TurnspitError
    +-- Refused                 a request the engine will not take; nothing was stored
    |   +-- InvalidInput        invalid_input: the input does not fit its kind, or an option is wrong
    |   +-- UnknownKind         unknown_kind
    |   +-- NotFound            not_found: no such job, file or artifact
    |   +-- Conflict            conflict: the row is in another state than the request needs
    |   +-- KeyReused           idempotency_key_reused: same key, other body
    |   +-- TooLarge            too_large: over a limit on bytes or counts
    +-- Unavailable             unavailable: Postgres does not answer; try again
    +-- StorageFull             storage_full: no room left for bytes; nothing was stored
    +-- AttemptError            what a job kind raises to say how its attempt ends
    |   +-- Permanent           the same input will fail again: the job fails now
    |   +-- Transient           worth another attempt
    |   |   +-- ProviderBusy    provider_busy: try again after `retry_after_s`
    |   +-- Interrupted         not the job's fault: it goes back to its queue, no failure is spent
    +-- AttemptLost             this attempt is no longer ours (rescued, canceled or erased)

Codes a job's `error` can carry besides: timed_out, worker_lost, dependency_failed, invalid_media,
model_unavailable, model_failed, provider_error, failed, internal.
"""


class TurnspitError(Exception):
    """The root: `code` is stable, `message` is a sentence for people."""

    code = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(TurnspitError):
    """A request the engine will not take. `param` names the field; `errors` lists details per field."""

    code = "invalid_input"

    def __init__(
        self, message: str, *, param: str | None = None, errors: list[dict[str, str]] | None = None
    ) -> None:
        super().__init__(message)
        self.param = param
        self.errors = errors or []


class InvalidInput(Refused):
    code = "invalid_input"


class UnknownKind(Refused):
    code = "unknown_kind"


class NotFound(Refused):
    code = "not_found"


class Conflict(Refused):
    code = "conflict"


class KeyReused(Refused):
    code = "idempotency_key_reused"


class TooLarge(Refused):
    code = "too_large"


class Unavailable(TurnspitError):
    code = "unavailable"


class StorageFull(TurnspitError):
    code = "storage_full"


class AttemptError(TurnspitError):
    """Raised by a job kind, `(code, message)` or `(message)`: the job's `error`; people read the message."""

    code = "failed"

    def __init__(self, code_or_message: str, message: str | None = None) -> None:
        super().__init__(code_or_message if message is None else message)
        if message is not None:
            self.code = code_or_message


class Permanent(AttemptError):
    """The same input will fail again."""


class Transient(AttemptError):
    """Worth another attempt after a back-off."""


class ProviderBusy(Transient):
    """A provider asks to be left alone for `retry_after_s` seconds; the job parks and frees its slot."""

    def __init__(self, retry_after_s: float, message: str = "The provider is busy.") -> None:
        super().__init__("provider_busy", message)
        self.retry_after_s = retry_after_s


class Interrupted(AttemptError):
    """The work was cut short through no fault of its own. `died`: a process died with it."""

    def __init__(self, message: str, *, died: bool = False) -> None:
        super().__init__("worker_lost", message)
        self.died = died


class AttemptLost(TurnspitError):
    code = "attempt_lost"
