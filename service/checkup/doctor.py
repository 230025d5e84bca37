"""`turnspit doctor`: looks at everything the service needs, and says how to mend what is not well."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from jobs.settings import Settings
from service.checkup import machine_checks, server_checks
from service.checkup.findings import Finding, exit_status, render

__all__ = ["DoctorOptions", "examine", "exit_status", "render", "run_doctor"]


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """What the service would run with. A url that is None means the embedded server."""

    data: Path = Path(".turnspit")
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    whisper_model: str = "auto"


async def run_doctor(settings: Settings, data: Path) -> int:
    """Print what was found on stdout; the exit status is 0 unless something essential is missing."""
    given = settings.model_fields_set
    findings = await examine(
        DoctorOptions(
            data=data,
            host=settings.host,
            port=settings.port,
            database_url=settings.database_url.get_secret_value() if "database_url" in given else None,
            redis_url=settings.redis_url.get_secret_value() if "redis_url" in given else None,
            whisper_model=settings.whisper_model,
        )
    )
    print(render(findings))
    return exit_status(findings)


async def examine(options: DoctorOptions) -> list[Finding]:
    """Everything that was found, in the order to read it; nothing is started or changed."""
    running = running_urls(options.data)
    database_url = options.database_url or running.get("postgres")
    redis_url = options.redis_url or running.get("redis")
    return [
        machine_checks.python(),
        *([] if options.database_url else [machine_checks.postgres_binaries()]),
        *([] if options.redis_url else [machine_checks.redis_binary()]),
        *await machine_checks.media(),
        machine_checks.whisper(options.whisper_model),
        machine_checks.disk(options.data),
        *([] if running else [machine_checks.port(options.host, options.port)]),
        *(await server_checks.database(database_url) if database_url else []),
        *(await server_checks.redis(redis_url) if redis_url else []),
    ]


def running_urls(data: Path) -> dict[str, str]:
    """Where the embedded servers of this folder listen, when a stack runs there and lets us read that."""
    try:
        state = json.loads((data / "stack.json").read_text())
        os.kill(state["api"]["pid"], 0)  # one that was killed left the file behind
        return {part: state[part]["url"] for part in ("postgres", "redis")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
