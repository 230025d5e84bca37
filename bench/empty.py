"""The yardstick for what a POST costs: a FastAPI application that takes a job and does nothing with it.

`python -m bench.empty PORT` serves it as our own API is served.
"""

import sys
from datetime import datetime
from typing import Any
from uuid import UUID

import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel

from service.serve import server_config


class Job(BaseModel):
    """The shape of a job request, without its rules."""

    kind: str
    input: dict[str, Any] = {}
    queue: str | None = None
    priority: int = 0
    delay_s: float | None = None
    run_at: datetime | None = None
    deadline_at: datetime | None = None
    timeout_s: float | None = None
    max_attempts: int | None = None
    on_failure: str = "cancel"
    tags: list[str] = []
    metadata: dict[str, Any] = {}
    depends_on: list[UUID] = []


app = FastAPI()


@app.post("/v1/jobs", status_code=202)
async def take(job: Job) -> None:
    """Nothing."""


if __name__ == "__main__":
    uvloop.run(uvicorn.Server(server_config(app, "127.0.0.1", int(sys.argv[1]))).serve())
