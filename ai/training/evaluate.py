"""Held-out speech, and how well a folder of weights writes it down with unmodified faster-whisper."""

import re
import time
import wave
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from ai.training.grammar import Grammar, Sentence
from ai.training.voices import RATE, Sound, Voice, any_voice, held_voice, installed
from ai.word_errors import word_error_rate, words_of

Choose = Callable[[Random], Voice]
Say = Callable[[Random], list[Sentence]]


def _brief(least: int, most: int, **words: bool) -> Say:
    return lambda rng: Grammar(rng, held_out=True, **words).brief(rng.randint(least, most))


def _figures(**words: bool) -> Say:
    return lambda rng: Grammar(rng, held_out=True, **words).figures(2)


def _held(engine: str) -> Choose:
    return lambda rng: held_voice(rng, engine)


# Whose voice, and what it says. All names are ones that training never meets.
SETS: dict[str, tuple[Choose, Say]] = {
    "trained voices": (any_voice, _brief(2, 4)),
    "other espeak-ng voices": (_held("espeak"), _brief(2, 4)),
    "another flite voice, slt": (_held("flite"), _brief(2, 4)),
    "a festival voice, ked": (_held("festival"), _brief(2, 4)),
    "unheard names and cities": (_held("espeak"), _brief(2, 3, strange=True)),
    "digits": (_held("espeak"), _figures()),
    "edits": (_held("espeak"), lambda rng: Grammar(rng, held_out=True).edits(rng.randint(1, 3))),
    "18 to 30 s": (_held("espeak"), _brief(6, 8)),
    "over 30 s": (_held("espeak"), _brief(12, 18)),
    "both learnt: espeak-ng": (_held("espeak"), _brief(2, 4, bundled=True)),
    "both learnt: ked": (_held("festival"), _brief(2, 4, bundled=True)),
    "both learnt: digits": (_held("espeak"), _figures(bundled=True)),
    "both learnt: 18 to 30 s": (_held("espeak"), _brief(6, 8, bundled=True)),
}
CONDITIONED = "over 30 s"
"""Heard a second time with `condition_on_previous_text`."""


def folder_of(data: Path, name: str) -> Path:
    return data / "eval" / re.sub(r"\W+", "-", name)


def make_sets(data: Path, clips: int, seed: int, processes: int) -> None:
    """Each set as WAV files with the text of each beside it, unless it is there."""
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(make_set, *zip(*[(data, name, clips, seed) for name in SETS], strict=True)))


def make_set(data: Path, name: str, clips: int, seed: int) -> None:
    folder = folder_of(data, name)
    choose, say = SETS[name]
    rng = Random(f"{seed}/{name}")
    if (folder / "complete").exists() or not installed(choose(rng).engine):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(clips):
        said = say(rng)
        write_wav(folder / f"{number:03d}.wav", spoken(choose(rng), said, rng))
        (folder / f"{number:03d}.txt").write_text(" ".join(sentence.text for sentence in said))
    (folder / "complete").touch()


def spoken(voice: Voice, said: list[Sentence], rng: Random) -> Sound:
    """The sentences one after another, with pauses as people make."""
    parts = []
    for sentence in said:
        parts += [np.zeros(int(rng.uniform(0.2, 0.7) * RATE), np.float32), voice.say(sentence.said)]
    return np.concatenate([*parts, np.zeros(RATE // 3, np.float32)]).astype(np.float32)


def write_wav(path: Path, sound: Sound) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def read_wav(path: Path) -> Sound:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)


def evaluate(model: Path, data: Path, threads: int) -> dict[str, dict[str, float]]:
    """For each set that is there: word error rate in %, exact texts in %, real-time factor."""
    from faster_whisper import WhisperModel  # noqa: PLC0415

    loaded = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    figures = {}
    for name in SETS:
        if (folder_of(data, name) / "complete").exists():
            figures[name] = score(loaded, folder_of(data, name), conditioned=False)
    if CONDITIONED in figures:
        figures[f"{CONDITIONED}, conditioned"] = score(loaded, folder_of(data, CONDITIONED), conditioned=True)
    return figures


def score(model: Any, folder: Path, *, conditioned: bool) -> dict[str, float]:
    pairs, seconds, spent = [], 0.0, 0.0
    for path in sorted(folder.glob("*.wav")):
        sound = read_wav(path)
        began = time.process_time()
        found, _ = model.transcribe(sound, beam_size=5, condition_on_previous_text=conditioned)
        heard = " ".join(segment.text.strip() for segment in found)
        spent += time.process_time() - began
        seconds += len(sound) / RATE
        pairs.append((path.with_suffix(".txt").read_text(), heard))
    exact = sum(words_of(said) == words_of(heard) for said, heard in pairs) / len(pairs)
    return {
        "clips": len(pairs),
        "word error rate %": round(100 * word_error_rate(pairs), 2),
        "exact %": round(100 * exact, 1),
        "seconds a clip": round(seconds / len(pairs), 1),
        "cpu s per s": round(spent / seconds, 4),
    }
