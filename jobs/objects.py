"""The object store: bytes by key, in a local folder or a bucket; on disk before a row speaks of them."""

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import ParamSpec

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from jobs.errors import NotFound, StorageFull, TooLarge

P = ParamSpec("P")

CHUNK = 1024 * 1024
THREADS = 4
"""For what blocks on a disk. The loop's own threads may all be taken by code of kinds that nobody can stop."""
TROUBLE = (OSError, obstore.exceptions.BaseError)
"""What the store raises when it is away or refuses."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies under a key: its size and the SHA-256 of its bytes in lower-case hex."""

    key: str
    bytes: int
    sha256: str


class Objects:
    """One store by URL (`s3://bucket/prefix`, `file:///path`) or by the path of a local folder."""

    def __init__(self, url: str) -> None:
        path = url.removeprefix("file://")
        self._folder = None if "://" in path else Path(path)
        self._store: ObjectStore = LocalStore(path, mkdir=True) if self._folder else from_url(url)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="objects")

    async def put(self, key: str, data: bytes | AsyncIterator[bytes], limit: int | None = None) -> Stored:
        """Store bytes, streamed. Raises TooLarge as soon as `limit` is passed, StorageFull on a full disk.

        Nothing lies under the key unless this returns.
        """
        meter = _Meter(data, limit)
        try:
            await obstore.put_async(self._store, key, meter.chunks())
            await self._flush(key)
        except OSError as error:
            if _full(error):
                raise StorageFull("The disk is full. Nothing was stored.") from error
            raise
        except obstore.exceptions.BaseError as error:
            if _full(error):
                raise StorageFull("The disk is full. Nothing was stored.") from error
            raise
        return Stored(key, meter.bytes, meter.sha256)

    async def has(self, key: str, size: int) -> bool:
        """Whether that many bytes lie under a key."""
        try:
            return bool((await obstore.head_async(self._store, key))["size"] == size)
        except FileNotFoundError:
            return False

    async def get(self, key: str) -> bytes:
        """Everything under a key. Raises NotFound."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise NotFound("These bytes are gone.") from error
        return bytes(await found.bytes_async())

    async def stream(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from `start` up to, not including, `end`, in chunks of about a megabyte. Raises NotFound."""
        try:
            if end is None:
                found = await obstore.get_async(self._store, key)
            elif end <= start:
                return
            else:
                found = await obstore.get_async(self._store, key, options={"range": (start, end)})
        except FileNotFoundError as error:
            raise NotFound("These bytes are gone.") from error
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)

    @asynccontextmanager
    async def as_path(self, key: str, suffix: str = "") -> AsyncIterator[Path]:
        """A local path with the bytes, for reading only: the file itself in a local store, else a copy."""
        if self._folder is not None:
            path = self._folder / key
            if not path.is_file():
                raise NotFound("These bytes are gone.")
            yield path
            return
        with NamedTemporaryFile(suffix=suffix) as copy:
            async for chunk in self.stream(key):
                await self._in_thread(copy.write, chunk)
            copy.flush()
            yield Path(copy.name)

    async def delete(self, *keys: str) -> None:
        """Remove keys; those that are gone already are no error."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue

    async def discard(self, *keys: str) -> None:
        """Remove keys with what a crash left half written of them, for which the local store has no name."""
        await self.delete(*keys)
        if self._folder is not None:
            for key in keys:
                await self._in_thread(_remove_halves, self._folder / key)

    async def delete_under(self, prefix: str) -> None:
        """Remove every key below a prefix."""
        async for page in obstore.list(self._store, prefix=prefix):
            await self.delete(*(entry["path"] for entry in page))

    async def _in_thread(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args, **kwargs))

    async def _flush(self, key: str) -> None:
        if self._folder is not None:
            await self._in_thread(_flush_to_disk, self._folder / key)


class _Meter:
    """Counts and hashes what passes, and stops it at a limit."""

    def __init__(self, data: bytes | AsyncIterator[bytes], limit: int | None) -> None:
        self._data = data
        self._limit = limit
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        if isinstance(self._data, bytes):
            yield self._count(self._data)
            return
        async for chunk in self._data:
            yield self._count(chunk)

    def _count(self, chunk: bytes) -> bytes:
        self.bytes += len(chunk)
        if self._limit is not None and self.bytes > self._limit:
            raise TooLarge(f"The file is larger than the {self._limit} bytes allowed.")
        self._hash.update(chunk)
        return chunk


def _flush_to_disk(path: Path) -> None:
    """fsync a file and the folder that names it."""
    for name in (path, path.parent):
        handle = os.open(name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_halves(path: Path) -> None:
    """The store writes to `path#1`, `path#2`, …, and renames what is whole."""
    for half in path.parent.glob(f"{path.name}#*"):
        half.unlink(missing_ok=True)


def _full(error: Exception) -> bool:
    """Whether an error says that no room is left; the store's own errors carry it only in their text."""
    number = getattr(error, "errno", None)
    return number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error) or "os error 28" in str(error)
