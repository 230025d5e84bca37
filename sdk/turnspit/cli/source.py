"""Uploads from the command line: a path or stdin, with their progress on stderr."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from turnspit.cli.view import view_for

if TYPE_CHECKING:
    from turnspit.client import AsyncClient

CHUNK: Final = 256 * 1024


def check_source(path: str) -> None:
    """Raise a usage error when `path` is neither `-` nor a file that is there."""
    if path != "-" and not Path(path).is_file():
        raise typer.BadParameter(f"there is no file {path!r}")


async def send(client: "AsyncClient", path: str) -> str:
    """Upload a path, or stdin when it is `-`; returns the file's id."""
    from turnspit.models import Progress  # noqa: PLC0415 - pydantic is loaded when a client is

    with view_for(sys.stderr) as view:

        def show(sent: int, total: int | None) -> None:
            fraction = sent / total if total else None
            view.progress(Progress(step="uploading", current=sent, total=total, unit="bytes", fraction=fraction))

        if path == "-":
            file = await client.upload(stdin_chunks(), name="stdin", on_progress=show)
        else:
            file = await client.upload(path, on_progress=show)
    return file.id


async def stdin_chunks() -> AsyncIterator[bytes]:
    """Stdin as it comes; an interruption does not wait for the next byte of a pipe."""
    if not _waits():
        while chunk := await asyncio.to_thread(sys.stdin.buffer.read, CHUNK):
            yield chunk
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    try:
        while chunk := await reader.read(CHUNK):
            yield chunk
    finally:
        pipe.close()


def _waits() -> bool:
    """Whether a read of stdin may block for long: a pipe, a socket or a terminal, not a regular file."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)
