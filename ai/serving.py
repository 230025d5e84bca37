"""What passes between the model host and its process: orders in, replies out; and the start of that process."""

import os
from dataclasses import dataclass
from typing import NamedTuple

from ai.child import Channel
from ai.errors import AiError
from ai.transcript import Bookmark, Done, Heard, Moved, TranscribeOptions

GiB = 1 << 30


class HostLimits(NamedTuple):
    """When a host process is replaced, which costs a second or two, and its models forgotten.

    Native code leaks (faster-whisper#1055), and on some GPUs ends in a state in which it hears nothing more
    (WhisperJAV#394): so a process makes way after so many windows, bytes more than it began with, or when nearly
    all of the last windows were empty and those before were not. Seconds for what is idle, and for one call; on a
    CPU for each row of it.
    """

    windows: int = 20_000
    grown_bytes: int = 2 * GiB
    empty_after: int = 100
    idle_s: float = 600
    call_s: float = 600


@dataclass(frozen=True, slots=True)
class Load:
    """Have the model in memory; Loaded is the last reply."""

    number: int
    model: str


@dataclass(frozen=True, slots=True)
class Hear:
    """Write down the sound that comes through the descriptor passed with this."""

    number: int
    model: str
    options: TranscribeOptions
    start: Bookmark


@dataclass(frozen=True, slots=True)
class Stop:
    """Nobody wants the answer to that order any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Retire:
    """Answer all that is under way with Moved, at the next window."""


Order = Load | Hear | Stop | Retire


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is in memory."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The order cannot be carried out; the host is well."""

    error: AiError


@dataclass(frozen=True, slots=True)
class Unwell:
    """The process should be replaced. Sent once, under the number 0."""

    why: str


Reply = Loaded | Heard | Done | Moved | Refused | Unwell


def serve(channel: Channel, limits: HostLimits) -> None:
    """Carry out orders until the parent hangs up."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports the hub's client
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy's threads spin for a while after each use, beside the model's
    from ai.desk import Desk  # noqa: PLC0415  half a second of imports, and only where it is needed

    desk = Desk(channel, limits)
    while (order := _next(channel)) is not None:
        desk.take(order, channel.passed)


def _next(channel: Channel) -> Order | None:
    try:
        order: Order = channel.receive()
    except EOFError:
        return None
    return order
