"""Media files that are broken, hostile or merely odd, and good ones beside them; each says what must come of it."""

import bz2
import gzip
import io
import lzma
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice, product
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import av
import numpy as np

from bench.sounds import RATE, Samples, babble, encoded, flac, m4a, mp3, opus, wav, webm

SECONDS = 2.0
OK, INVALID, TOO_LONG = "ok", "invalid_media", "too_large"
EITHER = frozenset({OK, INVALID})  # where chance decides whether any sound is left
LIMIT_S = 600.0


Data = bytes | Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """`data` may be what makes it, where that is slow.

    `warned` is whether a success must come with a warning, None where both are right.
    """

    name: str
    data: Data = field(repr=False)
    expect: frozenset[str]
    ending: str = "wav"
    warned: bool | None = None
    seconds: float | None = None

    def bytes(self) -> bytes:
        return self.data() if callable(self.data) else self.data


def case(
    name: str,
    data: Data,
    expect: str | frozenset[str],
    ending: str = "wav",
    *,
    warned: bool | None = None,
    seconds: float | None = None,
) -> Case:
    return Case(name, data, frozenset({expect}) if isinstance(expect, str) else expect, ending, warned, seconds)


@cache
def voice(seconds: float = SECONDS) -> Samples:
    return babble(seconds, seed=7)


def adts(samples: Samples) -> bytes:
    return encoded(samples, "aac", "adts", bit_rate=48_000)


def mkv(samples: Samples) -> bytes:
    return encoded(samples, "aac", "matroska", bit_rate=48_000)


def ts(samples: Samples) -> bytes:
    return encoded(samples, "aac", "mpegts", bit_rate=48_000)


def fast_m4a(samples: Samples) -> bytes:
    return encoded(samples, "aac", "ipod", bit_rate=48_000, options={"movflags": "faststart"})


def aiff(samples: Samples) -> bytes:
    return encoded(samples, "pcm_s16be", "aiff")


MAKERS = {
    "wav": wav, "mp3": mp3, "m4a": m4a, "ogg": opus, "flac": flac, "webm": webm, "aac": adts, "mkv": mkv, "ts": ts,
    "aiff": aiff,
}  # fmt: skip


@cache
def whole(ending: str) -> bytes:
    return MAKERS[ending](voice())


# ---- broken by accident


def truncations(rng: random.Random) -> Iterator[Case]:
    for ending in ("wav", "mp3", "ogg", "flac", "webm", "aiff", "mkv"):
        data = whole(ending)
        for share in (0.6, 0.7, 0.75, 0.85):
            yield case(f"{ending}-cut-{share:.0%}", data[: int(len(data) * share)], OK, ending, warned=True)
        yield case(f"{ending}-cut-in-its-header", data[: rng.randrange(1, 16)], INVALID, ending)
    moved = fast_m4a(voice())
    for share in (0.5, 0.9):
        yield case(
            f"m4a-without-its-index-{share:.0%}", whole("m4a")[: int(len(whole("m4a")) * share)], INVALID, "m4a"
        )
        yield case(f"m4a-index-first-cut-{share:.0%}", moved[: int(len(moved) * share)], OK, "m4a", warned=True)


def bit_flips(rng: random.Random) -> Iterator[Case]:
    for number, ending in product(range(19), MAKERS):
        data = bytearray(whole(ending))
        count = (1, 10, 100, len(data) // 20)[number % 4]
        for _ in range(count):
            at = rng.randrange(len(data) if number % 2 else min(len(data), 600))
            data[at] ^= 1 << rng.randrange(8)
        yield case(f"{ending}-{count}-bits-flipped-{number}", bytes(data), EITHER | {TOO_LONG}, ending)


def zeroed(rng: random.Random) -> Iterator[Case]:
    for ending, share in product(MAKERS, (0.01, 0.2)):
        data = bytearray(whole(ending))
        size = max(16, int(len(data) * share))
        at = rng.randrange(len(data) // 3, len(data) - size)
        data[at : at + size] = bytes(size)
        yield case(f"{ending}-{share:.0%}-zeroed", bytes(data), OK, ending)


def nothing(rng: random.Random) -> Iterator[Case]:
    yield case("empty", b"", INVALID)
    for size in (1, 2, 3, 11, 12, 44, 1000):
        yield case(f"zeros-{size}", bytes(size), INVALID)
    for size in (1, 16, 512, 4096, 65_536, 1 << 20):
        yield case(f"noise-{size}", rng.randbytes(size), INVALID, "mp3")
    for ending in ("wav", "flac", "ogg", "aiff", "webm", "mp3", "m4a"):
        yield case(f"{ending}-without-a-sample", bare(ending), INVALID, ending)
    for text in ("hello\n", "<html><body>no</body></html>", "%PDF-1.7\n", "#!/bin/sh\ncurl x\n", '{"a": 1}'):
        yield case(f"text-{text[:5].strip()}", text.encode() * 50, INVALID)


def bare(ending: str) -> bytes:
    """A file of that kind with its headers only."""
    if ending in ("wav", "aiff"):
        return whole(ending)[
            : whole(ending).index(b"data" if ending == "wav" else b"SSND") + (8 if ending == "wav" else 16)
        ]
    marks = {"flac": 42, "ogg": whole("ogg").index(b"OggS", 60), "mp3": 10, "m4a": 36, "webm": 40}
    return whole(ending)[: marks[ending]]


# ---- headers that lie


def wav_header(
    channels: int, rate: int, bits: int, *, tag: int = 1, align: int | None = None, size: int = 3200
) -> bytes:
    align = channels * bits // 8 if align is None else align
    form = struct.pack("<HHIIHH", tag, channels & 0xFFFF, rate, rate * align & 0xFFFFFFFF, align & 0xFFFF, bits)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size & 0xFFFFFFFF)
        + b"WAVEfmt \x10\0\0\0"
        + form
        + b"data"
        + struct.pack("<I", size)
    )


def lying_wavs(rng: random.Random) -> Iterator[Case]:
    sound = voice(0.1).tobytes()
    yield case("wav-no-channels", wav_header(0, RATE, 16) + sound, INVALID)
    yield case("wav-65535-channels", wav_header(65_535, RATE, 16, align=4) + sound, INVALID)
    yield case("wav-rate-0", wav_header(1, 0, 16) + sound, INVALID)
    yield case("wav-rate-4-GHz", wav_header(1, 0xFFFFFFFF, 16) + sound, INVALID)
    for bits in (0, 1, 3, 255, 65_535):
        head = wav_header(1, RATE, bits, align=2)
        yield case(f"wav-{bits}-bits", head + sound, OK if bits in (1, 3) else INVALID)
    for align in (0, 1, 3, 65_535):
        yield case(f"wav-align-{align}", wav_header(1, RATE, 16, align=align) + sound, OK)
    for tag in (0, 2, 6, 7, 0x11, 0x31, 0x50, 0x55, 0xFF, 0x160, 0x2000, 0xFFFE, 0xFFFF):
        yield case(f"wav-says-codec-{tag:#x}", wav_header(1, RATE, 16, tag=tag) + rng.randbytes(3200), EITHER)
    for size in (0x7FFFFFFF, 0xFFFFFFFF, 0):
        yield case(f"wav-of-size-{size:#x}", wav_header(1, RATE, 16, size=size) + sound, OK, seconds=0.1)
    yield case("wav-promises-an-hour", wav_header(1, RATE, 16, size=115_200_000) + sound, TOO_LONG)
    yield case(
        "wav-promises-a-minute", wav_header(1, RATE, 16, size=1_920_000) + sound, OK, warned=True, seconds=0.1
    )
    junk = b"JUNK" + struct.pack("<I", 0xFFFFFFF0)
    yield case("wav-endless-junk-chunk", whole("wav")[:12] + junk + whole("wav")[12:], INVALID)
    many = b"".join(b"LIST" + struct.pack("<I", 4) + b"INFO" for _ in range(20_000))
    yield case("wav-20000-chunks", whole("wav")[:12] + many + whole("wav")[12:], OK, seconds=SECONDS)


def lying_boxes(rng: random.Random) -> Iterator[Case]:
    moved = fast_m4a(voice())
    for name in (b"stsz", b"stts", b"stsc", b"stco"):
        at = moved.index(name) + (12 if name == b"stsz" else 8)
        for count in (0xFFFFFFFF, 0x7FFFFFFF, 0x10000000, 0):
            data = moved[:at] + struct.pack(">I", count) + moved[at + 4 :]
            yield case(f"m4a-{name.decode()}-count-{count:#x}", data, EITHER, "m4a")
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mdat", b"esds", b"mp4a", b"mvhd"):
        at = moved.index(name) - 4
        for size in (0xFFFFFFFF, 1, 7):
            data = moved[:at] + struct.pack(">I", size) + moved[at + 4 :]
            yield case(f"m4a-{name.decode()}-size-{size:#x}", data, EITHER, "m4a")
    deep = b"".join(struct.pack(">I", (20_000 - level) * 8) + b"moov" for level in range(20_000))
    yield case("mp4-20000-boxes-deep", moved[:28] + deep, INVALID, "mp4")


def lying_others(rng: random.Random) -> Iterator[Case]:
    data = bytearray(whole("flac"))
    data[18:21] = b"\0\0\0"  # the rate in STREAMINFO
    yield case("flac-rate-0", bytes(data), OK, "flac")
    data = bytearray(whole("flac"))
    data[8:12] = b"\0\0\0\0"  # block sizes
    yield case("flac-block-0", bytes(data), EITHER, "flac")
    data = bytearray(whole("flac"))
    data[21:26] = b"\x0f\xff\xff\xff\xff"
    yield case("flac-promises-12-days", bytes(data), TOO_LONG, "flac")
    page = b"OggS\0\0" + bytes(8) + b"\1\0\0\0" + bytes(8) + b"\xff" + b"\xff" * 255
    yield case("ogg-a-packet-without-end", (page + bytes(255 * 255)) * 20, INVALID, "ogg")
    yield case("ogg-magic-only", b"OggS" * 100_000, INVALID, "ogg")
    yield case(
        "webm-sizes-unknown", whole("webm")[:60] + b"\x1f\x43\xb6\x75" + b"\xff" * 8 + bytes(5000), EITHER, "webm"
    )
    ebml = b"\x1a\x45\xdf\xa3" + b"\x01" + b"\xff" * 7
    yield case("ebml-of-endless-size", ebml + bytes(5000), INVALID, "mkv")
    yield case("ebml-nested", b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\xff" * 50_000, INVALID, "mkv")
    for size in (0x0FFFFFFF, 0x01000000):
        tag = b"ID3\4\0\0" + bytes(size >> 7 * place & 127 for place in (3, 2, 1, 0))
        yield case(f"id3-of-{size}-bytes-that-are-not-there", tag + whole("mp3")[45:], EITHER, "mp3")
    frames = b"".join(b"TXXX" + struct.pack(">I", 6) + b"\0\0\3a\0bcd" for _ in range(50_000))
    yield case("id3-50000-frames", id3(frames) + whole("mp3")[45:], OK, "mp3", seconds=SECONDS)
    yield case("id3-500-tags", id3(b"") * 500 + whole("mp3")[45:], OK, "mp3")
    chapters = id3(b"".join(b"CHAP" + struct.pack(">I", 21) + b"\0\0c\0" + bytes(16) + b"\0" for _ in range(9000)))
    yield case("id3-9000-chapters", chapters + whole("mp3")[45:], OK, "mp3")
    picture = id3(
        b"APIC" + syncsafe(3_000_020) + b"\0\0\0image/png\0\3\0" + b"\x89PNG\r\n\x1a\n" + rng.randbytes(2_999_998)
    )
    yield case("mp3-with-a-broken-picture", picture + whole("mp3")[45:], OK, "mp3", seconds=SECONDS)


def syncsafe(size: int) -> bytes:
    return bytes(size >> 7 * place & 127 for place in (3, 2, 1, 0))


def id3(frames: bytes) -> bytes:
    return b"ID3\4\0\0" + syncsafe(len(frames)) + frames


# ---- what reaches for something else

URLS = (
    "http://127.0.0.1:9/a.wav", "file:///etc/passwd", "https://example.invalid/x.ts", "tcp://127.0.0.1:9",
    "/etc/hosts", "concat:/etc/passwd|/etc/hosts", "subfile,,start,0,end,100,,:/etc/passwd",
    "data:audio/wav;base64,UklGRg==", "crypto:/etc/passwd", "pipe:0",
)  # fmt: skip
LISTS = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\n{0}\n#EXT-X-ENDLIST\n",
    "key": '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-KEY:METHOD=AES-128,URI="{0}"\n#EXTINF:9,\na.ts\n'
    "#EXT-X-ENDLIST\n",
    "ffconcat": "ffconcat version 1.0\nfile '{0}'\n",
    "mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet '
    'mimeType="audio/mp4"><Representation><BaseURL>{0}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\na=control:{0}\n",
    "asx": '<asx version="3.0"><entry><ref href="{0}"/></entry></asx>',
    "rtsp": "RTSPtext\n{0}\n",
}


def references(rng: random.Random) -> Iterator[Case]:
    for (kind, text), url in product(LISTS.items(), URLS):
        yield case(f"{kind}-names-{url[:14]}", text.format(url).encode(), INVALID, rng.choice(["wav", "mp3", kind]))
    for kind, text in LISTS.items():
        inside = text.format(URLS[0]).encode()
        samples = inside + bytes(-len(inside) % 2)
        yield case(f"wav-whose-samples-are-{kind}", wav_header(1, RATE, 16, size=len(samples)) + samples, OK)
        yield case(f"{kind}-before-a-wav", inside + whole("wav"), INVALID)
        yield case(f"wav-before-{kind}", whole("wav") + inside, OK, seconds=SECONDS)
    data = fast_m4a(voice())
    at = data.index(b"url ", data.index(b"dref"))
    for kind in (b"url ", b"alis", b"urn ", b"rsrc"):
        changed = data[:at] + kind + b"\0\0\0\0" + data[at + 8 :]
        yield case(f"m4a-data-elsewhere-{kind.decode().strip()}", changed, OK, "m4a")
    link = (
        b"rmra"
        + struct.pack(">I", 60)
        + b"rmda"
        + struct.pack(">I", 52)
        + b"rdrf"
        + bytes(4)
        + b"url "
        + struct.pack(">I", 25)
    )
    movie = struct.pack(">I", 4 + len(link) + 29) + link + b"http://127.0.0.1:9/a.mov\0"
    yield case(
        "reference-movie",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + struct.pack(">I", len(movie) + 8) + b"moov" + movie,
        INVALID,
        "mov",
    )


# ---- too much of it


def bombs(rng: random.Random) -> Iterator[Case]:
    zeros = bytes(20 << 20)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.wav", zeros)
    yield case("zip-bomb", archive.getvalue(), INVALID)
    yield case("gzip-bomb", gzip.compress(zeros), INVALID)
    yield case("gzip-of-gzip", gzip.compress(gzip.compress(zeros)), INVALID, "mp3")
    yield case("bzip2-bomb", bz2.compress(zeros), INVALID, "ogg")
    yield case("xz-bomb", lzma.compress(zeros), INVALID, "flac")
    yield case("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:9/"/></svg>', INVALID)
    hour = np.zeros(3600 * RATE, np.int16)
    longer, shorter = hour[: 900 * RATE], hour[: 540 * RATE]
    slow = partial(
        encoded, longer, "libopus", "ogg", rate=48_000, bit_rate=6000, options={"page_duration": "10000000"}
    )
    live = partial(encoded, longer, "libmp3lame", "matroska", bit_rate=8000, options={"live": "1"})
    yield case("flac-an-hour-of-silence", partial(flac, hour), TOO_LONG, "flac")
    yield case("opus-15-minutes-of-silence", slow, TOO_LONG, "ogg")
    yield case("mkv-15-minutes-of-silence-without-saying", live, TOO_LONG, "mkv")
    yield case("flac-9-minutes-of-silence", partial(flac, shorter), OK, "flac", seconds=540.0)
    yield case("mp3-the-same-frame-40000-times", whole("mp3")[-1080:-864] * 40_000, EITHER | {TOO_LONG}, "mp3")
    for leap in (1 << 20, 1 << 33, (1 << 62) - 1):
        yield case(f"ogg-clock-leaps-{leap:#x}", leaping(leap), EITHER | {TOO_LONG}, "ogg")


def leaping(leap: int) -> bytes:
    """An Ogg file whose clock jumps ahead in the middle, with right check sums."""
    from ai import ogg  # noqa: PLC0415

    data = bytearray(opus(voice(6.0)))
    found = list(ogg.pages(io.BytesIO(bytes(data))))
    for page in found[len(found) // 2 :]:
        data[page.start + 6 : page.start + 14] = (page.granule + leap).to_bytes(8, "little")
        data[page.start + 22 : page.start + 26] = bytes(4)
        made = ogg.sum_of(bytes(data[page.start : page.end]))
        data[page.start + 22 : page.start + 26] = made.to_bytes(4, "little")
    return bytes(data)


# ---- samples that are none, and no sound at all


def numbers(rng: random.Random) -> Iterator[Case]:
    for bits, kind in ((32, np.float32), (64, np.float64)):
        plain = voice().astype(kind) / 32768
        for name, value in (("nan", np.nan), ("inf", np.inf), ("minus-inf", -np.inf), ("huge", 1e30)):
            some, every = plain.copy(), np.full_like(plain, value)
            some[:: rng.randrange(50, 500)] = value
            for share, sound in (("some", some), ("every", every)):
                head = wav_header(1, RATE, bits, tag=3, size=sound.nbytes)
                yield case(f"wav-{bits}-{share}-{name}", head + sound.tobytes(), OK, warned=True, seconds=SECONDS)


def pictures(rng: random.Random) -> Iterator[Case]:
    for codec, container in (
        ("mpeg4", "mp4"), ("libx264", "matroska"), ("libvpx", "webm"), ("mjpeg", "avi"), ("gif", "gif"),
        ("png", "image2pipe"), ("mpeg2video", "mpegts"), ("libvpx", "ivf"),
    ):  # fmt: skip
        yield case(f"{container}-without-sound", partial(film, codec, container), INVALID, "mp4")


def film(codec: str, container: str, sound: bool = False) -> bytes:
    with NamedTemporaryFile() as file, av.open(file.name, "w", format=container) as out:
        stream = out.add_stream(codec, rate=10)
        kinds = {"mjpeg": "yuvj420p", "gif": "rgb8", "png": "rgb24"}
        stream.width, stream.height, stream.pix_fmt = 64, 64, kinds.get(codec, "yuv420p")
        audio = out.add_stream("aac", rate=RATE) if sound else None
        if audio is not None:
            audio.layout = "mono"
        for _ in range(int(10 * SECONDS)):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(stream.encode(picture.reformat(format=stream.pix_fmt)))
        out.mux(stream.encode(None))
        if audio is not None:
            frame = av.AudioFrame.from_ndarray(voice()[np.newaxis], format="s16", layout="mono")
            frame.sample_rate = RATE
            resampler = av.AudioResampler(audio.format.name, "mono", RATE, 1024)
            for piece in (*resampler.resample(frame), *resampler.resample(None)):
                out.mux(audio.encode(piece))
            out.mux(audio.encode(None))
        out.close()
        return Path(file.name).read_bytes()


# ---- good ones


def made(codec: str, container: str, **how: Any) -> Data:
    return partial(encoded, voice(), codec, container, **how)


def controls(rng: random.Random) -> Iterator[Case]:
    def good(name: str, data: Data, ending: str) -> Case:
        return case(f"good-{name}", data, OK, ending, warned=False, seconds=SECONDS)

    for ending in MAKERS:
        yield good(ending, whole(ending), ending)
        yield good(f"{ending}-named-otherwise", whole(ending), rng.choice(["wav", "mp3", "txt", "exe"]))
    for rate, layout in product((8000, 11_025, 22_050, 44_100, 48_000, 96_000), ("mono", "stereo", "5.1", "7.1")):
        yield good(f"wav-{rate}-{layout}", made("pcm_s16le", "wav", rate=rate, layout=layout), "wav")
    for rate in (700, 1234, 3999, 12_345, 176_400, 192_000, 384_000):
        yield good(f"wav-odd-rate-{rate}", made("pcm_s16le", "wav", rate=rate), "wav")
    for codec in (
        "pcm_u8",
        "pcm_s24le",
        "pcm_s32le",
        "pcm_f32le",
        "pcm_f64le",
        "pcm_alaw",
        "pcm_mulaw",
        "adpcm_ms",
    ):
        yield good(
            f"wav-{codec}",
            made(codec, "wav", rate=22_050 if codec == "adpcm_ms" else RATE),
            "wav",
        )
    for rate, layout in product((16_000, 22_050, 44_100, 48_000), ("mono", "stereo")):
        for ending, codec, container in (
            ("mp3", "libmp3lame", "mp3"),
            ("m4a", "aac", "ipod"),
            ("flac", "flac", "flac"),
        ):
            yield good(
                f"{ending}-{rate}-{layout}",
                made(codec, container, rate=rate, layout=layout),
                ending,
            )
    for ending, codec, container, rate in (
        ("opus", "libopus", "ogg", 48_000), ("webm", "libopus", "webm", 48_000),
        ("mka", "libopus", "matroska", 48_000),
        ("ogg", "flac", "ogg", RATE), ("au", "pcm_s16be", "au", RATE), ("caf", "pcm_s16le", "caf", RATE),
        ("w64", "pcm_s16le", "w64", RATE), ("tta", "tta", "tta", RATE), ("wv", "wavpack", "wv", RATE),
        ("mp2", "mp2", "mp2", RATE), ("avi", "libmp3lame", "avi", RATE), ("mov", "pcm_s16le", "mov", RATE),
        ("m4a", "alac", "ipod", RATE), ("mp4", "libopus", "mp4", 48_000),
    ):  # fmt: skip
        yield good(f"{ending}-{codec}", made(codec, container, rate=rate), ending)
    live = made("libopus", "webm", rate=48_000, options={"live": "1"})
    yield good("webm-from-a-browser", live, "webm")
    for codec, container in (("mpeg4", "mp4"), ("libx264", "matroska"), ("mjpeg", "avi")):
        yield good(f"film-{container}", partial(film, codec, container, sound=True), container)
    art = id3(b"APIC" + syncsafe(100_020) + b"\0\0\0image/jpeg\0\3\0" + rng.randbytes(100_007))
    yield good("mp3-with-a-picture", art + whole("mp3")[45:], "mp3")
    yield good("mp3-with-an-old-tag", whole("mp3") + b"TAG" + bytes(125), "mp3")


FAMILIES: tuple[Callable[[random.Random], Iterator[Case]], ...] = (
    truncations, bit_flips, zeroed, nothing, lying_wavs, lying_boxes, lying_others, references, bombs, numbers,
    pictures,
)  # fmt: skip


def hostile(seed: int) -> list[Case]:
    return [one for family in FAMILIES for one in family(random.Random(seed))]


def good(seed: int, count: int) -> list[Case]:
    return list(islice(controls(random.Random(seed)), count))
