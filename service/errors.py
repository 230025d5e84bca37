"""The one map from error codes to HTTP status codes, and every error as an RFC 9457 problem."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import structlog
from asyncpg import InvalidCatalogNameError, UndefinedColumnError, UndefinedTableError
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails, to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Scope

from jobs.errors import InvalidInput, Refused, TurnspitError
from jobs.model import JsonObject
from jobs.store.text import clean_text
from service.linger import Lingering

MEDIA_TYPE = "application/problem+json"
SHOWN = 100
"""How many field errors one problem lists at most."""

UNANSWERED = 500
"""The status that is logged when a request ended without a reply."""

PROBLEMS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "invalid_json": (400, "The body is not JSON"),
        "invalid_request": (400, "The request cannot be understood"),
        "unauthorized": (401, "A key is needed"),
        "forbidden": (403, "Not from here"),
        "not_found": (404, "There is no such thing"),
        "method_not_allowed": (405, "This address does not take that method"),
        "conflict": (409, "The state does not allow it"),
        "too_large": (413, "Over a limit"),
        "unsupported_media_type": (415, "Not a content type this address takes"),
        "range_not_satisfiable": (416, "The range lies outside of the bytes"),
        "invalid_input": (422, "The request does not fit"),
        "unknown_kind": (422, "There is no such job kind"),
        "idempotency_key_reused": (422, "The key belongs to another request"),
        "internal": (500, "Something broke on our side"),
        "not_implemented": (501, "Not built yet"),
        "unavailable": (503, "Try again in a moment"),
        "storage_full": (507, "No room left"),
    }
)
_CODES: Mapping[int, str] = MappingProxyType(
    {status: code for code, (status, _) in reversed(tuple(PROBLEMS.items()))} | {422: "invalid_input"}
)
_AGAIN = frozenset({"unavailable", "conflict"})

log = structlog.get_logger(__name__)


class RequestRefused(Refused):
    """A request that HTTP itself makes wrong, with one of the codes above and headers for the reply."""

    def __init__(
        self, code: str, message: str, *, param: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, param=param)
        self.code = code
        self.headers = dict(headers or {})


def invalid(details: Iterable[ErrorDetails], *, prefix: str = "", what: str = "The request") -> InvalidInput:
    """pydantic's errors as one InvalidInput; `prefix` is the JSON Pointer of what was validated."""
    errors = [_pointed(item, prefix) for _, item in zip(range(SHOWN), details, strict=False)]
    first = errors[0]
    param = first["pointer"].removeprefix(prefix).split("/")[1:2]
    summary = "; ".join(f"{item['pointer'] or '/'}: {item['message']}" for item in errors[:3])
    return InvalidInput(f"{what} does not fit: {summary}", param="".join(param) or None, errors=errors)


def problem(error: TurnspitError, conn: HTTPConnection) -> JsonObject:
    """What a client is told: `type, title, status, detail, instance, code, param, request_id, errors`."""
    code = error.code if error.code in PROBLEMS else "internal"
    status, title = PROBLEMS[code]
    return {
        "type": f"/docs#problem-{code}",
        "title": title,
        "status": status,
        "detail": clean_text(error.message),
        "instance": clean_text(conn.scope["path"]),
        "code": code,
        "param": getattr(error, "param", None),
        "request_id": request_id(conn.scope),
        "errors": getattr(error, "errors", []),
    }


def status_of(error: TurnspitError) -> int:
    """The HTTP status that tells of an error."""
    return PROBLEMS.get(error.code, PROBLEMS["internal"])[0]


def respond(conn: HTTPConnection, error: TurnspitError) -> Response:
    """The problem as a reply."""
    told = problem(error, conn)
    headers = dict(getattr(error, "headers", {}))
    if told["code"] in _AGAIN:
        headers["Retry-After"] = "1"
    reply = Lingering if told["code"] == "too_large" else Response
    return reply(to_json(told), PROBLEMS[str(told["code"])][0], headers, media_type=MEDIA_TYPE)


def request_id(scope: Scope) -> str | None:
    found: str | None = scope.get("state", {}).get("request_id")
    return found


def add_handlers(app: FastAPI) -> None:
    """Make every error a problem, those of the framework and the unforeseen ones included."""
    app.add_exception_handler(TurnspitError, _of_ours)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_exception_handler(ClientDisconnect, _of_hang_up)
    for missing in (UndefinedTableError, UndefinedColumnError, InvalidCatalogNameError):
        app.add_exception_handler(missing, _of_schema)
    app.add_exception_handler(Exception, _of_bug)


def _pointed(item: ErrorDetails, prefix: str) -> dict[str, str]:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
    unknown = item["type"] == "extra_forbidden"
    return {
        "pointer": clean_text(prefix + "".join("/" + part for part in parts)),
        "message": "There is no such field." if unknown else clean_text(item["msg"]),
        "type": item["type"],
    }


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TurnspitError)  # noqa: S101 (how it was registered)
    return respond(request, error)


async def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (how it was registered)
    code = _CODES.get(error.status_code, "invalid_request" if error.status_code < 500 else "internal")
    sentences = {
        "not_found": f"There is nothing at {request.url.path}.",
        "method_not_allowed": f"{request.url.path} does not take {request.method}.",
    }
    detail = sentences.get(code, str(error.detail))
    return respond(request, RequestRefused(code, detail, headers=error.headers))


async def _of_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (how it was registered)
    found: Sequence[ErrorDetails] = error.errors()
    return respond(request, invalid([_within(item) for item in found]))


def _within(item: ErrorDetails) -> ErrorDetails:
    """The error of a parameter without the part (`query`, `header`) that it came in."""
    inner = item.copy()
    inner["loc"] = item["loc"][1:]
    return inner


async def _of_hang_up(request: Request, error: Exception) -> Response:
    return respond(request, RequestRefused("invalid_request", "The client hung up before the body ended."))


async def _of_schema(request: Request, error: Exception) -> Response:
    log.error("database.not_migrated", error=str(error))
    sentence = "The database is not set up yet. Run `turnspit migrate`."
    return respond(request, RequestRefused("unavailable", sentence))


async def _of_bug(request: Request, error: Exception) -> Response:
    log.error("request.broke", exc_info=error, request_id=request_id(request.scope))
    sentence = "Something broke on our side. The request id finds it in the logs."
    headers = {"X-Request-Id": request_id(request.scope) or ""}
    return respond(request, RequestRefused("internal", sentence, headers=headers))
