"""Decoding: every container, every kind of broken file, and nothing lost in silence."""

import asyncio
import io
import os
import tracemalloc
import wave
from itertools import islice
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from faster_whisper.audio import decode_audio

from ai import ogg
from ai.audio import Decoders, open_sound
from ai.errors import InvalidMedia, MediaTooLong
from ai.framing import flac_frames
from bench.hostile_files import film, wav_header
from bench.sounds import babble, encoded
from tests.listening import decoders, heard, read

VOICE = Path(__file__).parents[1] / "data" / "voice"
NOTES = ["bakery.ogg", "note-2.m4a", "note-3.wav", "note-4.mp3", "note-5.flac"]


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


@pytest.mark.parametrize("name", NOTES)
async def test_clean_audio_is_sample_for_sample_what_faster_whisper_makes_of_it(name):
    samples, account = await heard(VOICE / name)
    theirs = decode_audio(str(VOICE / name))
    assert np.array_equal(samples.astype(np.float32) / 32768, theirs)
    assert account.seconds == len(samples) / 16_000 == pytest.approx(account.declared_s, abs=0.1)
    assert (account.lost_packets, account.lost_s, account.warnings) == (0, 0.0, [])


@pytest.mark.parametrize(
    "codec, container, rate, layout",
    [
        ("libmp3lame", "mp3", 44_100, "stereo"),
        ("aac", "ipod", 48_000, "stereo"),
        ("libopus", "webm", 48_000, "stereo"),
        ("flac", "flac", 44_100, "stereo"),
        ("pcm_f32le", "wav", 22_050, "mono"),
        ("pcm_s16le", "wav", 8_000, "7.1"),
    ],
)
async def test_so_is_clean_audio_of_other_rates_and_channels(tmp_path, codec, container, rate, layout):
    path = tmp_path / "sound"
    path.write_bytes(encoded(babble(5, seed=3), codec, container, rate=rate, layout=layout))
    samples, account = await heard(path)
    assert np.array_equal(samples.astype(np.float32) / 32768, decode_audio(str(path)))
    assert account.warnings == []


async def test_another_rate_is_resampled_without_losing_its_pitch(tmp_path):
    (tmp_path / "tone.wav").write_bytes(wav(2, rate=44_100))
    samples, account = await heard(tmp_path / "tone.wav")
    assert account.seconds == pytest.approx(2, abs=0.01)
    assert np.abs(np.fft.rfft(samples)).argmax() / account.seconds == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"", "The file is empty."),
        (b"I am no sound at all.\n" * 50, "not audio or video"),
        (bytes(range(256)) * 40, "not audio or video"),
        (wav(0), "no sound in it"),
        (wav(1)[:20], "not audio or video"),
        ((VOICE / "note-2.m4a").read_bytes()[:40_000], "its index is damaged, or missing"),
    ],
    ids=["empty", "text", "bytes", "header-only", "half-a-header", "no-index"],
)
async def test_what_is_no_sound_is_refused_with_a_sentence(tmp_path, data, sentence):
    (tmp_path / "note.wav").write_bytes(data)
    with pytest.raises(InvalidMedia, match=sentence):
        await heard(tmp_path / "note.wav")


async def test_a_video_without_sound_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(film("mpeg4", "mp4"))
    with pytest.raises(InvalidMedia, match=r"^The file has no audio track\."):
        await heard(tmp_path / "clip.mp4")


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{0}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {0}\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    '<Period><AdaptationSet mimeType="audio/wav"><Representation><BaseURL>{0}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("ending", ["wav", "m3u8"])
@pytest.mark.parametrize("kind", PLAYLISTS)
async def test_a_playlist_that_names_another_file_is_refused(tmp_path, kind, ending):
    (tmp_path / "secret.wav").write_bytes(wav(1))
    (tmp_path / f"list.{ending}").write_text(PLAYLISTS[kind].format("secret.wav"))
    with pytest.raises(InvalidMedia):
        await heard(tmp_path / f"list.{ending}")


def test_pyav_itself_would_have_followed_that_playlist(tmp_path):
    (tmp_path / "secret.wav").write_bytes(wav(1))
    (tmp_path / "list.ffconcat").write_text(PLAYLISTS["concat"].format("secret.wav"))
    with av.open(str(tmp_path / "list.ffconcat")) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 16_000


@pytest.mark.parametrize("kind", ["f4", "f8"])
async def test_samples_that_are_no_numbers_become_silence_and_are_told(tmp_path, kind):
    sound = babble(2, seed=5).astype(kind) / 32768
    sound[8000:16_000] = np.nan
    sound[20_000] = np.inf
    bits = 8 * sound.itemsize
    (tmp_path / "note.wav").write_bytes(wav_header(1, 16_000, bits, tag=3, size=sound.nbytes) + sound.tobytes())
    samples, account = await heard(tmp_path / "note.wav")
    assert account.warnings == ["Some samples of the file are no numbers; silence stands in their place."]
    assert not samples[8000:16_000].any() and samples[20_000] == 0
    assert np.array_equal(samples[:8000], babble(2, seed=5)[:8000])


async def test_the_decoder_waits_while_nobody_reads_and_its_memory_stays_flat(tmp_path):
    (tmp_path / "long.wav").write_bytes(wav(1800))
    async with open_sound(tmp_path / "long.wav") as sound:
        (decoder,) = decoders()
        before = -1.0
        while (now := spent(decoder)) != before:  # it must come to rest with most of the file still to be decoded
            before = now
            await asyncio.sleep(0.3)
        memory = decoder.memory_info().rss
        assert len(await asyncio.to_thread(read, sound.pipe)) == 1800 * 32_000
        assert (await sound.ended()).seconds == 1800
    assert memory < 200 << 20
    assert list(tmp_path.iterdir()) == [tmp_path / "long.wav"]


async def test_its_memory_does_not_grow_with_what_it_reads(tmp_path):
    (tmp_path / "long.wav").write_bytes(wav(1800, rate=8000))
    async with open_sound(tmp_path / "long.wav") as sound:
        (decoder,), seen = decoders(), []
        while piece := await asyncio.to_thread(os.read, sound.pipe, 1 << 20):
            seen.append(decoder.memory_info().rss if piece and decoder.is_running() else 0)
        assert max(seen) - seen[0] < 20 << 20


def spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def test_audio_over_the_limit_is_refused_by_its_header(tmp_path):
    (tmp_path / "long.wav").write_bytes(wav(60))
    with pytest.raises(MediaTooLong, match="longer than 5 seconds"):
        async with open_sound(tmp_path / "long.wav", max_seconds=5):
            raise AssertionError("opened")


def with_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """A WAV with one more chunk before its samples."""
    head, rest = data[:36], data[36:]  # RIFF and fmt
    return head + name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2) + rest


@pytest.mark.parametrize(
    ("name", "text"),
    [(b"LIST", b"INFOINAM\x11\0\0\0Big data podcast\0"), (b"bext", b"metadata\0\0\0\x10" * 9), (b"_PMX", b"data")],
    ids=["title", "broadcast", "xmp"],
)
async def test_a_text_in_a_header_that_speaks_of_data_says_nothing_about_the_length(tmp_path, name, text):
    (tmp_path / "note.wav").write_bytes(with_chunk(wav(2), name, text))
    samples, account = await heard(tmp_path / "note.wav", max_seconds=5)
    assert (len(samples), account.declared_s, account.warnings) == (32_000, 2, [])


def film_with_a_longer_picture() -> bytes:
    """Eight seconds to see and one to hear, in a format that says only how long the whole lasts."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as out:
        picture, sound = out.add_stream("mpeg4", rate=1), out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        for _ in range(8):
            black = np.zeros((64, 64, 3), np.uint8)
            out.mux(picture.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
        tone = av.AudioFrame.from_ndarray(np.ones((1, 16_000), np.int16), format="s16", layout="mono")
        tone.sample_rate = 16_000
        out.mux([*sound.encode(tone), *sound.encode(None), *picture.encode(None)])
    return buffer.getvalue()


async def test_a_film_whose_picture_is_over_the_limit_is_not_refused_while_its_sound_is_not(tmp_path):
    (tmp_path / "film.mkv").write_bytes(film_with_a_longer_picture())
    samples, account = await heard(tmp_path / "film.mkv", max_seconds=5)
    assert (len(samples), account.declared_s) == (16_000, pytest.approx(8, abs=0.1))


async def test_or_while_it_is_decoded_where_the_header_says_less(tmp_path):
    data = bytearray((VOICE / "note-5.flac").read_bytes())
    data[21:26] = bytes([data[21] & 0xF0, 0, 0, 0x3E, 0x80])  # one second of samples in STREAMINFO
    (tmp_path / "liar.flac").write_bytes(data)
    async with open_sound(tmp_path / "liar.flac", max_seconds=5) as sound:
        assert sound.declared_s == 1
        assert len(await asyncio.to_thread(read, sound.pipe)) <= 5 * 32_000
        with pytest.raises(MediaTooLong, match="longer than 5 seconds"):
            await sound.ended()


async def test_what_was_heard_before_can_be_skipped(tmp_path):
    whole, _ = await heard(VOICE / "note-4.mp3")
    rest, account = await heard(VOICE / "note-4.mp3", skip_s=7.5)
    assert np.array_equal(rest, whole[120_000:])
    assert account.seconds == len(whole) / 16_000


def check(data: bytes, polynomial: int, bits: int) -> bytes:
    """The check sums of FLAC frames (RFC 9639, sections 9.1.8 and 9.3)."""
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> (bits - 1) else 0)) & ((1 << bits) - 1)
    return value.to_bytes(bits // 8, "big")


def flac_of_rate_0() -> bytes:
    """Its header says so, and each frame that the header says it."""
    data = bytearray((VOICE / "note-5.flac").read_bytes())
    data[18:21] = bytes([0, 0, data[20] & 0x0F])
    first = data.index(b"\xff\xf8")
    made, file = data[:first], io.BytesIO(data[first:])
    for frame in islice(flac_frames(file, int.from_bytes(data[8:10], "big")), 3):
        changed = bytearray(frame.data)
        changed[2] &= 0xF0
        changed[5:6] = check(changed[:5], 0x07, 8)
        made += changed[:-2] + check(changed[:-2], 0x8005, 16)
    return bytes(made)


async def test_a_rate_of_nothing_makes_the_file_invalid_and_is_no_fault_of_ours(tmp_path):
    (tmp_path / "note.flac").write_bytes(flac_of_rate_0())
    with pytest.raises(InvalidMedia, match="cannot be true"):
        await heard(tmp_path / "note.flac")


def test_of_streams_without_end_not_all_are_kept():
    heads = [ogg.HEADER.pack(ogg.MAGIC, 0, 2, 0, serial, 0, 0, 0) for serial in range(30_000)]
    pages = [head[: ogg.CRC_AT] + ogg.sum_of(head).to_bytes(4, "little") + head[-1:] for head in heads]
    tracemalloc.start()
    try:
        assert ogg.examine(io.BytesIO(b"".join(pages))).patches == {}
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


async def test_a_file_that_takes_too_much_work_is_given_up(tmp_path):
    (tmp_path / "note.ogg").write_bytes(b"OggS" * 1_500_000)
    with pytest.raises(InvalidMedia, match="more work to decode"):
        async with Decoders(cpu_s=0) as decoders, decoders.open(tmp_path / "note.ogg"):
            raise AssertionError("opened")
