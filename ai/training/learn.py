"""Training: torch and numpy only, by the clock, and so that it can be stopped at any moment and gone on with."""

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import Value
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from ai.training.clips import DEV, Session, load_all, load_shard
from ai.training.examples import IGNORED, Batch, Examples, Layout, collate
from ai.training.network import Network, Shape

PEAK = 2e-3
WARM_UP = 300
LETTERS_WEIGHT = 0.3
SMOOTHING = 0.05
SAVE_S = 120.0
TELL_S = 30.0
DEV_ROWS = 32


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


class Batches(Dataset[Batch]):
    """Batch n, made by another process while the one before is learnt from; `done` says how far that has come."""

    def __init__(self, examples: Examples, first: int, done: "Synchronized[float]") -> None:
        self._examples, self._first, self._done = examples, first, done

    def __len__(self) -> int:
        return 10**9

    def __getitem__(self, index: int) -> Batch:
        return self._examples.batch(self._first + index, self._done.value)


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

    def learn(self, batch: Batch) -> float:
        """One step; the loss per token."""
        rate = PEAK * min(1.0, (self.step + 1) / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * self.done)) / 2)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
            heard = self.network.listen(torch.from_numpy(batch.mels).to(self.device))
            logits = self.network.write(heard, torch.from_numpy(batch.given).to(self.device))
        wanted = torch.from_numpy(batch.wanted).to(self.device)
        loss = functional.cross_entropy(
            logits.float().flatten(0, 1), wanted.flatten(), ignore_index=IGNORED, label_smoothing=SMOOTHING
        )
        total = loss + LETTERS_WEIGHT * self._letters(heard, batch)
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return float(loss.detach())

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
            return heard.new_zeros(())
        scores = self.network.letters(heard[rows]).float().log_softmax(-1).transpose(0, 1)
        targets = torch.tensor([letter for row in rows for letter in batch.letters[row]])
        lengths = torch.tensor([len(batch.letters[row]) for row in rows])
        frames = torch.full((len(rows),), scores.shape[0])
        return functional.ctc_loss(scores, targets.to(scores.device), frames, lengths, zero_infinity=True)


def train(data: Path, folder: Path, plan: Plan, text_tokens: int) -> Learner:
    """Learn until the plan's minutes or steps are over, or a signal asks to stop; a checkpoint is kept."""
    torch.set_num_threads(plan.threads)
    folder.mkdir(parents=True, exist_ok=True)
    layout = Layout(text_tokens)
    learner = Learner(folder, plan, text_tokens)
    examples = Examples(load_all(data), layout, plan.seed, plan.scale)
    dev = dev_batches(load_shard(data / DEV), layout)
    done = Value("d", learner.done)
    with asked_to_stop() as stop:
        _loop(learner, loader(Batches(examples, learner.step, done), plan), done, dev, stop)
    learner.save()
    return learner


def _loop(
    learner: Learner, batches: Iterator[Batch], done: "Synchronized[float]", dev: list[Batch], stop: list[int]
) -> None:
    told = saved = last = time.monotonic()
    losses: list[float] = []
    while learner.done < 1.0 and not stop:
        losses.append(learner.learn(next(batches)))
        now = time.monotonic()
        learner.spent_s, last = learner.spent_s + now - last, now
        done.value = learner.done
        if now - saved > SAVE_S:
            learner.save()
            saved = now
        if now - told > TELL_S or learner.done >= 1.0:
            tell(learner, losses, dev)
            told, losses = now, []


def tell(learner: Learner, losses: list[float], dev: list[Batch]) -> None:
    print(
        f"{learner.spent_s / 60:6.1f} min  step {learner.step:6d}  loss {np.mean(losses):.3f}  "
        f"unheard voices, tokens right {learner.accuracy(dev):.3f}",
        flush=True,
    )


def dev_batches(sessions: list[Session], layout: Layout) -> list[Batch]:
    """The same clean sentences every time, of voices and names that are not in training."""
    examples = Examples(sessions, layout, 0)
    rng = np.random.default_rng(0)
    made = [examples.example(rng, "short", clean=True) for _ in range(DEV_ROWS)]
    return [collate(made, layout, full=False)]


def loader(batches: Batches, plan: Plan) -> Iterator[Batch]:
    """Batches in order, made by `loaders` processes beside us."""
    return iter(
        DataLoader(batches, batch_size=None, num_workers=plan.loaders, prefetch_factor=4 if plan.loaders else None)
    )


@contextmanager
def asked_to_stop() -> Iterator[list[int]]:
    """A list that gets the signal once one comes; the step in hand is finished."""
    asked: list[int] = []
    before = {n: signal.signal(n, lambda number, _: asked.append(number)) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def following_heads(network: Network, dev: list[Batch]) -> list[tuple[int, int]]:
    """The heads that look where the words are said, best first: at most 4, all that come near the best."""
    scores: dict[tuple[int, int], float] = {}
    network.eval()
    with torch.no_grad():
        for batch in dev:
            heard = network.listen(torch.from_numpy(batch.mels))
            looks = network.looks(heard, torch.from_numpy(batch.given))
            for layer, found in enumerate(looks):
                for head in range(found.shape[1]):
                    at = (layer, head)
                    scores[at] = scores.get(at, 0.0) + _within(found[:, head], batch.spans)
    best = max(scores.values())
    return sorted((at for at in scores if scores[at] > 0.7 * best), key=lambda at: -scores[at])[:4]


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


def load_network(file: Path) -> tuple[Network, dict[str, Any]]:
    """The network of a checkpoint, on the CPU, and the rest of the checkpoint."""
    state = torch.load(file, map_location="cpu", weights_only=True)
    network = Network(Shape(**state["shape"]))
    network.load_state_dict(state["network"])
    return network, state
