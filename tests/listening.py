"""Reads sounds the way a model host does: from the pipe, in a thread; and finds the processes that give them."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from ai.audio import Account, open_sound


def read(pipe: int) -> bytes:
    data = bytearray()
    while piece := os.read(pipe, 1 << 16):
        data += piece
    return bytes(data)


async def heard(path: Path, *, max_seconds: float = 3600, skip_s: float = 0.0) -> tuple[NDArray[np.int16], Account]:
    async with open_sound(path, max_seconds=max_seconds, skip_s=skip_s) as sound:
        samples = await asyncio.to_thread(read, sound.pipe)
        return np.frombuffer(samples, np.int16), await sound.ended()


def children(label: str) -> list[psutil.Process]:
    """Of those that live; the others are the servers of the whole run."""
    return [child for child in psutil.Process().children() if _ends_in(child, label)]


def decoders() -> list[psutil.Process]:
    return [decoder for server in children("decoders") for decoder in server.children()]


def _ends_in(process: psutil.Process, label: str) -> bool:
    with suppress(psutil.NoSuchProcess):  # it may end just now
        return process.cmdline()[-1:] == [label]
    return False
