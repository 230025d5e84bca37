"""Processes of the whole stack are killed while a voice note is transcribed: the text comes out all the same."""

import os
import signal
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.e2e.stack_tools import Up, eventually, running

pytestmark = pytest.mark.chaos

VOICE = Path(__file__).parent.parent / "data" / "voice"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running(tmp_path_factory.mktemp("stack") / "data", env={"TURNSPIT_WHISPER_MODEL": "demo"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def long_note(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four minutes of speech: several seconds of work."""
    path = tmp_path_factory.mktemp("notes") / "long.wav"
    with wave.open(str(VOICE / "note-3.wav")) as note, wave.open(str(path), "wb") as long:
        long.setparams(note.getparams())
        samples = note.readframes(note.getnframes())
        for _ in range(20):
            long.writeframes(samples)
    return path


@pytest.fixture(scope="module")
def undisturbed(up: Up, long_note: Path) -> dict[str, Any]:
    """The output of a run that nobody disturbs."""
    job = finished(up, transcribe(up, long_note))
    assert job["status"] == "succeeded", job["error"]
    assert job["output"]["text"].count("tattoo") >= 15
    return dict(job["output"])


def client(up: Up) -> httpx.Client:
    return httpx.Client(base_url=up.url, timeout=30)


def transcribe(up: Up, note: Path) -> str:
    with client(up) as http:
        file = http.post("/v1/files", params={"name": note.name}, content=note.read_bytes()).raise_for_status()
        body = {"kind": "transcribe", "input": {"file": file.json()["id"]}}
        return str(http.post("/v1/jobs", json=body).raise_for_status().json()["id"])


def look(up: Up, job_id: str) -> dict[str, Any]:
    with client(up) as http:
        return dict(http.get(f"/v1/jobs/{job_id}").raise_for_status().json())


def finished(up: Up, job_id: str, within: float = 60) -> dict[str, Any]:
    eventually(lambda: look(up, job_id)["done"], within)
    return look(up, job_id)


def events(up: Up, job_id: str) -> list[dict[str, Any]]:
    with client(up) as http:
        told = http.get(f"/v1/jobs/{job_id}/events", params={"limit": 1000}).raise_for_status().json()["data"]
    return list(told)


def heard_something(up: Up, job_id: str) -> bool:
    return any(event["type"] == "transcript.segment" for event in events(up, job_id))


def ran_again(up: Up, job_id: str) -> bool:
    job = look(up, job_id)
    return bool(job["attempt"] == 2 and job["status"] != "queued")


def heavy(up: Up) -> dict[str, Any]:
    return next(dict(worker) for worker in up.state["workers"] if "heavy" in worker["queues"])


def host_of(worker_pid: int) -> psutil.Process:
    """The model host among the worker's children."""
    return next(child for child in psutil.Process(worker_pid).children() if child.cmdline()[-1] == "model-host")


def assert_whole(up: Up, job_id: str, expected: dict[str, Any]) -> None:
    """Ended once, one published result, no gap in the events, no failure spent."""
    job = finished(up, job_id)
    assert (job["status"], job["attempt"], job["failures"]) == ("succeeded", 2, 0), job["error"]
    assert job["output"] == expected
    told = events(up, job_id)
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert [event["type"] for event in told].count("job.done") == 1
    assert sorted(artifact["name"] for artifact in job["artifacts"]) == [
        "transcript.json", "transcript.srt", "transcript.tsv", "transcript.txt", "transcript.vtt",
    ]  # fmt: skip
    segments = [event for event in told if event["type"] == "transcript.segment"]
    assert [event["data"]["text"] for event in segments] == [segment["text"] for segment in expected["segments"]]
    assert segments[0]["attempt"] == 1, "what the first attempt heard was heard again"


def test_a_killed_worker_process_transcribes_again_within_four_seconds(
    up: Up, long_note: Path, undisturbed: dict[str, Any]
) -> None:
    job_id = transcribe(up, long_note)
    eventually(lambda: heard_something(up, job_id), 20)
    os.kill(heavy(up)["pid"], signal.SIGKILL)
    killed = time.monotonic()
    eventually(lambda: ran_again(up, job_id), 10)
    assert time.monotonic() - killed < 4
    assert_whole(up, job_id, undisturbed)


def test_a_killed_model_host_transcribes_again_within_four_seconds(
    up: Up, long_note: Path, undisturbed: dict[str, Any]
) -> None:
    job_id = transcribe(up, long_note)
    eventually(lambda: heard_something(up, job_id), 20)
    host_of(heavy(up)["pid"]).kill()
    killed = time.monotonic()
    eventually(lambda: ran_again(up, job_id), 10)
    assert time.monotonic() - killed < 4
    assert_whole(up, job_id, undisturbed)


def test_killed_guard_and_worker_transcribe_again_within_fourteen_seconds(
    up: Up, long_note: Path, undisturbed: dict[str, Any]
) -> None:
    job_id = transcribe(up, long_note)
    eventually(lambda: heard_something(up, job_id), 20)
    worker = heavy(up)
    os.kill(worker["guard_pid"], signal.SIGKILL)
    os.kill(worker["pid"], signal.SIGKILL)
    killed = time.monotonic()
    eventually(lambda: ran_again(up, job_id), 20)
    assert time.monotonic() - killed < 14
    assert_whole(up, job_id, undisturbed)


def test_cancel_of_a_running_transcription_leaves_the_host_to_the_neighbour(
    up: Up, long_note: Path, undisturbed: dict[str, Any]
) -> None:
    job_id, neighbour = transcribe(up, long_note), transcribe(up, long_note)
    eventually(lambda: heard_something(up, job_id), 20)
    host = host_of(heavy(up)["pid"])
    began = time.monotonic()
    with client(up) as http:
        assert http.post(f"/v1/jobs/{job_id}/cancel").status_code == 200
    eventually(lambda: look(up, job_id)["status"] == "canceled", 5)
    assert time.monotonic() - began < 2
    told = events(up, job_id)
    assert told[-1]["type"] == "job.done"
    assert look(up, job_id)["artifacts"] == []
    done = finished(up, neighbour)
    assert (done["status"], done["attempt"], done["output"]) == ("succeeded", 1, undisturbed)
    assert host_of(heavy(up)["pid"]).pid == host.pid
    assert events(up, job_id) == told


def test_the_whole_stack_killed_with_jobs_queued_and_running_goes_on_with_all_of_them(
    tmp_path: Path, long_note: Path
) -> None:
    env = {"TURNSPIT_WHISPER_MODEL": "demo", "TURNSPIT_KINDS": "tests.kinds", "PYTHONPATH": str(VOICE.parents[2])}
    with running(tmp_path / "data", env=env) as first:
        voices = [transcribe(first, long_note), transcribe(first, VOICE / "note-5.flac")]
        with client(first) as http:
            body = [{"kind": "slow", "input": {"steps": 20, "pause_s": 0.05}} for _ in range(60)]
            plain = [job["id"] for job in http.post("/v1/batches", json=body).raise_for_status().json()["data"]]
        eventually(lambda: heard_something(first, voices[0]), 20)
        first.end(signal.SIGKILL)
    with running(tmp_path / "data", env=env) as second:
        for job_id in (*voices, *plain):
            job = finished(second, job_id, within=90)
            assert (job["status"], job["failures"]) == ("succeeded", 0), job["error"]
            told = events(second, job_id)
            assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
            assert [event["type"] for event in told].count("job.done") == 1
