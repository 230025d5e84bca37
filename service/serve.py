"""Serves the API with uvicorn: one process, uvloop, our logs, a bounded goodbye."""

import sys

import uvicorn

from jobs import logs
from jobs.settings import Settings
from service.app import create_app

GOODBYE_S = 5
"""How long open streams may hold up a stop; clients resume them elsewhere."""


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit status."""
    logs.configure(settings.log_level, settings.log_format)
    try:
        app = create_app(settings)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_S,
    )
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1
