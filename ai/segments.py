"""From what faster-whisper found in a window to our segments, in the recording's own time."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from ai.recording import Recording
from ai.transcript import Segment, Word


def segments_of(
    pieces: Iterable[dict[str, Any]], recording: Recording, first_id: int, **measures: float
) -> Iterator[Segment]:
    """A segment for each piece with text in it; `measures` are those of the window it comes from."""
    number = first_id
    for piece in pieces:
        text = _clean(piece["text"])
        if not text or piece["start"] == piece["end"]:
            continue
        words = [_word(word, recording) for word in piece["words"]] if "words" in piece else None
        by_words = words if recording.speech_only else None  # its ends may have come to lie in other stretches
        yield Segment(
            id=number,
            start=by_words[0].start if by_words else _within(recording, piece["start"]),
            end=by_words[-1].end if by_words else _within(recording, piece["end"], ending=True),
            text=text,
            words=words,
            **{name: finite(value) for name, value in measures.items()},
        )
        number += 1


def finite(number: float) -> float:
    """JSON and Postgres know no NaN and no infinity."""
    return round(float(number), 4) if math.isfinite(number) else 0.0


def _word(word: dict[str, Any], recording: Recording) -> Word:
    """Both ends lie in the same stretch of speech as the middle."""
    middle = (word["start"] + word["end"]) / 2
    return Word(
        _within(recording, word["start"], beside_s=middle),
        _within(recording, word["end"], beside_s=middle),
        _clean(word["word"]),
        finite(word["probability"]),
    )


def _within(recording: Recording, seconds: float, **where: Any) -> float:
    """The model hears thirty seconds, silence added at the end, and may put a time after the last sample."""
    recorded = recording.recorded_s(max(finite(seconds), 0.0), **where)
    return round(min(recorded, recording.read_s), 3)


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()
