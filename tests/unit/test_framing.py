"""Frames and pages as they lie in files: our reading beside FFmpeg's."""

import io

import av
import numpy as np
import pytest

from ai import ogg
from ai.framing import adts_bytes, flac_frames, mp3_bytes
from bench.sounds import babble, encoded, flac, opus

SOUND = babble(5, seed=1)


def packets(data: bytes) -> list[tuple[int, bytes]]:
    with av.open(io.BytesIO(data)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100])
@pytest.mark.parametrize("bit_rate", [32_000, 64_000])
def test_an_mp3_frame_says_how_long_it_is(rate, bit_rate):
    found = packets(encoded(SOUND, "libmp3lame", "mp3", rate=rate, bit_rate=bit_rate))
    assert found and all(mp3_bytes(packet) == len(packet) for _, packet in found)


def test_an_adts_frame_says_how_long_it_is():
    found = packets(encoded(SOUND, "aac", "adts", bit_rate=48_000))
    assert found and all(adts_bytes(packet) == len(packet) for _, packet in found)


@pytest.mark.parametrize("head", [b"", b"\xff", b"\xff\xff\xff\xff", b"ID3\4", bytes(8)])
def test_what_is_no_header_says_nothing(head):
    assert (mp3_bytes(head), adts_bytes(head)) == (0, 0)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000])
def test_flac_frames_are_found_where_ffmpeg_finds_them(rate):
    data = encoded(SOUND, "flac", "flac", rate=rate, layout="stereo")
    with av.open(io.BytesIO(data)) as container:
        start = next(container.demux(audio=0)).pos
        block = int.from_bytes(container.streams.audio[0].codec_context.extradata[:2], "big")
    file = io.BytesIO(data)
    file.seek(start)
    ours = list(flac_frames(file, block))
    assert [(frame.sample, frame.data) for frame in ours] == packets(data)


def test_a_damaged_flac_header_costs_no_other_frame():
    data = bytearray(flac(SOUND))
    found = packets(bytes(data))
    at = data.index(found[10][1])
    data[at : at + 6] = b"garble"
    file = io.BytesIO(bytes(data))
    file.seek(bytes(data).index(found[0][1]))
    ours = [frame.sample for frame in flac_frames(file, 1152)]
    assert ours == [sample for number, (sample, _) in enumerate(found) if number != 10]


def test_the_pages_of_an_ogg_file_cover_it_and_are_whole():
    data = opus(SOUND)
    found = list(ogg.pages(io.BytesIO(data)))
    assert [page.start for page in found[1:]] == [page.end for page in found[:-1]]
    assert (found[0].start, found[-1].end) == (0, len(data))
    assert all(page.whole for page in found)
    assert ogg.examine(io.BytesIO(data)) == ogg.Health()


def test_a_mended_page_gives_ffmpeg_all_its_packets():
    data = bytearray(opus(SOUND))
    page = list(ogg.pages(io.BytesIO(bytes(data))))[4]
    at = page.end - 200
    data[at : at + 50] = np.random.default_rng(1).bytes(50)
    health = ogg.examine(io.BytesIO(bytes(data)))
    assert [round(seconds) for _, seconds in health.doubtful] == [1]
    with av.open(ogg.Mended(io.BytesIO(bytes(data)), health.patches)) as container:
        times = [packet.pts for packet in container.demux(audio=0) if packet.size]
    assert times == [pts for pts, _ in packets(opus(SOUND))]
    assert len(packets(bytes(data))) < len(times)


def test_patches_are_seen_however_the_file_is_read():
    mended = ogg.Mended(io.BytesIO(bytes(range(32))), {5: b"abcd", 20: b"Z"})
    whole = mended.read()
    assert whole == bytes(range(5)) + b"abcd" + bytes(range(9, 20)) + b"Z" + bytes(range(21, 32))
    for start in range(32):
        for size in range(1, 8):
            mended.seek(start)
            assert mended.read(size) == whole[start : start + size]
