"""Bytes to the server: a path, bytes or an async iterator as one streamed body."""

import asyncio
import os
import stat
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import Final

from turnspit.models import File, parse
from turnspit.wire import Wire, read_json

Source = str | os.PathLike[str] | bytes | AsyncIterable[bytes]
OnProgress = Callable[[int, int | None], None]
"""Called with the bytes sent so far and the bytes in all (None when the source does not say)."""

CHUNK: Final = 256 * 1024


async def upload(
    wire: Wire, source: Source, *, name: str | None = None, on_progress: OnProgress | None = None
) -> File:
    """Send `source` to POST /v1/files. Memory stays flat; a path or bytes are sent again when a try breaks.

    Raises OSError when the path cannot be read, TooLargeError past the server's limit, and what Wire raises.
    """
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    total = await _size(path, source)
    # Always octet-stream: a body that says JSON or multipart means another form of this request.
    headers = {"Content-Type": "application/octet-stream"}
    if total is not None:
        headers["Content-Length"] = str(total)
    params = {"name": name or (path.name if path else "upload")}

    async def send() -> File:
        response = await wire.once(
            "POST",
            "/v1/files",
            params=params,
            headers=headers,
            body=lambda: _counted(_chunks(path, source), total, on_progress),
        )
        return parse(File, read_json(response))

    return await (send() if isinstance(source, AsyncIterable) else wire.retries.run(send))


async def _size(path: Path | None, source: Source) -> int | None:
    if path is not None:
        info = await asyncio.to_thread(path.stat)
        return info.st_size if stat.S_ISREG(info.st_mode) else None
    return len(source) if isinstance(source, bytes) else None


async def _counted(
    chunks: AsyncIterator[bytes], total: int | None, on_progress: OnProgress | None
) -> AsyncIterator[bytes]:
    sent = 0
    async for chunk in chunks:
        yield chunk
        sent += len(chunk)
        if on_progress is not None:
            on_progress(sent, total)


async def _chunks(path: Path | None, source: Source) -> AsyncIterator[bytes]:
    if path is not None:
        async for chunk in _file_chunks(path):
            yield chunk
    elif isinstance(source, bytes):
        for start in range(0, len(source), CHUNK):
            yield source[start : start + CHUNK]
    elif isinstance(source, AsyncIterable):
        async for chunk in source:
            yield chunk


async def _file_chunks(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        file.close()
