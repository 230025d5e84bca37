"""Training by the clock: it can be stopped at any moment and gone on with; torch and numpy are all it needs."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Value
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from ai.training.clips import DEV, Session, load_all, load_shard
from ai.training.examples import Batch, Examples, collate
from ai.training.layout import Layout
from ai.training.learner import Learner, Plan

SAVE_S = 120.0
TELL_S = 30.0
DEV_ROWS = 32


class Batches(Dataset[Batch]):
    """Batch n, made by another process while the one before is learnt from; `done` says how far that has come."""

    def __init__(self, examples: Examples, first: int, done: "Synchronized[float]") -> None:
        self._examples, self._first, self._done = examples, first, done

    def __len__(self) -> int:
        return 10**9

    def __getitem__(self, index: int) -> Batch:
        return self._examples.batch(self._first + index, self._done.value)


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
    so_far = f"{learner.spent_s / 60:6.1f} min  step {learner.step:6d}  loss {np.mean(losses):.3f}  "
    judged = "learns to spell" if learner.spelling else f"unheard voices, tokens right {learner.accuracy(dev):.3f}"
    print(so_far + judged, flush=True)


def dev_batches(sessions: list[Session], layout: Layout) -> list[Batch]:
    """The same clean sentences every time, of voices and names that are not in training."""
    examples = Examples(sessions, layout, 0)
    rng = np.random.default_rng(0)
    made = [examples.example(rng, "short", clean=True) for _ in range(DEV_ROWS)]
    return [collate(made, layout, full=False)]


def loader(batches: Batches, plan: Plan) -> Iterator[Batch]:
    """Batches in order, made by `loaders` processes beside us."""
    ahead = {"prefetch_factor": 4, "worker_init_fn": leave_signals} if plan.loaders else {}
    return iter(DataLoader(batches, batch_size=None, num_workers=plan.loaders, **ahead))


def leave_signals(_: int) -> None:
    """A signal to all processes of a terminal stops the training, which then ends its loaders."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


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
