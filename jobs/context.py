"""What a run is given: progress, events, artifacts, files, child processes."""

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

import structlog
from pydantic import JsonValue, SecretStr

from ai.process import ChildDied, run_in_child
from jobs.attempt import Attempt
from jobs.errors import AttemptLost, Interrupted, NotFound, Permanent
from jobs.kind import Closable
from jobs.model import Artifact, Checkpoint, File, JsonObject
from jobs.resources import Resources
from jobs.scribe import Scribe
from jobs.sites import Sites
from jobs.store import files
from jobs.store.artifacts import INPUT, OUTPUT
from jobs.store.database import until_back
from jobs.store.text import clean_text, dump

T = TypeVar("T")
Held = TypeVar("Held", bound=Closable)

MAX_NAME = 200
MAX_WARNINGS = 100
LEAST_S = 0.05  # a rate over less says little
MAX_CHECKPOINT = 64 * 1024
RESERVED = frozenset({"job.status", "job.done", "job.progress", "job.snapshot", "artifact.created"})
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Belongings:
    """Costly things that live as long as the worker: model hosts, clients. Made on first use."""

    def __init__(self) -> None:
        self._held: dict[str, Closable] = {}

    def get(self, name: str, factory: Callable[[], Held]) -> Held:
        if name not in self._held:
            self._held[name] = factory()
        return cast(Held, self._held[name])

    async def close(self) -> None:
        for held in self._held.values():
            await held.close()
        self._held.clear()


class RunContext:
    """The Context of one attempt."""

    def __init__(self, attempt: Attempt, res: Resources, scribe: Scribe, belongings: Belongings) -> None:
        self.job_id: UUID = attempt.claim.id
        self.attempt: int = attempt.claim.attempt
        self._attempt = attempt
        self._res = res
        self._scribe = scribe
        self._belongings = belongings
        self._pace: Pace | None = None

    @property
    def metadata(self) -> dict[str, JsonValue]:
        given: dict[str, JsonValue] = json.loads(self._attempt.claim.metadata)
        return given

    @property
    def log(self) -> structlog.stdlib.BoundLogger:
        logger: structlog.stdlib.BoundLogger = structlog.get_logger("kind").bind(
            kind=self._attempt.claim.kind, job_id=str(self.job_id), attempt=self.attempt
        )
        return logger

    @property
    def sites(self) -> Sites:
        return Sites(self._res, self._attempt.claim)

    async def progress(
        self,
        step: str,
        current: float | None = None,
        total: float | None = None,
        *,
        unit: str | None = None,
        message: str | None = None,
    ) -> None:
        self._check()
        current, total = _number(current), _number(total)
        new_step = self._pace is None or self._pace.step != step
        if self._pace is None or new_step:
            self._pace = Pace(step, current or 0.0)
        told: dict[str, object] = {
            "step": step,
            "current": current,
            "total": total,
            "unit": unit,
            "message": message,
        }
        self._attempt.progress = _plain(told | self._pace.estimate(current, total))
        self._scribe.progress(self._attempt, new_step=new_step)

    async def event(self, type: str, data: JsonObject) -> None:
        self._check()
        _check_type(type)
        await self._scribe.event(self._attempt, type, _plain(data))

    async def checkpoint(self, state: JsonObject, *events: tuple[str, JsonObject]) -> None:
        self._check()
        for type, _ in events:
            _check_type(type)
        text = dump(_plain(state))
        if len(text) > MAX_CHECKPOINT:
            raise ValueError(f"a checkpoint has room for {MAX_CHECKPOINT} characters, and this one has {len(text)}")
        await self._scribe.checkpoint(self._attempt, text, [(type, _plain(data)) for type, data in events])

    async def restored(self) -> Checkpoint | None:
        if self.attempt == 1:
            return None
        return await self._scribe.restored(self._attempt, sorted(RESERVED))

    async def artifact(
        self, name: str, data: bytes | AsyncIterator[bytes], *, media_type: str = "application/octet-stream"
    ) -> None:
        self._check()
        _check_name(name)
        stored = await self._res.objects.put(f"jobs/{self.job_id}/{self.attempt}/{name}", data)
        self._attempt.made[name] = Artifact(
            name=name,
            key=stored.key,
            bytes=stored.bytes,
            sha256=stored.sha256,
            media_type=media_type,
        )

    @asynccontextmanager
    async def file(self, file_id: UUID | str) -> AsyncIterator[Path]:
        async def read() -> File | None:
            async with self._res.pool.acquire() as conn:
                return await files.get(conn, UUID(str(file_id)), self._attempt.claim.tenant)

        found = await until_back(read, what="file")
        if found is None:
            raise Permanent("invalid_input", f"There is no file {file_id}.")
        try:
            async with self._res.objects.as_path(found.key, Path(found.name).suffix) as path:
                yield path
        except NotFound as error:
            raise Permanent("invalid_input", f"The bytes of the file {file_id} are gone.") from error

    async def in_process(self, function: Callable[..., T], *args: object) -> T:
        self._check()
        try:
            return await run_in_child(function, *args)
        except ChildDied as error:
            raise Interrupted(f"The process of this job was lost: {error}.", died=True) from error

    def warn(self, message: str) -> None:
        if len(self._attempt.warnings) < MAX_WARNINGS:
            self._attempt.warnings.append(clean_text(str(message)))

    def resource(self, name: str, factory: Callable[[], Held]) -> Held:
        return self._belongings.get(name, factory)

    def option(self, name: str) -> str | None:
        value = getattr(self._res.settings, name, None)
        if isinstance(value, SecretStr):
            return value.get_secret_value()
        return None if value is None else str(value)

    def _check(self) -> None:
        if self._attempt.ended or self._attempt.stopped:
            raise AttemptLost("This attempt was told to stop.")


class Pace:
    """How fast a step goes: the base of its rate (units a second) and of the time left.

    The rate counts from the first move on, once there is a second one: before it lies what only the start costs.
    """

    def __init__(self, step: str, start: float) -> None:
        self.step = step
        self._start, self._began = start, time.monotonic()
        self._rate: float | None = None

    def estimate(self, current: float | None, total: float | None) -> JsonObject:
        """`fraction`, `rate` and `eta_s`, each null while an honest one is unknown."""
        if current is None or not total or total <= 0:
            return {"fraction": None, "rate": None, "eta_s": None}
        fraction = round(min(1.0, max(0.0, current / total)), 4)
        self._note(current, time.monotonic())
        if self._rate is None:
            return {"fraction": fraction, "rate": None, "eta_s": None}
        eta_s = max(0.0, total - current) / self._rate
        return {"fraction": fraction, "rate": round(self._rate, 3), "eta_s": round(eta_s, 1)}

    def _note(self, current: float, now: float) -> None:
        done, took = current - self._start, now - self._began
        if done <= 0 or took < LEAST_S:
            return
        if self._rate is None:  # the first move
            self._start, self._began = current, now
        self._rate = done / took


def _number(value: float | None) -> float | None:
    """Numbers of any library as Python's own; whole ones stay whole."""
    return value if value is None or isinstance(value, int) else float(value)


def _plain(value: Mapping[str, object]) -> JsonObject:
    """A JSON object as it will be stored. Raises here, in the kind, for what is none."""
    plain: JsonObject = json.loads(dump(value))
    return plain


def _check_type(type: str) -> None:
    if not _EVENT.fullmatch(type) or type in RESERVED:
        raise ValueError(f"{type!r} cannot be the type of a kind's event")


def _check_name(name: str) -> None:
    """Artifact names end in URLs and keys of the object store."""
    if not 0 < len(name) <= MAX_NAME or name in {".", "..", INPUT, OUTPUT} or not name.isprintable():
        raise ValueError(f"{name!r} cannot be the name of an artifact")
    if "/" in name or "\\" in name:
        raise ValueError(f"{name!r}: the name of an artifact holds no slash")
