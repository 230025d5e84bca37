"""A hint for the decoder, in training only: where a word is said, by where its unit begins and ends."""

import torch
from torch import Tensor

WIDTH = 0.15  # of a unit's length: words are not equally long

Spans = list[list[tuple[int, int, int, int]]]


def astray(looks: Tensor, spans: Spans) -> Tensor:
    """How much of what the first half of the heads look at is far from the diagonal of its unit, 0 to 1.

    `looks` is (rows, heads, places, frames / 2), as in Tachibana and others, 2017 (arXiv:1710.08969), but for units
    whose ends are known. 0 where no unit is.
    """
    half = looks[:, : max(1, looks.shape[1] // 2)].mean(1)
    found = []
    for row, units in enumerate(spans):
        for first, last, begin, end in units:
            found.append((half[row, first:last] * _far(last - first, begin // 2, end // 2, half)).sum(1))
    return torch.cat(found).mean() if found else looks.new_zeros(())


def _far(places: int, begin: int, end: int, like: Tensor) -> Tensor:
    """1 everywhere but near the line that goes from the beginning of a unit to its end."""
    frames = torch.arange(like.shape[-1], device=like.device)
    wanted = begin + (torch.arange(places, device=like.device) + 0.5) / places * (end - begin)
    off = (frames[None] - wanted[:, None]) / (WIDTH * max(1, end - begin))
    return 1 - torch.exp(-0.5 * off.square())
