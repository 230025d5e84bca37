"""How the service logs: one JSON object a line on stderr, with whatever the current job or request has bound."""

import json
import logging
import sys
from contextvars import ContextVar

import structlog
from pydantic_core import PydanticSerializationError, to_json
from structlog.typing import EventDict, Processor, WrappedLogger

from jobs.model import Claim

_ABOUT: ContextVar[Claim | None] = ContextVar("about", default=None)


def about(claim: Claim) -> None:
    """From here on, every line this task logs carries the job's id, kind and attempt."""
    _ABOUT.set(claim)


def _merge_claim(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    if (claim := _ABOUT.get()) is not None:
        for name, value in (("job_id", str(claim.id)), ("kind", claim.kind), ("attempt", claim.attempt)):
            line.setdefault(name, value)
    return line


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    _merge_claim,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class Stderr:
    """A logger that writes finished lines. Ours come here: through `logging`, a line cost four times as much."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = msg


def configure(level: str = "INFO", form: str = "json") -> None:
    """Set up logging for this process; `form` is `json` or `text`. Libraries that use `logging` come along."""
    last: Processor = structlog.dev.ConsoleRenderer(colors=False)
    if form == "json":
        last = structlog.processors.JSONRenderer(serializer=_json)
    ending: tuple[Processor, ...] = (structlog.processors.format_exc_info, last)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "arq"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=Stderr,
        cache_logger_on_first_use=True,
    )


def _json(line: EventDict, **_: object) -> str:
    try:
        return to_json(line, inf_nan_mode="null", fallback=repr).decode()
    except (PydanticSerializationError, UnicodeEncodeError):  # a lone surrogate, or bytes that are no text
        return json.dumps(line, default=repr)
