"""Small Whisper models with random weights: multilingual, and good for comparing ways to run them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import whisper_spec
from tokenizers import pre_tokenizers

from ai.training.tokens import byte_tokenizer, control, special

LANGUAGES = ("en", "de", "fr")


def random_whisper(folder: Path, *, width: int = 32, heads: int = 2, layers: int = 1, seed: int = 0) -> Path:
    """Write a whole model folder, as float32. What it hears differs from sound to sound, and means nothing."""
    folder.mkdir(parents=True)
    text = _text_tokens()
    vocabulary = [*text, *control(*LANGUAGES)]
    byte_tokenizer(text, special(*LANGUAGES)).save(str(folder / "tokenizer.json"))
    spec = whisper_spec.WhisperSpec(layers, heads, layers, heads)
    _fill(spec, _Random(np.random.default_rng(seed)), width, len(vocabulary))
    spec.register_vocabulary(vocabulary)
    spec.config.lang_ids = [vocabulary.index(f"<|{language}|>") for language in LANGUAGES]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [vocabulary.index("<|endoftext|>")]
    spec.config.alignment_heads = [[layers - 1, head] for head in range(heads)]
    spec.validate()
    spec.optimize(quantization=None)
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}))
    return folder


def _text_tokens() -> list[str]:
    """Every byte; the pairs that faster-whisper bans, lest it ban the space; and "", which means multilingual."""
    return [*sorted(pre_tokenizers.ByteLevel.alphabet()), "Ġ-", "Ġ'", "Ġâ", ""]


class _Random:
    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def weight(self, *shape: int, scale: float | None = None) -> np.ndarray[Any, Any]:
        made = self._rng.normal(0, scale or shape[-1] ** -0.5, shape)
        return np.asarray(made, dtype=np.float32)


def _fill(spec: Any, random: _Random, width: int, words: int) -> None:
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = random.weight(width, 80, 3, scale=0.1), random.weight(width)
    encoder.conv2.weight, encoder.conv2.bias = random.weight(width, width, 3, scale=0.1), random.weight(width)
    encoder.position_encodings.encodings = random.weight(1500, width, scale=0.3)
    decoder.position_encodings.encodings = random.weight(448, width, scale=1.0)
    decoder.embeddings.weight = random.weight(words, width, scale=0.5)
    decoder.projection.weight = decoder.embeddings.weight
    for part in (encoder, decoder):
        _norm(part.layer_norm, width)
        for layer in part.layer:
            _attention(layer.self_attention, random, width, [3, 1])
            if part is decoder:
                _attention(layer.attention, random, width, [1, 2, 1])
                layer.attention.linear[2].weight *= 4  # or the words before would drown what is heard
            _norm(layer.ffn.layer_norm, width)
            _linear(layer.ffn.linear_0, random, 4 * width, width)
            _linear(layer.ffn.linear_1, random, width, 4 * width)


def _attention(attention: Any, random: _Random, width: int, parts: list[int]) -> None:
    _norm(attention.layer_norm, width)
    for linear, part in zip(attention.linear, parts, strict=True):
        _linear(linear, random, part * width, width)


def _linear(linear: Any, random: _Random, out: int, into: int) -> None:
    linear.weight, linear.bias = random.weight(out, into), random.weight(out, scale=0.1)


def _norm(norm: Any, width: int) -> None:
    norm.gamma, norm.beta = np.ones(width, np.float32), np.zeros(width, np.float32)
