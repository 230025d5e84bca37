"""Decoding: every container, every kind of broken file, and nothing lost in silence."""

import asyncio
import io
import subprocess
import sys
import wave
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from ai.audio import decode
from ai.errors import InvalidMedia, MediaTooLong

VOICE = Path(__file__).parents[1] / "data" / "voice"


def wav(seconds: float, rate: int = 16_000) -> bytes:
    """A tone of 440 Hz."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        tone = np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate)
        file.writeframes((tone * 12_000).astype(np.int16).tobytes())
    return buffer.getvalue()


def silent_video(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def damaged(name: str) -> bytes:
    """One percent of the bytes, a quarter in, replaced by noise."""
    data = bytearray((VOICE / name).read_bytes())
    start, size = len(data) // 4, len(data) // 100
    data[start : start + size] = np.random.default_rng(1).bytes(size)
    return bytes(data)


@pytest.mark.parametrize(
    "name, seconds",
    [
        ("bakery.ogg", 15.2),
        ("note-2.m4a", 12.4),
        ("note-3.wav", 11.4),
        ("note-4.mp3", 14.2),
        ("note-5.flac", 7.5),
    ],
)
async def test_every_container_becomes_16_khz_mono(tmp_path, name, seconds):
    decoded = await decode(VOICE / name, tmp_path)
    samples = np.fromfile(decoded.path, dtype=np.float32)
    assert decoded.seconds == pytest.approx(seconds, abs=0.1) == pytest.approx(decoded.declared_seconds, abs=0.1)
    assert len(samples) == round(decoded.seconds * 16_000)
    assert 0.05 < np.abs(samples).max() <= 1.5
    assert (decoded.lost_packets, decoded.warnings) == (0, [])


async def test_another_rate_is_resampled_without_losing_its_pitch(tmp_path):
    (tmp_path / "tone.wav").write_bytes(wav(2, rate=44_100))
    decoded = await decode(tmp_path / "tone.wav", tmp_path)
    samples = np.fromfile(decoded.path, dtype=np.float32)
    assert decoded.seconds == pytest.approx(2, abs=0.01)
    assert np.abs(np.fft.rfft(samples)).argmax() / decoded.seconds == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"", "The file is empty."),
        (b"I am no sound at all.\n" * 50, "not audio or video"),
        (bytes(range(256)) * 40, "not audio or video"),
        (wav(0), "no sound in it"),
        (wav(1)[:20], "not audio or video"),
    ],
    ids=["empty", "text", "bytes", "header-only", "half-a-header"],
)
async def test_a_wav_that_is_none_is_refused_with_a_sentence(tmp_path, data, sentence):
    (tmp_path / "note.wav").write_bytes(data)
    with pytest.raises(InvalidMedia, match=sentence):
        await decode(tmp_path / "note.wav", tmp_path)


async def test_a_video_without_sound_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(InvalidMedia, match=r"^The file has no audio track\."):
        await decode(silent_video(tmp_path / "clip.mp4"), tmp_path)


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{0}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {0}\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    '<Period><AdaptationSet mimeType="audio/wav"><Representation><BaseURL>{0}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("ending", ["wav", "m3u8", "ffconcat", "mpd"])
@pytest.mark.parametrize("kind", PLAYLISTS)
async def test_a_playlist_that_names_another_file_is_refused(tmp_path, kind, ending):
    (tmp_path / "secret.wav").write_bytes(wav(1))
    (tmp_path / f"list.{ending}").write_text(PLAYLISTS[kind].format("secret.wav"))
    with pytest.raises(InvalidMedia):
        await decode(tmp_path / f"list.{ending}", tmp_path)


def test_pyav_itself_would_have_followed_that_playlist(tmp_path):
    (tmp_path / "secret.wav").write_bytes(wav(1))
    (tmp_path / "list.ffconcat").write_text(PLAYLISTS["concat"].format("secret.wav"))
    with av.open(str(tmp_path / "list.ffconcat")) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 16_000


async def test_half_an_mp3_gives_its_half_and_a_warning(tmp_path):
    data = (VOICE / "note-4.mp3").read_bytes()
    (tmp_path / "note.mp3").write_bytes(data[: len(data) // 2])
    decoded = await decode(tmp_path / "note.mp3", tmp_path)
    assert decoded.seconds == pytest.approx(7.1, abs=0.2)
    assert decoded.warnings == ["The file says it lasts 14.2 s, but only 7.1 s could be read."]


async def test_half_an_ogg_gives_its_half(tmp_path):
    data = (VOICE / "bakery.ogg").read_bytes()
    (tmp_path / "note.ogg").write_bytes(data[: len(data) // 2])
    assert (await decode(tmp_path / "note.ogg", tmp_path)).seconds > 6


@pytest.mark.parametrize("name", ["note-2.m4a", "note-4.mp3"])
async def test_a_bad_packet_costs_only_itself_and_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(damaged(name))
    whole, decoded = await decode(VOICE / name, tmp_path), await decode(tmp_path / name, tmp_path)
    assert decoded.seconds > whole.seconds - 0.5
    assert decoded.lost_packets > 0
    assert "could not be read" in decoded.warnings[0]


@pytest.mark.parametrize("name", ["bakery.ogg", "note-5.flac"])
async def test_a_hole_in_the_recording_is_told_and_what_follows_keeps_its_time(tmp_path, name):
    (tmp_path / name).write_bytes(damaged(name))
    whole, decoded = await decode(VOICE / name, tmp_path), await decode(tmp_path / name, tmp_path)
    assert decoded.seconds == pytest.approx(whole.seconds, abs=0.3)
    assert "are missing; silence stands in their place" in decoded.warnings[0]


async def test_audio_over_the_limit_is_stopped_while_it_is_decoded(tmp_path):
    (tmp_path / "long.wav").write_bytes(wav(60))
    with pytest.raises(MediaTooLong, match="longer than 5 seconds"):
        await decode(tmp_path / "long.wav", tmp_path, max_seconds=5)
    assert (tmp_path / "audio.f32").stat().st_size < 7 * 16_000 * 4


def decoders() -> list[psutil.Process]:
    """The decoders among our children; the others are the servers of the whole run."""
    return [child for child in psutil.Process().children() if child.cmdline()[-1:] == ["ai.whole:decode"]]


async def test_a_decoder_that_dies_makes_the_file_invalid(tmp_path):
    (tmp_path / "long.wav").write_bytes(wav(600))

    async def kill_it(seconds: float, declared: float | None) -> None:
        for child in decoders():
            child.kill()

    with pytest.raises(InvalidMedia, match=r"the decoder stopped \(killed by signal 9"):
        await decode(tmp_path / "long.wav", tmp_path, on_progress=kill_it)


async def test_progress_is_told_while_it_decodes(tmp_path):
    told: list[tuple[float, float | None]] = []

    async def tell(seconds: float, declared: float | None) -> None:
        told.append((seconds, declared))

    decoded = await decode(VOICE / "bakery.ogg", tmp_path, on_progress=tell)
    assert told
    assert all(
        0 < seconds <= decoded.seconds and declared == decoded.declared_seconds for seconds, declared in told
    )


async def test_a_long_recording_is_decoded_in_flat_memory(tmp_path):
    (tmp_path / "long.wav").write_bytes(wav(1800, rate=8000))
    peak, done = 0, asyncio.Event()

    async def watch() -> None:
        nonlocal peak
        while not done.is_set():
            for child in decoders():
                peak = max(peak, child.memory_info().rss)
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    decoded = await decode(tmp_path / "long.wav", tmp_path)
    done.set()
    await watching
    assert decoded.seconds == pytest.approx(1800, abs=0.1)
    assert 0 < peak < 200 << 20


def test_the_parent_never_imports_a_decoder():
    program = "import sys, ai.audio, ai.host; print({'av', 'numpy', 'ctranslate2'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=VOICE.parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
