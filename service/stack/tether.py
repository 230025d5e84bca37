"""Become another program that cannot outlive its parent: a script, run as `python -I -S tether.py ...`.

Arguments: PARENT SIGNAL UID GID REACH PROGRAM ARGS... . It changes the user first (UID -1 keeps it), because
the kernel forgets the death signal when the user changes, then asks for SIGNAL when PARENT dies, then execs.
A script instead of `preexec_fn`: nothing runs between fork and exec in a process that has threads and locks.

REACH 1 leaves the new user one capability, to read and search any folder (CAP_DAC_READ_SEARCH, or
CAP_DAC_OVERRIDE where a container grants only that one): a program in /root/… can then run as `nobody`.
It imports nothing of ours and stays small, since every child pays for its start (about 20 ms).
"""

import ctypes
import os
import signal
import sys

# linux/prctl.h, linux/capability.h
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CANNOT = 126
UNREACHABLE = """\
PostgreSQL refuses to run as root, and user `nobody` may not enter the folders it needs here; this container
lets root lend it no capability (CAP_DAC_OVERRIDE). Run as a normal user, or keep both the virtual environment
and the data folder (--data) where everyone may enter (chmod o+x on the parents)."""

LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    parent, death_signal, uid, gid, reach = (int(word) for word in sys.argv[1:6])
    program = sys.argv[6:]
    if uid >= 0:
        change_user(uid, gid, keep=reach == 1)
    if sys.platform == "linux":
        call(LIBC.prctl, PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before it could be watched
        sys.exit(CANNOT)
    restore_signals()
    os.execv(program[0], program)  # noqa: S606  (no shell is the point)


def change_user(uid: int, gid: int, *, keep: bool) -> None:
    """Become `uid` for good; with `keep`, hold on to the right to reach every folder."""
    if keep:
        call(LIBC.prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if keep and not any(map(keep_capability, (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE))):
        sys.exit(UNREACHABLE)


def keep_capability(number: int) -> bool:
    """Hold exactly this capability, also after the exec; False where the system refuses."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << number
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; upper halves
    if LIBC.capset(header, data) != 0:
        return False
    return bool(LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) == 0)


def restore_signals() -> None:
    """Undo what Python changed for itself at its start: an ignored signal survives an exec."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def call(function: "ctypes._NamedFuncPointer", *arguments: int) -> None:
    """Raise OSError where the C function says -1."""
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


if __name__ == "__main__":
    main()
