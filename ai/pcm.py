"""Packets of any codec into 16 kHz mono s16, the samples faster-whisper makes; what is missing becomes silence."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from ai.losses import Losses
from ai.media import Media
from ai.sound import BYTES_PER_S, SAMPLE_BYTES, SAMPLE_RATE

SILENT_SECOND = memoryview(bytes(BYTES_PER_S))
TOGETHER = 1 << 15  # samples
LOUDEST = 1e6  # of full scale 1; what is above, or no number at all, is no sound
FLOATS = {"flt": "f4", "fltp": "f4", "dbl": "f8", "dblp": "f8"}

Floats = NDArray[np.floating[Any]]


class Piece(NamedTuple):
    """What one packet became; `skipped_s` is how much was lost before it without leaving a mark in any clock."""

    frame: AudioFrame
    skipped_s: float


def samples_of(media: Media, losses: Losses) -> Iterator[memoryview]:
    """Samples as bytes, holes filled with silence. A new rate or layout gets a new resampler."""
    maker, shape, done = Maker(losses), None, 0
    for frame, skipped in _pieces(media, losses):
        at = done / BYTES_PER_S + maker.waiting_s
        if skipped:
            losses.missing(skipped, at)
        hole = skipped + losses.hole_before(frame.time, frame.samples / frame.sample_rate, at + skipped)
        made = []
        if shape != (shape := (frame.format.name, frame.layout.name, frame.sample_rate)):
            made += maker.finish()
            maker = Maker(losses)
        if hole:
            made += [*maker.flush(), *silence(hole)]  # so that what follows keeps its time
        made += maker.take(frame)
        done += sum(map(len, made))
        yield from made
    yield from maker.finish()


class Maker:
    """Resamples frames of one shape, some at a time, which takes half the work of one by one."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._fifo = AudioFifo()
        self._resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        self._used = False

    @property
    def waiting_s(self) -> float:
        return float(self._fifo.samples / self._fifo.sample_rate) if self._used else 0.0

    def take(self, frame: AudioFrame) -> list[memoryview]:
        frame.pts = None  # gaps and jumps in the clock are not errors here
        self._fifo.write(_with_numbers_only(frame, self._losses))
        self._used = True
        return self.flush() if self._fifo.samples >= TOGETHER else []

    def flush(self) -> list[memoryview]:
        frame = self._fifo.read() if self._used else None
        return self._resampled(frame) if frame is not None else []

    def finish(self) -> list[memoryview]:
        return [*self.flush(), *self._resampled(None)] if self._used else []

    def _resampled(self, frame: AudioFrame | None) -> list[memoryview]:
        try:
            made = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError):
            self._losses.packet()
            return []
        return [memoryview(piece.planes[0])[: piece.samples * SAMPLE_BYTES] for piece in made]


def silence(seconds: float) -> list[memoryview]:
    """In pieces of a second at most, which are the same bytes again and again."""
    whole, rest = divmod(round(seconds * SAMPLE_RATE) * SAMPLE_BYTES, BYTES_PER_S)
    return [SILENT_SECOND] * whole + [SILENT_SECOND[:rest]]


def _pieces(media: Media, losses: Losses) -> Iterator[Piece]:
    """Decoded packet by packet, because one `container.decode()` ends for good at the first bad packet."""
    skipped = 0.0
    for packet in media.packets(losses):
        skipped += media.lost_before(packet)
        try:
            frames = packet.decode()
        except EOFError:
            continue
        except av.error.FFmpegError:
            losses.packet()
            continue
        for frame in frames:
            yield Piece(frame, skipped)
            skipped = 0.0


def _with_numbers_only(frame: AudioFrame, losses: Losses) -> AudioFrame:
    """Float samples may be NaN, infinite or absurd: the resampler makes full-scale clicks of one, noise of all."""
    if frame.format.name not in FLOATS or all(_is_sound(values) for values in _planes(frame)):
        return frame
    frame.make_writable()
    for values in _planes(frame):
        values[~(np.abs(values) < LOUDEST)] = 0
    losses.no_number()
    return frame


def _planes(frame: AudioFrame) -> Iterator[Floats]:
    count = frame.samples if frame.format.is_planar else frame.samples * frame.layout.nb_channels
    for plane in frame.planes:
        yield np.frombuffer(memoryview(plane), FLOATS[frame.format.name], count)


def _is_sound(values: Floats) -> bool:
    return bool(np.abs(values).max(initial=0) < LOUDEST)
