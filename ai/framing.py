"""Frames of streams that have no container: how many bytes one takes by its own header, and where they begin.

Layouts: ISO 11172-3 and 13818-3 (MP3), ISO 13818-7 (ADTS), RFC 9639 (FLAC).
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

KBIT_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
KBIT_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
LONGEST_LEAP = 60 * 48_000  # samples from one frame to another near it; beyond it the number is damaged
CHUNK = 1 << 18
LONGEST_HEADER = 16  # bytes
LONGEST_FRAME = 4 << 20
MPEG1_RATES = (44_100, 48_000, 32_000)


def mp3_bytes(head: bytes) -> int:
    """How long the frame of layer III is that begins so; 0 where it does not say."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, padding = head[1] >> 3 & 3, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or rate == 3:
        return 0
    if version == 3:
        return 144_000 * KBIT_MPEG1[head[2] >> 4] // MPEG1_RATES[rate] + padding
    return 72_000 * KBIT_MPEG2[head[2] >> 4] // (MPEG1_RATES[rate] // (2 if version == 2 else 4)) + padding


def adts_bytes(head: bytes) -> int:
    """How long the frame of AAC is that begins so; 0 where it does not say."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5


def tag_bytes(head: bytes) -> int:
    """How long the ID3 tag is that a file may begin with."""
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    return 10 + sum(byte << 7 * (3 - place) for place, byte in enumerate(head[6:10]))


class FlacFrame(NamedTuple):
    """`sample` is the number of its first one in the stream."""

    data: bytes
    sample: int


def flac_frames(file: BinaryIO, block: int) -> Iterator[FlacFrame]:
    """The frames from where `file` stands, each until the next sound header; damaged headers are passed over.

    `block` is how many samples a frame has, for headers that number frames and not samples.
    """
    window = bytearray()
    at, begun, after = 0, None, 0  # `begun` is the number of the frame that the window begins with
    while fresh := file.read(CHUNK):
        window += fresh
        last = len(fresh) < CHUNK
        while 0 <= (at := window.find(0xFF, at)) < len(window) - (1 if last else LONGEST_HEADER):
            sample = _flac_sample(window, at, block) if window[at + 1] & 0xFE == 0xF8 else None
            if sample is None or not after <= sample < after + LONGEST_LEAP:
                at += 1
                continue
            if begun is not None:
                yield FlacFrame(bytes(window[:at]), begun)
            del window[:at]
            at, begun, after = 1, sample, sample + 1
        at = len(window) if at < 0 else at
        if at > LONGEST_FRAME:  # no header for so long: what was begun is lost
            del window[:at]
            at, begun = 0, None
    if begun is not None:
        yield FlacFrame(bytes(window), begun)


def _flac_sample(data: bytearray, at: int, block: int) -> int | None:
    """The first sample of a frame whose header is there and passes its check sum."""
    if at + 11 > len(data):
        return None
    size_code, rate_code = data[at + 2] >> 4, data[at + 2] & 15
    number, length = _coded_number(data[at + 4 : at + 11])
    end = at + 4 + length + {6: 1, 7: 2}.get(size_code, 0) + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if not length or end >= len(data) or _crc8(data[at:end]) != data[end]:
        return None
    return number if data[at + 1] & 1 else number * block


def _coded_number(data: bytearray) -> tuple[int, int]:
    """A number coded as UTF-8 would, up to 36 bits, and its bytes; none if it is not one."""
    first = data[0]
    ones = 8 - (first ^ 0xFF).bit_length()
    length = ones or 1
    if ones == 1 or length > len(data) or any(byte >> 6 != 2 for byte in data[1:length]):
        return 0, 0
    number = first & (0x7F >> ones)
    for byte in data[1:length]:
        number = number << 6 | byte & 63
    return number, length


def _crc8(data: bytearray) -> int:
    """Polynomial 07, from 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 7) & 0xFF if crc & 0x80 else crc << 1
    return crc
