"""A recording that comes through a pipe, as the windows a model hears; a few of them at most are in memory."""

import os
import select
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
from faster_whisper.audio import pad_or_trim
from faster_whisper.feature_extractor import FeatureExtractor

from ai.errors import DecoderLost
from ai.logmel import Floats, LogMel
from ai.sound import MAX_SECONDS, SAMPLE_BYTES, SAMPLE_RATE, too_long
from ai.transcript import FRAME_SAMPLES, Bookmark, TranscribeOptions
from ai.vad import SpeechOnly

READ_BYTES = 1 << 18
READ_S = 30
SILENT_S = 600.0  # without a sample; a decoder works for seconds between two
SKIPPING = 0.1  # of what is skipped before the first: twice what a decoder may work for it
AHEAD = 2  # frames beyond a window whose samples its last frames see


@dataclass(frozen=True, slots=True)
class Window:
    """What the model hears at once: `size` frames from `frame` on, filled up with zeros to thirty seconds."""

    features: Floats
    frame: int
    size: int


class Recording:
    """Reads `pipe` (s16le, mono, 16 kHz) no further than it is asked to.

    With `vad` the frames count what is heard, which is speech only. `waiting` makes the context of each read,
    which may have to wait for the decoder. Reading raises DecoderLost when that takes too long, and MediaTooLong.
    """

    def __init__(
        self,
        pipe: int,
        extractor: FeatureExtractor,
        options: TranscribeOptions,
        start: Bookmark,
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._pipe = pipe
        self._waiting = waiting
        self._window_frames: int = extractor.nb_max_frames
        first = round(start.skip_s(options) * SAMPLE_RATE) // FRAME_SAMPLES
        self._mel = LogMel(extractor, first)
        self._voice = SpeechOnly() if options.vad else None
        self._read = first * FRAME_SAMPLES
        self._patience_s = SILENT_S + self.read_s * SKIPPING

    @property
    def speech_only(self) -> bool:
        return self._voice is not None

    @property
    def total_s(self) -> float | None:
        """How long it is, once its end was read."""
        return None if self._mel.content is None else self.read_s

    @property
    def read_s(self) -> float:
        return self._read / SAMPLE_RATE

    def over(self, frame: int) -> bool:
        """Whether nothing is left to hear from `frame` on."""
        return self._mel.content is not None and frame >= self._mel.content

    def holds_window(self, frame: int) -> bool:
        return self._mel.content is not None or self._mel.end >= frame + self._window_frames

    def window(self, frame: int) -> Window:
        """The one that starts at `frame`; what came before is forgotten."""
        self._mel.forget(frame)
        content = self._mel.content
        size = self._window_frames if content is None else min(self._window_frames, content - frame)
        return Window(pad_or_trim(self._mel.window(frame, size), self._window_frames), frame, size)

    def read(self, frame: int) -> None:
        """Read what a window at `frame` still needs; where only speech counts, half a minute and see."""
        self._mel.forget(frame)
        missing = (frame + self._window_frames + AHEAD - self._mel.end) * FRAME_SAMPLES
        wanted = missing if self._voice is None else READ_S * SAMPLE_RATE
        samples = self._samples(wanted)
        self._read += len(samples)
        if self.read_s > MAX_SECONDS + READ_S:  # its decoder should have said so
            raise too_long(MAX_SECONDS)
        self._mel.feed(self._voice.feed(samples) if self._voice else samples)
        if len(samples) < wanted:
            if self._voice:
                self._mel.feed(self._voice.finish())
            self._mel.finish()

    def position_s(self, frame: int) -> float:
        """The time in the recording before which all was heard, when the window at `frame` is next."""
        if self.over(frame):
            return self.read_s
        if self._voice is None:
            return frame * FRAME_SAMPLES / SAMPLE_RATE
        if frame >= self._mel.end:
            return self._voice.position / SAMPLE_RATE
        return self.recorded_s(frame * FRAME_SAMPLES / SAMPLE_RATE)

    def recorded_s(self, heard_s: float, *, ending: bool = False, beside_s: float | None = None) -> float:
        """The time in the recording of a time in what is heard; see `Stretches`."""
        if self._voice is None:
            return heard_s
        return self._voice.stretches.recorded_s(heard_s, ending=ending, beside_s=beside_s)

    def _samples(self, count: int) -> Floats:
        """Fewer only at the end of the recording."""
        data = bytearray()
        with self._waiting():
            while missing := count * SAMPLE_BYTES - len(data):
                self._wait()
                piece = os.read(self._pipe, min(missing, READ_BYTES))
                if not piece:
                    break
                data += piece
        whole = len(data) // SAMPLE_BYTES * SAMPLE_BYTES
        return np.frombuffer(data[:whole], np.dtype("<i2")).astype(np.float32) / np.float32(32768.0)

    def _wait(self) -> None:
        """Until there is something to read, or the end."""
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        if not poll.poll(self._patience_s * 1000):
            raise DecoderLost(f"The decoder of the file gave no sound for {self._patience_s:g} seconds.")
        self._patience_s = SILENT_S
