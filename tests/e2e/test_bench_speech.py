"""The quick forms of the speech benches: every question is asked of a real service, every figure is there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.listening.corpora import clips, long_file, noted, of_folder, samples_of, seconds_of
from bench.speech import QUESTIONS

ROOT = Path(__file__).parents[2]


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *argv], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(300)
def test_every_question_about_speech_is_answered() -> None:
    done = run("bench.speech", "--quick")
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = {name: found["demo"] for name, found in json.loads(done.stdout).items()}
    assert list(figures) == list(QUESTIONS)
    for side in ("ours", "bare"):
        assert figures["quality"][side]["word error rate %"] < 60
        assert figures["quality"][side]["real-time factor"] > 0
    memory = figures["memory"]
    assert memory["long"]["seconds of sound"] > memory["short"]["seconds of sound"]
    assert memory["short"]["peak MB"] > 100
    assert figures["long-speed"]["beam 1"]["ratio"] > 0
    assert figures["same-segments"]["segments"] > 0
    assert len(figures["many-clips"]["beam 1"]["s"]) == 5
    assert figures["beside"]["submit to first heard s"]
    assert (figures["cancels"]["neighbours"], figures["cancels"]["neighbours changed"]) == (1, 0)
    assert figures["progress"]["monotone"] == figures["progress"]["files"] == 1
    for load in ("at rest", "4 transcriptions and uploads"):
        for loop in ("worker ms", "API, /healthz ms"):
            assert figures["loop-lag"][load][loop]["times"] > 0


def test_the_gpu_bench_says_when_there_is_no_gpu() -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU")
    done = run("bench.gpu_speech")
    assert done.returncode == 1
    assert done.stderr.startswith("no GPU here")


def test_the_gpu_bench_runs_on_a_cpu_that_stands_in(tmp_path: Path) -> None:
    small = ("--cpu", "--shape", "mini", "--windows", "20", "--jobs", "2", "--cache", str(tmp_path))
    done = run("bench.gpu_speech", *small, "--only", "offline,engine-soak")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["offline"]["best"] == max(figures["offline"]["windows/s by batch"].values()) > 0
    assert figures["engine-soak"]["windows"] >= 20
    assert figures["engine-soak"]["texts that differ"] == 0
    assert abs(figures["engine-soak"]["process MB"]["drift"]) < 100


def test_a_long_file_says_its_clips_again_and_again(tmp_path: Path) -> None:
    note = noted()[-1]
    clip = long_file(tmp_path / "long.ogg", [note], 3 * note.seconds, quiet_s=2.0)
    sound = samples_of(clip.path)
    assert clip.seconds == pytest.approx(len(sound) / 16_000, abs=0.1)
    assert clip.seconds > 2 * note.seconds
    assert clip.seconds == seconds_of(clip.path)
    silent = long_file(tmp_path / "silent.ogg", [], 30.0)
    assert 30.0 <= silent.seconds < 45.0
    assert abs(samples_of(silent.path)).max() < 1e-3


def test_a_folder_of_somebodys_recordings_is_read_with_its_texts(tmp_path: Path) -> None:
    note = noted()[-1]
    (tmp_path / "one.FLAC").write_bytes(note.path.read_bytes())
    (tmp_path / "one.txt").write_text("What was said.")
    (tmp_path / "two.flac").write_bytes(note.path.read_bytes())
    (tmp_path / "notes.md").write_text("no recording")
    found = of_folder(tmp_path)
    assert [(clip.path.name, clip.text) for clip in found] == [("one.FLAC", "What was said."), ("two.flac", None)]


def test_without_synthesizers_the_notes_of_the_tests_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = clips(tmp_path, 7, seed=1, sentences=(1, 1))
    assert len(found) == 7
    assert all(clip.text and clip.path.exists() for clip in found)
