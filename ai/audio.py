"""Decode a sound file in a limited process of its own, so that a hostile one can hurt nothing else."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from ai.errors import InvalidMedia
from ai.process import Child, ChildDied, Limits
from ai.transcript import BYTES_PER_S, Decoded

__all__ = ["Decoded", "decode"]

MAX_SECONDS = 12 * 3600.0
MEMORY_BYTES = 2 << 30  # address space, of which PyAV's libraries take most
CPU_S = 120  # and one more for each 20 seconds of audio, some ten times what the slowest codec takes

OnProgress = Callable[[float, float | None], Awaitable[None]]


async def decode(
    source: Path,
    folder: Path,
    *,
    max_seconds: float = MAX_SECONDS,
    on_progress: OnProgress | None = None,
) -> Decoded:
    """Write the sound of `source` into a new file in `folder`, 64 kB for a second, in flat memory.

    `on_progress(seconds, declared_seconds)` is awaited a few times a second. Raises InvalidMedia with a
    sentence for a person, MediaTooLong once more than `max_seconds` were decoded, OSError for a full disk.
    """
    limits = Limits(
        memory_bytes=MEMORY_BYTES,
        cpu_s=CPU_S + int(max_seconds / 20),
        file_bytes=int((max_seconds + 60) * BYTES_PER_S),
    )
    target = folder / "audio.f32"
    async with Child("ai.decoder:decode", source, target, max_seconds, limits=limits) as child:
        return await _last_word(child, on_progress)


async def _last_word(child: Child, on_progress: OnProgress | None) -> Decoded:
    while True:
        try:
            message = await child.receive()
        except ChildDied as died:
            raise InvalidMedia(f"The file could not be read: the decoder stopped ({died}).") from died
        if isinstance(message, Decoded):
            return message
        if on_progress is not None:
            await on_progress(*message)
