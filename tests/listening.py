"""Reads sounds the way a model host does: from the pipe, in a thread."""

import asyncio
import os
from pathlib import Path

import numpy as np
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
