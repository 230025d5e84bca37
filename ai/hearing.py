"""One recording on its way through a model, piece by piece, so that its length costs no memory."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import faster_whisper
import numpy as np
from numpy.typing import NDArray

from ai.transcript import SAMPLE_RATE, Progress, Segment, TranscribeOptions, Word

# faster-whisper computes the features of all it is given at once, 0.75 MB for each second of it.
PIECE_S = 30  # what Whisper hears at once; features, memory and progress go by it
LOOK_BACK_S = 10  # a piece ends in the quietest moment of its last seconds
MOMENT_S = 0.5
CUT_S = 0.25  # what ends closer to a cut than this may be half a sentence

Samples = NDArray[np.float32]


class Hearing:
    """One recording on its way through the model; `position` is the sample up to which it is done."""

    def __init__(self, model: faster_whisper.WhisperModel, options: TranscribeOptions, total: int) -> None:
        self._model = model
        self._options = options
        self._total = total
        self._count = 0
        self._reached = 0.0
        self.position = 0
        self.language: str | None = None
        self.language_probability: float | None = None

    def hear(self, samples: Samples) -> Iterator[Segment | Progress]:
        """The next piece. Its last segment waits for the next piece if the cut may have gone through it."""
        start = self.position
        end = _quiet_end(samples, start)
        held: Segment | None = None
        for segment in self._segments(np.nan_to_num(samples[start:end]), start / SAMPLE_RATE):
            if held is not None:
                yield from self._tell(held)
            held = segment
            if end == self._total:
                yield from self._tell(segment)
                held = None
        self.position = end
        if held is not None and not self._again(held, start, end):
            yield from self._tell(held)
        yield self._progress(self.position / SAMPLE_RATE)

    def _again(self, last: Segment, start: int, end: int) -> bool:
        """Put the position back to where the last segment began if it has to be heard again, whole."""
        begins = int(last.start * SAMPLE_RATE)
        whole = last.end < end / SAMPLE_RATE - CUT_S
        if whole or begins <= start:  # the latter fills the piece: heard again it would be cut again
            return False
        self.position = begins
        return True

    def _tell(self, segment: Segment) -> Iterator[Segment | Progress]:
        yield replace(segment, id=self._count)
        self._count += 1
        yield self._progress(segment.end)

    def _progress(self, seconds: float) -> Progress:
        self._reached = max(self._reached, seconds)
        return Progress(self._reached, self._total / SAMPLE_RATE)

    def _segments(self, piece: Samples, offset: float) -> Iterator[Segment]:
        options = self._options
        found, info = self._model.transcribe(
            piece,
            language=options.language or self.language,
            task=options.task,
            beam_size=options.beam_size,
            word_timestamps=options.words,
            vad_filter=options.vad,
            initial_prompt=options.prompt,
            hotwords=options.hotwords,
            condition_on_previous_text=False,
        )
        latest = offset + len(piece) / SAMPLE_RATE
        for raw in found:
            if self.language is None:  # of silence nobody can say a language
                self.language, self.language_probability = info.language, _finite(info.language_probability)
            if segment := _segment(raw, offset, latest):
                yield segment


def _quiet_end(samples: Samples, start: int) -> int:
    """Where the piece that begins at `start` ends: after the quietest half second, the last of equals."""
    end = start + int(PIECE_S * SAMPLE_RATE)
    if end >= len(samples):
        return len(samples)
    moment = int(MOMENT_S * SAMPLE_RATE)
    count = int(min(LOOK_BACK_S, PIECE_S / 2) / MOMENT_S)
    tail = np.nan_to_num(samples[end - count * moment : end]).reshape(count, moment)
    quietest = count - 1 - int(np.argmin(np.square(tail).mean(axis=1)[::-1]))
    return end - (count - 1 - quietest) * moment


def _segment(raw: Any, offset: float, latest: float) -> Segment | None:
    """Ours from faster-whisper's, in the recording's own time; None where there is no text in it."""
    text = _clean(raw.text)
    if not text:
        return None
    words = [
        Word(
            _within(word.start, offset, latest),
            _within(word.end, offset, latest),
            _clean(word.word),
            _finite(word.probability),
        )
        for word in raw.words or []
    ]
    return Segment(
        id=0,
        start=_within(raw.start, offset, latest),
        end=_within(raw.end, offset, latest),
        text=text,
        words=words if raw.words is not None else None,
        avg_logprob=_finite(raw.avg_logprob),
        no_speech_prob=_finite(raw.no_speech_prob),
    )


def _within(seconds: float, offset: float, latest: float) -> float:
    """The model hears 30 s at a time, silence added at the end, and may put a time after the last sample."""
    return round(min(offset + max(_finite(seconds), 0.0), latest), 3)


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


def _finite(number: float) -> float:
    """JSON and Postgres know no NaN and no infinity."""
    return round(float(number), 4) if math.isfinite(number) else 0.0
