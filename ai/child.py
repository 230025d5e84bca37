"""What a child process of ours does first: tie its life to its parent, take its limits, run its function.

Imports here are paid at every start of a child, so only small ones stand here.
"""

import importlib
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import threading
from types import TracebackType
from typing import Any, NamedTuple

from ai.tether import die_with

HEADER = struct.Struct("!Q")
MAX_PASSED = 4
UNPICKLABLE = (pickle.PickleError, TypeError, AttributeError, ValueError, KeyError, ImportError)


class Limits(NamedTuple):
    """What a child may use: bytes of address space, seconds of CPU, bytes of one written file."""

    memory_bytes: int | None = None
    cpu_s: int | None = None
    file_bytes: int | None = None


class Order(NamedTuple):
    """The first message to a child. The arguments are pickled apart: they need `path` to be read.

    `watched`: a thread ends the process when its parent hangs up.
    """

    path: list[str]
    limits: Limits
    watched: bool
    module: str
    name: str
    args: bytes


class Raised(NamedTuple):
    """The last message of a child whose function raised."""

    error: BaseException


class Channel:
    """The child's end of its private pipe; blocking, one pickled message at a time.

    `passed` are the descriptors that came with the last message; they are the receiver's to close.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()
        self.passed: list[int] = []

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()

    def send(self, message: object) -> None:
        """Raises what pickle raises if the message cannot travel."""
        self.send_bytes(pickle.dumps(message))

    def send_bytes(self, body: bytes) -> None:
        """For a parent that reads no pickles from us."""
        with self._sending:
            self._sock.sendall(HEADER.pack(len(body)) + body)

    def receive(self) -> Any:
        """Raises EOFError once the parent has closed its end."""
        self.passed = []
        (size,) = HEADER.unpack(self._read(HEADER.size))
        return pickle.loads(self._read(size))  # noqa: S301  our own parent wrote it

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece, passed, _, _ = socket.recv_fds(self._sock, size - len(data), MAX_PASSED)
            if not piece:
                raise EOFError("the parent closed the pipe")
            data += piece
            self.passed += passed
        return bytes(data)


def main(fd: str, parent: str) -> None:
    """The whole life of a child: `fd` is its pipe, `parent` the pid of the process that made it."""
    die_with(int(parent))
    _reset_signals()
    live(int(fd))


def live(fd: int) -> None:
    """Carry out the order that comes through the pipe `fd`."""
    sock = socket.socket(fileno=fd)
    sock.set_inheritable(False)
    channel = Channel(sock)
    _report_what_is_raised(channel)
    order: Order = channel.receive()
    if order.watched:
        threading.Thread(target=_die_on_hangup, args=(fd,), daemon=True).start()
    sys.path[:] = order.path
    _take(order.limits)
    function = resolve(order.module, order.name)
    function(channel, *pickle.loads(order.args))  # noqa: S301  our own parent wrote it


def resolve(module: str, name: str) -> Any:
    """The object that `name` (dotted for a class's method) means in `module`."""
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def answer(channel: Channel, module: str, name: str, args: tuple[object, ...]) -> None:
    """Run one plain function and send what it returns."""
    channel.send(resolve(module, name)(*args))


def _die_on_hangup(fd: int) -> None:
    """Where no death signal exists, and for children of this child: the parent's end of the pipe closed."""
    poll = select.poll()
    poll.register(fd, 0)
    poll.poll()
    os.killpg(0, signal.SIGKILL)


def _reset_signals() -> None:
    """Only ignored signals and the mask outlive an exec; Python itself ignores SIGPIPE and SIGXFSZ."""
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to whoever supervises us
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _report_what_is_raised(channel: Channel) -> None:
    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        import traceback  # noqa: PLC0415  only a child that fails pays for it

        error.add_note("In the child process:\n" + "".join(traceback.format_tb(trace)))
        channel.send(Raised(_portable(error)))

    sys.excepthook = report


def _portable(error: BaseException) -> BaseException:
    """The error itself, or where it cannot be pickled and read again a RuntimeError with its repr."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    except UNPICKLABLE:
        return RuntimeError(repr(error))
    return error


def _take(limits: Limits) -> None:
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_FSIZE: limits.file_bytes,
    }
    for name, value in wanted.items():
        hard = resource.getrlimit(name)[1]
        if value is not None and (hard == resource.RLIM_INFINITY or value < hard):
            resource.setrlimit(name, (value, value))
