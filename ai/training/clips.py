"""The speech to learn from: sessions of one voice each, in shards that training reads with numpy alone."""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from ai.training.features import FRAMES_A_S, Bytes
from ai.training.grammar import Grammar, Sentence

SESSIONS = 100  # of a shard; some 20 minutes of sound
TOKENIZER = "tokenizer.json"
DEV = "dev.npz"
MOST_SENTENCES = 8
ONE_BREATH = 0.15  # of all pairs of sentences, said without a pause and written as one unit
NO_STOP = 0.5  # of these, said as if there were no full stop
KINDS = (("brief", 0.55), ("figures", 0.25), ("edits", 0.20))
TEXTS_FOR_TOKENS = 4000


@dataclass(frozen=True, slots=True)
class Clip:
    """One or two sentences in one breath: log-mels as bytes (frames, 80), the text, and its tokens."""

    mel: Bytes
    text: str
    tokens: list[int]

    @property
    def seconds(self) -> float:
        return len(self.mel) / FRAMES_A_S


Session = list[Clip]


def prepare(folder: Path, hours: float, seed: int, processes: int) -> None:
    """Make what is missing of tokenizer and shards for about so many hours; can be stopped and gone on with."""
    from ai.training.tokens import save_tokenizer, train_tokenizer  # noqa: PLC0415  not where only training runs
    from ai.training.voices import require  # noqa: PLC0415

    require("espeak", "flite")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / TOKENIZER).exists():
        save_tokenizer(train_tokenizer(texts(Random(seed))), folder)
    names = [DEV, *(f"clips-{number:04d}.npz" for number in range(max(1, round(hours * 3))))]
    missing = [name for name in names if not (folder / name).exists()]
    with ProcessPoolExecutor(processes) as pool:
        making = [pool.submit(make_shard, folder, name, seed) for name in missing]
        for number, done in enumerate(as_completed(making), start=1):
            print(f"shard {number} of {len(making)}: {done.result():.1f} minutes of speech", flush=True)


def texts(rng: Random) -> list[str]:
    """What the tokenizer learns from."""
    grammar = Grammar(rng)
    return [sentence.text for _ in range(TEXTS_FOR_TOKENS) for sentence in sentences(grammar, rng)]


def sentences(grammar: Grammar, rng: Random) -> list[Sentence]:
    """What one session says."""
    kind = rng.choices([name for name, _ in KINDS], [share for _, share in KINDS])[0]
    made: list[Sentence] = getattr(grammar, kind)(rng.randint(1, MOST_SENTENCES))
    return made


def make_shard(folder: Path, name: str, seed: int) -> float:
    """Synthesize one shard; what is in it depends on the seed and its name alone. Its minutes of speech."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    from ai.training.voices import any_voice, held_voice  # noqa: PLC0415

    os.nice(5)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    rng = Random(f"{seed}/{name}")
    held = name == DEV
    grammar = Grammar(rng, held_out=held)
    sessions = []
    for _ in range(SESSIONS // 4 if held else SESSIONS):
        voice = held_voice(rng, "espeak") if held else any_voice(rng)
        units = list(breaths(sentences(grammar, rng), rng))
        sessions.append([make_clip(voice.say(unit.said), unit.text, tokenizer) for unit in units])
    save_shard(folder / name, sessions)
    return sum(clip.seconds for session in sessions for clip in session) / 60


def breaths(said: Sequence[Sentence], rng: Random) -> Iterator[Sentence]:
    """The sentences, some of them two in one breath."""
    left = list(said)
    while left:
        unit = left.pop(0)
        if left and rng.random() < ONE_BREATH:
            after = left.pop(0)
            first = unit.said.rstrip(".") if rng.random() < NO_STOP else unit.said
            unit = Sentence(f"{unit.text} {after.text}", f"{first} {after.said}")
        yield unit


def make_clip(sound: NDArray[np.float32], text: str, tokenizer: object) -> Clip:
    from ai.training.features import log_mel, to_bytes  # noqa: PLC0415

    tokens = tokenizer.encode(f" {text}").ids  # type: ignore[attr-defined]
    return Clip(to_bytes(log_mel(sound)).T, text, tokens)


def save_shard(path: Path, sessions: Sequence[Session]) -> None:
    """A file that is there is whole. Steps from frame to frame take a third less room than the frames."""
    clips = [clip for session in sessions for clip in session]
    told = [[{"frames": len(c.mel), "text": c.text, "tokens": c.tokens} for c in session] for session in sessions]
    draft = path.with_suffix(".draft.npz")
    np.savez_compressed(
        draft,
        steps=np.diff(np.concatenate([clip.mel for clip in clips]), axis=0, prepend=np.uint8(0)),
        told=np.frombuffer(json.dumps(told).encode(), np.uint8),
    )
    draft.rename(path)


def load_shard(path: Path) -> list[Session]:
    with np.load(path) as stored:
        mels = np.cumsum(stored["steps"], axis=0, dtype=np.uint8)
        told = json.loads(stored["told"].tobytes())
    ends = iter(np.cumsum([clip["frames"] for session in told for clip in session]))
    sessions, at = [], 0
    for session in told:
        clips = []
        for clip in session:
            end = int(next(ends))
            clips.append(Clip(mels[at:end], clip["text"], clip["tokens"]))
            at = end
        sessions.append(clips)
    return sessions


def load_all(folder: Path) -> list[Session]:
    """Every shard for training. Raises FileNotFoundError where there is none."""
    paths = sorted(folder.glob("clips-*.npz"))
    if not paths:
        raise FileNotFoundError(f"no clips in {folder}: make them first, with `python -m ai.training speech`")
    return [session for path in paths for session in load_shard(path)]
