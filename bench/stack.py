"""The service as it runs in production, for one measurement: own Postgres, Redis, API and workers."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from jobs.settings import Settings
from service.stack.stack import Stack, StackOptions, open_listeners


@asynccontextmanager
async def running_stack(
    workers: int | None = None, *, no_worker: bool = False
) -> AsyncIterator[tuple[Settings, str]]:
    """The whole embedded stack in a temporary folder: settings to reach its parts, and the API's url."""
    with tempfile.TemporaryDirectory() as folder:
        options = StackOptions(data=Path(folder), port=0, sites_port=0, workers=workers, no_worker=no_worker)
        stack = Stack(options, await open_listeners(options))
        try:
            await stack.start()
            yield _settings(_parts(folder), folder), stack.url
        finally:
            await stack.stop(asyncio.Event())


def pid_of(settings: Settings, part: str) -> int:
    """The process of `api`, `postgres` or `redis` in a running stack."""
    return int(parts_of(settings)[part]["pid"])


def parts_of(settings: Settings) -> dict[str, Any]:
    """What stack.json says of a running stack."""
    return _parts(Path(settings.storage_url).parent)


def _parts(folder: str | Path) -> dict[str, Any]:
    parts: dict[str, Any] = json.loads((Path(folder) / "stack.json").read_text())
    return parts


def _settings(parts: dict[str, dict[str, str]], folder: str) -> Settings:
    return Settings(
        database_url=SecretStr(parts["postgres"]["url"]),
        redis_url=SecretStr(parts["redis"]["url"]),
        storage_url=f"{folder}/objects",
        kinds="bench.kinds",
    )
