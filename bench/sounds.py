"""Sound that is made here: something like speech, in any codec and container PyAV can write."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000

Samples = NDArray[np.int16]


def babble(seconds: float, seed: int, rate: int = RATE) -> Samples:
    """A voice that says nothing: a gliding pitch with overtones and breath, four syllables a second, no pauses."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * t) + 15 * np.sin(2 * np.pi * 2.3 * t + seed)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = sum((np.sin(overtone * phase) / overtone for overtone in range(1, 25)), np.zeros_like(t))
    loudness = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * t + np.sin(2 * np.pi * 0.9 * t))
    sound = (voice + rng.normal(0, 0.3, len(t))) * loudness
    return (sound / max(np.abs(sound).max(), 1e-9) * 20_000).astype(np.int16)


def encoded(
    samples: Samples,
    codec: str,
    container: str,
    *,
    rate: int = RATE,
    bit_rate: int | None = None,
    layout: str = "mono",
    options: Mapping[str, str] | None = None,
) -> bytes:
    """`samples` (mono, 16 kHz) as the bytes of a file."""
    with (
        NamedTemporaryFile() as file,  # a path: "faststart" reads what it has written
        av.open(file.name, "w", format=container, options=dict(options or {})) as out,
    ):
        stream = out.add_stream(codec, rate=rate)
        stream.layout = layout
        if bit_rate:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format.name, layout, rate, stream.codec_context.frame_size or 1024)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(piece))
        for packet in stream.encode(None):
            if packet.size or container == "flac":  # its header in the end, which other containers refuse
                out.mux(packet)
        out.close()
        return Path(file.name).read_bytes()


def mp3(samples: Samples) -> bytes:
    return encoded(samples, "libmp3lame", "mp3", bit_rate=48_000)


def m4a(samples: Samples) -> bytes:
    return encoded(samples, "aac", "ipod", bit_rate=48_000)


def opus(samples: Samples) -> bytes:
    return encoded(samples, "libopus", "ogg", rate=48_000, bit_rate=32_000)


def webm(samples: Samples) -> bytes:
    return encoded(samples, "libopus", "webm", rate=48_000, bit_rate=32_000)


def flac(samples: Samples) -> bytes:
    return encoded(samples, "flac", "flac")


def wav(samples: Samples) -> bytes:
    return encoded(samples, "pcm_s16le", "wav")


CODECS = {"mp3": mp3, "aac": m4a, "opus": opus, "flac": flac, "wav": wav}
