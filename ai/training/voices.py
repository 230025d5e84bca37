"""Voices of the synthesizers that Debian has (espeak-ng, flite, festival), as mono float32 at 16 kHz."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
ACCENTS = (
    "en-us",
    "en-gb",
    "en-gb-scotland",
    "en-gb-x-rp",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-029",
    "en-us-nyc",
)
VARIANTS = (
    *("m1", "m2", "m3", "m4", "m6", "m7", "m8", "f1", "f2", "f4", "f5", "klatt", "klatt2", "klatt4"),
    *("Alex", "Andrea", "Annie", "david", "edward", "grandma", "Lee", "linda", "steph", "zac"),
)
HELD_VARIANTS = ("f3", "m5")
FLITE = ("rms", "awb", "kal16")
HELD_FLITE = ("slt",)
HELD_FESTIVAL = ("ked_diphone",)
FLITE_SHARE = 0.35
INSTALL = "apt-get install espeak-ng flite"
PATIENCE_S = 60

Sound = NDArray[np.float32]


class NoVoice(Exception):
    """A synthesizer is missing, or said nothing."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice at one speed (1 is its own) and pitch (a factor, for what can be changed)."""

    engine: str
    name: str
    speed: float = 1.0
    pitch: float = 1.0

    def say(self, text: str) -> Sound:
        """The sound of a text, silence at both ends cut off. Raises NoVoice."""
        return trimmed(SYNTHESIZERS[self.engine](self, text))


def require(*engines: str) -> None:
    """Raise NoVoice, with what to do, unless these are installed."""
    if missing := [engine for engine in engines if not installed(engine)]:
        raise NoVoice(f"{' and '.join(missing)} cannot be found; on Debian or Ubuntu: {INSTALL}")


def installed(engine: str) -> bool:
    return shutil.which({"festival": "text2wave", "espeak": "espeak-ng"}.get(engine, engine)) is not None


def any_voice(rng: Random) -> Voice:
    """One that training may hear."""
    if rng.random() < FLITE_SHARE:
        return Voice("flite", rng.choice(FLITE), rng.uniform(0.85, 1.2), rng.uniform(0.88, 1.15))
    return espeak(rng, rng.choice(("", *(f"+{variant}" for variant in VARIANTS))))


def held_voice(rng: Random, engine: str) -> Voice:
    """One that training never hears."""
    match engine:
        case "espeak":
            return espeak(rng, f"+{rng.choice(HELD_VARIANTS)}")
        case "flite":
            return Voice("flite", rng.choice(HELD_FLITE), rng.uniform(0.95, 1.1))
        case _:
            return Voice("festival", rng.choice(HELD_FESTIVAL))


def espeak(rng: Random, variant: str) -> Voice:
    return Voice("espeak", rng.choice(ACCENTS) + variant, rng.uniform(0.8, 1.2), rng.uniform(0.8, 1.25))


def _espeak(voice: Voice, text: str) -> Sound:
    words_a_minute, pitch = round(165 * voice.speed), round(50 * voice.pitch)
    return _read("espeak-ng", "-v", voice.name, "-s", str(words_a_minute), "-p", str(pitch), "--stdout", "--", text)


def _flite(voice: Voice, text: str) -> Sound:
    """Its pitch is changed by playing it faster or slower, which the stretch makes up for."""
    stretch = f"duration_stretch={voice.pitch / voice.speed:.3f}"
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        _run("flite", "-voice", voice.name, "--setf", stretch, "-t", text, "-o", file.name)
        return read(Path(file.name).read_bytes(), voice.pitch)


def _festival(voice: Voice, text: str) -> Sound:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        _run("text2wave", "-eval", f"(voice_{voice.name})", "-o", file.name, text=text)
        return read(Path(file.name).read_bytes())


SYNTHESIZERS = {"espeak": _espeak, "flite": _flite, "festival": _festival}


def _read(*argv: str) -> Sound:
    return read(_run(*argv))


def _run(*argv: str, text: str = "") -> bytes:
    try:
        done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True, timeout=PATIENCE_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoVoice(f"{argv[0]}: {error}; on Debian or Ubuntu: {INSTALL}") from error
    return done.stdout


def read(wav: bytes, faster: float = 1.0) -> Sound:
    """The sound of a file of ours, resampled; `faster` raises speed and pitch alike."""
    with av.open(BytesIO(wav), "r") as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    return resampled(np.concatenate(frames), round(rate * faster))


def resampled(samples: NDArray[Any], rate: int) -> Sound:
    """Mono 16-bit samples of any rate as float32 at 16 kHz."""
    frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().reshape(-1) for part in parts]).astype(np.float32)


def trimmed(sound: Sound, quiet: float = 0.004) -> Sound:
    """From 20 ms before the first sound to 60 ms after the last. Raises NoVoice if there is none."""
    loud = np.flatnonzero(np.abs(sound) > quiet)
    if not len(loud):
        raise NoVoice("a synthesizer said nothing")
    return sound[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 16]
