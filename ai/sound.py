"""The plain values that pass between whoever opens a sound file and the process that decodes it."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ai.errors import MediaTooLong

SAMPLE_RATE = 16_000  # Hz, mono; what every Whisper was trained on
SAMPLE_BYTES = 2  # s16le
BYTES_PER_S = SAMPLE_RATE * SAMPLE_BYTES
MAX_SECONDS = 12 * 3600.0  # of one recording


@dataclass(frozen=True, slots=True)
class SoundOrder:
    """What a decoder is to do: the first `skip_s` are decoded and dropped, over `max_seconds` is an error.

    `cpu_s` is what it may work for a file; a long or large one gets more.
    """

    path: Path
    max_seconds: float
    skip_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The file is sound of a known kind. `declared_s` is None where nothing tells how long it lasts."""

    declared_s: float | None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a whole file, in seconds of its own time, from its beginning whatever was skipped.

    `lost_s` is what could not be read and has silence in its place; the warnings are sentences for a person.
    """

    seconds: float
    declared_s: float | None
    lost_packets: int
    lost_s: float
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a decoder raised: the name of the class, the message, and where, for a log."""

    error: str
    message: str
    trace: str


def too_long(max_seconds: float) -> MediaTooLong:
    spoken = f"{max_seconds / 3600:g} hours" if max_seconds >= 3600 else f"{max_seconds:g} seconds"
    return MediaTooLong(f"The audio is longer than {spoken}, which is the limit.")


def to_json(reply: Opened | Account | Refusal) -> bytes:
    """How a decoder says it. No pickle: whoever reads it must not trust one that has met a hostile file."""
    return json.dumps([type(reply).__name__, asdict(reply)]).encode()
