"""Inside a fork server: it has imported what its children need, and becomes each of them by a fork.

It does nothing of what they are for, and has one thread: a fork copies no other, and what one has locked stays so.
"""

import gc
import os
import selectors
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from ai.child import Channel, live
from ai.tether import die_with

NUMBER = struct.Struct("!i")  # first the pid of a child, then how it ended, -9 for signal 9


def serve(channel: Channel, module: str) -> None:
    """Fork for each message, which brings a child's pipe and a line to us, until the parent hangs up."""
    sys.excepthook = sys.__excepthook__  # nobody listens to what we say; the log will have it
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import_module(module)
    gc.freeze()  # a collection in a child would copy the pages of all that we have
    pipe = _Children(channel).pipe_of_a_new_one()
    if pipe is not None:
        live(pipe)
        os._exit(0)  # nothing is left to be done, and leaving Python properly takes longer than a fork


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    ended: int  # a pidfd
    line: int


class _Children:
    """Those that live, and what happens next to one of them or to us."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._events = selectors.PollSelector()
        self._events.register(channel, selectors.EVENT_READ, self._fork)

    def pipe_of_a_new_one(self) -> int | None:
        """Returns in every child, and here once the parent has hung up: None then."""
        with suppress(EOFError):
            while True:
                key, _ = self._events.select()[0]  # one at a time: it may close what the others are about
                pipe: int | None = key.data()
                if pipe is not None:
                    return pipe
        return None

    def _fork(self) -> int | None:
        self._channel.receive()
        pipe, line = self._channel.passed
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:  # too many processes, no memory: that one is lost, and may come again
            sys.stderr.write(f"cannot fork: {error}\n")
            os.close(line)
        else:
            if pid == 0:
                self._be_one(server, line)
                return pipe
            self._keep(_Child(pid, os.pidfd_open(pid), line))
        os.close(pipe)
        return None

    def _be_one(self, server: int, line: int) -> None:
        """Forget the others, or they would not see the end of theirs while we live."""
        die_with(server)
        os.setpgid(0, 0)  # a signal to the own group is one to oneself
        self._channel.close()
        for key in [*self._events.get_map().values()][1:]:
            os.close(key.fd)
        os.close(line)

    def _keep(self, child: _Child) -> None:
        self._events.register(child.line, selectors.EVENT_READ, partial(self._kill, child))
        self._events.register(child.ended, selectors.EVENT_READ, partial(self._reap, child))
        _tell(child.line, child.pid)

    def _kill(self, child: _Child) -> None:
        """Nobody wants it any more. It is ours and not reaped, so the pid is nobody else's."""
        self._events.unregister(child.line)
        os.kill(child.pid, signal.SIGKILL)

    def _reap(self, child: _Child) -> None:
        self._events.unregister(child.ended)
        os.close(child.ended)
        with suppress(KeyError):
            self._events.unregister(child.line)
        _, status = os.waitpid(child.pid, 0)
        _tell(child.line, os.waitstatus_to_exitcode(status))
        os.close(child.line)


def _tell(line: int, number: int) -> None:
    with suppress(OSError):  # nobody is there any more
        os.write(line, NUMBER.pack(number))
