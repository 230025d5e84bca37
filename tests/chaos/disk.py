"""A small disk that can be filled: a tmpfs in a mount namespace of our own, gone with the last process in it."""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

# linux/sched.h, sys/mount.h
CLONE_NEWNS, MS_REC, MS_PRIVATE, MNT_DETACH = 0x20000, 0x4000, 1 << 18, 2

LIBC = ctypes.CDLL(None, use_errno=True)


class SmallDisk:
    """A folder with `limit` bytes of room."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        _call(LIBC.mount, b"chaos", os.fsencode(folder), b"tmpfs", 0, f"size={limit}".encode())

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take all the room there is."""
        with suppress(OSError), self._ballast.open("wb", buffering=0) as ballast:
            while ballast.write(bytes(1 << 20)):
                pass

    def relieve(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        """With all that lies on it."""
        _call(LIBC.umount2, os.fsencode(self.folder), MNT_DETACH)


def own_namespace() -> bool:
    """Leave the machine's mounts to the machine. False where that is not ours to do (no root, no Linux)."""
    if sys.platform != "linux" or os.geteuid() != 0 or LIBC.unshare(CLONE_NEWNS) != 0:
        return False
    return LIBC.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) == 0


def _call(function: "ctypes._NamedFuncPointer", *arguments: object) -> None:
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
