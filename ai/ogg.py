"""Ogg pages: where they lie, which are damaged, and a reading of them that a demuxer does not throw away.

FFmpeg drops a whole page, often a second of sound, when its check sum is wrong, though one packet of fifty may
be hit. Layout and check sum: RFC 3533.
"""

import io
import os
import struct
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

MAGIC = b"OggS"
HEADER = struct.Struct("<4sBBqIIIB")  # magic, version, flags, granule, serial, sequence, check sum, segments
CRC_AT = 22
END_OF_STREAM = 4
LONGEST_PAGE = HEADER.size + 255 + 255 * 255
CHUNK = 1 << 20
RATE = 48_000  # of Opus, always
LONGEST_LEAP = 100  # pages
MOST_STREAMS = 1000  # as many as FFmpeg takes; a chain of songs has one for each
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Page:
    """`start` and `end` are offsets in the file, `sum_is` is the check sum that the bytes call for."""

    start: int
    end: int
    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes
    followed: bool
    sum_says: int
    sum_is: int

    @property
    def whole(self) -> bool:
        return self.sum_says == self.sum_is


def pages(file: BinaryIO, known: Callable[[Page], bool] = lambda page: False) -> Iterator[Page]:
    """Every page that is whole, or `known`, or that another one or the end of the file follows at once.

    What lies between them is skipped.
    """
    window, base, at, more = b"", 0, 0, True
    while True:
        if more and len(window) - at < LONGEST_PAGE:
            fresh = file.read(CHUNK)
            window, base, at, more = window[at:] + fresh, base + at, 0, bool(fresh)
        found = window.find(MAGIC, at)
        if found < 0 and not more:
            return
        if found < 0 or (more and len(window) - found < LONGEST_PAGE):
            at = found if found >= 0 else max(at, len(window) - len(MAGIC) + 1)
            continue
        page = _page(window, found, base)
        if page is None or not (page.followed or page.whole or known(page)):
            at = found + len(MAGIC)
            continue
        yield page
        at = page.end - base


def _page(window: bytes, at: int, base: int) -> Page | None:
    if len(window) - at < HEADER.size:
        return None
    _, version, flags, granule, serial, sequence, says, segments = HEADER.unpack_from(window, at)
    body = at + HEADER.size + segments
    lacing = window[at + HEADER.size : body]
    end = body + sum(lacing)
    if version or flags > 7 or end > len(window):
        return None
    bare = window[at : at + CRC_AT] + bytes(4) + window[at + CRC_AT + 4 : end]
    return Page(
        start=base + at,
        end=base + end,
        flags=flags,
        granule=granule,
        serial=serial,
        sequence=sequence,
        lacing=lacing,
        body=window[body:end],
        followed=window[end : end + len(MAGIC)] in (MAGIC, b""),
        sum_says=says,
        sum_is=sum_of(bare),
    )


def sum_of(data: bytes) -> int:
    """CRC-32 with polynomial 04C11DB7, most significant bit first, from 0: zlib's, mirrored."""
    mirrored = zlib.crc32(data.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


@dataclass(frozen=True, slots=True)
class Health:
    """`patches`: bytes of damaged pages, by offset; `doubtful`: what they hold, as (start, seconds).

    `cut` says that the end is missing.
    """

    patches: dict[int, bytes] = field(default_factory=dict)
    doubtful: list[tuple[float, float]] = field(default_factory=list)
    cut: bool = False


def examine(file: BinaryIO) -> Health:
    """Walk over the whole file, some 400 MB a second, if it is Ogg at all; it is left at its beginning.

    Damaged pages of Opus are mended so that FFmpeg reads their packets: of other codecs it cannot be seen how
    long a packet lasts, and one that says it wrongly would move all that follows. Nothing is mended where the file
    has more streams than anybody means.
    """
    begins = file.read(len(MAGIC))
    file.seek(0)
    if begins != MAGIC:
        return Health()
    streams: dict[int, Stream] = {}
    health, end = Health(), 0
    for page in pages(file, lambda page: page.serial in streams and streams[page.serial].fits(page)):
        stream = streams.setdefault(page.serial, Stream())
        if len(streams) > MOST_STREAMS:
            file.seek(0)
            return Health()
        end = page.end
        if page.whole:
            stream.heard(page)
        else:
            health.patches.update(stream.mended(page))
            health.doubtful.extend(stream.doubt(page))
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return replace(health, cut=end < size or not all(stream.ended for stream in streams.values()))


class Stream:
    """What the whole pages of one stream tell about its damaged ones."""

    def __init__(self) -> None:
        self.ended = False
        self._opus = False
        self._head = b""  # the first byte of most packets
        self._last: Page | None = None
        self._before: Page | None = None

    def heard(self, page: Page) -> None:
        self._opus = self._opus or page.body.startswith(b"OpusHead")
        self._last, self.ended = page, bool(page.flags & END_OF_STREAM)
        if self._opus and page.sequence > 1:
            self._head = usual_head(page) or self._head

    def fits(self, page: Page) -> bool:
        """It comes next, and lasts as long as its packets do if they are like the others."""
        last = self._last
        if last is None or not self._opus or page.sequence != last.sequence + 1:
            return False
        return self._lasting(page, page.granule - last.granule, True) is not None

    def mended(self, page: Page) -> dict[int, bytes]:
        """New bytes by offset; none for a page that cannot be mended."""
        last = self._last
        if last is None or not self._opus or not 0 < page.sequence - last.sequence < LONGEST_LEAP:
            return {}
        body = self._lasting(page, page.granule - last.granule, page.sequence == last.sequence + 1)
        if body is None or page.flags & ~END_OF_STREAM:
            return {}
        self._last, self._before, self.ended = page, last, bool(page.flags & END_OF_STREAM)
        bare = HEADER.pack(MAGIC, 0, page.flags, page.granule, page.serial, page.sequence, 0, len(page.lacing))
        sum_is = sum_of(bare + page.lacing + body)
        first = page.end - len(body)
        heads = {first + at: body[at : at + 1] for at, _ in packets(page) if body[at] != page.body[at]}
        return {page.start + CRC_AT: sum_is.to_bytes(4, "little"), **heads}

    def doubt(self, page: Page) -> list[tuple[float, float]]:
        """The stretch of sound on a page that has just been mended."""
        if self._last is not page or self._before is None:
            return []
        lasts = min(page.granule - self._before.granule, _lasts(page.body, page)) / RATE
        return [(max(0.0, page.granule / RATE - lasts), lasts)]

    def _lasting(self, page: Page, samples: int, adjacent: bool) -> bytes | None:
        """The body so that its packets last as long as the page does; None if that cannot be.

        Where the page before is lost as well, nothing tells how long that is, and the usual is assumed.
        """
        body, head = bytearray(page.body), self._head or usual_head(page)
        if not adjacent or _lasts(body, page) != samples:
            for at, _ in packets(page):
                body[at : at + 1] = head
        lasts = _lasts(body, page)
        fits = lasts == samples if adjacent else lasts <= samples
        return bytes(body) if fits or (page.flags & END_OF_STREAM and lasts > samples >= 0) else None


def usual_head(page: Page) -> bytes:
    """The first byte of most packets on the page; empty if none ends there."""
    heads = Counter(page.body[at : at + 1] for at, _ in packets(page))
    return heads.most_common(1)[0][0] if heads else b""


def packets(page: Page) -> Iterator[tuple[int, int]]:
    """Where in the body each packet that ends on this page begins and ends."""
    start = end = 0
    for lace in page.lacing:
        end += lace
        if lace < 255:
            if end > start:
                yield start, end
            start = end


def _lasts(body: bytes | bytearray, page: Page) -> int:
    return sum(opus_samples(body[start:end]) for start, end in packets(page))


def opus_samples(packet: bytes | bytearray) -> int:
    """At 48 kHz, from the packet's first byte (RFC 6716, section 3.1)."""
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        frame = (480, 960)[config % 2]
    else:
        frame = (120, 240, 480, 960)[config % 4]
    return frame * ((packet[1] & 63 if len(packet) > 1 else 0) if code == 3 else 1 if code == 0 else 2)


class Mended(io.RawIOBase):
    """The same file, but for a few bytes that are replaced."""

    def __init__(self, file: BinaryIO, patches: dict[int, bytes]) -> None:
        self._file = file
        self._patches = patches
        self._starts = sorted(patches)

    def read(self, size: int = -1) -> bytes:
        start = self._file.tell()
        data = bytearray(self._file.read(size))
        end = start + len(data)
        for at in self._starts[bisect_left(self._starts, start - 3) : bisect_left(self._starts, end)]:
            low = max(at, start)
            piece = self._patches[at][low - at : end - at]
            data[low - start : low - start + len(piece)] = piece
        return bytes(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
