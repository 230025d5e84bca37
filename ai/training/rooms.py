"""Other rooms and microphones, made in the log-mels of clean speech."""

import numpy as np
from numpy.random import Generator

from ai.training.features import FLOOR, MELS, Mel


def worsened(rng: Generator, mel: Mel) -> Mel:
    """Another room: the level, a slope and a bend of the spectrum, and in two of three a noise."""
    height = np.linspace(-1, 1, MELS, dtype=np.float32)
    slope, bend = rng.normal(0, 0.2), rng.normal(0, 0.15)
    mel = mel + (slope * height + bend * np.cos(np.pi * height * rng.uniform(0.5, 2)))[:, None].astype(np.float32)
    mel = np.maximum(mel + np.float32(rng.uniform(-2.0, 0.3)), FLOOR)
    if rng.random() < 0.65:
        mel = noisy(rng, mel, float(mel.max()) - rng.uniform(2.2, 7.5))
    return mel


def noisy(rng: Generator, mel: Mel, level: float) -> Mel:
    """Noise of about so many log10 units; its spectrum is a slope."""
    slope = rng.normal(0, 0.8) * np.linspace(-1, 1, MELS, dtype=np.float32)[:, None]
    wobble = np.log10(rng.gamma(2.0, 0.5, mel.shape).astype(np.float32) + 1e-4)
    power = np.power(10, mel) + np.power(10, np.float32(level) + slope + wobble)
    return np.asarray(np.log10(power), np.float32)
