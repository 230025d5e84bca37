"""How an API process takes its leave: it tells balancers first, serves on for a while, and keeps nobody waiting."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

POLL_S = 0.05


class Leave:
    """`announced`: /readyz says no, and connections end with the reply they carry."""

    def __init__(self) -> None:
        self.announced = False


class LastReplies:
    """Pure ASGI: once the leave is announced no client keeps its connection."""

    def __init__(self, app: ASGIApp, leave: Leave) -> None:
        self._app = app
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        last = self._leave.announced and scope["type"] == "http"
        await self._app(scope, receive, send_last if last else send)


class ApiServer(uvicorn.Server):
    """Stops in three steps: announce, linger, close; a second Ctrl-C hurries."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, linger_s: float) -> None:
        super().__init__(config)
        self._state = app.state
        self._linger_s = linger_s

    async def shutdown(self, sockets: Any = None) -> None:
        self._state.leave.announced = True
        for _ in range(round(self._linger_s / POLL_S)):
            if self.force_exit:
                break
            await asyncio.sleep(POLL_S)
        self._state.feed.close()
        await super().shutdown(sockets)
