"""The model host: many recordings at once in one process that stays warm, can be killed, and is replaced."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import aclosing

import psutil
import pytest

from ai import session
from ai.errors import HostLost, ModelFailed, ModelUnavailable, UnsupportedOption
from ai.host import Bookmark, Done, Heard, HostLimits, Loaded, ModelHost, Moved, TranscribeOptions
from ai.process import Child
from ai.serving import Hear
from tests.sounds import NOTES, RATE, Pcm, in_windows, note, pipe_with

NOTE = note("note-5.flac")
LONG = in_windows(*["note-5.flac"] * 20)
SOME = list(NOTES)[:3]


@pytest.fixture
async def host():
    async with ModelHost() as host:
        yield host


async def hear(host: ModelHost, pcm: Pcm, start: Bookmark | None = None, told: list | None = None, **options):
    """All replies, which also go to `told` as they come."""
    chosen, replies = TranscribeOptions(**options), [] if told is None else told
    skipped = pcm[int((start or Bookmark()).skip_s(chosen) * RATE) :]
    with pipe_with(skipped) as pipe:
        async with aclosing(host.transcribe(pipe, "demo", chosen, start)) as stream:
            async for reply in stream:
                replies.append(reply)
    return replies


def text(replies: list) -> str:
    return " ".join(segment.text for reply in replies if isinstance(reply, Heard) for segment in reply.segments)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def begun(host: ModelHost, pcm: Pcm) -> tuple[asyncio.Task, list]:
    """A recording that is being heard, its first window done."""
    told: list = []
    task = asyncio.create_task(hear(host, pcm, told=told))
    await until(lambda: any(isinstance(reply, Heard) for reply in told))
    return task, told


async def test_one_process_serves_request_after_request(host):
    assert host.pid is None
    await host.warm("demo")
    pid = host.pid
    replies = await hear(host, NOTE)
    assert [type(reply) for reply in replies] == [Loaded, Heard, Done]
    assert replies[-1].duration_s == len(NOTE) / RATE
    assert text(replies) == text(await hear(host, NOTE, beam_size=1)) != ""
    assert host.pid == pid != os.getpid()


async def test_recordings_that_are_heard_together_come_out_as_alone(host):
    alone = [await hear(host, note(name)) for name in SOME]
    together = await asyncio.gather(*(hear(host, note(name)) for name in SOME * 2))
    assert [text(replies) for replies in together] == [text(replies) for replies in alone * 2]


async def test_what_the_model_cannot_do_leaves_the_host_as_it_is(host):
    await host.warm("demo")
    pid = host.pid
    with pytest.raises(ModelUnavailable, match="neither a folder"):
        await host.warm("/no/such/folder")
    with pytest.raises(UnsupportedOption, match="knows only English"):
        await hear(host, NOTE, language="fr")
    with pytest.raises(UnsupportedOption, match="too long"):
        await hear(host, NOTE, prompt="word " * 300)
    assert text(await hear(host, NOTE))
    assert host.pid == pid


async def test_a_short_recording_does_not_wait_for_a_long_one(host):
    task, told = await begun(host, LONG)
    before = len(told)
    assert text(await hear(host, NOTE))
    assert not task.done()
    assert len(told) - before <= 6
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_cancel_drops_one_recording_and_the_neighbours_hear_the_same_in_the_same_process(host):
    alone = text(await hear(host, in_windows(*SOME)))
    task, _ = await begun(host, LONG)
    neighbour, told = await begun(host, in_windows(*SOME))
    pid, start = host.pid, time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - start < 5
    assert text(await neighbour) == alone
    assert host.pid == pid
    assert not any(isinstance(reply, Moved) for reply in told)


async def test_what_nobody_wants_any_more_leaves_nothing_behind_in_the_process(host):
    await asyncio.gather(hear(host, NOTE), hear(host, NOTE))  # both ways to run the model are loaded then
    await hear(host, in_windows(*SOME))
    process = psutil.Process(host.pid)
    descriptors, threads = process.num_fds(), process.num_threads()
    for _ in range(3):
        task, _ = await begun(host, LONG)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert text(await hear(host, NOTE))
    await until(lambda: process.num_fds() <= descriptors)
    await until(lambda: process.num_threads() <= threads)


async def test_a_killed_process_is_lost_to_those_it_worked_for_and_to_nobody_else(host):
    one, _ = await begun(host, LONG)
    other, _ = await begun(host, LONG)
    lost = host.pid
    os.kill(lost, signal.SIGKILL)
    for task in (one, other):
        with pytest.raises(HostLost, match="killed by signal 9"):
            await task
    assert text(await hear(host, NOTE))
    assert host.pid != lost


async def test_a_process_whose_main_thread_raises_is_lost_to_those_it_worked_for(host):
    """It says so and could go on saying nothing: its threads live as long as it does."""
    task, _ = await begun(host, LONG)
    lost = host.pid
    await host._session._send(Hear(10**6, "demo", TranscribeOptions(), Bookmark()))  # without its pipe
    with pytest.raises(HostLost, match="failed while it worked"):
        await asyncio.wait_for(task, 20)
    await until(lambda: not psutil.pid_exists(lost))
    assert text(await hear(host, NOTE))


FAULTS = {"beside the model": "ai.hearing.segments_of", "in the model": "ai.calls.Generate.run"}


@pytest.fixture
def gpu_host(tmp_path, monkeypatch):
    """Of a process that takes its CPU for a GPU and fails where `fault` says, while a file is there."""

    def gpu_host(fault: str) -> ModelHost:
        (tmp_path / "faulty").touch()
        lines = [
            "import pathlib",
            "from ai.serving import serve as really",
            f"FAULTY = pathlib.Path({str(tmp_path / 'faulty')!r})",
            "def serve(channel, limits):",
            "    import ai.desk, ai.hearing, ai.calls",
            "    ai.desk.on_gpu = lambda: True",
            f"    right = {FAULTS[fault]}",
            "    def wrong(*args, **more):",
            "        if FAULTY.exists(): raise ValueError('it does not fit')",
            "        return right(*args, **more)",
            f"    {FAULTS[fault]} = wrong",
            "    really(channel, limits)",
        ]
        (tmp_path / "faulty_host.py").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(session, "Child", lambda _, *args, **more: Child("faulty_host:serve", *args, **more))
        return ModelHost()

    return gpu_host


@pytest.mark.parametrize(
    ("fault", "error", "same"), [("beside the model", ModelFailed, True), ("in the model", HostLost, False)]
)
async def test_on_a_gpu_only_what_the_model_raised_ends_the_process(tmp_path, gpu_host, fault, error, same):
    async with gpu_host(fault) as host:
        await host.warm("demo")
        pid = host.pid
        with pytest.raises(error):
            await hear(host, NOTE)
        (tmp_path / "faulty").unlink()
        assert text(await hear(host, NOTE))
        assert (host.pid == pid) == same


async def test_a_process_that_died_while_idle_is_replaced_unseen(host):
    await host.warm("demo")
    os.kill(host.pid, signal.SIGKILL)
    assert text(await hear(host, NOTE))


async def test_a_cancel_while_the_model_loads_harms_nobody(host):
    task = asyncio.create_task(hear(host, NOTE))
    await until(lambda: host.pid)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert text(await hear(host, NOTE))


async def test_after_its_share_of_windows_a_process_makes_way_and_the_next_goes_on_from_the_bookmark():
    pcm = in_windows(*NOTES)
    async with ModelHost() as patient:
        whole = await hear(patient, pcm)
    pids, replies, start = [], [], None
    async with ModelHost(HostLimits(windows=2)) as host:
        while not replies or not isinstance(replies[-1], Done):
            told = await hear(host, pcm, start)
            pids.append(host.pid)
            heard = [reply for reply in told if isinstance(reply, Heard)]
            start = heard[-1].bookmark if heard else start
            replies += [*heard, told[-1]]
        old = [pid for pid in pids if pid not in (None, host.pid)]
        await until(lambda: not any(psutil.pid_exists(pid) for pid in old))
    assert sum(isinstance(reply, Moved) for reply in replies) >= 1
    assert [reply for reply in replies if not isinstance(reply, Moved)] == whole[1:]


async def test_what_another_model_noted_is_not_told_to_the_next_and_the_output_says_that_there_were_two(host):
    """Its tokens are others, and may lie beyond the vocabulary."""
    start = Bookmark(before=[51_000] * 50, language="de", segments=3, models=["large-v3"])
    replies = await hear(host, NOTE, start, condition_on_previous_text=True)
    assert text(replies) == text(await hear(host, NOTE, condition_on_previous_text=True)) != ""
    assert [reply.bookmark.models for reply in replies if isinstance(reply, Heard)] == [["large-v3", "demo"]]
    assert (replies[-1].language, replies[-1].model) == ("en", "demo")
    assert replies[-1].warnings == ["The text is by several models, one after the other: large-v3, demo."]


async def test_a_process_with_nothing_to_do_ends_after_a_while_and_comes_back():
    async with ModelHost(HostLimits(idle_s=0.2)) as host:
        await host.warm("demo")
        pid = host.pid
        await until(lambda: not psutil.pid_exists(pid))
        assert host.pid is None
        assert text(await hear(host, NOTE))


async def test_a_call_that_does_not_come_back_ends_the_process():
    async with ModelHost(HostLimits(call_s=0.001)) as host:
        with pytest.raises(HostLost, match="exited with status 70"):
            await hear(host, LONG)


async def test_closing_ends_the_request_in_flight_and_refuses_the_next(host):
    task, _ = await begun(host, LONG)
    pid = host.pid
    await host.close()
    assert not psutil.pid_exists(pid)
    with pytest.raises(HostLost):
        await task
    with pytest.raises(HostLost, match="closed"):
        await hear(host, NOTE)
