"""Inside the model host: a loaded faster-whisper model, what it can do, and its use on a recording."""

import os
from collections.abc import Iterator

import ctranslate2
import faster_whisper
import numpy as np

from ai.errors import ModelUnavailable, UnsupportedOption
from ai.hearing import Hearing, Samples
from ai.transcript import Decoded, Done, Progress, Segment, TranscribeOptions
from ai.weights import Weights, resolve_model

MAX_THREADS = 4  # more gain little for one window at a time, and starve the neighbours
MAX_PROMPT_TOKENS = 223  # half of Whisper's context is for what goes before; the rest would be cut silently


class Whisper:
    """One loaded model. Raises ModelUnavailable where the weights are missing or broken."""

    def __init__(self, name: str) -> None:
        self.weights: Weights = resolve_model(name)
        cuda = ctranslate2.get_cuda_device_count() > 0
        try:
            self._model = faster_whisper.WhisperModel(
                str(self.weights.folder),
                device="cuda" if cuda else "cpu",
                compute_type="float16" if cuda else "int8",
                cpu_threads=min(MAX_THREADS, _cores()),
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelUnavailable(f"The model in '{self.weights.folder}' cannot be loaded: {error}") from None

    def transcribe(self, audio: Decoded, options: TranscribeOptions) -> Iterator[Segment | Progress | Done]:
        """Segments in order, each followed by how far the work is; a Done comes last.

        Raises UnsupportedOption before anything is heard.
        """
        self._check(options)
        samples: Samples = np.memmap(audio.path, dtype=np.float32, mode="r")
        hearing = Hearing(self._model, options, len(samples))
        while hearing.position < len(samples):
            yield from hearing.hear(samples)
        heard = hearing.language is not None
        yield Done(
            language=hearing.language,
            language_probability=hearing.language_probability if heard else None,
            duration_s=audio.seconds,
            model=self.weights.name,
            warnings=self.weights.warnings,
        )

    def _check(self, options: TranscribeOptions) -> None:
        known = self._model.supported_languages
        if options.language is not None and options.language not in known:
            knows = "only English (en)" if known == ["en"] else ", ".join(known)
            raise UnsupportedOption(
                f"The model '{self.weights.name}' does not know the language '{options.language}'. "
                f"It knows {knows}."
            )
        told = f"{options.prompt or ''} {options.hotwords or ''}"
        if len(self._model.hf_tokenizer.encode(told, add_special_tokens=False).ids) > MAX_PROMPT_TOKENS:
            raise UnsupportedOption(
                "The prompt and the hotwords together are too long for the model; shorten them."
            )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
