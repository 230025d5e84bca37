"""The processes of decoders: one for each file, forked from one that has all imports done, and how they end."""

import asyncio
import json
import os
import pickle
import resource
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ai import audio
from ai.audio import LIMITS, Decoders, Sound, open_sound
from ai.errors import DecoderLost, InvalidMedia
from ai.forkserver import ForkServer
from ai.process import Child, ChildDied
from bench.sounds import wav
from tests.listening import children, decoders, read
from tests.sounds import VOICE, silence

ROOT = Path(__file__).parents[2]
NOTE = VOICE / "note-3.wav"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each decoder is a fresh Python")


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Ten minutes of nothing: its decoder waits until somebody reads."""
    path = tmp_path / "long.wav"
    path.write_bytes(wav(silence(600)))
    return path


async def whole(sound: Sound) -> float:
    """Seconds, by the bytes and by the decoder's word."""
    count = len(await asyncio.to_thread(read, sound.pipe))
    assert count == round((await sound.ended()).seconds * 32_000)
    return count / 32_000


def in_proc(process: psutil.Process, folder: str) -> list[str]:
    return [entry.name for entry in Path(f"/proc/{process.pid}/{folder}").iterdir()]


def status(process: psutil.Process, name: str) -> str:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


class Mischief:
    """What a decoder sends once a file has taken it over: a pickle that makes a file where it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


@pytest.mark.parametrize(
    "said",
    [
        lambda mark: pickle.dumps(Mischief(mark)),
        lambda mark: b"",
        lambda mark: b"[" * 100_000,
        lambda mark: json.dumps(["Opened", {"declared_s": "x" * (2 << 20)}]).encode(),
        lambda mark: json.dumps(["Opened", {"declared_s": {"$ne": 1}}]).encode(),
        lambda mark: json.dumps(
            ["Account", {"seconds": 1, "declared_s": 1, "lost_packets": 0, "lost_s": 0}]
        ).encode(),
        lambda mark: json.dumps(["Refusal", {"error": "SystemExit", "message": "0"}]).encode(),
    ],
    ids=["a pickle", "nothing", "deep", "too much", "a wrong type", "out of turn", "half a refusal"],
)
async def test_a_decoder_that_a_file_has_taken_over_can_say_nothing_that_harms(tmp_path, monkeypatch, said):
    (tmp_path / "taken_over.py").write_text(
        f"def decode(channel, order): channel.send_bytes({said(tmp_path / 'mark')!r})"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(audio, "Child", lambda _, *args, **more: Child("taken_over:decode", *args, **more))
    with pytest.raises(InvalidMedia, match="said something else"):
        async with open_sound(NOTE):
            pass
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("error", ["InvalidMedia", "Odd"])
async def test_what_it_refuses_with_is_no_longer_than_a_sentence(tmp_path, monkeypatch, error):
    said = json.dumps(["Refusal", {"error": error, "message": "x" * 900_000, "trace": "y" * 90_000}]).encode()
    (tmp_path / "taken_over.py").write_text(f"def decode(channel, order): channel.send_bytes({said!r})")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(audio, "Child", lambda _, *args, **more: Child("taken_over:decode", *args, **more))
    with pytest.raises((InvalidMedia, RuntimeError)) as caught:
        async with open_sound(NOTE):
            pass
    assert len(str(caught.value)) < 600
    assert sum(map(len, getattr(caught.value, "__notes__", []))) < 6000


async def test_a_decoder_that_never_gives_an_account_is_not_waited_for(tmp_path, monkeypatch):
    lines = [
        "import os, time",
        "def decode(channel, order):",
        f"    channel.send_bytes({json.dumps(['Opened', {'declared_s': 1}]).encode()!r})",
        "    os.close(channel.passed[0])",
        "    time.sleep(3600)",
    ]
    (tmp_path / "asleep.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(audio, "Child", lambda _, *args, **more: Child("asleep:decode", *args, **more))
    monkeypatch.setattr(audio, "LAST_WORD_S", 0.1)
    async with open_sound(NOTE) as sound:
        assert await asyncio.to_thread(read, sound.pipe) == b""
        with pytest.raises(DecoderLost, match="no account"):
            await asyncio.wait_for(sound.ended(), 20)
    assert decoders() == []


async def test_each_file_has_a_decoder_of_its_own_all_forked_from_one_server(long):
    seen = set()
    async with Decoders() as ready:
        assert children("decoders") == [], "nothing is started before it is needed"
        for _ in range(3):
            async with ready.open(long):
                (server,), (decoder,) = children("decoders"), decoders()
                seen |= {server, decoder}
            assert not decoder.is_running()
    assert len(seen) == 4
    assert children("decoders") == []


async def test_the_server_has_one_thread_whatever_it_imported_and_however_often_it_forked(long):
    async with Decoders() as ready, ready.open(long), ready.open(long):
        (server,) = children("decoders")
        assert len(decoders()) == 2
        maps = Path(f"/proc/{server.pid}/maps").read_text()
        assert "libavcodec" in maps and "openblas" in maps
        assert in_proc(server, "task") == [str(server.pid)]


async def test_nor_has_it_another_before_the_first_fork(tmp_path, monkeypatch):
    """OpenBLAS ends its threads for a fork, so they would not be seen after it."""
    lines = [
        "import os, ai.decoder",
        "THREADS = len(os.listdir('/proc/self/task'))",
        "def tell(channel): channel.send(THREADS)",
    ]
    (tmp_path / "counted.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    server = ForkServer("counted", label="counted")
    async with Child("counted:tell", start=server.fork, watched=False) as child:
        assert await child.receive() == 1
    await server.close()


async def test_a_fork_that_fails_costs_no_other_child_its_life(tmp_path, monkeypatch):
    """As when there are too many processes: the next one may find room."""
    lines = [
        "import os, pathlib",
        f"FULL, fork = pathlib.Path({str(tmp_path / 'full')!r}), os.fork",
        "def full(): raise BlockingIOError('no more processes')",
        "os.fork = lambda: full() if FULL.exists() else fork()",
        "def echo(channel): channel.send(channel.receive())",
    ]
    (tmp_path / "crowded.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))
    server = ForkServer("crowded", label="crowded")
    async with Child("crowded:echo", start=server.fork, watched=False) as neighbour:
        (tmp_path / "full").touch()
        with pytest.raises(ChildDied, match="cannot fork"):
            await Child("crowded:echo", start=server.fork, watched=False).start()
        (tmp_path / "full").unlink()
        async with Child("crowded:echo", start=server.fork, watched=False) as next_one:
            for child in (neighbour, next_one):
                await child.send("alive")
                assert await child.receive() == "alive"
        assert len(children("crowded")) == 1
    await server.close()


async def test_limits_and_denials_are_the_decoders_and_not_the_servers(long):
    async with Decoders() as ready, ready.open(long):
        (server,), (decoder,) = children("decoders"), decoders()
        for name in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
            assert server.rlimit(name) == resource.getrlimit(name)
        assert decoder.rlimit(resource.RLIMIT_AS) == (LIMITS.memory_bytes,) * 2
        assert decoder.rlimit(resource.RLIMIT_FSIZE) == (0, 0)
        assert 30 <= decoder.rlimit(resource.RLIMIT_CPU)[0] < 60
        assert (status(server, "Seccomp"), status(decoder, "Seccomp")) == ("0", "2")


async def test_a_decoder_is_alone_in_its_group_so_it_can_signal_nobody_else(long):
    async with Decoders() as ready, ready.open(long), ready.open(long):
        assert all(os.getpgid(decoder.pid) == decoder.pid for decoder in decoders())


async def test_a_decoder_holds_nothing_of_its_siblings_nor_does_the_server_keep_anything(long):
    async with Decoders() as ready:
        async with ready.open(NOTE) as sound:
            assert await whole(sound) == pytest.approx(11.4, abs=0.1)
        (server,) = children("decoders")
        async with ready.open(long), ready.open(long), ready.open(long):
            held = [len(in_proc(decoder, "fd")) for decoder in decoders()]
        assert held == [6, 6, 6], "the three of every process, the way to us, the pipe, the file"
        async with asyncio.timeout(20):
            while len(in_proc(server, "fd")) > 4:  # it closes the last one when it has told us
                await asyncio.sleep(0.005)


async def test_of_two_at_once_one_can_be_killed_and_the_other_goes_on(long):
    async with Decoders() as ready, ready.open(long) as first:
        (decoder,) = decoders()
        async with ready.open(long) as second:
            decoder.kill()
            async with asyncio.timeout(20):
                await asyncio.to_thread(read, first.pipe)  # its end comes though the second lives
                with pytest.raises(DecoderLost, match=r"killed by signal 9 "):
                    await first.ended()
            assert await whole(second) == 600


@pytest.mark.parametrize(
    "number, error, sentence",
    [
        (signal.SIGKILL, DecoderLost, "was stopped (killed by signal 9 "),
        (signal.SIGTERM, DecoderLost, "was stopped (killed by signal 15 "),
        (signal.SIGXCPU, InvalidMedia, "takes more work to decode"),
        (signal.SIGSEGV, InvalidMedia, "the decoder stopped (killed by signal 11 "),
        (signal.SIGSYS, InvalidMedia, "the decoder stopped (killed by signal 31 "),
    ],
)
async def test_how_a_decoder_ended_says_whose_fault_it_was(long, number, error, sentence):
    async with open_sound(long) as sound:
        for decoder in decoders():
            decoder.send_signal(number)
        await asyncio.to_thread(read, sound.pipe)  # ends, however little there was
        with pytest.raises(error) as caught:
            await sound.ended()
        assert sentence in str(caught.value)
        assert type(caught.value) is error


async def test_a_decoder_whose_end_nobody_tells_in_time_is_lost_and_the_file_not_blamed(long):
    """As on a machine so busy that the fork server does not get to say how it ended."""
    async with open_sound(long) as sound:
        (server,), (decoder,) = children("decoders"), decoders()
        server.suspend()
        decoder.kill()
        try:
            await asyncio.to_thread(read, sound.pipe)
            with pytest.raises(DecoderLost, match="it does not end"):
                await sound.ended()
        finally:
            server.resume()


async def test_a_sound_that_is_left_early_takes_its_decoder_along(long):
    async with open_sound(long) as sound:
        (decoder,) = decoders()
        os.read(sound.pipe, 1000)
        decoder.suspend()  # one that does nothing any more must go just so
    assert not decoder.is_running()
    with pytest.raises(OSError):
        os.fstat(sound.pipe)


async def test_a_server_that_dies_takes_what_is_in_flight_along_and_the_next_file_has_another(long):
    async with Decoders() as ready:
        async with ready.open(long) as first, ready.open(long) as second:
            (server,), lost = children("decoders"), decoders()
            server.kill()
            for sound in (first, second):
                await asyncio.to_thread(read, sound.pipe)
                with pytest.raises(DecoderLost):
                    await sound.ended()
            async with ready.open(NOTE) as sound:
                assert await whole(sound) == pytest.approx(11.4, abs=0.1)
        assert children("decoders") != [server] and len(children("decoders")) == 1
        assert psutil.wait_procs(lost, timeout=10)[1] == []


async def test_a_server_that_is_killed_while_it_is_asked_is_asked_again_or_says_so(long):
    """Whatever the moment, a file is either heard whole or lost for no fault of its own."""
    ended = []
    async with Decoders() as ready:
        for delay_s in (0.0, 0.0, 0.05, 0.1, 0.2, 0.4):
            opening = asyncio.create_task(heard_by(ready, NOTE))
            await asyncio.sleep(delay_s)
            for server in children("decoders"):
                server.kill()
            ended.append(await asyncio.wait_for(opening, 60))
        assert await heard_by(ready, NOTE) == pytest.approx(11.4, abs=0.1)
    assert all(isinstance(end, DecoderLost) or end == pytest.approx(11.4, abs=0.1) for end in ended)


async def heard_by(ready: Decoders, path: Path) -> float | DecoderLost:
    try:
        async with ready.open(path) as sound:
            return await whole(sound)
    except DecoderLost as error:
        return error


async def test_many_files_at_once_are_each_heard_whole(tmp_path):
    async with Decoders() as ready:
        assert (
            await asyncio.gather(*(heard_by(ready, NOTE) for _ in range(20))) == [pytest.approx(11.4, abs=0.1)] * 20
        )
        assert len(children("decoders")) == 1


async def test_where_no_process_can_be_forked_safely_each_file_has_a_fresh_python(monkeypatch):
    monkeypatch.setattr("ai.audio.FORKS", False)
    async with open_sound(NOTE) as sound:
        assert len(children("decoder")) == 1 and children("decoders") == []
        assert await whole(sound) == pytest.approx(11.4, abs=0.1)


async def test_after_the_close_nothing_is_opened():
    ready = Decoders()
    await ready.close()
    with pytest.raises(DecoderLost, match="closed"):
        async with ready.open(NOTE):
            raise AssertionError("opened")


def test_neither_the_server_nor_a_decoder_outlives_a_process_that_was_killed(long):
    program = """
import asyncio, os, psutil, signal, sys
from pathlib import Path
from ai.audio import Decoders
async def main():
    async with Decoders() as ready, ready.open(Path(sys.argv[1])), ready.open(Path(sys.argv[1])):
        print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(long)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -9
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 3
    psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_the_parent_never_imports_a_decoder():
    program = "import sys, ai.audio, ai.host; print({'av', 'numpy', 'ctranslate2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
