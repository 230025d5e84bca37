"""The weights of a Whisper as plain numpy arrays, and how they become a folder that faster-whisper loads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.floating[Any]]]
Quantization = Literal["int8", "int8_float16", "float16"] | None


@dataclass(frozen=True, slots=True)
class Build:
    """All that a folder is made of: arrays, their shape, vocabulary, and the heads that follow the sound."""

    arrays: Arrays
    heads: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: list[str]
    languages: list[int]
    alignment_heads: list[tuple[int, int]]
    mels: int = 80


def save_model(build: Build, folder: Path, quantization: Quantization) -> None:
    """model.bin, config.json, vocabulary.json and preprocessor_config.json; tokenizer.json is another's affair."""
    from ctranslate2.specs import whisper_spec  # noqa: PLC0415  not there where only training runs

    spec = whisper_spec.WhisperSpec(build.encoder_layers, build.heads, build.decoder_layers, build.heads)
    _encoder(spec.encoder, build)
    _decoder(spec.decoder, build)
    spec.register_vocabulary(build.vocabulary)
    spec.config.lang_ids = build.languages
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []  # of silence the end comes first
    spec.config.alignment_heads = [list(head) for head in build.alignment_heads]
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    prepared = {
        "feature_size": build.mels,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(prepared))


def _encoder(spec: Any, build: Build) -> None:
    arrays = build.arrays
    for name in ("conv1", "conv2"):
        conv = getattr(spec, name)
        conv.weight, conv.bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
    spec.position_encodings.encodings = arrays["encoder.places"]
    _norm(spec.layer_norm, arrays, "encoder.norm")
    for number, layer in enumerate(spec.layer):
        _itself(layer, arrays, f"encoder.{number}")


def _decoder(spec: Any, build: Build) -> None:
    arrays = build.arrays
    spec.scale_embeddings = False
    spec.embeddings.weight = arrays["embeddings"]
    spec.projection.weight = arrays["embeddings"]
    spec.position_encodings.encodings = arrays["decoder.places"]
    _norm(spec.layer_norm, arrays, "decoder.norm")
    for number, layer in enumerate(spec.layer):
        _itself(layer, arrays, f"decoder.{number}")
        _across(layer.attention, arrays, f"decoder.{number}.cross")


def _itself(layer: Any, arrays: Arrays, name: str) -> None:
    """Attention within, its three inputs in one matrix, and the feed-forward network."""
    attention = layer.self_attention
    _norm(attention.layer_norm, arrays, f"{name}.attention.norm")
    _fused(attention.linear[0], arrays, f"{name}.attention", ("query", "key", "value"))
    _linear(attention.linear[1], arrays, f"{name}.attention.out")
    _norm(layer.ffn.layer_norm, arrays, f"{name}.ffn.norm")
    _linear(layer.ffn.linear_0, arrays, f"{name}.ffn.up")
    _linear(layer.ffn.linear_1, arrays, f"{name}.ffn.down")


def _across(attention: Any, arrays: Arrays, name: str) -> None:
    """Attention to what was heard: the question apart, key and value in one matrix."""
    _norm(attention.layer_norm, arrays, f"{name}.norm")
    _linear(attention.linear[0], arrays, f"{name}.query")
    _fused(attention.linear[1], arrays, name, ("key", "value"))
    _linear(attention.linear[2], arrays, f"{name}.out")


def _fused(spec: Any, arrays: Arrays, name: str, parts: tuple[str, ...]) -> None:
    weights = [arrays[f"{name}.{part}.weight"] for part in parts]
    none = np.zeros(len(weights[0]), weights[0].dtype)  # a key has no bias
    spec.weight = np.concatenate(weights)
    spec.bias = np.concatenate([arrays.get(f"{name}.{part}.bias", none) for part in parts])


def _linear(spec: Any, arrays: Arrays, name: str) -> None:
    spec.weight, spec.bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]


def _norm(spec: Any, arrays: Arrays, name: str) -> None:
    spec.gamma, spec.beta = arrays[f"{name}.gamma"], arrays[f"{name}.beta"]
