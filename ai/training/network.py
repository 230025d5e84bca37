"""The demo Whisper in torch, as CTranslate2 runs it: pre-norm, erf-GELU, fixed sinusoids, tied embeddings."""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai.training.examples import ALPHABET
from ai.training.features import FRAMES, MELS
from ai.training.layout import Layout
from ai.training.weights import Arrays

PLACES = 448
TIME_STEPS = 1501


@dataclass(frozen=True, slots=True)
class Shape:
    """How large: width, heads, layers of encoder and decoder, and the number of text tokens."""

    text_tokens: int
    width: int = 128
    heads: int = 4
    encoder_layers: int = 3
    decoder_layers: int = 2


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's: sines in the first half of the channels, cosines in the second."""
    scale = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(length)[:, None] * scale[None, :]
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, to: Tensor, causal: bool = False) -> Tensor:
        q, k, v = (self._split(layer(what)) for layer, what in ((self.query, x), (self.key, to), (self.value, to)))
        if q.device.type == "cpu":  # where its backward pass in bfloat16 is slower than in float32
            q, k, v = q.float(), k.float(), v.float()
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def weights(self, x: Tensor, to: Tensor) -> Tensor:
        """Where each place looks: (rows, heads, places, of `to`)."""
        q, k = self._split(self.query(x)), self._split(self.key(to))
        return (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).softmax(-1)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """One layer of the encoder, or of the decoder, which looks at the encoder's output as well."""

    def __init__(self, width: int, heads: int, crossed: bool) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), Attention(width, heads)
        if crossed:
            self.cross_norm, self.cross = nn.LayerNorm(width), Attention(width, heads)
        self.last_norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, heard: Tensor | None = None, looks: list[Tensor] | None = None) -> Tensor:
        """`looks` gets where the heads look in what was heard."""
        y = self.norm(x)
        x = x + self.attention(y, y, causal=heard is not None)
        if heard is not None:
            asked = self.cross_norm(x)
            if looks is not None:
                looks.append(self.cross.weights(asked, heard))
            x = x + self.cross(asked, heard)
        return x + self.down(functional.gelu(self.up(self.last_norm(x))))


class Network(nn.Module):
    """`listen` makes sound of features, `write` scores the next token at every place."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.conv1 = nn.Conv1d(MELS, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        for conv in (self.conv1, self.conv2):  # torch's own start makes what is heard too faint to be noticed
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        self.encoder = nn.ModuleList(Block(width, shape.heads, False) for _ in range(shape.encoder_layers))
        self.encoder_norm = nn.LayerNorm(width)
        self.words = nn.Parameter(torch.randn(Layout(shape.text_tokens).times, width) * width**-0.5)
        self.times = nn.Linear(width, width)  # a row for every time out of its sinusoid: 1501 are too many to learn
        self.sound_scale = nn.Parameter(torch.tensor(0.3))  # where a sound is must not drown what it is
        self.place_scale = nn.Parameter(torch.tensor(0.1))
        self.decoder = nn.ModuleList(Block(width, shape.heads, True) for _ in range(shape.decoder_layers))
        self.decoder_norm = nn.LayerNorm(width)
        self.letters = nn.Linear(width, len(ALPHABET) + 1)  # for training only
        self.register_buffer("sound_places", sinusoids(FRAMES // 2, width), persistent=False)
        self.register_buffer("word_places", sinusoids(PLACES, width), persistent=False)
        self.register_buffer("time_places", sinusoids(TIME_STEPS, width), persistent=False)

    def embeddings(self) -> Tensor:
        return torch.cat([self.words, self.times(self.time_places) * self.shape.width**-0.5])

    def listen(self, mels: Tensor) -> Tensor:
        """(rows, 80, frames) to (rows, frames / 2, width)."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mels)))).transpose(1, 2)
        x = x + self.sound_scale * self.sound_places[: x.shape[1]]
        for block in self.encoder:
            x = block(x)
        return self.encoder_norm(x)

    def write(self, heard: Tensor, given: Tensor, looks: list[Tensor] | None = None) -> Tensor:
        """Logits (rows, places, tokens); `looks` gets (rows, heads, places, frames / 2) of each layer."""
        table = self.embeddings()
        x = table[given] + self.place_scale * self.word_places[: given.shape[1]]
        for block in self.decoder:
            x = block(x, heard, looks)
        return self.decoder_norm(x) @ table.T


def arrays_of(network: Network) -> Arrays:
    """All that is exported, by the names of ai/training/weights.py, as float32."""
    network.eval()
    with torch.no_grad():
        named: dict[str, Tensor] = {
            "conv1.weight": network.conv1.weight,
            "conv1.bias": network.conv1.bias,
            "conv2.weight": network.conv2.weight,
            "conv2.bias": network.conv2.bias,
            "encoder.places": network.sound_scale * network.sound_places,
            "decoder.places": network.place_scale * network.word_places,
            "embeddings": network.embeddings(),
            **_norm("encoder.norm", network.encoder_norm),
            **_norm("decoder.norm", network.decoder_norm),
        }
        for side, blocks in (("encoder", network.encoder), ("decoder", network.decoder)):
            for number, block in enumerate(blocks):
                named |= _block(f"{side}.{number}", block)
        return {name: value.detach().float().cpu().numpy().copy() for name, value in named.items()}


def _block(name: str, block: Block) -> dict[str, Tensor]:
    found = {
        **_norm(f"{name}.attention.norm", block.norm),
        **_attention(f"{name}.attention", block.attention),
        **_norm(f"{name}.ffn.norm", block.last_norm),
        **_linear(f"{name}.ffn.up", block.up),
        **_linear(f"{name}.ffn.down", block.down),
    }
    if hasattr(block, "cross"):
        found |= {**_norm(f"{name}.cross.norm", block.cross_norm), **_attention(f"{name}.cross", block.cross)}
    return found


def _attention(name: str, attention: Attention) -> dict[str, Tensor]:
    found = {f"{name}.key.weight": attention.key.weight}
    for part in ("query", "value", "out"):
        found |= _linear(f"{name}.{part}", getattr(attention, part))
    return found


def _linear(name: str, linear: nn.Linear) -> dict[str, Tensor]:
    return {f"{name}.weight": linear.weight, f"{name}.bias": linear.bias}


def _norm(name: str, norm: nn.LayerNorm) -> dict[str, Tensor]:
    return {f"{name}.gamma": norm.weight, f"{name}.beta": norm.bias}


def shape_as_dict(shape: Shape) -> dict[str, int]:
    return asdict(shape)
