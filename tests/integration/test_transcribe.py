"""The kind `transcribe` from upload to transcript, on the real model: good notes, bad files, hostile names."""

import asyncio
import io
import time
import wave
from dataclasses import replace
from typing import Any
from uuid import uuid4

import av
import httpx
import numpy as np
import pytest

from ai.word_errors import word_error_rate
from jobs.resources import Resources
from jobs.worker import Worker
from tests.conftest import eventually, running_worker
from tests.listening import children, decoders
from tests.sounds import NOTES, VOICE, Pcm, in_windows


async def upload(client: httpx.AsyncClient, data: bytes, name: str) -> str:
    reply = await client.post("/v1/files", params={"name": name}, content=data)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


async def transcribe(client: httpx.AsyncClient, file: str, **options: object) -> dict[str, Any]:
    reply = await client.post("/v1/jobs", json={"kind": "transcribe", "input": {"file": file, **options}})
    assert reply.status_code == 202, reply.text
    return await finished(client, reply.json()["id"])


async def finished(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    async def done() -> dict[str, Any] | None:
        job = (await client.get(f"/v1/jobs/{job_id}")).json()
        return job if job["done"] else None

    return await eventually(done, 30, "the transcription never ended")


def silence(seconds: float) -> bytes:
    return wav(np.zeros(int(seconds * 16_000), "<i2"))


def wav(pcm: Pcm) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(pcm.tobytes())
    return buffer.getvalue()


def video_without_sound() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            black = np.zeros((64, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
        container.mux(stream.encode(None))
    return buffer.getvalue()


async def test_notes_in_five_formats_become_text_with_subtitles(client: httpx.AsyncClient, worker: Worker) -> None:
    for name, text in NOTES.items():
        job = await transcribe(client, await upload(client, (VOICE / name).read_bytes(), name))
        assert job["status"] == "succeeded", job["error"]
        assert word_error_rate([(text, job["output"]["text"])]) <= 0.1
        assert job["progress"]["unit"] == "s"
        assert job["progress"]["fraction"] == 1.0
        assert job["output"]["model"] == "demo"
        endings = [artifact["name"].removeprefix("transcript.") for artifact in job["artifacts"]]
        assert endings == ["json", "srt", "tsv", "txt", "vtt"]
    srt = await client.get(f"/v1/jobs/{job['id']}/artifacts/transcript.srt")
    assert srt.text.startswith("1\n00:00:0")
    assert "-->" in srt.text


async def test_segments_come_as_events_with_what_the_output_holds(
    client: httpx.AsyncClient, worker: Worker
) -> None:
    job = await transcribe(client, await upload(client, (VOICE / "bakery.ogg").read_bytes(), "a.ogg"), words=True)
    told = (await client.get(f"/v1/jobs/{job['id']}/events")).json()["data"]
    segments = [event["data"] for event in told if event["type"] == "transcript.segment"]
    assert [segment["text"] for segment in segments] == [segment["text"] for segment in job["output"]["segments"]]
    assert job["output"]["segments"][0]["words"][0]["start"] >= 0
    assert 14 < job["output"]["duration_s"] < 16


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "empty.wav", "invalid_media"),
        (b"This is not sound, whatever the name says." * 100, "text.wav", "invalid_media"),
        (video_without_sound(), "silent.mp4", "invalid_media"),
        (silence(0), "header-only.wav", "invalid_media"),
        (np.random.default_rng(1).bytes(50_000), "noise.mp3", "invalid_media"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "list.wav", "invalid_media"),
    ],
    ids=["empty", "text", "video", "header", "rubbish", "playlist"],
)
async def test_a_file_that_holds_no_sound_fails_once_with_a_sentence(
    client: httpx.AsyncClient, worker: Worker, data: bytes, name: str, code: str
) -> None:
    job = await transcribe(client, await upload(client, data, name))
    assert (job["status"], job["error"]["code"], job["failures"]) == ("failed", code, 1), job
    assert job["error"]["retryable"] is False
    assert job["error"]["message"].endswith(".")
    assert "Error" not in job["error"]["message"]


async def test_three_seconds_of_silence_are_an_empty_transcript(client: httpx.AsyncClient, worker: Worker) -> None:
    job = await transcribe(client, await upload(client, silence(3), "silence.wav"))
    assert (job["status"], job["output"]["text"], job["output"]["segments"]) == ("succeeded", "", [])


async def test_half_an_mp3_gives_what_is_there_and_says_so(client: httpx.AsyncClient, worker: Worker) -> None:
    data = (VOICE / "note-4.mp3").read_bytes()
    job = await transcribe(client, await upload(client, data[: len(data) // 2], "half.mp3"))
    assert job["status"] == "succeeded", job["error"]
    assert job["output"]["text"]
    assert job["warnings"] == ["The file says it lasts 14.2 s, but only 7.1 s could be read."]


async def test_an_unknown_file_fails_with_invalid_input(client: httpx.AsyncClient, worker: Worker) -> None:
    job = await transcribe(client, str(uuid4()))
    assert (job["status"], job["error"]["code"]) == ("failed", "invalid_input")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00b.ogg", "x" * 4096 + ".ogg", "", "\u202egpj.ogg", "a\nb"]
)
async def test_a_hostile_file_name_is_only_a_name(client: httpx.AsyncClient, worker: Worker, name: str) -> None:
    file = await upload(client, (VOICE / "note-5.flac").read_bytes(), name)
    stored = (await client.get(f"/v1/files/{file}")).json()["name"]
    assert len(stored.encode()) <= 255
    assert "/" not in stored
    assert stored.isprintable()
    assert (await transcribe(client, file))["status"] == "succeeded"


async def test_a_model_that_is_not_there_says_how_to_get_it(client: httpx.AsyncClient, res: Resources) -> None:
    missing = res.settings.model_copy(update={"whisper_model": "/no/such/model"})
    async with running_worker(replace(res, settings=missing)):
        job = await transcribe(client, await upload(client, (VOICE / "note-5.flac").read_bytes(), "a.flac"))
    assert (job["status"], job["error"]["code"]) == ("failed", "model_unavailable")
    assert "/no/such/model" in job["error"]["message"]


async def test_several_notes_at_once_come_out_as_alone(client: httpx.AsyncClient, worker: Worker) -> None:
    files = [await upload(client, (VOICE / name).read_bytes(), name) for name in NOTES]
    jobs = await asyncio.gather(*(transcribe(client, file) for file in files))
    pairs = [(text, job["output"]["text"]) for text, job in zip(NOTES.values(), jobs, strict=True)]
    assert all(word_error_rate([pair]) <= 0.1 for pair in pairs)


async def test_silence_shows_progress_with_every_window_and_can_be_canceled_in_it(
    client: httpx.AsyncClient, worker: Worker
) -> None:
    file = await upload(client, silence(600), "silence.wav")
    reply = await client.post("/v1/jobs", json={"kind": "transcribe", "input": {"file": file}})
    job_id, seen = reply.json()["id"], []

    async def far_enough() -> bool | None:
        progress = (await client.get(f"/v1/jobs/{job_id}")).json()["progress"]
        if progress and progress["step"] == "transcribing" and progress["current"] not in seen:
            seen.append(progress["current"])
        return True if len(seen) > 3 else None

    await eventually(far_enough, 60, "it showed no progress")
    assert seen == sorted(seen)
    assert all(position % 30 == 0 for position in seen)
    began = time.monotonic()
    await client.post(f"/v1/jobs/{job_id}/cancel")
    assert (await finished(client, job_id))["status"] == "canceled"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("process", ["model-host", "decoders", "decoder"])
async def test_a_transcription_whose_process_dies_goes_on_and_ends_as_if_nothing_had_been(
    client: httpx.AsyncClient, worker: Worker, process: str
) -> None:
    sound = wav(in_windows(*NOTES, *NOTES))
    whole = await transcribe(client, await upload(client, sound, "long.wav"), words=True)
    file = await upload(client, sound, "long.wav")
    reply = await client.post("/v1/jobs", json={"kind": "transcribe", "input": {"file": file, "words": True}})
    job_id = reply.json()["id"]

    async def told() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = (await client.get(f"/v1/jobs/{job_id}/events")).json()["data"]
        return [event for event in events if event["type"] == "transcript.segment"]

    async def begun() -> bool | None:
        return len(await told()) > 2 or None

    await eventually(begun, 60, "it told no segment")
    for child in decoders() if process == "decoder" else children(process):
        child.kill()
    job = await finished(client, job_id)
    assert (job["status"], job["attempt"], job["failures"], job["output"]) == ("succeeded", 2, 0, whole["output"])
    segments = await told()
    assert [event["data"]["text"] for event in segments] == [s["text"] for s in whole["output"]["segments"]]
    assert {event["attempt"] for event in segments} == {1, 2}
