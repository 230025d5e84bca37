"""What every request carries: an id, one line in the log, and its place in the metrics."""

import re
from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import UNANSWERED
from service.metrics import Metrics

_SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")

log = structlog.get_logger(__name__)


class Trace:
    """Pure ASGI, around everything: gives `X-Request-Id`, logs and counts when the reply has ended."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = _given(scope) or uuid4().hex
        state["unread"] = True
        state["status"] = UNANSWERED if scope["type"] == "http" else 101
        began = perf_counter()

        async def sender(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                state["status"] = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        async def receiver() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                state["unread"] = message.get("more_body", False)
            return message

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receiver, sender)
            finally:
                self._ended(scope, perf_counter() - began)

    def _ended(self, scope: Scope, seconds: float) -> None:
        method, route, state = scope.get("method", "WS"), route_of(scope), scope["state"]
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
    value = Headers(scope=scope).get("x-request-id", "")
    return value if _SANE.fullmatch(value) else None


def _subject(scope: Scope) -> Mapping[str, str]:
    """The job a request was about: named in its path, or made by it."""
    job_id = scope["state"].get("job_id") or scope.get("path_params", {}).get("job_id")
    return {"job_id": str(job_id)} if job_id else {}
