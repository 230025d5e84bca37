"""A network that learns: one step, how good it is, and checkpoints."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ai.training.examples import IGNORED, SPELLING, Batch
from ai.training.network import Network, Shape

PEAK = 1e-3
WARM_UP = 100
LETTERS_WEIGHT = 0.5
SMOOTHING = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """How long (minutes of work, over all starts, or steps), and with what."""

    minutes: float = 90.0
    steps: int | None = None
    seed: int = 1
    threads: int = 2
    loaders: int = 1
    scale: float = 1.0
    width: int = 128
    encoder_layers: int = 3
    decoder_layers: int = 2


class Learner:
    """A network, its optimizer, and how far they have come."""

    def __init__(self, folder: Path, plan: Plan, text_tokens: int) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.plan, self.file = plan, folder / "checkpoint.pt"
        self.step, self.spent_s = 0, 0.0
        torch.manual_seed(plan.seed)
        shape = Shape(text_tokens, plan.width, plan.width // 32, plan.encoder_layers, plan.decoder_layers)
        self.network = Network(shape).to(self.device)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=PEAK, betas=(0.9, 0.98), weight_decay=0.02)
        self._resume()

    @property
    def done(self) -> float:
        """The share of the plan that is over: of its steps where it has some, else of its minutes."""
        if self.plan.steps is not None:
            return min(1.0, self.step / self.plan.steps)
        return min(1.0, self.spent_s / (60 * self.plan.minutes))

    @property
    def spelling(self) -> bool:
        """Whether the encoder still learns alone."""
        return self.done < SPELLING

    def learn(self, batch: Batch) -> float:
        """One step; the loss per token, while it learns to spell per letter."""
        rate = PEAK * min(1.0, (self.step + 1) / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * self.done)) / 2)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        with torch.autocast(self.device, torch.bfloat16):
            heard = self.network.listen(torch.from_numpy(batch.mels).to(self.device))
        spelt = self._letters(heard, batch)
        loss = spelt if self.spelling else self._words(heard, batch)
        total = spelt if self.spelling else loss + (1 - self.done) * LETTERS_WEIGHT * spelt
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return float(loss.detach())

    def _words(self, heard: Tensor, batch: Batch) -> Tensor:
        with torch.autocast(self.device, torch.bfloat16):
            logits = self.network.write(heard, torch.from_numpy(batch.given).to(self.device))
        wanted = torch.from_numpy(batch.wanted).to(self.device)
        return functional.cross_entropy(
            logits.float().flatten(0, 1), wanted.flatten(), ignore_index=IGNORED, label_smoothing=SMOOTHING
        )

    def accuracy(self, batches: list[Batch]) -> float:
        """The share of text tokens that are right when all before them are given."""
        self.network.eval()
        right = asked = 0
        with torch.no_grad():
            for batch in batches:
                heard = self.network.listen(torch.from_numpy(batch.mels).to(self.device))
                best = self.network.write(heard, torch.from_numpy(batch.given).to(self.device)).argmax(-1).cpu()
                wanted = torch.from_numpy(batch.wanted)
                text = (wanted != IGNORED) & (wanted < self.network.shape.text_tokens)
                right += int((best == wanted)[text].sum())
                asked += int(text.sum())
        return right / asked

    def save(self) -> None:
        """A checkpoint that is there is whole."""
        state = {
            "network": self.network.state_dict(),
            "shape": asdict(self.network.shape),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "spent_s": self.spent_s,
        }
        draft = self.file.with_suffix(".draft")
        torch.save(state, draft)
        draft.rename(self.file)

    def _resume(self) -> None:
        if not self.file.exists():
            return
        state = torch.load(self.file, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent_s = state["step"], state["spent_s"]
        print(f"going on after step {self.step}, {self.spent_s / 60:.1f} minutes", flush=True)

    def _letters(self, heard: Tensor, batch: Batch) -> Tensor:
        """CTC over characters, which teaches the encoder to listen long before the decoder can."""
        rows = [row for row, letters in enumerate(batch.letters) if letters]
        if not rows:
            return 0.0 * heard.sum()
        scores = self.network.letters(heard[rows]).float().log_softmax(-1).transpose(0, 1)
        targets = torch.tensor([letter for row in rows for letter in batch.letters[row]])
        lengths = torch.tensor([len(batch.letters[row]) for row in rows])
        frames = torch.full((len(rows),), scores.shape[0])
        return functional.ctc_loss(scores, targets.to(scores.device), frames, lengths, zero_infinity=True)


def load_network(file: Path) -> tuple[Network, dict[str, Any]]:
    """The network of a checkpoint, on the CPU, and the rest of the checkpoint."""
    state = torch.load(file, map_location="cpu", weights_only=True)
    network = Network(Shape(**state["shape"]))
    network.load_state_dict(state["network"])
    return network, state
