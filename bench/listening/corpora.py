"""Speech to measure with: synthesized where the voices are installed, else the notes of tests/data/voice."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

import av
import numpy as np

from ai.training.evaluate import spoken, write_wav
from ai.training.grammar import Grammar
from ai.training.voices import RATE, Sound, any_voice, installed

NOTES = Path(__file__).parents[2] / "tests" / "data" / "voice"
SOUNDS = {".wav", ".mp3", ".m4a", ".mp4", ".ogg", ".opus", ".flac", ".webm", ".aac"}
SECONDS_OF_OPUS = 20.0  # encoded once; a long file says it again and again
OPUS = {"rate": 48_000, "bit_rate": 24_000}


@dataclass(frozen=True, slots=True)
class Clip:
    """A file, and what is said in it where that is known."""

    path: Path
    text: str | None
    seconds: float


def clips(folder: Path, count: int, seed: int, sentences: tuple[int, int]) -> list[Clip]:
    """So many short recordings, each of another voice; always the same for a seed."""
    if not synthesizers():
        notes = noted()
        return [notes[number % len(notes)] for number in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    return [
        clip(folder / f"{seed}-{number:03d}.wav", Random(f"{seed}/{number}"), sentences) for number in range(count)
    ]


def synthesizers() -> bool:
    return installed("espeak") and installed("flite")


def clip(path: Path, rng: Random, sentences: tuple[int, int]) -> Clip:
    said = Grammar(rng, held_out=True).brief(rng.randint(*sentences))
    voice = any_voice(rng)
    if not path.exists():
        sound = spoken(voice, said, rng)
        write_wav(path, sound)
    return Clip(path, " ".join(sentence.text for sentence in said), seconds_of(path))


def noted() -> list[Clip]:
    told = json.loads((NOTES / "notes.json").read_text())
    return [Clip(NOTES / note["file"], note["text"], seconds_of(NOTES / note["file"])) for note in told]


def of_folder(folder: Path) -> list[Clip]:
    """All recordings in a folder, with the text of the `.txt` beside each where there is one."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in SOUNDS):
        text = path.with_suffix(".txt")
        found.append(Clip(path, text.read_text() if text.exists() else None, seconds_of(path)))
    return found


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as container:
        return float(container.duration or 0) / av.time_base


def samples_of(path: Path) -> Sound:
    """Mono float32 at 16 kHz; for our own files, which are whole."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in [*frames, *resampler.resample(None)]])


def long_file(path: Path, parts: Sequence[Clip], seconds: float, *, quiet_s: float = 0.0) -> Clip:
    """The clips over and over as Ogg/Opus, `seconds` or a little more, with so much silence after each round."""
    if not path.exists():
        write_opus(path, one_round(parts, quiet_s, min(seconds, SECONDS_OF_OPUS)), seconds)
    return Clip(path, None, seconds_of(path))


def one_round(parts: Sequence[Clip], quiet_s: float, least_s: float) -> Sound:
    """Nothing but silence where there are no clips."""
    pause = np.zeros(RATE // 2, np.float32)
    if not parts:
        return np.zeros(int(least_s * RATE), np.float32)
    sound = np.concatenate([piece for part in parts for piece in (samples_of(part.path), pause)])
    while len(sound) < least_s * RATE:
        sound = np.concatenate([sound, sound])
    return np.concatenate([sound, np.zeros(int(quiet_s * RATE), np.float32)])


def write_opus(path: Path, sound: Sound, seconds: float) -> None:
    """Encode once and repeat the packets, so that ten hours take no longer to make than a minute."""
    packets, ticks = _encoded(sound)
    length = len(sound) / RATE
    draft = path.with_suffix(".draft.ogg")
    with av.open(str(draft), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=OPUS["rate"], layout="mono")
        for number in range(math.ceil(seconds / length)):
            for body, at, lasts in packets:
                packet = av.Packet(body)
                packet.stream, packet.time_base = stream, Fraction(1, OPUS["rate"])
                packet.pts = packet.dts = at + number * ticks
                packet.duration = lasts
                container.mux(packet)
    draft.rename(path)


def _encoded(sound: Sound) -> tuple[list[tuple[bytes, int, int]], int]:
    """Opus packets with their places in time, and how long they are together."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = OPUS["rate"], "mono", "flt"
    codec.bit_rate, codec.time_base = OPUS["bit_rate"], Fraction(1, OPUS["rate"])
    frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
    codec.open()
    resampler = av.AudioResampler(format="flt", layout="mono", rate=OPUS["rate"], frame_size=codec.frame_size)
    made = []
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        if piece.samples == codec.frame_size:
            made += codec.encode(piece)
    step = codec.frame_size
    return [(bytes(packet), number * step, step) for number, packet in enumerate(made)], len(made) * step
