"""Sound for tests: samples of the voice notes, and pipes that give samples to whoever reads them."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from faster_whisper.audio import decode_audio

VOICE = Path(__file__).parent / "data" / "voice"
NOTES = {note["file"]: note["text"] for note in json.loads((VOICE / "notes.json").read_text())}
RATE = 16_000
WINDOW = 30 * RATE

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


@cache
def note(name: str) -> Pcm:
    """A voice note as s16 at 16 kHz."""
    return np.clip(np.round(decode_audio(str(VOICE / name)) * 32768), -32768, 32767).astype("<i2")


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * RATE), "<i2")


def in_windows(*names: str) -> Pcm:
    """Notes one after another, each alone in the thirty seconds that a model hears at once."""
    return np.concatenate([np.pad(note(name), (0, WINDOW - len(note(name)))) for name in names])


def floats(pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return pcm.astype(np.float32) / np.float32(32768)


@contextmanager
def pipe_with(pcm: Pcm) -> Iterator[int]:
    """The read end of a pipe that gives these samples and then ends, or is left when all its readers are gone."""
    ours, theirs = os.pipe()

    def fill() -> None:
        try:
            with os.fdopen(theirs, "wb") as file:
                file.write(pcm.tobytes())
        except BrokenPipeError:
            pass

    threading.Thread(target=fill, daemon=True).start()
    try:
        yield ours
    finally:
        os.close(ours)
