"""One supervisor a data folder: a lock the kernel lets go of, however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.stack.children import StackError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder and hold its lock; StackError when another stack holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as refused:
        raise StackError(
            f"cannot use the data folder {folder}: {refused.strerror}. Choose another: --data DIR"
        ) from None
    try:
        take(descriptor, folder)
        yield
    finally:
        os.close(descriptor)  # which unlocks; the file stays, or two could lock two files of one name


def take(descriptor: int, folder: Path) -> None:
    """Lock it and leave our pid in it, for the message that the next one gets."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode() or "unknown"
        raise StackError(
            f"turnspit is already running in {folder} (pid {holder}). Stop it, or choose another: --data DIR"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
