"""Log-mels as faster-whisper makes them, before it clamps and scales; kept as bytes."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MELS = 80
FRAMES = 3000  # what a Whisper hears at once: 30 s
FRAMES_A_S = 100
FLOOR = -10.0  # log10 of the least power it counts
STEP = 0.1  # one decibel: far below the noise that training adds

Mel = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@cache
def _extractor() -> Any:
    from faster_whisper.feature_extractor import FeatureExtractor  # noqa: PLC0415  not there where only training runs

    return FeatureExtractor(feature_size=MELS)


def log_mel(sound: NDArray[np.float32]) -> Mel:
    """log10 of the mel powers, (80, frames); what faster-whisper has before its last two lines."""
    extractor = _extractor()
    window = np.hanning(extractor.n_fft + 1)[:-1].astype(np.float32)
    padded = np.pad(sound, (0, extractor.hop_length))
    spectrum = extractor.stft(
        padded, extractor.n_fft, extractor.hop_length, window=window, return_complex=True
    ).astype(np.complex64)
    power = extractor.mel_filters @ (np.abs(spectrum[..., :-1]) ** 2)
    return np.asarray(np.log10(np.maximum(power, 10**FLOOR)), np.float32)


def normalized(mel: Mel) -> Mel:
    """The last two lines: nothing is quieter than 80 dB below the loudest; (x + 4) / 4."""
    return np.asarray((np.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0, dtype=np.float32)


def padded(mel: Mel, frames: int = FRAMES) -> Mel:
    """Cut or filled up with zeros, as `pad_or_trim` does, which are no silence."""
    filled = np.zeros((mel.shape[0], frames), np.float32)
    filled[:, : mel.shape[1]] = mel[:, :frames]
    return filled


def to_bytes(mel: Mel) -> Bytes:
    return np.asarray(np.clip(np.rint((mel - FLOOR) / STEP), 0, 255), np.uint8)


def from_bytes(stored: Bytes) -> Mel:
    return stored.astype(np.float32) * np.float32(STEP) + np.float32(FLOOR)
