"""One running service with one model, and bare faster-whisper beside it with the same model and threads."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ai.training.random_weights import SHAPES, build_random
from ai.weights import DEMO, resolve_model
from bench.listening.corpora import Clip, clips
from bench.listening.sizes import RANDOM, Sizes
from bench.stack import running_stack

WINDOW_S = 30.0
SLOTS = 32
MOST_THREADS = 4  # what the service gives a model at most
PATIENCE_S = 6 * 3600.0
Json = dict[str, Any]


@dataclass(slots=True)
class Ground:
    """What a question is asked of."""

    model: str
    client: httpx.AsyncClient
    weights: Path
    folder: Path
    peer: "Peer"
    threads: int
    sizes: Sizes
    uploaded: dict[Path, str] = field(default_factory=dict)

    def clips(self, count: int, seed: int) -> list[Clip]:
        """So many short recordings, made once."""
        least, most = self.sizes.sentences
        return clips(self.folder / f"clips-{least}-{most}", count, seed, (least, most))

    async def file(self, path: Path) -> str:
        """The id of a file, uploaded once."""
        if path not in self.uploaded:
            self.uploaded[path] = await self.upload(path)
        return self.uploaded[path]

    async def upload(self, path: Path) -> str:
        reply = await self.client.post("/v1/files", params={"name": path.name}, content=streamed(path))
        return str(reply.raise_for_status().json()["id"])

    async def submit(self, clip: Clip, **options: object) -> str:
        return (await self.submit_all([clip], **options))[0]

    async def submit_all(self, clips: Sequence[Clip], **options: object) -> list[str]:
        """One batch, in order."""
        bodies = [
            {"kind": "transcribe", "input": {"file": await self.file(clip.path), **options}, "max_attempts": 1}
            for clip in clips
        ]
        reply = await self.client.post("/v1/batches", json=bodies)
        return [job["id"] for job in reply.raise_for_status().json()["data"]]

    async def run(self, kind: str, input: Json) -> str:
        reply = await self.client.post("/v1/jobs", json={"kind": kind, "input": input})
        return str(reply.raise_for_status().json()["id"])

    async def ended(self, job: str, within: float = PATIENCE_S) -> Json:
        """The job once it is terminal. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                reply = await self.client.get(f"/v1/jobs/{job}", params={"wait": 30})
                told: Json = reply.raise_for_status().json()
                if told["done"]:
                    return told

    async def output(self, job: str) -> Json:
        """What a job gave. Raises RuntimeError with its error where it failed."""
        told = await self.ended(job)
        if told["status"] != "succeeded":
            raise RuntimeError(f"{told['kind']} {job}: {told['status']}, {told['error']}")
        return dict(told["output"])

    async def transcribed(self, clip: Clip, **options: object) -> tuple[float, Json]:
        """Seconds from the submission to the end, and the output."""
        await self.file(clip.path)
        began = time.monotonic()
        output = await self.output(await self.submit(clip, **options))
        return time.monotonic() - began, output

    async def cancel(self, job: str) -> None:
        (await self.client.post(f"/v1/jobs/{job}/cancel")).raise_for_status()

    async def events(self, job: str) -> AsyncIterator[tuple[str, Json]]:
        """Type and content of every frame of the job's stream, the snapshot first."""
        headers = {"Accept": "text/event-stream"}
        async with self.client.stream("GET", f"/v1/jobs/{job}/events", headers=headers, timeout=None) as reply:
            name = ""
            async for line in reply.aiter_lines():
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    yield name, json.loads(line[5:])

    async def progress(self, job: str) -> AsyncIterator[Json]:
        """The progress of the hearing itself, as it is told; ends with the job."""
        async with aclosing(self.events(job)) as frames:
            async for name, frame in frames:
                if name == "job.progress" and frame["data"].get("step") == "transcribing":
                    yield frame["data"]
                if name == "job.done":
                    return

    async def first_window(self, job: str) -> float | None:
        """The clock when the job had heard something, or had ended with success."""
        async with aclosing(self.events(job)) as frames:
            async for name, frame in frames:
                told = frame.get("data") or {}
                moved = name == "job.progress" and told.get("step") == "transcribing" and told.get("current")
                if moved or name in ("transcript.segment", "job.done"):
                    return time.monotonic()
        return None


class Peer:
    """The process of bench/listening/bare.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def hear(self, way: str, files: Sequence[Path], **options: object) -> Json:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"way": way, "files": [str(file) for file in files], "options": options}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        if not (line := await self._process.stdout.readline()):
            raise RuntimeError("bare faster-whisper ended")
        return dict(json.loads(line))


def model_folder(name: str, cache: Path) -> Path:
    """`demo`, `random-small` and the like (made on first use), a folder, or a name in the model cache."""
    if name.startswith(RANDOM):
        return build_random(cache / name, SHAPES[name.removeprefix(RANDOM)])
    return DEMO if name == "demo" else resolve_model(name).folder


@asynccontextmanager
async def peer_of(folder: Path, threads: int) -> AsyncIterator[Peer]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.listening.bare", str(folder), str(threads)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**28,
    )
    try:
        yield Peer(process)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def standing(model: str, cache: Path, sizes: Sizes, slots: int = SLOTS) -> AsyncIterator[Ground]:
    """Everything up, the model of the service loaded."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = model_folder(model, cache)
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    os.environ["TURNSPIT_WHISPER_MODEL"] = model if model == "demo" else str(folder)
    os.environ["TURNSPIT_KINDS"] = "bench.listening.kinds"
    os.environ["TURNSPIT_SLOTS"] = str(slots)
    async with (
        running_stack() as (_, url),
        httpx.AsyncClient(base_url=url, timeout=90) as client,
        peer_of(folder, threads) as peer,
    ):
        yield Ground(model, client, folder, cache, peer, threads, sizes)


async def streamed(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
