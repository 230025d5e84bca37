"""Inside the decoder's process: any container PyAV reads, packet by packet, into raw 16 kHz mono float32."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from ai.child import Channel
from ai.errors import InvalidMedia, MediaTooLong
from ai.losses import Losses
from ai.transcript import BYTES_PER_S, SAMPLE_RATE, Decoded

# Containers that hold their own bytes. Playlists and lists of files (hls, dash, concat, sdp, ...) name
# others to open, so none of them is here; a file that looks like one is refused.
FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,ogg,oma,tta,voc,w64,wav,wv"
)
# The bytes come from an open file, so no protocol is needed at all; this one opens nothing.
OPEN_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "data"}
READ_FAILURES = 100  # in a row, then the rest of the file is given up
REPORT_S = 0.25


def decode(channel: Channel, source: Path, target: Path, max_seconds: float) -> None:
    """Write the samples to `target`; send the seconds done and declared now and then, at last a Decoded.

    Raises InvalidMedia and MediaTooLong.
    """
    if source.stat().st_size == 0:
        raise InvalidMedia("The file is empty.")
    losses = Losses()
    with source.open("rb") as file, _open(file) as container, target.open("wb") as out:
        stream = _audio_of(container)
        declared = container.duration / av.time_base if container.duration else None
        written, reported = 0, 0.0
        for samples in pcm(container, stream, losses):
            written += out.write(samples)
            seconds = written / BYTES_PER_S
            if seconds > max_seconds:
                raise MediaTooLong(f"The audio is longer than {_spoken(max_seconds)}, which is the limit.")
            if time.monotonic() - reported > REPORT_S:
                reported = time.monotonic()
                channel.send((seconds, declared))
    if written == 0:
        raise InvalidMedia("The file has an audio track, but there is no sound in it that can be read.")
    seconds = written / BYTES_PER_S
    channel.send(
        Decoded(target, seconds, declared, losses.packets, losses.warnings(seconds, declared)),
    )


def pcm(container: InputContainer, stream: AudioStream, losses: Losses) -> Iterator[memoryview]:
    """Samples as bytes of float32, holes filled with silence. A new rate or layout gets a new resampler."""
    resampler, shape = None, None
    for frame in frames(container, stream, losses):
        if shape != (shape := (frame.format.name, frame.layout.name, frame.sample_rate)):
            yield from _resampled(resampler, None, losses)
            resampler = AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        if hole := losses.hole_before(frame):
            yield silence(hole)  # so that what follows keeps its time
        frame.pts = None  # gaps and jumps in the clock are not errors here
        yield from _resampled(resampler, frame, losses)
    yield from _resampled(resampler, None, losses)


def silence(seconds: float) -> memoryview:
    return memoryview(bytes(int(seconds * SAMPLE_RATE) * 4))


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


def _open(file: BinaryIO) -> InputContainer:
    try:
        return av.open(file, mode="r", options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError):
        raise InvalidMedia("The file is not audio or video of a kind that can be read.") from None


def _audio_of(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise InvalidMedia("The file has no audio track.")
    return container.streams.audio[0]


def _resampled(resampler: AudioResampler | None, frame: AudioFrame | None, losses: Losses) -> Iterator[memoryview]:
    if resampler is None:
        return
    try:
        made = resampler.resample(frame)
    except (av.error.FFmpegError, ValueError):
        losses.packets += 1
        return
    for piece in made:
        yield memoryview(piece.planes[0])[: piece.samples * 4]


def _spoken(seconds: float) -> str:
    return f"{seconds / 3600:g} hours" if seconds >= 3600 else f"{seconds:g} seconds"
