"""Ties a process to its parent: when the parent dies, however it dies, so does the process."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when `parent` (a pid) dies; call it first thing. Linux only, else a no-op.

    The signal comes when the parent's *thread* that started us ends: start children from a main thread.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
