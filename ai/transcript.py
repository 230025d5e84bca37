"""The plain values of speech to text: what is asked for, and what comes back window by window."""

from dataclasses import dataclass, field, replace
from typing import Literal

from ai.sound import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class TranscribeOptions:
    language: str | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    words: bool = False
    vad: bool = False
    prompt: str | None = None
    hotwords: str | None = None
    beam_size: int = 5
    condition_on_previous_text: bool = False


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
    compression_ratio: float = 0.0
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """All that the next window needs of those before it: from here another host goes on as if it were the same.

    `frame` counts hundredths of a second of what is heard, which with `vad` is less than what was recorded.
    `before` are the tokens that the next window is told of, None before the first. `models` are the names of those
    that heard it so far, the last one last.
    """

    frame: int = 0
    position_s: float = 0.0
    segments: int = 0
    language: str | None = None
    language_probability: float | None = None
    before: list[int] | None = None
    spoken_until_s: float = 0.0
    models: list[str] = field(default_factory=list)

    def taken_over_by(self, model: str) -> "Bookmark":
        """For a host with that model: to another than the last one its tokens and its language mean nothing."""
        if not self.models:
            return replace(self, models=[model])
        if self.models[-1] == model:
            return self
        fresh = replace(self, language=None, language_probability=None, before=None)
        return replace(fresh, models=[*self.models, model])

    def skip_s(self, options: TranscribeOptions) -> float:
        """So much of the recording need not be decoded into the pipe. Speech is sought from the start each time."""
        if options.vad or self.frame <= LEAD_IN:
            return 0.0
        samples = (self.frame - LEAD_IN) * FRAME_SAMPLES
        return (samples + 0.25) / SAMPLE_RATE  # the quarter keeps it this sample, whichever way it is rounded


FRAME_SAMPLES = 160  # log-mel has a hundred frames a second
LEAD_IN = 2  # frames at a cut that see its other side


@dataclass(frozen=True, slots=True)
class Heard:
    """A window, or a stretch of silence, is done. All before `bookmark.position_s` is in the segments so far.

    `total_s` is how long the recording is, once its end has been read.
    """

    segments: list[Segment]
    bookmark: Bookmark
    total_s: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The last thing of a transcription. `language` is None where nobody spoke."""

    language: str | None
    language_probability: float | None
    duration_s: float
    model: str
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moved:
    """The host wants to be replaced: ask again, from the last bookmark, and another one goes on."""
