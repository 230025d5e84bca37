"""Takes from this process, for good, what a decoder never needs: network, programs, other files, other processes.

A filter of system calls (seccomp, Linux 3.5 and later on x86-64 and ARM64; elsewhere nothing happens). A hostile
file that has found a way to run its own code in a codec meets it there: a call for a socket, a program or a
process ends us with SIGSYS, and no file can be made, changed or opened but for reading (Python loads a module
now and then).
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterator
from errno import EACCES, ENOSYS
from typing import NamedTuple

# linux/prctl.h, linux/seccomp.h, linux/bpf_common.h, linux/sched.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2
KILL, REFUSE, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, EQUAL, ANY_BIT, AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
CALL_AT, ARCH_AT, ARGUMENTS_AT = 0, 4, 16
CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CLONE_THREAD = 0x10000
X32 = 0x40000000

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "socket": 41, "connect": 42, "bind": 49, "listen": 50, "fork": 57, "vfork": 58, "execve": 59,
        "ptrace": 101, "mount": 165, "unshare": 272, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "bpf": 321, "execveat": 322, "pidfd_send_signal": 424, "io_uring_setup": 425,
        "clone": 56, "clone3": 435, "kill": 62, "tkill": 200, "tgkill": 234,
        "setpgid": 109, "pidfd_open": 434, "pidfd_getfd": 438,
        "open": 2, "openat": 257, "openat2": 437, "creat": 85, "truncate": 76, "rename": 82, "mkdir": 83,
        "rmdir": 84, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "chown": 92, "lchown": 94, "mknod": 133,
        "mkdirat": 258, "mknodat": 259, "fchownat": 260, "unlinkat": 263, "renameat": 264, "linkat": 265,
        "symlinkat": 266, "fchmodat": 268, "renameat2": 316,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "bind": 200, "listen": 201, "execve": 221, "ptrace": 117, "mount": 40,
        "unshare": 97, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280,
        "execveat": 281, "pidfd_send_signal": 424, "io_uring_setup": 425,
        "clone": 220, "clone3": 435, "kill": 129, "tkill": 130, "tgkill": 131,
        "setpgid": 154, "pidfd_open": 434, "pidfd_getfd": 438,
        "openat": 56, "openat2": 437, "truncate": 45, "mkdirat": 34, "mknodat": 33, "fchownat": 54,
        "unlinkat": 35, "renameat": 38, "linkat": 37, "symlinkat": 36, "fchmodat": 53, "renameat2": 276,
    },
}  # fmt: skip
DEADLY = (
    "socket", "connect", "bind", "listen", "fork", "vfork", "execve", "execveat", "ptrace", "mount", "unshare",
    "setns", "process_vm_readv", "process_vm_writev", "bpf", "pidfd_send_signal", "io_uring_setup", "tkill",
    "setpgid", "pidfd_open", "pidfd_getfd",
)  # fmt: skip


class Test(NamedTuple):
    """Of the lower half of one argument of a call."""

    argument: int
    code: int
    value: int


def confine() -> bool:
    """Whether the kernel took the filter."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHES:
        return False
    program = b"".join(_program(ARCHES[machine], CALLS[machine]))
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(prctl(PR_SET_SECCOMP, FILTER, ctypes.c_char_p(head), 0, 0) == 0)


def _program(arch: int, calls: dict[str, int]) -> Iterator[bytes]:
    yield _step(LOAD, ARCH_AT)
    yield from _unless(arch, KILL)
    yield _step(LOAD, CALL_AT)
    yield from (_step(AT_LEAST, X32, 0, 1), _step(RETURN, KILL))
    for name, number in calls.items():
        if name in ("open", "openat"):
            changes = Test(1 if name == "open" else 2, ANY_BIT, CHANGING)
            yield from _where(number, changes, then=REFUSE | EACCES, otherwise=ALLOW)
        elif name == "clone":  # threads only
            yield from _where(number, Test(0, ANY_BIT, CLONE_THREAD), then=ALLOW, otherwise=KILL)
        elif name == "kill":  # the own group only, which stays so without setpgid
            yield from _where(number, Test(0, EQUAL, 0), then=ALLOW, otherwise=KILL)
        elif name == "tgkill":  # oneself only, as abort() does
            yield from _where(number, Test(0, EQUAL, os.getpid()), then=ALLOW, otherwise=KILL)
        elif name in ("clone3", "openat2"):  # what they ask for cannot be seen; libc then takes the older one
            yield from _if(number, REFUSE | ENOSYS)
        else:
            yield from _if(number, KILL if name in DEADLY else REFUSE | EACCES)
    yield _step(RETURN, ALLOW)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)


def _if(number: int, verdict: int) -> Iterator[bytes]:
    yield from (_step(EQUAL, number, 0, 1), _step(RETURN, verdict))


def _unless(value: int, verdict: int) -> Iterator[bytes]:
    yield from (_step(EQUAL, value, 1, 0), _step(RETURN, verdict))


def _where(number: int, test: Test, *, then: int, otherwise: int) -> Iterator[bytes]:
    yield _step(EQUAL, number, 0, 4)
    yield _step(LOAD, ARGUMENTS_AT + 8 * test.argument)
    yield from (_step(test.code, test.value, 0, 1), _step(RETURN, then), _step(RETURN, otherwise))
