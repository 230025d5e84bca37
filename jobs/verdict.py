"""What a worker was doing when it stopped answering or ended: who took too long, and who may have killed it."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jobs.attempt import GRACE_S
from jobs.blackbox import TICK_S, BlackBox, Entry

LOOK_S = TICK_S
STILL = 4
"""An event loop that did not turn between so many looks is held up by one step."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`over`: ran past its limit and could not be interrupted; `blamed`: jobs that may have ended the worker."""

    over: Sequence[Entry] = ()
    blamed: Sequence[UUID] = ()


def post_mortem(box: BlackBox) -> Verdict:
    """Of a worker that ended by itself: whose code was on its event loop or in its threads, else all that ran.

    Threads that a kind makes by itself leave no trace here.
    """
    entries, on_loop = box.entries(), box.on_loop()
    active = [entry for entry in entries if entry.threads or entry == on_loop]
    return Verdict(blamed=[entry.id for entry in active or entries])


async def hung(box: BlackBox, pid: int, patience_s: float) -> Verdict:
    """Return when the worker can only be killed: an attempt over its limit holds it up, or somebody stopped it.

    An attempt that holds it up within its limit is left alone.
    """
    still = stopped = 0
    turn = box.turn
    while stopped * LOOK_S < patience_s:
        await asyncio.sleep(LOOK_S)
        still = still + 1 if box.turn == turn else 0
        turn = box.turn
        stopped = stopped + 1 if still and _is_stopped(pid) else 0
        if still >= STILL and not stopped and (over := _over(box)):
            return Verdict(over=[entry for entry in over if not entry.forgiven])
    return Verdict()


def _over(box: BlackBox) -> list[Entry]:
    """Who holds up the event loop beyond its limit; where nobody is marked (a thread does it) all that are over."""
    culprit = box.on_loop()
    since = time.monotonic() - GRACE_S
    return [entry for entry in ([culprit] if culprit else box.entries()) if entry.limit_at < since]


def _is_stopped(pid: int) -> bool:
    """By SIGSTOP or the like. Leaves the child to be waited for; one that was waited for is not stopped."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return False
