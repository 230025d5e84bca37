"""Inside the model host: a loaded faster-whisper model, and what it can do."""

import copy
import json
import os
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import ctranslate2
import faster_whisper

from ai.batch_size import BatchSize
from ai.batcher import Seat
from ai.calls import OneJobsModel
from ai.errors import ModelUnavailable, UnsupportedOption
from ai.teamwork import Teamwork
from ai.transcript import TranscribeOptions
from ai.weights import Weights, resolve_model

MAX_THREADS = 4  # more gain little for one window at a time, and starve the neighbours
MAX_PROMPT_TOKENS = 223  # half of Whisper's context is for what goes before; the rest would be cut silently
TWICE_BYTES = 1 << 30  # smaller weights are loaded in both ways on a CPU
NEVER_TRANSLATED = ("turbo", "distil")  # models that were trained on transcriptions only
ENGLISH_ONLY = "knows only English and translates nothing."
NO_TRANSLATOR = "was not made to translate: its text may be in the language that was spoken."
ROWS = {"cpu": 8, "cuda": 64}  # of a call at most


def lanes() -> int:
    """How many calls can be made at once: one for each core, but one for a whole GPU."""
    return 1 if on_gpu() else _threads()


def on_gpu() -> bool:
    return int(ctranslate2.get_cuda_device_count()) > 0


class Whisper:
    """One loaded model. Raises ModelUnavailable where the weights are missing or broken.

    On a CPU the threads work each for itself when there are several jobs: a window takes a single thread
    little longer than two, so that many finish sooner side by side. For a lone job they work together, if
    that is found to be worth it.
    """

    def __init__(self, name: str, *, compute_type: str | None = None) -> None:
        self.weights: Weights = resolve_model(name)
        self._device, usual = ("cuda", "float16") if on_gpu() else ("cpu", "int8")
        self._compute_type = compute_type or usual
        self._lanes = lanes()
        self._twice = self._lanes > 1 and _bytes(self.weights) <= TWICE_BYTES
        self._sizes: dict[int, BatchSize] = {}
        self._teamwork = Teamwork()
        self._several: Any = None
        self._loading, self._turn = threading.Lock(), threading.Lock()
        try:
            _look_at(self.weights.folder / "tokenizer.json")
            self._faster = faster_whisper.WhisperModel(
                str(self.weights.folder),
                device=self._device,
                compute_type=self._compute_type,
                cpu_threads=_threads(),
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelUnavailable(f"The model in '{self.weights.folder}' cannot be loaded: {error}") from None

    def engine(self, *, alone: bool) -> Any:
        """The `ctranslate2.models.Whisper` for one job, or for several side by side."""
        if not self._twice or (alone and self._teamwork.together()):
            return self._faster.model
        with self._loading:
            if self._several is None:
                self._several = self._side_by_side()
        return self._several

    def _side_by_side(self) -> Any:
        try:
            return ctranslate2.models.Whisper(
                str(self.weights.folder),
                device=self._device,
                compute_type=self._compute_type,
                inter_threads=self._lanes,
                intra_threads=1,
            )
        except (RuntimeError, MemoryError):  # no room for them twice
            self._twice = False
            return self._faster.model

    def turn(self) -> AbstractContextManager[object]:
        """Held while a call is made: where the model is loaded once, it makes one at a time, and a call that waited
        inside it would seem to hang."""
        return nullcontext() if self._twice else self._turn

    def encoded(self, engine: Any, rows: int, seconds: float) -> None:
        """Note how long an engine took to encode so many windows."""
        if rows == 1 and self._lanes > 1:
            self._teamwork.took(seconds, together=engine is self._faster.model)

    def batch_size(self, beam_size: int) -> BatchSize:
        return self._sizes.setdefault(beam_size, BatchSize(ROWS[self._device]))

    def seen_from(self, seat: Seat) -> faster_whisper.WhisperModel:
        """The model as one job uses it: all of faster-whisper, with calls that go through the job's seat."""
        seen = copy.copy(self._faster)
        seen.model = OneJobsModel(self, seat.ask, multilingual=self._faster.model.is_multilingual)
        return seen

    def check(self, options: TranscribeOptions) -> None:
        """Raises UnsupportedOption for what the model cannot do."""
        known = self._languages()
        if options.language is not None and options.language not in known:
            knows = "only English (en)" if known == ["en"] else ", ".join(known)
            raise UnsupportedOption(
                f"The model '{self.weights.name}' does not know the language '{options.language}'. "
                f"It knows {knows}."
            )
        told = f"{options.prompt or ''} {options.hotwords or ''}"
        if len(self._faster.hf_tokenizer.encode(told, add_special_tokens=False).ids) > MAX_PROMPT_TOKENS:
            raise UnsupportedOption(
                "The prompt and the hotwords together are too long for the model; shorten them."
            )

    def warnings(self, options: TranscribeOptions) -> list[str]:
        """What whoever asked for this should know."""
        why = NO_TRANSLATOR if any(name in self.weights.name for name in NEVER_TRANSLATED) else None
        why = why if self._faster.model.is_multilingual else ENGLISH_ONLY
        told = [f"The model '{self.weights.name}' {why}"] if why and options.task == "translate" else []
        return [*self.weights.warnings, *told]

    def _languages(self) -> list[str]:
        """Those that can be asked for: faster-whisper leaves out of a prompt what has no token."""
        known: list[str] = self._faster.supported_languages
        if not self._faster.model.is_multilingual:
            return known
        token = self._faster.hf_tokenizer.token_to_id
        return [code for code in known if token(f"<|{code}|>") is not None]


def _threads() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MAX_THREADS, cores)


def _look_at(tokenizer: Path) -> None:
    """Raises ValueError where it is no tokenizer: the library that reads it raises a bare Exception."""
    read = json.loads(tokenizer.read_bytes())
    if not isinstance(read, dict) or "model" not in read:
        raise ValueError("its tokenizer.json is none")


def _bytes(weights: Weights) -> int:
    return (weights.folder / "model.bin").stat().st_size
