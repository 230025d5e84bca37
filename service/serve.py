"""Serves the API and, on an origin of their own, published websites: one process, uvloop, a bounded goodbye."""

import asyncio
import gc
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from jobs import logs
from jobs.settings import Settings
from service.app import create_app
from service.hosting import create_sites
from service.leaving import ApiServer

GOODBYE_S = 5
"""How long open streams may hold up a stop; clients resume them elsewhere."""
KEEP_ALIVE_S = 75
"""Longer than clients and balancers keep an idle connection (60 s in nginx and AWS's, 5 s in httpx). The side that
sends must be the one that ends it, or a request meets a connection that is just being closed."""


class Beside(uvicorn.Server):
    """A server beside another one, which alone hears signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, sites_port: int | None) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit status."""
    logs.configure(settings.log_level, settings.log_format)
    try:
        app = create_app(settings)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    gc.collect()
    gc.freeze()  # modules, kinds, routes and models stay as they are: the collector need not go through them again
    api = ApiServer(server_config(app, settings.host, settings.port), app, settings.linger_s)
    if sites_port is None:
        await api.serve(held_for_us(0))
    else:
        await _both(api, Beside(server_config(create_sites(settings), settings.host, sites_port)))
    return 0 if api.started else 1


async def _both(api: uvicorn.Server, sites: uvicorn.Server) -> None:
    """The sites are served for as long as the API is."""
    beside = asyncio.create_task(sites.serve(held_for_us(1)), name="sites")
    await api.serve(held_for_us(0))
    sites.should_exit = True
    await beside


def held_for_us(place: int) -> list[socket.socket] | None:
    """The socket that whoever started us listens on: the API's in place 0, the sites' in 1; None: open your own."""
    descriptors = os.environ.get("TURNSPIT_LISTEN_FDS", "").split(",")
    if not any(descriptors[place:]):
        return None
    listener = socket.socket(fileno=int(descriptors[place]))
    listener.set_inheritable(False)
    return [listener]


def server_config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """How we serve any application."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
