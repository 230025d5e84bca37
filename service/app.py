"""The web application: the one place where its parts are put together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from jobs.registry import discover
from jobs.resources import open_resources
from jobs.settings import Settings
from jobs.upkeep import Upkeep, every
from service import errors
from service.auth import Gate, check_bind
from service.docs import router as docs
from service.feed import SILENCE_S, Feed
from service.leaving import LastReplies, Leave
from service.metrics import Metrics
from service.openapi import document
from service.routes import artifacts, batches, events, files, flows, jobs, kinds, sites, socket, state
from service.straight import Straight
from service.trace import Trace

POOL = 16
"""Connections to Postgres: a held request or an open stream keeps none."""
STATIC = Path(__file__).parent / "static"


class Api(FastAPI):
    """FastAPI whose OpenAPI document knows the job kinds."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            title="Turnspit",
            version="1",
            description="An async job service: hand work over, watch it, pick up what cannot get lost.",
            lifespan=_lifespan(settings),
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        self._kinds = discover(settings.kind_modules)

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if not self.openapi_schema:
            self.openapi_schema = document(self, self._kinds)
        return self.openapi_schema


def create_app(settings: Settings) -> FastAPI:
    """The API for these settings. Raises UnsafeBind for an open bind without keys, BadKind for a broken kind.

    It starts, and answers 503, while Postgres is away; Redis is not needed at all.
    """
    check_bind(settings)
    app = Api(settings)
    app.state.metrics = Metrics()
    app.state.leave = Leave()
    app.router.routes.append(Straight("/v1/jobs", jobs.submit, methods=["POST"]))
    for noun in (jobs, batches, flows, files, artifacts, sites, events, socket, kinds, state):
        app.include_router(noun.router)
    app.include_router(docs)
    app.mount("/static", StaticFiles(directory=STATIC))
    errors.add_handlers(app)
    app.add_middleware(Gate, settings=settings)
    app.add_middleware(Trace, metrics=app.state.metrics)
    app.add_middleware(LastReplies, leave=app.state.leave)
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings, pool_size=POOL) as res:
            feed = Feed()
            app.state.res, app.state.feed = res, feed
            async with asyncio.TaskGroup() as group:
                side = [
                    group.create_task(feed.run(res.bell), name="feed"),
                    group.create_task(every(SILENCE_S / 2, partial(feed.look_once, res)), name="look"),
                    *Upkeep(res).start(group),
                ]
                yield
                for task in side:
                    task.cancel()

    return lifespan
