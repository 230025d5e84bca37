"""Which heads of the decoder follow the sound: faster-whisper takes the times of words from them."""

import torch
from torch import Tensor

from ai.training.examples import Batch
from ai.training.network import Network

MOST = 4
NEAR_BEST = 0.7


def following_heads(network: Network, dev: list[Batch]) -> list[tuple[int, int]]:
    """The heads that look where the words are said, best first: at most 4, all that come near the best."""
    scores: dict[tuple[int, int], float] = {}
    network.eval()
    with torch.no_grad():
        for batch in dev:
            heard = network.listen(torch.from_numpy(batch.mels))
            looks: list[Tensor] = []
            network.write(heard, torch.from_numpy(batch.given), looks)
            for layer, found in enumerate(looks):
                for head in range(found.shape[1]):
                    at = (layer, head)
                    scores[at] = scores.get(at, 0.0) + _within(found[:, head], batch.spans)
    best = max(scores.values())
    return sorted((at for at in scores if scores[at] > NEAR_BEST * best), key=lambda at: -scores[at])[:MOST]


def _within(looks: Tensor, spans: list[list[tuple[int, int, int, int]]]) -> float:
    """How much of what the words of a unit look at lies where the unit is said, and moves on as they do."""
    total = 0.0
    for row, units in enumerate(spans):
        for first, last, begin, end in units:
            words = looks[row, first:last, begin // 2 : end // 2]
            places = torch.arange(words.shape[1], device=words.device) / words.shape[1]
            centers = (words * places).sum(1) / words.sum(1).clamp_min(1e-6)
            line = torch.linspace(0, 1, len(centers), device=words.device)
            total += float(words.sum(1).mean()) * max(0.0, 1 - 2 * float((centers - line).abs().mean()))
    return total
