"""Child processes: what they return and raise, how they die, and that they never outlive anyone."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import uvloop

from ai.process import Child, ChildDied, Limits, run_in_child

ROOT = Path(__file__).parents[2]

USERS_MODULE = """
import os, signal, subprocess, sys, time

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)

def add(one, two):
    print("noise on stdout")
    return one + two

def raise_value_error():
    raise ValueError("three is too many")

def raise_odd():
    raise Odd("a", "b")

def return_a_function():
    return lambda: 1

def loop_forever(pid_file):
    with open(pid_file, "w") as file:
        file.write(str(os.getpid()))
    while True:
        pass

def start_a_grandchild_and_loop(pid_file):
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with open(pid_file, "w") as file:
        file.write(str(grandchild.pid))
    while True:
        pass

def take_memory(size):
    return len(bytearray(size))

def write_file(path, size):
    with open(path, "wb") as file:
        return file.write(bytes(size))

def spin():
    while True:
        pass

def dispositions():
    return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), os.getpgid(0) == os.getpid()

def interrupt_yourself():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return "still here"

async def coroutine_function():
    return 1
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A user's module that only `sys.path` leads to."""
    (tmp_path / "users_work.py").write_text(USERS_MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "users_work", raising=False)
    import users_work

    yield users_work
    del sys.modules["users_work"]


async def pid_in(file: Path) -> int:
    async with asyncio.timeout(10):
        while not (file.exists() and file.read_text()):
            await asyncio.sleep(0.005)
    return int(file.read_text())


async def gone_within(pid: int, seconds: float) -> bool:
    async with asyncio.timeout(seconds):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.005)
    return True


async def test_a_function_of_a_users_module_runs_in_another_process(work, capfd):
    assert await run_in_child(work.add, 2, 3) == 5
    assert await run_in_child(os.getpid) != os.getpid()
    assert capfd.readouterr().out == ""


async def test_the_functions_own_exception_is_raised_with_the_childs_traceback(work):
    with pytest.raises(ValueError, match="three is too many") as caught:
        await run_in_child(work.raise_value_error)
    assert "raise_value_error" in "".join(caught.value.__notes__)


async def test_an_exception_that_cannot_be_pickled_comes_back_as_its_repr(work):
    with pytest.raises(RuntimeError, match=r"Odd\('a'\)"):
        await run_in_child(work.raise_odd)


async def test_a_result_that_cannot_be_pickled_is_an_error(work):
    with pytest.raises((AttributeError, TypeError, ValueError), match="pickle"):
        await run_in_child(work.return_a_function)


async def test_a_child_that_exits_without_an_answer_has_died():
    with pytest.raises(ChildDied, match="exited with status 3"):
        await run_in_child(os._exit, 3)


async def test_who_writes_to_a_child_after_hanging_up_is_told_that_it_died(work):
    async with Child("ai.child:answer", "users_work", "spin", ()) as child:
        pass
    for once_more in (child.send(None), child.receive()):
        with pytest.raises(ChildDied, match="killed by signal 9"):
            await once_more


async def test_a_child_killed_by_a_signal_says_which(work, tmp_path):
    waiting = asyncio.create_task(run_in_child(work.loop_forever, tmp_path / "pid"))
    os.kill(await pid_in(tmp_path / "pid"), signal.SIGSEGV)
    with pytest.raises(ChildDied, match="killed by signal 11"):
        await waiting


async def test_a_cancel_kills_an_endless_loop_within_a_second(work, tmp_path):
    waiting = asyncio.create_task(run_in_child(work.loop_forever, tmp_path / "pid"))
    pid = await pid_in(tmp_path / "pid")
    start = time.monotonic()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - start < 1
    assert not psutil.pid_exists(pid), "reaped too, not even a zombie is left"


async def test_a_cancel_kills_what_the_child_started_too(work, tmp_path):
    waiting = asyncio.create_task(run_in_child(work.start_a_grandchild_and_loop, tmp_path / "pid"))
    pid = await pid_in(tmp_path / "pid")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await gone_within(pid, 1)


async def test_a_child_dies_with_a_parent_that_was_killed(work, tmp_path):
    program = (
        "import asyncio, sys, users_work; from ai.process import run_in_child\n"
        "asyncio.run(run_in_child(users_work.loop_forever, sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "pid")], env=environment) as parent:
        pid = await pid_in(tmp_path / "pid")
        parent.kill()
    assert await gone_within(pid, 1)


async def test_a_child_dies_when_its_pipe_is_closed_and_takes_its_own_children_along(work, tmp_path):
    child = Child("ai.child:answer", "users_work", "start_a_grandchild_and_loop", (tmp_path / "pid",))
    await child.start()
    pid = await pid_in(tmp_path / "pid")
    child._pipe().close()
    assert await gone_within(pid, 1)
    await child.wait_gone()
    assert child.pid is None


async def test_a_child_dies_when_the_loop_ends_without_it(work, tmp_path):
    def run_a_loop_that_forgets_its_child() -> int:
        async def forget() -> int:
            child = Child("ai.child:answer", "users_work", "loop_forever", (tmp_path / "pid",))
            await child.start()
            pid = await pid_in(tmp_path / "pid")
            child._pipe().close()
            return pid

        with asyncio.Runner() as runner:
            return runner.run(forget())

    assert not psutil.pid_exists(await asyncio.to_thread(run_a_loop_that_forgets_its_child))


def test_children_work_the_same_on_uvloop(work, tmp_path):
    async def both() -> None:
        assert await run_in_child(work.add, 2, 3) == 5
        waiting = asyncio.create_task(run_in_child(work.loop_forever, tmp_path / "pid"))
        pid = await pid_in(tmp_path / "pid")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not psutil.pid_exists(pid)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(both())


async def test_where_no_pidfd_exists_the_end_of_a_child_is_seen_all_the_same(work, monkeypatch):
    monkeypatch.delattr(os, "pidfd_open")
    assert await run_in_child(work.add, 2, 3) == 5
    with pytest.raises(ChildDied, match="exited with status 3"):
        await run_in_child(os._exit, 3)


async def test_memory_beyond_the_limit_is_refused(work):
    limits = Limits(memory_bytes=512 << 20)
    assert await run_in_child(work.take_memory, 1 << 20, limits=limits) == 1 << 20
    with pytest.raises(MemoryError):
        await run_in_child(work.take_memory, 1 << 30, limits=limits)


async def test_cpu_seconds_beyond_the_limit_end_the_child(work):
    with pytest.raises(ChildDied, match="killed by signal"):
        await run_in_child(work.spin, limits=Limits(cpu_s=1))


async def test_a_file_beyond_the_limit_is_refused(work, tmp_path):
    with pytest.raises(OSError, match="File too large"):
        await run_in_child(work.write_file, tmp_path / "big", 2 << 20, limits=Limits(file_bytes=1 << 20))


async def test_a_child_ignores_ctrl_c_and_leads_a_group_of_its_own(work):
    previous = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        found = await run_in_child(work.dispositions)
    finally:
        signal.signal(signal.SIGTERM, previous)
    assert found == (signal.SIG_IGN, signal.SIG_DFL, True)
    assert await run_in_child(work.interrupt_yourself) == "still here"


async def test_what_a_child_could_not_import_is_refused_with_a_reason(work, monkeypatch):
    def nested() -> None: ...

    for function in (lambda: 1, nested, work.coroutine_function):
        with pytest.raises(TypeError, match="plain function at the top level"):
            await run_in_child(function)
    monkeypatch.setattr(work.add, "__module__", "__main__")
    with pytest.raises(TypeError, match="not of __main__"):
        await run_in_child(work.add, 1, 2)


async def test_a_result_of_many_megabytes_arrives_whole():
    assert await run_in_child(bytes, 20 << 20) == bytes(20 << 20)


async def test_the_loop_goes_on_while_a_child_works(work, tmp_path):
    waiting = asyncio.create_task(run_in_child(work.loop_forever, tmp_path / "pid"))
    worst, last = 0.0, time.monotonic()
    while not (tmp_path / "pid").exists():
        await asyncio.sleep(0)
        worst, last = max(worst, (now := time.monotonic()) - last), now
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert worst < 0.25
