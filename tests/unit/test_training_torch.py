"""The part of the demo model's recipe that needs torch, which `make demo-model` installs and the tests do not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: .venv/bin/pip install -e '.[training]'")

from ctranslate2 import StorageView  # noqa: E402
from ctranslate2.models import Whisper  # noqa: E402

from ai.training.clips import DEV, save_shard  # noqa: E402
from ai.training.examples import Examples, collate  # noqa: E402
from ai.training.heads import following_heads  # noqa: E402
from ai.training.layout import Layout  # noqa: E402
from ai.training.learn import dev_batches, train  # noqa: E402
from ai.training.learner import Learner, Plan, load_network  # noqa: E402
from ai.training.network import Network, Shape, arrays_of  # noqa: E402
from ai.training.tokens import control, save_tokenizer, train_tokenizer  # noqa: E402
from ai.training.weights import Build, save_model  # noqa: E402
from tests.unit.test_training import made_up_sessions  # noqa: E402

ROOT = Path(__file__).parents[2]
TEXT_TOKENS = 300
PLAN = Plan(steps=4, threads=1, loaders=0, scale=0.1, width=64, encoder_layers=1, decoder_layers=1)


def test_the_exported_network_computes_what_torch_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(Shape(TEXT_TOKENS, 64, 2, 2, 2))
    words = [f"w{number}" for number in range(TEXT_TOKENS)] + control()
    layout = Layout(TEXT_TOKENS)
    build = Build(arrays_of(network), 2, 2, 2, words, [layout.end + 2], [(1, 0)])
    save_model(build, tmp_path, None)
    engine = Whisper(str(tmp_path), compute_type="float32", intra_threads=1)
    mel = np.random.default_rng(0).standard_normal((1, 80, 3000), np.float32)
    features = StorageView.from_array(mel)
    with torch.no_grad():
        heard = network.listen(torch.from_numpy(mel))
        assert float(np.abs(heard.numpy() - np.array(engine.encode(features))).max()) < 1e-4
        found = engine.generate(
            features,
            [[layout.start, layout.no_times]],
            beam_size=1,
            max_length=16,
            suppress_blank=False,
            suppress_tokens=[],
            return_logits_vocab=True,
        )[0]
        ids = found.sequences_ids[0]
        ours = network.write(heard, torch.tensor([[layout.start, layout.no_times, *ids]]))[0, 1 : 1 + len(ids)]
    assert len(ids) >= 8
    assert float(np.abs(ours.numpy() - np.array(found.logits[0])[: len(ids)]).max()) < 1e-3


def test_the_loss_falls_on_what_is_shown_again_and_again(tmp_path: Path) -> None:
    learner = Learner(tmp_path, Plan(steps=1000, scale=0.1, width=64, encoder_layers=1, decoder_layers=1), 300)
    torch.set_num_threads(1)
    examples = Examples(made_up_sessions(), Layout(TEXT_TOKENS), 1)
    batch = collate([examples.example(np.random.default_rng(0), "single")], Layout(TEXT_TOKENS), full=False)
    losses = [learner.learn(batch) for _ in range(40)]
    assert losses[-1] < 0.8 * losses[0]


def test_the_encoder_learns_to_spell_before_the_decoder_learns_to_write(tmp_path: Path) -> None:
    plan = Plan(steps=10, scale=0.1, width=64, encoder_layers=1, decoder_layers=1)
    learner = Learner(tmp_path, plan, TEXT_TOKENS)
    examples = Examples(made_up_sessions(), Layout(TEXT_TOKENS), 1)
    batch = collate([examples.example(np.random.default_rng(0), "single")], Layout(TEXT_TOKENS), full=False)
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}

    def moved() -> set[str]:
        state = learner.network.state_dict()
        return {name.split(".")[0] for name in state if not torch.equal(before[name], state[name])}

    while learner.spelling:
        learner.learn(batch)
    assert moved() == {"conv1", "conv2", "encoder", "encoder_norm", "letters", "sound_scale"}
    learner.learn(batch)
    assert {"decoder", "words", "times"} < moved()


def test_training_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in (DEV, "clips-0000.npz"):
        save_shard(data / name, made_up_sessions())
    first = train(data, tmp_path / "out", PLAN, TEXT_TOKENS)
    assert (first.step, first.done) == (4, 1.0)
    longer = Plan(**{**vars_of(PLAN), "steps": 6})
    second = Learner(tmp_path / "out", longer, TEXT_TOKENS)
    assert second.step == 4
    assert second.spent_s == first.spent_s
    for name, value in first.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name]), name
    assert train(data, tmp_path / "out", longer, TEXT_TOKENS).step == 6
    network, state = load_network(tmp_path / "out" / "checkpoint.pt")
    assert state["step"] == 6
    heads = following_heads(network, dev_batches(made_up_sessions(), Layout(TEXT_TOKENS)))
    assert 1 <= len(heads) <= 2
    assert all(layer == 0 and head in (0, 1) for layer, head in heads)


def test_a_signal_to_the_terminal_stops_training_and_its_loaders_and_keeps_a_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    save_tokenizer(train_tokenizer(["bread and buns " * 9] * 4, 300), tmp_path / "data")
    for name in (DEV, "clips-0000.npz"):
        save_shard(tmp_path / "data" / name, made_up_sessions())
    command = [sys.executable, "-m", "ai.training", "train", "--out", tmp_path, "--steps", "100000"]
    small = ["--scale", "0.1", "--width", "64", "--encoder-layers", "1", "--decoder-layers", "1"]
    with subprocess.Popen(
        [*command, *small], cwd=ROOT, stdout=-1, stderr=-2, text=True, process_group=0
    ) as running:
        try:
            time.sleep(8)
        finally:
            os.killpg(running.pid, signal.SIGTERM)
        told, _ = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "stopped before the end" in told
    assert (tmp_path / "checkpoint.pt").exists()


def test_training_needs_nothing_but_torch_and_numpy() -> None:
    """So that it can run on a machine with a GPU and little else; the synthesizers' sounds were made before."""
    code = (
        "import sys\n"
        "for name in ('faster_whisper', 'tokenizers', 'av', 'ctranslate2', 'onnxruntime', 'pydantic', 'psutil'):\n"
        "    sys.modules[name] = None\n"
        "import ai.training.__main__, ai.training.learn, ai.training.clips\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def vars_of(plan: Plan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}
