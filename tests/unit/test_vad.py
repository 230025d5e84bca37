"""Speech found as the samples come is what faster-whisper finds in the whole recording at once."""

import numpy as np
import pytest
from faster_whisper.vad import SpeechTimestampsMap, VadOptions, collect_chunks, get_speech_timestamps

from ai.vad import SpeechOnly
from tests.sounds import NOTES, RATE, floats, note


def scattered(seed: int) -> np.ndarray:
    """Pieces of notes with pauses of up to six seconds between them."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(rng.integers(1, 5)):
        voice = floats(note(list(NOTES)[rng.integers(len(NOTES))]))
        start = rng.integers(0, len(voice) // 2)
        parts += [np.zeros(int(rng.uniform(0, 6) * RATE)), voice[start : start + rng.integers(1000, len(voice))]]
    audio = np.concatenate([*parts, np.zeros(int(rng.uniform(0, 4) * RATE))]).astype(np.float32)
    return audio if seed % 3 else audio[: len(audio) // 512 * 512]


def fed(audio: np.ndarray, seed: int) -> tuple[np.ndarray, SpeechOnly]:
    rng, voice, given, at = np.random.default_rng(seed), SpeechOnly(), [], 0
    while at < len(audio):
        size = int(rng.integers(1, 200_000))
        given.append(voice.feed(audio[at : at + size]))
        at += size
    return np.concatenate([*given, voice.finish()]), voice


@pytest.mark.parametrize("seed", range(5))
def test_the_same_stretches_are_kept_however_the_samples_come_and_times_lead_back(seed):
    audio = scattered(seed)
    found = get_speech_timestamps(audio, VadOptions())
    heard, voice = fed(audio, seed)
    assert np.array_equal(heard, collect_chunks(audio, found)[0][0])
    theirs = SpeechTimestampsMap(found, RATE)
    moments = np.random.default_rng(seed).uniform(0, len(heard) / RATE, 50).round(2).tolist()
    for moment in [*moments, *(end / RATE for end in theirs.chunk_end_sample)]:
        assert voice.stretches.recorded_s(moment) == theirs.get_original_time(moment)
        assert voice.stretches.recorded_s(moment, ending=True) == theirs.get_original_time(moment, is_end=True)


def test_minutes_of_silence_are_not_kept():
    voice = SpeechOnly()
    for _ in range(10):
        assert len(voice.feed(np.zeros(30 * RATE, np.float32))) == 0
        assert len(voice._held) < RATE
    assert voice.position > 299 * RATE
    assert len(voice.finish()) == 0
