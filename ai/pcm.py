"""Any container PyAV reads, packet by packet, into raw 16 kHz mono s16: the samples faster-whisper makes."""

from collections.abc import Iterator
from typing import BinaryIO, Never

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from ai.errors import InvalidMedia
from ai.losses import Losses
from ai.sound import SAMPLE_BYTES, SAMPLE_RATE

# Containers that hold their own bytes. Playlists and lists of files (hls, dash, concat, sdp, ...) name
# others to open, so none of them is here; a file that looks like one is refused.
FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,ogg,oma,tta,voc,w64,wav,wv"
)
# The bytes come from an open file, so no protocol is needed at all; this one opens nothing.
OPEN_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "data"}
READ_FAILURES = 100  # in a row, then the rest of the file is given up


def open_media(file: BinaryIO) -> InputContainer:
    """Raises InvalidMedia for what is no audio or video."""
    try:
        return av.open(file, mode="r", options=OPEN_OPTIONS, metadata_errors="replace", io_open=_refuse)
    except (av.error.FFmpegError, ValueError):
        raise InvalidMedia("The file is not audio or video of a kind that can be read.") from None


def audio_of(container: InputContainer) -> AudioStream:
    """The first audio stream. Raises InvalidMedia where there is none."""
    if not container.streams.audio:
        raise InvalidMedia("The file has no audio track.")
    return container.streams.audio[0]


def samples_of(container: InputContainer, stream: AudioStream, losses: Losses) -> Iterator[memoryview]:
    """Samples as bytes of s16, holes filled with silence. A new rate or layout gets a new resampler."""
    resampler, shape = None, None
    for frame in frames(container, stream, losses):
        if shape != (shape := (frame.format.name, frame.layout.name, frame.sample_rate)):
            yield from _resampled(resampler, None, losses)
            resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        if hole := losses.hole_before(frame):
            yield silence(hole)  # so that what follows keeps its time
        frame.pts = None  # gaps and jumps in the clock are not errors here
        yield from _resampled(resampler, frame, losses)
    yield from _resampled(resampler, None, losses)


def silence(seconds: float) -> memoryview:
    return memoryview(bytes(int(seconds * SAMPLE_RATE) * SAMPLE_BYTES))


def frames(container: InputContainer, stream: AudioStream, losses: Losses) -> Iterator[AudioFrame]:
    """Decoded packet by packet, because one `container.decode()` ends for good at the first bad packet."""
    for packet in packets(container, stream, losses):
        try:
            decoded = packet.decode()
        except EOFError:
            continue
        except av.error.FFmpegError:
            losses.packets += 1
            continue
        yield from decoded


def packets(container: InputContainer, stream: AudioStream, losses: Losses) -> "Iterator[Packet[AudioStream]]":
    """Every packet that can be read, the empty one that flushes the decoder last."""
    failures, demuxed = 0, container.demux(stream)
    while failures < READ_FAILURES:
        try:
            packet = next(demuxed)
        except StopIteration:
            return
        except av.error.FFmpegError:
            losses.packets += 1
            failures += 1
            demuxed = container.demux(stream)
            continue
        failures = 0
        yield packet
    losses.gave_up = True


def _refuse(url: str, flags: int, options: object) -> Never:
    """Instead of whatever else a container asks to be opened."""
    raise PermissionError(f"the file names another one, {url!r}")


def _resampled(resampler: AudioResampler | None, frame: AudioFrame | None, losses: Losses) -> Iterator[memoryview]:
    if resampler is None:
        return
    try:
        made = resampler.resample(frame)
    except (av.error.FFmpegError, ValueError):
        losses.packets += 1
        return
    for piece in made:
        yield memoryview(piece.planes[0])[: piece.samples * SAMPLE_BYTES]
