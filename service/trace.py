"""What every request carries: an id, one line in the log, and its place in the metrics."""

import re
from collections.abc import Mapping
from secrets import token_hex
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import UNANSWERED
from service.metrics import Metrics

_ID = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")

log = structlog.get_logger(__name__)


class Trace:
    """Pure ASGI, around everything: gives `X-Request-Id`, logs when the reply has ended, and counts where asked."""

    def __init__(self, app: ASGIApp, metrics: Metrics | None = None) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = _given(scope) or token_hex(16)
        state["unread"] = True
        state["status"] = UNANSWERED if scope["type"] == "http" else 101
        began = perf_counter()

        async def sender(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                state["status"] = message["status"]
                _stamp(message, request_id)
            await send(message)

        async def receiver() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                state["unread"] = message.get("more_body", False)
            return message

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receiver, sender)
        finally:
            self._ended(scope, perf_counter() - began)
            structlog.contextvars.reset_contextvars(**bound)

    def _ended(self, scope: Scope, seconds: float) -> None:
        method, route, state = scope.get("method", "WS"), route_of(scope), scope["state"]
        if self._metrics:
            self._metrics.observe(method, route, state["status"], seconds)
        log.info(
            "request",
            method=method,
            route=route,
            status=state["status"],
            ms=round(seconds * 1000, 1),
            **_subject(scope),
        )


def route_of(scope: Scope) -> str:
    """The route's template, so that no id becomes a label; `unmatched` for addresses that do not exist."""
    return getattr(scope.get("route"), "path", "unmatched")


def _given(scope: Scope) -> str | None:
    value = next((value for name, value in scope["headers"] if name == _ID), b"")
    return value.decode("ascii") if _SANE.fullmatch(value) else None


def _stamp(message: Message, request_id: str) -> None:
    """Put the id into the headers of a reply, in place of one that is there."""
    others = (header for header in message.get("headers", ()) if header[0].lower() != _ID)
    message["headers"] = [*others, (_ID, request_id.encode())]


def _subject(scope: Scope) -> Mapping[str, str]:
    """The job a request was about: named in its path, or made by it."""
    job_id = scope["state"].get("job_id") or scope.get("path_params", {}).get("job_id")
    return {"job_id": str(job_id)} if job_id else {}
