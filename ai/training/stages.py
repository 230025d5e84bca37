"""The stages of making the demo model, one function each."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ai.training.clips import DEV, TOKENIZER, load_shard, prepare
from ai.training.weights import Quantization

BUNDLED = Path(__file__).parents[1] / "models" / "demo"
QUANTIZATION: Quantization = "int8_float16"
MOST_BYTES = 8 << 20
README = Path(__file__).with_name("model-readme.md")


@dataclass(frozen=True, slots=True)
class Job:
    """What was asked for on the command line."""

    out: Path
    data: Path
    hours: float
    minutes: float
    steps: int | None
    seed: int
    threads: int
    loaders: int
    scale: float
    width: int
    encoder_layers: int
    decoder_layers: int
    eval_clips: int
    quick: bool
    stage: None = None

    @property
    def model(self) -> Path:
        return self.out / "model"

    @property
    def text_tokens(self) -> int:
        """Read without the tokenizer's library, which is not there where only training runs."""
        told = json.loads((self.data / TOKENIZER).read_text())
        return next(int(token["id"]) for token in told["added_tokens"] if token["content"] == "<|endoftext|>")


def speech(job: Job) -> None:
    from ai.training.evaluate import make_sets  # noqa: PLC0415

    prepare(job.data, job.hours, job.seed, job.threads)
    make_sets(job.data, job.eval_clips, job.seed, job.threads)


def train(job: Job) -> None:
    from ai.training.learn import train  # noqa: PLC0415  torch, only where it is used
    from ai.training.learner import Plan  # noqa: PLC0415

    plan = Plan(
        job.minutes,
        job.steps,
        job.seed,
        job.threads,
        job.loaders,
        job.scale,
        job.width,
        job.encoder_layers,
        job.decoder_layers,
    )
    learner = train(job.data, job.out, plan, job.text_tokens)
    print(f"{learner.step} steps in {learner.spent_s / 60:.1f} minutes", flush=True)
    if learner.done < 1.0:
        raise SystemExit("stopped before the end; the same command goes on")


def export(job: Job) -> None:
    """The folder, complete, in the place of the one before only once it is."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    from ai.training.heads import following_heads  # noqa: PLC0415
    from ai.training.layout import Layout  # noqa: PLC0415
    from ai.training.learn import dev_batches  # noqa: PLC0415
    from ai.training.learner import load_network  # noqa: PLC0415
    from ai.training.network import arrays_of  # noqa: PLC0415
    from ai.training.tokens import vocabulary  # noqa: PLC0415
    from ai.training.weights import Build, save_model  # noqa: PLC0415

    network, state = load_network(job.out / "checkpoint.pt")
    layout = Layout(network.shape.text_tokens)
    heads = following_heads(network, dev_batches(load_shard(job.data / DEV), layout))
    draft = job.out / "model.draft"
    shutil.rmtree(draft, ignore_errors=True)
    shape = network.shape
    words = vocabulary(Tokenizer.from_file(str(job.data / TOKENIZER)))
    languages = [layout.end + 2]
    build = Build(
        arrays_of(network), shape.heads, shape.encoder_layers, shape.decoder_layers, words, languages, heads
    )
    save_model(build, draft, QUANTIZATION)
    shutil.copy(job.data / TOKENIZER, draft)
    size = sum(file.stat().st_size for file in draft.iterdir())
    if size > MOST_BYTES:
        raise SystemExit(f"{size} bytes are more than the demo model may have; make it narrower")
    told = {"steps": state["step"], "minutes": round(state["spent_s"] / 60, 1), "bytes": size, "heads": heads}
    (job.out / "training.json").write_text(json.dumps(told, indent=1) + "\n")
    shutil.rmtree(job.model, ignore_errors=True)
    draft.rename(job.model)
    print(f"{job.model}: {size / 1e6:.2f} MB, alignment heads {heads}", flush=True)


def evaluate(job: Job) -> None:
    from ai.training.evaluate import evaluate  # noqa: PLC0415

    figures = {name: evaluate(model, job.data, job.threads) for name, model in models(job).items()}
    (job.out / "evaluation.json").write_text(json.dumps(figures, indent=1) + "\n")
    rows = table(figures)
    print(rows, flush=True)
    told = json.loads((job.out / "training.json").read_text())
    text = README.read_text().format(
        table=rows, megabytes=f"{told['bytes'] / 1e6:.1f}", minutes=told["minutes"], steps=f"{told['steps']:,}"
    )
    (job.model / "README.md").write_text(text)


def models(job: Job) -> dict[str, Path]:
    return {"new": job.model, "bundled": BUNDLED}


def table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """One row for each set, in Markdown."""
    names = list(figures)
    error, exact = "word error rate %", "exact %"
    heads = [f"{what}, {name}" for name in names for what in ("word error rate", "exact text")]
    lines = ["| held-out set | clips | " + " | ".join(heads) + " |", "|---" * (2 + len(heads)) + "|"]
    for kind, first in figures[names[0]].items():
        cells = [f"{figures[name][kind][error]} % | {figures[name][kind][exact]} %" for name in names]
        lines.append(f"| {kind}, {first['seconds a clip']} s | {first['clips']:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


STAGES: dict[str, Callable[[Job], None]] = {
    "speech": speech,
    "train": train,
    "export": export,
    "evaluate": evaluate,
}
