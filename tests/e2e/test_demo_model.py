"""The demo model made from nothing, in the quick form: every stage for real, on far too little."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from faster_whisper import WhisperModel

ROOT = Path(__file__).parents[2]
VOICE = ROOT / "tests" / "data" / "voice" / "note-3.wav"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_demo_model_is_made_in_one_command(tmp_path: Path) -> None:
    if find_spec("torch") is None:
        pytest.skip("torch is not installed: .venv/bin/pip install -e '.[training]'")
    if not (shutil.which("espeak-ng") and shutil.which("flite")):
        pytest.skip("espeak-ng and flite are not installed: apt-get install espeak-ng flite")
    command = [sys.executable, "-m", "ai.training", "all", "--quick", "--out", str(tmp_path), "--threads", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "this model will be bad" in done.stderr
    figures = json.loads((tmp_path / "evaluation.json").read_text())
    assert set(figures) == {"new", "bundled"}
    assert figures["new"].keys() == figures["bundled"].keys() >= {"digits", "18 to 30 s", "both learnt: espeak-ng"}
    both = figures["bundled"]["both learnt: espeak-ng"]
    assert both["word error rate %"] < 60, "the bundled model reads what it learnt"
    readme = (tmp_path / "model" / "README.md").read_text()
    assert "| digits, " in readme
    assert "{" not in readme
    model = WhisperModel(str(tmp_path / "model"), device="cpu", compute_type="int8", cpu_threads=1)
    list(model.transcribe(str(VOICE), word_timestamps=True)[0])
