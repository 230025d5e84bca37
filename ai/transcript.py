"""The plain values of speech to text: what is asked for, and what comes back piece by piece."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SAMPLE_RATE = 16_000  # Hz; what every Whisper was trained on
BYTES_PER_S = SAMPLE_RATE * 4  # mono float32


@dataclass(frozen=True, slots=True)
class Decoded:
    """Sound as mono float32 samples at 16 kHz in the file `path`, and what was noticed on the way."""

    path: Path
    seconds: float
    declared_seconds: float | None
    lost_packets: int
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TranscribeOptions:
    language: str | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    words: bool = False
    vad: bool = False
    prompt: str | None = None
    hotwords: str | None = None
    beam_size: int = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word; times in seconds of the audio."""

    start: float
    end: float
    word: str
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech; times in seconds of the audio, `words` only where they were asked for."""

    id: int
    start: float
    end: float
    text: str
    words: list[Word] | None
    avg_logprob: float
    no_speech_prob: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the model has come, in seconds of the audio, silent stretches included."""

    position_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Done:
    """The last thing of a transcription. `language` is None where nobody spoke."""

    language: str | None
    language_probability: float | None
    duration_s: float
    model: str
    warnings: list[str] = field(default_factory=list)
