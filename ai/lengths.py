"""How long a file says that its sound lasts, or failing that, how long its packets say it."""

import os
import struct
import time
from dataclasses import dataclass
from typing import BinaryIO

import av

from ai.framing import tag_bytes
from ai.losses import Losses
from ai.media import TAGS, Media, open_media

SCAN_S = 2.0  # of CPU; some six hours of the smallest packets
LOOK = 1024  # packets between two looks at the clock
# Of these FFmpeg guesses the length from the first bit rate it meets.
GUESSED = ("aac", "ac3", "eac3", "amr")
XING, VBRI = (b"Xing", b"Info"), b"VBRI"  # where an MP3 does say it
HAS_FRAMES, HAS_BYTES = 1, 2
BEHIND = 1 << 16  # bytes of tags that may follow the sound
FIRST_FRAME = 2048  # bytes, at most
RIFF, CHUNK = struct.Struct("<4sI4s"), struct.Struct("<4sI")  # of a WAV: "RIFF", bytes, "WAVE"; a name, bytes
MOST_CHUNKS = 1000  # before the samples; there are a handful
UNTOLD = 0x7FFF0000  # bytes of a WAV: who writes into a pipe puts as much, or more


@dataclass(frozen=True, slots=True)
class Length:
    """`sure` unless it is an estimate, or that of a film with a picture beside the sound.

    `unread` is how many bytes lie behind the last packet, where packets alone tell the length.
    """

    seconds: float | None
    sure: bool = True
    unread: int = 0


def length_of(file: BinaryIO) -> Length:
    """Opens the file, looks, and scans its packets where nothing else tells. Raises InvalidMedia."""
    with open_media(file) as media:
        length = _told(media, file)
        if length.seconds is None or media.format in GUESSED or (media.format == "mp3" and not _tells(file)):
            length = _scanned(media, file)
    return length


def _told(media: Media, file: BinaryIO) -> Length:
    stream, whole = media.stream, media.container.duration
    if media.format == "wav" and (seconds := _wav_seconds(media, file)) is not None:
        return Length(seconds)
    if stream.duration and stream.time_base:
        return Length(float(stream.duration * stream.time_base))
    alone = len(media.container.streams) == 1
    return Length(whole / av.time_base, alone) if whole else Length(None)


def _wav_seconds(media: Media, file: BinaryIO) -> float | None:
    """By the header alone, of which FFmpeg believes no more than the file can hold; None if it does not say."""
    size, rate = _data_bytes(file), media.stream.bit_rate or 0
    return size * 8 / rate if 0 < size < UNTOLD and rate else None


def _data_bytes(file: BinaryIO) -> int:
    """What the chunk of samples says of itself, 0 if there is none: texts in chunks before it may hold its name."""
    at = RIFF.size if os.pread(file.fileno(), 4, 0) == b"RIFF" else os.fstat(file.fileno()).st_size
    for _ in range(MOST_CHUNKS):
        head = os.pread(file.fileno(), CHUNK.size, at)
        if len(head) < CHUNK.size:
            break
        name, size = CHUNK.unpack(head)
        if name == b"data":
            return int(size)
        at += CHUNK.size + size + size % 2  # filled up to an even number
    return 0


def _tells(file: BinaryIO) -> bool:
    """Whether the first frame of an MP3 is a table of what follows, and not of a part of it, as in joined files."""
    start = tag_bytes(os.pread(file.fileno(), 10, 0))
    frame = os.pread(file.fileno(), FIRST_FRAME, start)
    if VBRI in frame:
        return True
    at = max(map(frame.find, XING))
    if at < 0:
        return False
    flags = int.from_bytes(frame[at + 4 : at + 8], "big")
    after = at + 8 + (4 if flags & HAS_FRAMES else 0)
    size = int.from_bytes(frame[after : after + 4], "big") if flags & HAS_BYTES else 0
    return bool(flags & HAS_FRAMES) and os.fstat(file.fileno()).st_size - start < size + BEHIND


def _scanned(media: Media, file: BinaryIO) -> Length:
    """From the first packet to the end of the last; where that takes too long, by the share of the bytes."""
    size, began = os.fstat(file.fileno()).st_size, time.process_time()
    first, last, end, count = None, 0.0, 0, 0
    for packet in media.packets(Losses()):
        if packet.pts is None or packet.time_base is None:
            continue
        begins = float(packet.pts * packet.time_base)
        first = begins if first is None else first
        last = max(last, begins + float((packet.duration or 0) * packet.time_base))
        end = max(end, (packet.pos or 0) + packet.size)
        count += 1
        if count % LOOK == 0 and time.process_time() - began > SCAN_S:
            share = file.tell() / size
            return Length((last - first) / share if share else None, sure=False)
    if first is None:
        return Length(None)
    unread = size - end if end and not os.pread(file.fileno(), 8, end).startswith(TAGS) else 0
    return Length(last - first, unread=max(0, unread))
