"""Frames made as the samples come are those that faster-whisper makes of the whole recording at once."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from ai.logmel import LogMel

EXTRACTOR = FeatureExtractor()


def sound(samples: int) -> np.ndarray:
    return np.random.default_rng(samples).normal(0, 0.1, samples).astype(np.float32)


def fed(samples: np.ndarray, piece: int, first: int = 0) -> LogMel:
    mel = LogMel(EXTRACTOR, first)
    for start in range(0, len(samples), piece):
        mel.feed(samples[start : start + piece])
    mel.finish()
    return mel


@pytest.mark.parametrize("count", [0, 1, 159, 160, 200, 201, 202, 400, 16_001, 480_000, 480_160, 700_123])
@pytest.mark.parametrize("piece", [997, 16_000, 10**6])
def test_in_pieces_or_at_once_the_frames_are_the_same(count, piece):
    samples = sound(count)
    whole = EXTRACTOR(samples)
    mel = fed(samples, piece)
    assert (mel.content, mel.end) == (whole.shape[1] - 1, whole.shape[1])
    if mel.content:
        np.testing.assert_allclose(mel.window(0, mel.content), whole[:, :-1], atol=1e-6)


def test_a_recording_taken_up_in_its_middle_has_the_frames_it_would_have_had():
    samples = sound(100_000)
    whole, rest = fed(samples, 16_000), fed(samples[298 * 160 :], 9_000, first=298)
    assert whole.content == rest.content == 625
    assert np.array_equal(whole.window(300, 325), rest.window(300, 325))


def test_what_is_forgotten_takes_no_room_and_what_follows_stays():
    samples = sound(100_000)
    mel, whole = fed(samples, 16_000), fed(samples, 16_000)
    mel.forget(500)
    assert mel._kept.shape[1] == mel.end - 500
    assert np.array_equal(mel.window(500, 100), whole.window(500, 100))


def test_a_window_is_scaled_by_its_own_loudest_moment():
    samples = sound(16_000)
    loud = np.concatenate([samples, np.zeros(1600, np.float32), samples * 9])
    assert np.array_equal(fed(loud, 16_000).window(0, 90), fed(samples, 16_000).window(0, 90))
