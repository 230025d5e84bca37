"""Samples in, log-mel frames out, as they come: what Whisper hears, kept only as long as a window may need it."""

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RANGE = 8.0  # decades below the loudest that are heard; 4 and 4 bring it to about -1..1 (Radford et al., 2022)
TRAILING = 160  # faster-whisper puts so many zeros at the end of a recording


class LogMel:
    """The frames of one recording, a hundred a second. Frame `first` begins with the first sample that is fed.

    Each frame is what faster-whisper makes of the whole recording at once. `content` is the number of frames
    there are, None until `finish`; one more, made of silence, follows them.
    """

    def __init__(self, extractor: FeatureExtractor, first: int = 0) -> None:
        self._extractor = extractor
        self._shape = np.hanning(extractor.n_fft + 1)[:-1].astype(np.float32)
        self._half: int = extractor.n_fft // 2
        self._unused: Floats = np.empty(0, np.float32)
        self._begun = False
        self._kept: Floats = np.empty((len(extractor.mel_filters), 0), np.float32)
        self._kept_from = first
        self._fed = first * extractor.hop_length
        self.content: int | None = None

    @property
    def end(self) -> int:
        """The frames before this one can be had."""
        return self._kept_from + int(self._kept.shape[1])

    def feed(self, samples: Floats) -> None:
        self._fed += len(samples)
        self._unused = np.concatenate([self._unused, samples])
        if not self._begun and len(self._unused) > self._half:
            self._begun = True
            mirrored = self._unused[1 : self._half + 1][::-1]
            self._unused = np.concatenate([mirrored, self._unused])
        if self._begun:
            self._add_frames()

    def finish(self) -> None:
        self._unused = np.pad(self._unused, (0, TRAILING))
        self._unused = np.pad(self._unused, (0 if self._begun else self._half, self._half), mode="reflect")
        self._add_frames()
        self._kept = self._kept[:, :-1]
        self.content = self._fed // self._extractor.hop_length

    def window(self, frame: int, size: int) -> Floats:
        """`size` frames from `frame` on, scaled as the model wants them, by the loudest of themselves."""
        begin = frame - self._kept_from
        end = begin + size
        seen = end + (frame + size == self.content)  # faster-whisper scales by the trailing one too
        floor = loudest(self._kept[:, begin:seen]) - RANGE
        scaled: Floats = (np.maximum(self._kept[:, begin:end], floor) + np.float32(4.0)) / np.float32(4.0)
        return scaled

    def forget(self, before: int) -> None:
        """Frames before this one are not asked for any more."""
        drop = min(before, self.end) - self._kept_from
        if drop > 0:
            self._kept = self._kept[:, drop:].copy()
            self._kept_from += drop

    def _add_frames(self) -> None:
        size, hop = self._extractor.n_fft, self._extractor.hop_length
        count = 1 + (len(self._unused) - size) // hop
        if count < 1:
            return
        used = self._unused[: (count - 1) * hop + size]
        spectrum = self._extractor.stft(
            used, size, hop, window=self._shape, center=False, return_complex=True
        ).astype(np.complex64)
        mel = self._extractor.mel_filters @ (np.abs(spectrum) ** 2)
        self._kept = np.concatenate([self._kept, np.log10(np.maximum(mel, 1e-10))], axis=1)
        self._unused = self._unused[count * hop :].copy()


def loudest(frames: Floats) -> float:
    """The level by which a window is scaled: its own, as in Whisper's training, whatever else was recorded."""
    return float(frames.max())
