"""Inside a decoder's process: it gives the samples of one file to a pipe, says what became of it, and ends."""

import os
import resource
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO

import av.subtitles.stream  # noqa: F401  PyAV imports it with the first file, which would be after the fork

from ai.child import Channel
from ai.confine import confine
from ai.errors import InvalidMedia
from ai.lengths import length_of
from ai.losses import Losses
from ai.media import open_media
from ai.pcm import samples_of
from ai.sound import BYTES_PER_S, SAMPLE_BYTES, Account, Opened, Refusal, SoundOrder, to_json, too_long

BUFFER = 1 << 16
CPU_PER_S = 0.05  # of audio, beside what the order allows: some ten times what the slowest codec takes
CPU_PER_BYTE = 1e-7
UNREAD = 4096  # bytes behind the last packet; an index may be as long
CPU_STEP_S = 60.0  # of audio, between two looks at the limit


def decode(channel: Channel, order: SoundOrder) -> None:
    """Send Opened, fill the pipe that was passed and close it, send an Account; or a Refusal at any time."""
    (pipe,) = channel.passed
    _report_what_is_raised(channel)
    with os.fdopen(pipe, "wb", BUFFER) as out, suppress(BrokenPipeError):
        try:
            account = _stream(channel, order, out)
        except (ArithmeticError, MemoryError) as error:  # a rate of 0, a table without end
            raise InvalidMedia("The file cannot be read: what it says of itself cannot be true.") from error
        out.close()
        channel.send_bytes(to_json(account))


def _report_what_is_raised(channel: Channel) -> None:
    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        channel.send_bytes(to_json(Refusal(kind.__name__, str(error), "".join(traceback.format_tb(trace)))))

    sys.excepthook = report


def _stream(channel: Channel, order: SoundOrder, out: BinaryIO) -> Account:
    size = order.path.stat().st_size
    if size == 0:
        raise InvalidMedia("The file is empty.")
    allow = order.cpu_s + size * CPU_PER_BYTE
    _allow_cpu(allow)
    with order.path.open("rb") as file:
        confine()
        length = length_of(file)
        _refuse_if_over(length.seconds if length.sure else None, order.max_seconds)
        with open_media(file) as media:
            channel.send_bytes(to_json(Opened(length.seconds)))
            losses = Losses(length.seconds if length.sure else None, notes=media.notes, doubtful=media.doubtful)
            if length.unread > UNREAD:
                losses.notes.append(f"The last {length.unread / 1000:.0f} kB of the file could not be read.")
            seconds = _pour(samples_of(media, losses), order, out, allow)
    if seconds == 0:
        raise InvalidMedia("The file has an audio track, but there is no sound in it that can be read.")
    return Account(seconds, length.seconds, losses.packets, losses.lost_s, losses.warnings(seconds))


def _pour(pieces: Iterable[memoryview], order: SoundOrder, out: BinaryIO, allow: float) -> float:
    """Write the samples after `skip_s`; returns the seconds there are, with those skipped."""
    skip = int(order.skip_s * BYTES_PER_S / SAMPLE_BYTES) * SAMPLE_BYTES
    done, limit, look = 0, order.max_seconds * BYTES_PER_S, 0.0
    for piece in pieces:
        start, done = done, done + len(piece)
        if done > limit:
            raise too_long(order.max_seconds)
        if done > skip:
            out.write(piece[max(0, skip - start) :])
        if done >= look:
            _allow_cpu(allow + done / BYTES_PER_S * CPU_PER_S)
            look = done + CPU_STEP_S * BYTES_PER_S
    return done / BYTES_PER_S


def _refuse_if_over(declared: float | None, max_seconds: float) -> None:
    if declared is not None and declared > max_seconds + 1:
        raise too_long(max_seconds)


def _allow_cpu(seconds: float) -> None:
    """So many seconds in all; the kernel ends us (SIGXCPU) beyond them."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
