"""How much of a damaged recording is kept, beside faster-whisper's own `decode_audio` in the same run.

    python -m bench.corruption [--seconds 300] [--seeds 3]

A recording of made speech is encoded (mp3, aac in m4a, opus in ogg, flac, wav). Then bytes between its first and
last packet are overwritten with seeded noise in bursts of a disk's sector, until so many per cent of the file are
hit; or its end is cut off. Headers and indexes are left whole (the m4a that is cut has its index in front): without
them a file is refused with a sentence, not kept in part.

Figures in seconds, for each codec and damage:
- `decodable`: what an oracle gives that knows each packet a burst has touched (on an Ogg page its header counts as
  the packet's) and feeds the same decoder all others, at their times. So what no decoder can save, as the sound
  that MP3 and AAC spread over the packet after, is not asked for.
- `kept`: of these seconds, those that stand at their own time (give or take 10 ms) in what was decoded, in blocks
  of 20 ms that equal the undamaged decoding up to a fifth of their loudness. Shifted or garbled is not kept.
- `length`: how much was decoded at all, right or wrong: all that counting samples can see.
- `told`: what the warnings of that file say is lost or doubtful.
- `unsaid`: files that keep 0.1 s less than is decodable, or are 0.1 s shorter than the whole, without a warning.
Noise in a wav, and in a packet of mp3 or aac that still decodes, cannot be seen: these have no check sums.
"""

import argparse
import asyncio
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

import av
import numpy as np
from av.packet import Packet
from faster_whisper.audio import decode_audio
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ai import ogg
from ai.audio import Account, Decoders
from ai.losses import Losses
from ai.media import Media, Packets, open_media
from ai.pcm import samples_of
from bench.report import save
from bench.sounds import CODECS, RATE, babble

LEVELS = (0.1, 0.5, 1.0, 3.0)  # per cent of the file's bytes
BURST = 512  # bytes, a sector of a disk
BLOCK = RATE // 50
BLOCKS_PER_S = RATE / BLOCK
CUTS = (0.5, 0.9)
SLACK = RATE // 100
ERROR = 0.2  # of the loudness of a block, at most, or it is not the same sound


@dataclass(frozen=True, slots=True)
class Span:
    """A packet: the bytes it needs, its header on an Ogg page among them, and the samples it is."""

    bytes: list[tuple[int, int]]
    first: int
    last: int

    def untouched(self, hit: NDArray[np.bool_]) -> bool:
        return not any(hit[start:end].any() for start, end in self.bytes)


def spans(data: bytes) -> list[Span]:
    """Where the packets of a whole file lie, and which samples of its decoding are theirs."""
    places = iter(ogg_places(data)) if data.startswith(ogg.MAGIC) else None
    found, at = [], 0.0
    with av.open(BytesIO(data)) as container:
        stream = container.streams.audio[0]
        for packet in container.demux(stream):
            if not packet.size:
                continue
            lies = next(places) if places else [(packet.pos, packet.pos + packet.size)]
            lasts = float(packet.duration * packet.time_base) * RATE
            found.append(Span(lies, round(at), round(at + lasts)))
            at += lasts
    return found


def ogg_places(data: bytes) -> Iterator[list[tuple[int, int]]]:
    """The bytes of each packet of sound, after the two that are headers, with those of its pages' headers."""
    parts: list[tuple[int, int]] = []
    count = 0
    for page in ogg.pages(BytesIO(data)):
        body = page.end - len(page.body)
        start = end = body
        parts.append((page.start, body))
        for lace in page.lacing:
            end += lace
            if lace < 255:
                if (count := count + 1) > 2:
                    yield [*parts, (start, end)]
                parts, start = [(page.start, body)], end
        parts = [*parts, (start, end)] if end > start else []


def damaged(data: bytes, per_cent: float, lies: list[Span], seed: int) -> tuple[bytes, NDArray[np.bool_]]:
    """The file with bursts of noise in it, and which of its bytes they hit."""
    rng = np.random.default_rng(seed)
    low = lies[0].bytes[-1][1]
    high = lies[-1].bytes[0][0]
    noisy, hit = np.frombuffer(data, np.uint8).copy(), np.zeros(len(data), bool)
    wanted = max(1, round(len(data) * per_cent / 100))
    while (left := wanted - int(hit.sum())) > 0:
        size = min(BURST, left)
        at = int(rng.integers(low, high - size))
        noisy[at : at + size] = rng.integers(0, 256, size, dtype=np.uint8)
        hit[at : at + size] = True
    return noisy.tobytes(), hit


def oracle(data: bytes, lies: list[Span], hit: NDArray[np.bool_]) -> NDArray[np.int16]:
    """What a decoder that knew each touched packet would give: the others, from the whole file, at their time."""

    class Sieve(Media):
        def lost_before(self, packet: Packet) -> float:
            return 0.0

        def packets(self, losses: Losses) -> Packets:
            sound = iter(lies)
            for packet in super().packets(losses):
                if not packet.size or next(sound).untouched(hit):
                    yield packet
                else:
                    losses.packet()

    with TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with open_media(file) as media:
            sieve = Sieve(file, media.container, media.stream)
            return np.frombuffer(b"".join(samples_of(sieve, Losses(1e9))), np.int16)


def same(clean: NDArray[np.int16], given: NDArray[np.int16]) -> NDArray[np.bool_]:
    """For each block of `clean` whether it stands in `given` at its time, 10 ms more or less."""
    count, lag = len(clean) // BLOCK, 0
    padded = np.pad(given.astype(np.float64), (SLACK, max(0, len(clean) - len(given)) + SLACK + BLOCK))
    found = np.zeros(count, bool)
    for index in range(count):
        at = index * BLOCK
        block = clean[at : at + BLOCK].astype(np.float64)
        most = ERROR**2 * float(block @ block)
        there = padded[at + SLACK + lag :][:BLOCK]
        found[index] = np.square(there - block).sum() <= most
        if not found[index]:
            lags = sliding_window_view(padded[at : at + BLOCK + 2 * SLACK], BLOCK)
            errors = np.square(lags).sum(axis=1) - 2 * lags @ block + block @ block
            best = int(errors.argmin())
            found[index] = errors[best] <= most
            lag = best - SLACK if found[index] else lag
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """One damaged file, all in seconds."""

    whole: float
    decodable: float
    kept: float
    length: float
    told: float
    warned: bool
    peer_kept: float
    peer_length: float

    @property
    def unsaid(self) -> bool:
        return not self.warned and (self.kept < self.decodable - 0.1 or self.length < self.whole - 0.1)


async def corruption(seconds: float, seeds: int, levels: Sequence[float] = LEVELS) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with Decoders() as decoders:
        for codec, encode in CODECS.items():
            data = encode(babble(seconds, seed=1))
            bench = Bench(decoders, data, (await decoded(decoders, data))[0])
            for level in levels:
                hurt = [damaged(data, level, bench.spans, seed) for seed in range(seeds)]
                rows.append(summed(codec, f"{level:g} %", [await bench.trial(*file) for file in hurt]))
            whole = in_front(data) if codec == "aac" else data
            bench = Bench(decoders, whole, (await decoded(decoders, whole))[0])
            rows += [
                summed(codec, f"cut at {share:.0%}", [await bench.trial(*cut(whole, share))]) for share in CUTS
            ]
    return rows


@dataclass
class Bench:
    """A whole file, and what it decodes to."""

    decoders: Decoders
    data: bytes
    clean: NDArray[np.int16]

    def __post_init__(self) -> None:
        self.spans = spans(self.data)

    async def trial(self, data: bytes, hit: NDArray[np.bool_]) -> Trial:
        given, account = await decoded(self.decoders, data)
        theirs = peer(data)
        decodable = same(self.clean, oracle(self.data, self.spans, hit))
        return Trial(
            whole=len(self.clean) / RATE,
            decodable=decodable.sum() / BLOCKS_PER_S,
            kept=(decodable & same(self.clean, given)).sum() / BLOCKS_PER_S,
            length=len(given) / RATE,
            told=account.lost_s + sum(map(doubtful_s, account.warnings)),
            warned=bool(account.warnings),
            peer_kept=(decodable & same(self.clean, theirs)).sum() / BLOCKS_PER_S,
            peer_length=len(theirs) / RATE,
        )


def summed(codec: str, damage: str, trials: list[Trial]) -> dict[str, Any]:
    """Kept shares are the worst file's; the rest are means."""
    return {
        "codec": codec,
        "damage": damage,
        "files": len(trials),
        "decodable_s": mean(trial.decodable for trial in trials),
        "kept_percent": worst(trial.kept / trial.decodable for trial in trials),
        "length_s": mean(trial.length for trial in trials),
        "told_s": mean(trial.told for trial in trials),
        "unsaid_files": sum(trial.unsaid for trial in trials),
        "peer_kept_percent": worst(trial.peer_kept / trial.decodable for trial in trials),
        "peer_length_s": mean(trial.peer_length for trial in trials),
    }


def mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 2)


def worst(values: Iterable[float]) -> float:
    return round(100 * min(values), 2)


def doubtful_s(warning: str) -> float:
    found = re.match(r"The file is damaged where ([\d.]+) s", warning)
    return float(found[1]) if found else 0.0


async def decoded(decoders: Decoders, data: bytes) -> tuple[NDArray[np.int16], Account]:
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        async with decoders.open(Path(file.name)) as sound:
            samples = await asyncio.to_thread(drained, sound.pipe)
            return np.frombuffer(samples, np.int16), await sound.ended()


def drained(pipe: int) -> bytes:
    data = bytearray()
    while piece := os.read(pipe, 1 << 16):
        data += piece
    return bytes(data)


def peer(data: bytes) -> NDArray[np.int16]:
    """Their samples, none where they raise."""
    try:
        return (decode_audio(BytesIO(data)) * 32768).astype(np.int16)
    except (av.error.FFmpegError, ValueError, TypeError):
        return np.zeros(0, np.int16)


def cut(data: bytes, share: float) -> tuple[bytes, NDArray[np.bool_]]:
    end = round(len(data) * share)
    return data[:end], np.arange(len(data)) >= end


def in_front(m4a: bytes) -> bytes:
    """The same packets with the index before them."""
    with NamedTemporaryFile() as file, av.open(BytesIO(m4a)) as source:
        with av.open(file.name, "w", format="ipod", options={"movflags": "faststart"}) as out:
            stream = out.add_stream_from_template(source.streams.audio[0])
            for packet in source.demux(source.streams.audio[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
        return Path(file.name).read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    rows = asyncio.run(corruption(given.seconds, given.seeds))
    save(
        "corruption",
        {
            "seconds": given.seconds,
            "burst_bytes": BURST,
            "versions": {name: version(name) for name in ("av", "faster-whisper")},
            "least_kept_percent": min(row["kept_percent"] for row in rows),
            "unsaid_files": sum(row["unsaid_files"] for row in rows),
            "rows": rows,
        },
    )


if __name__ == "__main__":
    main()
