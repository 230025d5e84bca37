"""The command as a process of its own against a real socket: start-up, streams, signals."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest
import uvicorn

from turnspit.testing import FakeKind, FakeServer

TURNSPIT = str(Path(sys.executable).with_name("turnspit"))
SLOW = FakeKind("slow", held=True, events=[("job.progress", {"step": "heating", "fraction": 0.5})])
ECHO = FakeKind("echo", output={"said": "x" * 200_000})


class Running:
    """A server in memory behind a real socket, and the commands that were run against it."""

    def __init__(self, app: FakeServer, url: str) -> None:
        self.app, self.url = app, url
        self.commands: list[subprocess.Popen[str]] = []

    def spit(self, *arguments: str, stdin: int | None = None) -> subprocess.Popen[str]:
        env = {**os.environ, "TURNSPIT_URL": self.url}
        pipe = subprocess.PIPE
        command = subprocess.Popen(
            [TURNSPIT, *arguments], stdin=stdin, stdout=pipe, stderr=pipe, text=True, env=env
        )
        self.commands.append(command)
        return command

    def end(self) -> None:
        for command in self.commands:
            command.kill()
            command.wait()
            for stream in (command.stdin, command.stdout, command.stderr):
                if stream is not None:
                    stream.close()
        self.commands.clear()


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    app = FakeServer([SLOW, ECHO])
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield Running(app, f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join(timeout=5)


@pytest.fixture
def running(serving: Running) -> Iterator[Running]:
    yield serving
    serving.end()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")


def test_an_interruption_detaches_and_the_job_goes_on(running: Running) -> None:
    watching = running.spit("run", "slow")
    assert [line(watching.stderr) for _ in range(3)] == ["queued", "running", "heating  50%"]
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=5)
    job_id = list(running.app.jobs)[-1]
    assert (watching.returncode, out) == (130, "")
    assert err == f"Detached, the job goes on. Watch it again with: turnspit jobs watch {job_id}\n"
    assert running.app.jobs[job_id].row["status"] == "running"


def test_a_watch_ends_when_the_job_is_canceled_elsewhere(running: Running) -> None:
    job_id = running.spit("run", "slow", "--detach").communicate(timeout=5)[0].strip()
    watching = running.spit("jobs", "watch", job_id)
    assert line(watching.stderr) == "queued"
    assert running.spit("jobs", "cancel", job_id).communicate(timeout=5)[0] == f"{job_id}\tcanceled\n"
    out, err = watching.communicate(timeout=5)
    assert (watching.returncode, out, err.splitlines()[-1]) == (5, "", "canceled in 0.0 s")


def test_a_reader_that_leaves_causes_no_traceback(running: Running) -> None:
    running.spit("run", "echo").communicate(timeout=5)
    job_id = list(running.app.jobs)[-1]
    writing = running.spit("jobs", "result", job_id)
    assert writing.stdout is not None
    writing.stdout.read(10)
    writing.stdout.close()
    assert line(writing.stderr) == ""
    assert writing.wait(timeout=5) == 1


def test_stdin_from_a_pipe_is_streamed_and_can_be_interrupted(running: Running) -> None:
    uploading = running.spit("transcribe", "-", stdin=subprocess.PIPE)
    assert uploading.stdin is not None
    uploading.stdin.write("RIFF")
    uploading.stdin.flush()
    assert line(uploading.stderr).startswith("uploading")
    uploading.send_signal(signal.SIGINT)
    assert uploading.wait(timeout=5) == 130


def test_the_module_is_the_command(running: Running) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "turnspit", "--url", running.url, "kinds", "--json"],
        capture_output=True, text=True, timeout=10, check=True,
    )  # fmt: skip
    assert [json.loads(line)["name"] for line in ran.stdout.splitlines()] == ["slow", "echo"]


LOADED = """
import sys, turnspit.cli
sys.argv = ["turnspit", *{arguments}]
try:
    turnspit.cli.main()
except SystemExit:
    print(sorted({heavy} & set(sys.modules)))
"""


def loaded(heavy: set[str], *arguments: str) -> str:
    code = LOADED.format(arguments=list(arguments), heavy=heavy)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=10, check=True)
    return ran.stdout.splitlines()[-1]


def test_a_client_command_loads_nothing_it_can_do_without() -> None:
    heavy = {"rich.console", "pygments", "click", "service", "asyncpg", "httpx"}
    assert loaded(heavy, "--url", "http://127.0.0.1:1", "queues") == "['httpx']"


def test_help_loads_neither_network_nor_rich() -> None:
    assert loaded({"httpx", "rich.console", "turnspit.models", "typer"}, "run", "--help") == "['typer']"


def test_the_version_is_one_line_and_needs_no_server() -> None:
    said = subprocess.run([TURNSPIT, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("turnspit ")
    assert said.stderr == ""
