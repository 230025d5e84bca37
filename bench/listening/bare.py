"""faster-whisper by itself, in a process of its own: the peer beside the service.

`python -m bench.listening.bare MODEL THREADS` answers each JSON line with one: `{"way", "files", "options"}`
gives `{"seconds", "segments": [[[start, end, text], ..], ..], "peak_mb"}`. Models stay loaded between the lines.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import decode_audio

Segments = list[tuple[float, float, str]]
Files = list[str]
RATE = 16_000
GAP = np.zeros(RATE // 2, np.float32)


class Bare:
    """The ways to run many files with one process and so many threads."""

    def __init__(self, folder: str, threads: int) -> None:
        self.threads = threads
        self.load: Callable[[int], WhisperModel] = cache(
            lambda workers: WhisperModel(
                folder,
                device="cpu",
                compute_type="int8",
                cpu_threads=max(1, threads // workers),
                num_workers=workers,
                local_files_only=True,
            )
        )

    def one_by_one(self, files: Files, options: dict[str, Any]) -> list[Segments]:
        return [heard(self.load(1), file, options) for file in files]

    def in_threads(self, files: Files, options: dict[str, Any]) -> list[Segments]:
        """As many at once as there are threads, each with one."""
        model = self.load(self.threads)
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda file: heard(model, file, options), files))

    def batched(self, files: Files, options: dict[str, Any]) -> list[Segments]:
        """All in one recording, which the batched pipeline is told where to cut."""
        sounds = [decode_audio(file) for file in files]
        cuts, at = [], 0
        for sound in sounds:
            cuts.append({"start": at / RATE, "end": (at + len(sound)) / RATE})
            at += len(sound) + len(GAP)
        size = options.pop("batch_size")
        told = {name: value for name, value in options.items() if name != "condition_on_previous_text"}
        whole = np.concatenate([piece for sound in sounds for piece in (sound, GAP)])
        pipeline = BatchedInferencePipeline(self.load(1))
        found, _ = pipeline.transcribe(whole, clip_timestamps=cuts, vad_filter=False, batch_size=size, **told)
        by_file: list[Segments] = [[] for _ in files]
        for segment in found:
            number = max(n for n, cut in enumerate(cuts) if cut["start"] <= segment.start + 0.01)
            by_file[number].append(plain(segment))
        return by_file


def heard(model: WhisperModel, file: str, options: dict[str, Any]) -> Segments:
    found, _ = model.transcribe(file, **options)
    return [plain(segment) for segment in found]


def plain(segment: Any) -> tuple[float, float, str]:
    return round(segment.start, 3), round(segment.end, 3), segment.text.strip()


def main() -> None:
    bare = Bare(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.monotonic()
        segments = getattr(bare, asked["way"])(asked["files"], asked["options"])
        seconds = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "segments": segments, "peak_mb": round(peak, 1)}), flush=True)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    main()
