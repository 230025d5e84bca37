"""What the model is trained on: sessions with gaps, noise and history, each batch made from its number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ai.training.clips import Clip, Session
from ai.training.features import FLOOR, FRAMES, MELS, Mel, from_bytes, normalized, padded
from ai.training.layout import Layout
from ai.training.rooms import noisy, worsened

IGNORED = -100  # a position without loss
MOST_HISTORY = 120
HISTORY = 0.35
OTHER_HISTORY = 0.1  # has nothing to do with what is heard
HOTWORDS = 0.04
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789' "  # for the training-only loss on characters; 0 is its blank

SPELLING = 0.2
"""The share of a training in which the encoder alone learns to spell what it hears, shortest rows first.

With the decoder from the start it heard nothing in 1,700 steps: what a grammar says next is easier to learn than
listening, and drowns it. Alone it came to 1.4 nats a letter in 1,100 steps, 9 minutes of two cores.
"""

MOST_SPELT = 1200  # frames of a row with that loss; on longer ones it costs more than all else that is learnt there

# Shape: frames at most, rows of a batch, share of batches at the start and at the end of training.
SHAPES = {
    "single": (400, 32, 0.70, 0.25),
    "short": (900, 24, 0.16, 0.25),
    "middle": (1600, 16, 0.08, 0.20),
    "long": (2600, 12, 0.03, 0.12),
    "full": (FRAMES, 8, 0.03, 0.18),
}
POOL = 4  # batches drawn at once and sorted by length; without it half of what is learnt from is filling


@dataclass(frozen=True, slots=True)
class Example:
    """Features (80, frames), what the decoder is given, and what it shall say at each of these places."""

    mel: Mel
    given: list[int]
    wanted: list[int]
    letters: list[int]
    spans: list[tuple[int, int, int, int]]
    """For each whole unit: its first and last place in `given`, its first and last frame."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is heard, and what was said before it."""

    before: list[Clip]
    clips: list[Clip]

    @property
    def frames(self) -> int:
        return sum(len(clip.mel) for clip in self.clips)


@dataclass(frozen=True, slots=True)
class Batch:
    mels: NDArray[np.float32]
    given: NDArray[np.int64]
    wanted: NDArray[np.int64]
    letters: list[list[int]]
    spans: list[list[tuple[int, int, int, int]]]


class Examples:
    """Batch n of a seed is always the same at the same point of a training, so that a stopped one goes on."""

    def __init__(self, sessions: Sequence[Session], layout: Layout, seed: int, scale: float = 1.0) -> None:
        self._sessions = sessions
        self._layout = layout
        self._seed = seed
        self._scale = scale

    def batch(self, number: int, done: float) -> Batch:
        """Batch `number`, made for a training of which the share `done` is over."""
        rng = np.random.default_rng((self._seed, number))
        shape = _shape(rng, done)
        rows = max(1, round(SHAPES[shape][1] * self._scale))
        drawn = sorted((self._stretch(rng, shape) for _ in range(POOL * rows)), key=lambda stretch: stretch.frames)
        first = rows * int(rng.integers(math.ceil(POOL * min(1.0, (done + 0.02) / SPELLING))))
        made = [self._example(rng, stretch, clean=False) for stretch in drawn[first : first + rows]]
        return collate(made, self._layout, full=shape == "full")

    def example(self, rng: Generator, shape: str, *, clean: bool = False) -> Example:
        return self._example(rng, self._stretch(rng, shape), clean=clean)

    def _example(self, rng: Generator, stretch: Stretch, *, clean: bool) -> Example:
        if not clean and rng.random() < 0.03:
            return silence(rng, min(stretch.frames, FRAMES), self._layout)
        return _example(rng, stretch, self._layout, clean=clean)

    def _stretch(self, rng: Generator, shape: str) -> Stretch:
        """Clips of about as many frames as the shape has; a long stretch takes several sessions."""
        limit = SHAPES[shape][0]
        if shape == "full":
            limit = int(rng.integers(FRAMES // 3, FRAMES + 1200))
        session = self._session(rng)
        first = int(rng.integers(len(session)))
        before, clips, frames = session[:first], [session[first]], len(session[first].mel)
        rest = session[first + 1 :]
        while frames < limit:
            if not rest:
                if limit < SHAPES["middle"][0] and rng.random() < 0.7:
                    break
                rest = self._session(rng)
            clip, rest = rest[0], rest[1:]
            if frames + len(clip.mel) > limit and limit <= FRAMES:
                break
            clips.append(clip)
            frames += len(clip.mel)
        return Stretch(self._session(rng) if rng.random() < OTHER_HISTORY else before, clips)

    def _session(self, rng: Generator) -> Session:
        return self._sessions[int(rng.integers(len(self._sessions)))]


def _shape(rng: Generator, done: float) -> str:
    if done < SPELLING:
        return "single"
    names = list(SHAPES)
    shares = np.array([(1 - done) * SHAPES[name][2] + done * SHAPES[name][3] for name in names])
    return names[rng.choice(len(names), p=shares / shares.sum())]


def silence(rng: Generator, frames: int, layout: Layout) -> Example:
    """Nothing, or noise: no speech where a decoder is asked, and the end where it has to begin all the same."""
    mel = normalized(noisy(rng, np.full((MELS, frames), FLOOR, np.float32), rng.uniform(-9, -1)))
    prompt = layout.no_times if rng.random() < 0.3 else layout.times
    return Example(mel, [layout.start, prompt], [layout.no_speech, layout.end], [], [])


def _example(rng: Generator, stretch: Stretch, layout: Layout, *, clean: bool) -> Example:
    clips = stretch.clips
    mel, places = laid_out(rng, clips, clean=clean)
    kept = [(clip, begin, end) for clip, (begin, end) in zip(clips, places, strict=True) if end <= FRAMES]
    cut = next((begin for begin, end in places if begin < FRAMES - 20 < FRAMES < end), None)
    if not clean:
        mel = worsened(rng, mel)
    mel = normalized(mel)[:, :FRAMES]
    plain = not clean and cut is None and rng.random() < 0.12
    body: list[int] = []
    spans = []
    for clip, begin, end in kept:
        spans.append((len(body), len(body) + len(clip.tokens) + 1, begin, end))
        body += clip.tokens if plain else [layout.time(begin), *clip.tokens, layout.time(end)]
    if cut is not None:
        body.append(layout.time(cut))
    prompt = [] if clean else history(rng, stretch.before, clips, layout)
    start = [layout.start, *([layout.no_times] if plain else [])]
    given = [*prompt, *start, *body]
    wanted = [IGNORED] * (len(given) - len(body) - 1) + [*body, layout.end]
    whole = cut is None and len(spans) == len(clips)
    text = " ".join(clip.text for clip in clips) if whole and stretch.frames <= MOST_SPELT else ""
    offset = len(prompt) + 1
    shifted = [(a + offset, b + offset, begin, end) for a, b, begin, end in spans] if not plain else []
    given = given if clean else disturbed(rng, given, len(prompt) + len(start), layout)
    return Example(mel, given, wanted, letters_of(text), shifted)


def laid_out(rng: Generator, clips: list[Clip], *, clean: bool) -> tuple[Mel, list[tuple[int, int]]]:
    """The clips one after another with silence before, between and behind, and where each begins and ends."""
    parts: list[Mel] = []
    places = []
    at = 0
    for number, clip in enumerate(clips):
        gap = int(rng.integers(0, 80) if number == 0 else rng.choice((rng.integers(5, 40), rng.integers(20, 120))))
        gap = 2 * (gap // 2) if not clean else 20
        parts += [np.full((MELS, gap), FLOOR, np.float32), from_bytes(clip.mel).T]
        places.append((at + gap, at + gap + len(clip.mel)))
        at = places[-1][1]
    parts.append(np.full((MELS, int(rng.integers(0, 100))), FLOOR, np.float32))
    return np.concatenate(parts, axis=1), places


def history(rng: Generator, before: list[Clip], clips: list[Clip], layout: Layout) -> list[int]:
    """A third have a prompt: what was said before, with times or without; a few have words to expect."""
    if rng.random() < HOTWORDS:
        words = clips[int(rng.integers(len(clips)))].tokens
        first = int(rng.integers(len(words)))
        return [layout.history, *words[first : first + 3]]
    if not before or rng.random() > HISTORY:
        return []
    tokens: list[int] = []
    timed, at = rng.random() < 0.65, 0
    for clip in before[-int(rng.integers(1, 6)) :]:
        end = at + len(clip.mel)
        tokens += [layout.time(at), *clip.tokens, layout.time(end)] if timed else clip.tokens
        at = end if end < FRAMES - 900 else 0
    return [layout.history, *tokens[-MOST_HISTORY:]]


def disturbed(rng: Generator, given: list[int], begin: int, layout: Layout) -> list[int]:
    """Some words of the transcript so far are wrong, so that the model has to listen rather than guess."""
    wrong = rng.random(len(given)) < 0.08
    return [
        int(rng.integers(layout.end)) if wrong[at] and at >= begin and token < layout.end else token
        for at, token in enumerate(given)
    ]


def letters_of(text: str) -> list[int]:
    return [ALPHABET.index(letter) + 1 for letter in text.lower() if letter in ALPHABET]


def collate(examples: Sequence[Example], layout: Layout, *, full: bool) -> Batch:
    """Rows of one length: features filled up with zeros, tokens with the end."""
    longest = max(example.mel.shape[1] for example in examples)
    frames = FRAMES if full else min(FRAMES, -(-longest // 50) * 50)
    places = max(len(example.given) for example in examples)

    def filled(which: Literal["given", "wanted"], value: int) -> NDArray[np.int64]:
        rows = [[*getattr(e, which), *[value] * (places - len(e.given))] for e in examples]
        return np.array(rows, np.int64)

    return Batch(
        np.stack([padded(example.mel, frames) for example in examples]),
        filled("given", layout.end),
        filled("wanted", IGNORED),
        [example.letters for example in examples],
        [example.spans for example in examples],
    )
