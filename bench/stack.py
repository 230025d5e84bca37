"""The service as it runs in production, for one measurement: own Postgres, Redis, API and workers."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from jobs.settings import Settings
from service.local import on_free_ports
from service.stack.stack import Stack, StackOptions


@asynccontextmanager
async def running_stack(
    workers: int | None = None, *, no_worker: bool = False
) -> AsyncIterator[tuple[Settings, str]]:
    """The whole embedded stack in a temporary folder: settings to reach its parts, and the API's url."""
    with tempfile.TemporaryDirectory() as folder:
        options = StackOptions(data=Path(folder), port=0, sites_port=0, workers=workers, no_worker=no_worker)
        stack = Stack(await on_free_ports(options))
        try:
            await stack.start()
            parts = json.loads((Path(folder) / "stack.json").read_text())
            yield _settings(parts, folder), stack.url
        finally:
            await stack.stop(asyncio.Event())


def pid_of(settings: Settings, part: str) -> int:
    """The process of `api`, `postgres` or `redis` in a running stack."""
    parts = json.loads((Path(settings.storage_url).parent / "stack.json").read_text())
    return int(parts[part]["pid"])


def _settings(parts: dict[str, dict[str, str]], folder: str) -> Settings:
    return Settings(
        database_url=SecretStr(parts["postgres"]["url"]),
        redis_url=SecretStr(parts["redis"]["url"]),
        storage_url=f"{folder}/objects",
        kinds="bench.kinds",
    )
