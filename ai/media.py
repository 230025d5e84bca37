"""A sound or video file as its packets, opened so that it can reach no other file and no network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import BinaryIO, Never, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from ai import ogg
from ai.errors import InvalidMedia
from ai.framing import adts_bytes, flac_frames, mp3_bytes, tag_bytes
from ai.losses import Losses, Place

# Containers that hold their own bytes. Playlists and lists of files (hls, dash, concat, sdp, ...) name
# others to open, so none of them is here; a file that looks like one is refused.
FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,ogg,oma,tta,voc,w64,wav,wv"
)
# The bytes come from an open file, so no protocol is needed at all; this one opens nothing.
OPEN_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "data"}
# Codecs whose frames carry a check sum: a wrong one is an error there, instead of a burst of noise.
STRICT = {"flac": "crccheck+explode"}
READ_FAILURES = 100  # in a row, then the rest of the file is given up
# Streams without a clock: what lies between their frames is lost sound, unless it is one of these tags.
RAW = {"mp3": mp3_bytes, "aac": adts_bytes}
TAGS = (b"TAG", b"APETAGEX", b"\0\0\0\0")
LONGEST_SKIP_S = 60.0
CUT = "The file breaks off: its last page is not there, or its recorder was stopped before it could write it."

Packets = Iterator["Packet[AudioStream]"]


class Media:
    """An open file and its first audio stream."""

    def __init__(self, file: BinaryIO, container: InputContainer, stream: AudioStream) -> None:
        self.container = container
        self.stream = stream
        self.notes: list[str] = []
        self.doubtful: list[Place] = []
        self._file = file
        self._end = 0  # where the last frame ended
        self._tagged = True  # nothing, or a tag, lies before what comes next
        self._bytes, self._count = 0, 0

    @property
    def format(self) -> str:
        return str(self.container.format.name)

    def packets(self, losses: Losses) -> Packets:
        """Every packet that can be read, the empty one that flushes the decoder last."""
        failures, demuxed = 0, self.container.demux(self.stream)
        while failures < READ_FAILURES:
            try:
                packet = next(demuxed)
            except StopIteration:
                return
            except av.error.FFmpegError:
                losses.packet()
                failures += 1
                demuxed = self.container.demux(self.stream)
                continue
            failures = 0
            if self.format == "flac" and packet.pos is not None:
                yield from self._framed(packet.pos)
                return
            if not self._in_a_tag(packet):
                yield packet
        losses.gave_up = True

    def lost_before(self, packet: "Packet[AudioStream]") -> float:
        """Seconds of a raw stream that went before this packet without a trace in its clock, in whole packets.

        They lie in bytes between the last packet and this one, or in the last one behind its own frame: what
        follows a damaged header is taken for a part of the packet before.
        """
        if self.format not in RAW or packet.pos is None or not packet.duration:
            return 0.0
        unknown = packet.pos - self._end
        counts = unknown > 0 and not self._is_no_sound(self._end, unknown)
        usual = self._bytes / self._count if self._count else packet.size
        own = min(self._says(packet.pos) or round(usual), packet.size)
        self._end = packet.pos + own
        self._bytes += own
        self._count += 1
        self._tagged = False
        lost = round(unknown / usual) * float(packet.duration * packet.time_base) if counts else 0.0
        return lost if lost < LONGEST_SKIP_S else 0.0

    def _in_a_tag(self, packet: "Packet[AudioStream]") -> bool:
        """Whether that is no frame, though it looks like one to FFmpeg."""
        if self.format not in RAW or packet.pos is None:
            return False
        while size := tag_bytes(os.pread(self._file.fileno(), 10, self._end)):
            self._end, self._tagged = self._end + size, True
        return packet.pos < self._end

    def _says(self, at: int) -> int:
        """How long the frame is that begins there, by its own header."""
        return RAW[self.format](os.pread(self._file.fileno(), 8, at))

    def _is_no_sound(self, at: int, size: int) -> bool:
        """A tag, or the one frame behind it, or in front of all, that is a table of the others."""
        return os.pread(self._file.fileno(), 8, at).startswith(TAGS) or (self._tagged and self._says(at) == size)

    def _framed(self, start: int) -> Packets:
        """FFmpeg's parser of raw FLAC lumps whole frames together with a damaged one, and drops them."""
        self._file.seek(start)
        for frame in flac_frames(self._file, self._block):
            packet = self._packet(frame.data)
            packet.pts = packet.dts = frame.sample
            yield packet
        yield self._packet(b"")

    def _packet(self, data: bytes) -> "Packet[AudioStream]":
        packet = cast("Packet[AudioStream]", Packet(data))
        packet.stream, packet.time_base = self.stream, Fraction(1, self.stream.rate)
        return packet

    @property
    def _block(self) -> int:
        """Samples in a FLAC frame, from the stream's own header."""
        return int.from_bytes((self.stream.codec_context.extradata or b"\0\0")[:2], "big")


@contextmanager
def open_media(file: BinaryIO) -> Iterator[Media]:
    """From the beginning. Raises InvalidMedia for what is no audio or video, and where there is no sound in it."""
    file.seek(0)
    health = ogg.examine(file)
    source = ogg.Mended(file, health.patches) if health.patches else file
    try:
        container = av.open(source, mode="r", options=OPEN_OPTIONS, metadata_errors="replace", io_open=_refuse)
    except (av.error.FFmpegError, ValueError):
        raise InvalidMedia(_why_not(file)) from None
    with container:
        if not container.streams.audio:
            raise InvalidMedia("The file has no audio track.")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise InvalidMedia("The sound of the file is coded in a way that cannot be read.")
        if strict := STRICT.get(stream.codec_context.name):
            stream.codec_context.options = {"err_detect": strict}
        media = Media(file, container, stream)
        media.notes += [CUT] if health.cut else []
        media.doubtful += [Place(*stretch) for stretch in health.doubtful]
        yield media


def _why_not(file: BinaryIO) -> str:
    if os.pread(file.fileno(), 8, 0)[4:] == b"ftyp":
        return "The file cannot be read: its index is damaged, or missing as in a file that is not whole."
    return "The file is not audio or video of a kind that can be read."


def _refuse(url: str, flags: int, options: object) -> Never:
    """Instead of whatever else a container asks to be opened."""
    raise PermissionError(f"the file names another one, {url!r}")
