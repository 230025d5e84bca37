"""Does the service keep a GPU as busy as the engine itself can, and does its memory stay where it is?

`python -m bench.gpu_speech` takes a Whisper of large-v3-turbo's shape with random weights that writes 44 tokens for
each window (made on first use), and keeps its result. Without a GPU it says so and does nothing, unless it is told
to take the CPU for one: `--cpu --shape tiny --windows 20 --jobs 4`, a smoke test that keeps no result.

- offline: windows a second of the engine alone, encode and generate over ready features, for each size of batch.
- jobs: as many windows as 64 jobs at once through the service, and their speed over the best of offline.
- soak: jobs with words, which need `align()`, until so many windows are done: the drift of the memory of the GPU
  and of all our processes between the second and the last tenth, and how many texts differ from the first.

`--only offline,engine-soak` needs no service: the soak is then of the engine in this process.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

from ai.training.random_weights import PROMPT, SHAPES, build_random
from bench.alongside import alongside
from bench.listening.corpora import Clip, long_file, noted
from bench.listening.ground import WINDOW_S, Ground, standing
from bench.listening.memory import measure
from bench.listening.sizes import FULL
from bench.report import save

CACHE = Path.home() / ".cache" / "turnspit-bench" / "speech"
BATCHES = (1, 2, 4, 8, 16, 32, 64)
FRAMES = 3000
JOB_WINDOWS = 4
DRIFT_MB = 100
SHARE = 0.9
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """What was asked for. `windows` are those of the soak; `jobs` run at once."""

    shape: str
    folder: Path
    device: str
    jobs: int
    windows: int
    beam: int
    cache: Path

    @property
    def compute_type(self) -> str:
        """What the service takes on this device."""
        return "float16" if self.device == "cuda" else "int8"


async def offline(bench: Bench) -> Figures:
    """Windows a second by size of batch; the goal of `jobs` is measured by the best."""
    model = engine(bench)
    figures: dict[int, float] = {}
    for size in (size for size in BATCHES if size <= bench.jobs):
        rounds = max(1, min(bench.jobs * JOB_WINDOWS, 256) // size)
        windows(model, bench, size)
        began = time.monotonic()
        for _ in range(rounds):
            windows(model, bench, size)
        figures[size] = round(size * rounds / (time.monotonic() - began), 3)
    best = max(figures, key=lambda size: figures[size])
    return {
        "windows/s by batch": figures,
        "best": figures[best],
        "real-time factor^-1": round(30 * figures[best], 1),
    }


def engine(bench: Bench) -> ctranslate2.models.Whisper:
    threads = os.cpu_count() or 1
    return ctranslate2.models.Whisper(
        str(bench.folder), device=bench.device, compute_type=bench.compute_type, intra_threads=threads
    )


def windows(model: ctranslate2.models.Whisper, bench: Bench, size: int) -> tuple[Any, list[list[int]]]:
    """One batch: what the encoder gave, and the tokens of each row."""
    shape = SHAPES[bench.shape]
    mels = np.random.default_rng(0).standard_normal((size, shape.mels, FRAMES), np.float32)
    heard = model.encode(ctranslate2.StorageView.from_array(mels), to_cpu=False)
    found = model.generate(heard, [prompt(bench)] * size, beam_size=bench.beam)
    return heard, [result.sequences_ids[0] for result in found]


def prompt(bench: Bench) -> list[int]:
    """Start, the first language, transcribe."""
    shape = SHAPES[bench.shape]
    start = shape.text_tokens + 1
    made = [start, start + 1, start + shape.languages + 2]
    assert len(made) == PROMPT
    return made


async def engine_soak(bench: Bench) -> Figures:
    """In this process: encode, generate and align until the windows are done."""
    model = engine(bench)
    size = min(16, bench.jobs)
    first: list[list[int]] = []
    changed, memory = 0, []
    for _ in range(max(10, -(-bench.windows // size))):
        heard, tokens = windows(model, bench, size)
        first = first or tokens
        changed += sum(a != b for a, b in zip(first, tokens, strict=True))
        text = [[token for token in row if token < SHAPES[bench.shape].text_tokens] for row in tokens]
        model.align(heard, prompt(bench), text, [FRAMES] * size)
        memory.append({"GPU": gpu_mb(bench), "process": measure_self()})
    return {"windows": len(memory) * size, "texts that differ": changed, **drift(memory)}


async def jobs(bench: Bench, ground: Ground, best: float | None) -> Figures:
    """So many jobs at once, each of the same few windows; medians of three rounds."""
    clip = recording(bench, JOB_WINDOWS)
    await ground.transcribed(clip, beam_size=bench.beam, language="en")
    took = []
    for _ in range(3):
        began = time.monotonic()
        for job in await ground.submit_all([clip] * bench.jobs, beam_size=bench.beam, language="en"):
            await ground.output(job)
        took.append(time.monotonic() - began)
    rate = bench.jobs * JOB_WINDOWS / statistics.median(took)
    told: Figures = {"goal": "0.9 of the best or more", "jobs": bench.jobs, "windows/s": round(rate, 3)}
    share = rate / best if best else None
    return told | ({"of the best offline batch": round(share, 3), "met": share >= SHARE} if share else {})


async def soak(bench: Bench, ground: Ground) -> Figures:
    """Through the service, with words, in rounds of as many jobs as run at once."""
    clip = recording(bench, JOB_WINDOWS)
    first: str | None = None
    changed = done = 0
    async with remembered(bench) as memory:
        while done < bench.windows:
            made = await ground.submit_all([clip] * bench.jobs, beam_size=bench.beam, language="en", words=True)
            for job in made:
                text = (await ground.output(job))["text"]
                first = first if first is not None else text
                changed += text != first
            done += bench.jobs * JOB_WINDOWS
    return {"windows": done, "texts that differ": changed, **drift(memory)}


@asynccontextmanager
async def remembered(bench: Bench) -> AsyncIterator[list[dict[str, float]]]:
    """MB once a second while the block runs."""
    memory: list[dict[str, float]] = []

    async def look() -> None:
        while True:
            ours = await asyncio.to_thread(measure, os.getpid(), None)
            memory.append({"GPU": await asyncio.to_thread(gpu_mb, bench), "processes": ours.all_mb})
            await asyncio.sleep(1.0)

    async with alongside(look()):
        yield memory


def drift(memory: list[dict[str, float]]) -> Figures:
    """Medians of the second and of the last tenth of the samples."""
    tenth = max(1, len(memory) // 10)
    told: Figures = {"goal": f"drift under {DRIFT_MB} MB", "samples": len(memory)}
    for name in memory[0]:
        values = [sample[name] for sample in memory]
        early, late = statistics.median(values[tenth : 2 * tenth] or values), statistics.median(values[-tenth:])
        told[f"{name} MB"] = {"second tenth": round(early), "last tenth": round(late), "drift": round(late - early)}
    return told | {"met": all(told[f"{name} MB"]["drift"] < DRIFT_MB for name in memory[0])}


def gpu_mb(bench: Bench) -> float:
    """What is in use on the first GPU, by everybody; 0 without one."""
    program = shutil.which("nvidia-smi")
    if bench.device != "cuda" or program is None:
        return 0.0
    asked = [program, "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"]
    return float(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0])


def measure_self() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def recording(bench: Bench, count: int) -> Clip:
    """So many whole windows of speech."""
    bench.cache.mkdir(parents=True, exist_ok=True)
    return long_file(bench.cache / f"windows-{count}.ogg", noted()[:1], count * WINDOW_S - 10)


ENGINE: dict[str, Callable[[Bench], Awaitable[Figures]]] = {"offline": offline, "engine-soak": engine_soak}
SERVICE = ("jobs", "soak")


async def measure_all(bench: Bench, only: list[str]) -> Figures:
    figures: Figures = {"model": f"random {bench.shape}, {bench.compute_type}", "device": bench.device}
    for name in [name for name in ENGINE if name in only]:
        figures[name] = await ENGINE[name](bench)
        print(f"{name}: {json.dumps(figures[name])}", file=sys.stderr, flush=True)
    if set(only) & set(SERVICE):
        async with standing(str(bench.folder), bench.cache, FULL, slots=bench.jobs) as ground:
            if "jobs" in only:
                figures["jobs"] = await jobs(bench, ground, figures.get("offline", {}).get("best"))
            if "soak" in only:
                figures["soak"] = await soak(bench, ground)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=list(SHAPES), default="large-v3-turbo")
    parser.add_argument("--windows", type=int, default=5000, help="of the soak")
    parser.add_argument("--jobs", type=int, default=64, help="at once")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--only", default="offline,jobs,soak")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--cpu", action="store_true", help="a smoke test where there is no GPU; keeps no result")
    options = parser.parse_args()
    if ctranslate2.get_cuda_device_count() == 0 and not options.cpu:
        raise SystemExit("no GPU here; with --cpu --shape tiny --windows 20 --jobs 4 the CPU is taken for one")
    device = "cpu" if options.cpu else "cuda"
    folder = build_random(
        options.cache / f"random-{options.shape}-{device}",
        SHAPES[options.shape],
        quantization="float16" if device == "cuda" else "int8",
    )
    bench = Bench(options.shape, folder, device, options.jobs, options.windows, options.beam, options.cache)
    figures = asyncio.run(measure_all(bench, options.only.split(",")))
    if options.cpu:
        print(json.dumps(figures, indent=1))
    else:
        save("gpu-speech", figures)


if __name__ == "__main__":
    main()
