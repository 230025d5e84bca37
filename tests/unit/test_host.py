"""The model host: it stays warm, it can be killed at any moment, and its neighbours in line never notice."""

import asyncio
import os
import signal
import time
from contextlib import aclosing
from pathlib import Path

import numpy as np
import psutil
import pytest

from ai.audio import Decoded, decode
from ai.errors import HostLost, ModelUnavailable, UnsupportedOption
from ai.host import Done, ModelHost, Segment, TranscribeOptions

VOICE = Path(__file__).parents[1] / "data" / "voice"


@pytest.fixture
async def host():
    async with ModelHost() as host:
        yield host


@pytest.fixture
async def note(tmp_path) -> Decoded:
    return await decode(VOICE / "note-5.flac", tmp_path)


@pytest.fixture
async def long_note(tmp_path, note) -> Decoded:
    """Some seconds of work for the model."""
    samples = np.fromfile(note.path, dtype=np.float32)
    samples = np.tile(np.pad(samples, (0, 30 * 16_000 - len(samples))), 20)
    samples.tofile(tmp_path / "long.f32")
    return Decoded(tmp_path / "long.f32", len(samples) / 16_000, None, 0)


async def text_of(host: ModelHost, audio: Decoded, **options) -> str:
    async with aclosing(host.transcribe(audio, "demo", TranscribeOptions(**options))) as replies:
        return " ".join([reply.text async for reply in replies if isinstance(reply, Segment)])


async def begin(host: ModelHost, audio: Decoded, started: asyncio.Event) -> None:
    async with aclosing(host.transcribe(audio, "demo")) as replies:
        async for _ in replies:
            started.set()


async def started(host: ModelHost, audio: Decoded) -> asyncio.Task[None]:
    """A request that is in flight, its first segment out."""
    event = asyncio.Event()
    task = asyncio.create_task(begin(host, audio, event))
    await event.wait()
    return task


async def test_one_process_serves_request_after_request(host, note):
    assert host.pid is None
    await host.warm("demo")
    pid = host.pid
    first = await text_of(host, note)
    assert await text_of(host, note, beam_size=1) == first != ""
    assert host.pid == pid != os.getpid()


async def test_what_the_model_cannot_do_leaves_the_host_as_it_is(host, note):
    await host.warm("demo")
    pid = host.pid
    with pytest.raises(ModelUnavailable, match="neither a folder"):
        await host.warm("/no/such/folder")
    with pytest.raises(UnsupportedOption):
        await text_of(host, note, language="fr")
    assert await text_of(host, note)
    assert host.pid == pid


async def test_a_host_killed_in_flight_is_lost_to_that_request_only(host, note, long_note):
    task = await started(host, long_note)
    neighbour = asyncio.create_task(text_of(host, note))
    await asyncio.sleep(0)
    lost = host.pid
    os.kill(lost, signal.SIGKILL)
    with pytest.raises(HostLost, match="killed by signal 9"):
        await task
    assert await neighbour
    assert host.pid != lost


async def test_a_cancel_kills_the_process_and_the_neighbour_hears_the_same(host, note, long_note):
    alone = await text_of(host, note)
    task = await started(host, long_note)
    neighbour = asyncio.create_task(text_of(host, note))
    await asyncio.sleep(0)
    killed, start = host.pid, time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - start < 2
    assert not psutil.pid_exists(killed)
    assert await neighbour == alone


async def test_leaving_the_stream_early_kills_the_process(host, long_note):
    async with aclosing(host.transcribe(long_note, "demo")) as replies:
        async for _ in replies:
            pid = host.pid
            break
    assert not psutil.pid_exists(pid)
    assert host.pid is None


async def test_leaving_after_the_last_reply_keeps_the_host_warm(host, note):
    async with aclosing(host.transcribe(note, "demo")) as replies:
        async for reply in replies:
            if isinstance(reply, Done):
                break
    assert host.pid is not None


async def test_a_waiting_request_that_is_cancelled_leaves_the_line_and_kills_nothing(host, note, long_note):
    task = await started(host, long_note)
    pid = host.pid
    waiting = asyncio.create_task(text_of(host, note))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert host.pid == pid
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_cancel_while_the_model_loads_kills_the_process(host, note):
    task = asyncio.create_task(text_of(host, note))
    async with asyncio.timeout(5):
        while host.pid is None:
            await asyncio.sleep(0.01)
    pid = host.pid
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not psutil.pid_exists(pid)
    assert await text_of(host, note)


async def test_a_host_that_died_while_idle_is_replaced_unseen(host, note):
    await host.warm("demo")
    process = psutil.Process(host.pid)
    process.kill()
    async with asyncio.timeout(2):
        while process.is_running():
            await asyncio.sleep(0.01)
    assert await text_of(host, note)


async def test_closing_ends_the_request_in_flight_and_refuses_the_next(host, note, long_note):
    task = await started(host, long_note)
    pid = host.pid
    await host.close()
    assert not psutil.pid_exists(pid)
    with pytest.raises(HostLost):
        await task
    with pytest.raises(HostLost, match="closed"):
        await text_of(host, note)
