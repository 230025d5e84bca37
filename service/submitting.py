"""Storing jobs once: the idempotency key, inputs too large for a row, and what a client hears."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from jobs import queue
from jobs.errors import Refused
from jobs.model import Submission
from jobs.queue import Render, Stored, Submitted
from jobs.resources import Resources
from jobs.store import idempotency
from jobs.store.idempotency import Key
from jobs.submission import outsource
from service.reading import ask


async def store(
    res: Resources, key: Key | None, make: Callable[[], Awaitable[list[Submission]]], render: Render
) -> Submitted:
    """Check, store and ring; or the reply that a request with this key got before. Raises Refused, Unavailable.

    A repeated request gets the stored reply even if it would be refused by now, as when its deadline has passed.
    """
    try:
        made = await make()
    except Refused:
        reply = await _given_before(res, key)
        if reply is None:
            raise
        return Submitted([], reply, replayed=True)
    return await _submit(res, key, made, render)


async def _submit(res: Resources, key: Key | None, made: Sequence[Submission], render: Render) -> Submitted:
    """Submit, large inputs moved out of the rows. They go again when the rows were surely not stored."""
    slim = [await outsource(res, job) for job in made]
    moved = [job for job, row in zip(made, slim, strict=True) if row.input is None]
    try:
        submitted = await queue.submit(res, slim, _with_inputs(render, moved), key)
    except Refused:
        await _drop(res, moved)
        raise
    if submitted.replayed:
        await _drop(res, moved)
    return submitted


def _with_inputs(render: Render, moved: Sequence[Submission]) -> Render:
    """`render` for jobs that have their inputs, wherever these lie."""
    inputs = {job.id: job.input for job in moved}

    def whole(stored: list[Stored]) -> str:
        return render([Stored(replace(s.asked, input=inputs.get(s.id, s.asked.input)), s.change) for s in stored])

    return whole if moved else render


async def _given_before(res: Resources, key: Key | None) -> str | None:
    if key is None:
        return None
    return await ask(res, lambda conn: idempotency.given(conn, key))


async def _drop(res: Resources, moved: Sequence[Submission]) -> None:
    for job in moved:
        await res.objects.delete_under(f"jobs/{job.id}/")
