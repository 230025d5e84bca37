"""SIGTERM, Ctrl-C and a closed terminal as two events: the first asks to stop, the second to hurry."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class StopSignals:
    """What we were asked for so far."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hurried: asyncio.Event = field(default_factory=asyncio.Event)

    def receive(self) -> None:
        (self.hurried if self.asked.is_set() else self.asked).set()


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Receive the signals in the running loop, in the main thread; one that `nohup` ignores stays ignored."""
    loop = asyncio.get_running_loop()
    wanted = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    received = StopSignals()
    for number in wanted:
        loop.add_signal_handler(number, received.receive)
    try:
        yield received
    finally:
        for number in wanted:
            loop.remove_signal_handler(number)
