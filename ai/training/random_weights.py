"""Whispers of any size with random weights, with a fixed number of tokens for every window: to measure time."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from faster_whisper.tokenizer import _LANGUAGE_CODES as LANGUAGES
from numpy.random import Generator
from numpy.typing import NDArray
from tokenizers import pre_tokenizers

from ai.training.tokens import TIME_STEPS, byte_tokenizer, control, special
from ai.training.weights import Arrays, Build, Quantization, save_model

PLACES = 448
SOUND_PLACES = 1500
PROMPT = 3  # start, language, task: the places before the first token of a window
SHARP = 18.0  # the logit by which the wanted token leads, at least
TOKENS = 44  # about what 15 s of speech are


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a Whisper; `tokens` is what it writes for every window that has no prompt."""

    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    mels: int = 80
    text_tokens: int = 50257
    languages: int = 99
    tokens: int = TOKENS


SHAPES = {
    "mini": Shape(64, 2, 1, 1, text_tokens=1000, languages=3),
    "tiny": Shape(384, 6, 4, 4),
    "base": Shape(512, 8, 6, 6),
    "small": Shape(768, 12, 12, 12),
    "medium": Shape(1024, 16, 24, 24),
    "large-v3-turbo": Shape(1280, 20, 32, 4, mels=128, languages=100),
}


def build_random(
    folder: Path, shape: Shape, *, quantization: Quantization = "int8", seed: int = 0, tokens: int | None = None
) -> Path:
    """Make the folder, unless it is there and whole. Multilingual, loads in unmodified faster-whisper."""
    shape = shape if tokens is None else replace(shape, tokens=tokens)
    done = folder / "shape.json"
    told = json.dumps({"shape": repr(shape), "quantization": quantization, "seed": seed})
    if done.exists() and done.read_text() == told:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    words = vocabulary(shape)
    arrays = random_arrays(shape, len(words), np.random.default_rng(seed))
    first = shape.text_tokens + 2
    build = Build(
        arrays,
        shape.heads,
        shape.encoder_layers,
        shape.decoder_layers,
        words,
        languages=list(range(first, first + shape.languages)),
        alignment_heads=[(shape.decoder_layers - 1, head) for head in range(min(6, shape.heads))],
        mels=shape.mels,
    )
    save_model(build, folder, quantization)
    tokenizer = byte_tokenizer(words[: shape.text_tokens], special(*languages_of(shape)))
    tokenizer.save(str(folder / "tokenizer.json"))
    done.write_text(told)
    return folder


def vocabulary(shape: Shape) -> list[str]:
    """Whisper's layout; the empty string, which says that a model knows languages, is the last text token."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    text = [*alphabet, "Ġ-", "Ġ'", "Ġâ"]
    text += [f"Ġ{word(number)}" for number in range(shape.text_tokens - len(text) - 1)] + [""]
    return [*text, *control(*languages_of(shape))]


def languages_of(shape: Shape) -> list[str]:
    return ["en", *(code for code in LANGUAGES if code != "en")][: shape.languages]


def word(number: int) -> str:
    """A word that can be said, another for every number."""
    letters = ""
    number += 20
    while number:
        number, syllable = divmod(number, 100)
        letters += "bcdfghjklmnprstvwxzq"[syllable // 5] + "aeiou"[syllable % 5]
    return letters


def random_arrays(shape: Shape, words: int, rng: Generator) -> Arrays:
    """Weights whose layers do all their work, and whose places decide alone which token comes.

    Every token has a direction, and so has every place of the decoder; what the layers add is small beside it. The
    text tokens of a window come with a probability near 1, so that no temperature is tried a second time.
    """
    width = shape.width
    arrays: Arrays = {
        "conv1.weight": _normal(rng, width, shape.mels, 3),
        "conv1.bias": np.zeros(width, np.float32),
        "conv2.weight": _normal(rng, width, width, 3),
        "conv2.bias": np.zeros(width, np.float32),
        "encoder.places": _normal(rng, SOUND_PLACES, width),
    }
    for side, layers in (("encoder", shape.encoder_layers), ("decoder", shape.decoder_layers)):
        arrays |= _norm(f"{side}.norm", width)
        for number in range(layers):
            arrays |= _block(rng, f"{side}.{number}", width, crossed=side == "decoder")
    arrays["embeddings"], arrays["decoder.places"] = _told(rng, shape, words)
    return arrays


def _told(rng: Generator, shape: Shape, words: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Embeddings, and places that ask for `tokens` text tokens after the first time, then for the end."""
    text, end = _directions(rng, 2, shape.width)
    sharp = np.float32(max(1.0, SHARP / np.sqrt(shape.width / 2)))
    table = _directions(rng, words, shape.width)
    table[shape.text_tokens :] = -text + 0.05 * table[shape.text_tokens :]
    table[shape.text_tokens] += 2 * end
    table[-TIME_STEPS] += text  # 0.00 s is no less likely than text: a window has to begin with a time
    places = np.tile(end, (PLACES, 1))
    chosen = rng.choice(np.arange(259, shape.text_tokens - 1), shape.tokens, replace=False)
    places[:PROMPT] = text
    places[PROMPT : PROMPT + shape.tokens] = (text + table[chosen]) / np.sqrt(2)
    return sharp * table, (places * 2 * np.sqrt(shape.width)).astype(np.float32)


def _block(rng: Generator, name: str, width: int, *, crossed: bool) -> Arrays:
    arrays = {**_attention(rng, f"{name}.attention", width), **_norm(f"{name}.ffn.norm", width)}
    if crossed:
        arrays |= _attention(rng, f"{name}.cross", width)
    arrays[f"{name}.ffn.up.weight"] = _normal(rng, 4 * width, width)
    arrays[f"{name}.ffn.up.bias"] = np.zeros(4 * width, np.float32)
    arrays[f"{name}.ffn.down.weight"] = 0.1 * _normal(rng, width, 4 * width)
    arrays[f"{name}.ffn.down.bias"] = np.zeros(width, np.float32)
    return arrays


def _attention(rng: Generator, name: str, width: int) -> Arrays:
    arrays = _norm(f"{name}.norm", width)
    for part in ("query", "key", "value", "out"):
        arrays[f"{name}.{part}.weight"] = _normal(rng, width, width) * (0.1 if part == "out" else 1.0)
        if part != "key":
            arrays[f"{name}.{part}.bias"] = np.zeros(width, np.float32)
    return arrays


def _norm(name: str, width: int) -> Arrays:
    return {f"{name}.gamma": np.ones(width, np.float32), f"{name}.beta": np.zeros(width, np.float32)}


def _normal(rng: Generator, *shape: int) -> NDArray[np.float32]:
    return rng.standard_normal(shape, np.float32) * np.float32(0.02)


def _directions(rng: Generator, count: int, width: int) -> NDArray[np.float32]:
    found = rng.standard_normal((count, width), np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))
