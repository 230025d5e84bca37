"""`turnspit up`: the embedded stack in the foreground, from the first check to the last process gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from service.stack.children import StackError
from service.stack.folder_lock import locked
from service.stack.part import note
from service.stack.stack import Stack, StackOptions, cancelled, open_listeners
from service.stack.stop_signals import StopSignals, stop_signals

__all__ = ["StackOptions", "run_stack"]


async def run_stack(options: StackOptions) -> int:
    """Run the stack until a signal asks to stop; prints `ready URL` when it serves. Returns the exit status.

    Call it in the main thread: a child's death signal comes when the *thread* that started it ends.
    """
    try:
        with locked(options.data), stop_signals() as signals:
            await supervise(Stack(options, await open_listeners(options)), signals)
    except StackError as error:
        note(str(error))
        return 1
    return 0


async def supervise(stack: Stack, signals: StopSignals) -> None:
    """Start everything, keep it running until we are asked to stop, and leave nothing behind."""
    try:
        if await done_before(signals.asked, stack.start()):
            note(f"data in {stack.data}, logs in {stack.logs}")
            print(f"ready {stack.url}", flush=True)
            await done_before(signals.asked, stack.watch())
        note("stopping: running jobs finish or are handed back; once more to hurry")
    finally:
        await stack.stop(signals.hurried)


async def done_before(event: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, True when it is done; give it up when the event comes first."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(until(event))
    try:
        await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working  # raises what it raised
            return True
        return False
    finally:
        await cancelled([working, waiting])


async def until(event: asyncio.Event) -> None:
    await event.wait()
