"""Hostile and broken files: a sample of the 500 of `bench.hostile` here, all of them in its long form."""

import asyncio
import random
import sys
from collections.abc import Iterable

import pytest

from ai.child import Channel
from ai.confine import confine
from ai.process import Child, ChildDied
from bench.hostile import outcomes, would_be_seen
from bench.hostile_files import FAMILIES, Case, good, hostile

linux = pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")


def sample() -> list[Case]:
    """Four of each family, and sixteen good ones; another four each day would be another test."""
    rng = random.Random(5)
    return [one for family in FAMILIES for one in picked(rng, family(random.Random(1)))] + rng.sample(
        good(1, 100), 16
    )


def picked(rng: random.Random, cases: Iterable[Case]) -> list[Case]:
    return rng.sample(list(cases), 4)


@pytest.mark.parametrize(
    "which", ["a sample", pytest.param("all", marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
async def test_each_file_ends_as_it_should_and_none_calls_out(which):
    cases = sample() if which == "a sample" else [*hostile(1), *good(1, 100)]
    random.Random(1).shuffle(cases)
    found = await outcomes(cases)
    assert {outcome.case.name: outcome.wrong for outcome in found if outcome.wrong} == {}
    assert {outcome.case.name: outcome.said for outcome in found if outcome.died} == {}


@linux
async def test_a_decoder_that_asked_for_the_network_would_be_ended_for_it():
    assert await would_be_seen()


TRIES = {
    "start a program": "import os; os.execv('/bin/true', ['true'])",
    "make a process": "import os; os.fork()",
    "signal its parent": "import os; os.kill(os.getppid(), 0)",
    "join its parent's group": "import os; os.setpgid(0, os.getpgid(os.getppid()))",
    "hold its parent": "import os; os.pidfd_open(os.getppid())",
    "take a file of its parent": "import ctypes; ctypes.CDLL(None).syscall(438, 0, 0, 0)",  # pidfd_getfd
    "trace its parent": "import ctypes, os; ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)",
    "listen": "import socket; socket.socket()",
}
REFUSED = {
    "write a file": "open('made', 'w')",
    "append to a file": "open('there', 'a')",
    "remove a file": "import os; os.unlink('there')",
    "rename a file": "import os; os.rename('there', 'made')",
    "make a folder": "import os; os.mkdir('made')",
}


def confined(channel: Channel, folder: str, program: str) -> None:
    import os

    os.chdir(folder)
    confine()
    exec(program)
    channel.send("done")


@linux
@pytest.mark.parametrize("what", TRIES)
async def test_a_confined_process_is_ended_when_it_tries_to(tmp_path, what):
    async with Child("tests.unit.test_hostile:confined", str(tmp_path), TRIES[what]) as child:
        with pytest.raises(ChildDied, match="signal 31"):
            await child.receive()


@linux
@pytest.mark.parametrize("what", REFUSED)
async def test_a_confined_process_cannot(tmp_path, what):
    (tmp_path / "there").write_text("here")
    async with Child("tests.unit.test_hostile:confined", str(tmp_path), REFUSED[what]) as child:
        with pytest.raises(PermissionError):
            await child.receive()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("there", "here")]


@linux
async def test_it_still_reads_and_may_have_threads(tmp_path):
    (tmp_path / "there").write_text("here")
    program = "import threading; t = threading.Thread(target=open('there').read); t.start(); t.join()"
    async with Child("tests.unit.test_hostile:confined", str(tmp_path), program) as child:
        assert await asyncio.wait_for(child.receive(), 20) == "done"
