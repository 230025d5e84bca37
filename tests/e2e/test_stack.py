"""`turnspit up`: it starts everything, tells the truth, keeps everything running and leaves nothing behind."""

import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from service.stack.postgres_folder import binaries
from service.stack.redis_server import find_binary
from tests.e2e.stack_tools import GONE_S, Up, alive, eventually, refused, running, serves

pytestmark = pytest.mark.timeout(300)
PARTS = ("api", "postgres", "redis")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One stack for the tests that leave it running, in a folder nobody else may enter."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    with running(closed / "data") as stack:
        yield stack


def query(url: str, sql: str) -> str:
    done = subprocess.run([binaries() / "psql", url, "-Atc", sql], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def ping(url: str) -> str:
    client = shutil.which("redis-cli") or find_binary().path.with_name("redis-cli")
    return subprocess.run([client, "-u", url, "ping"], capture_output=True, text=True, check=True).stdout.strip()


def test_it_prints_one_line_when_it_serves(up: Up) -> None:
    assert up.out.read_text() == f"ready {up.state['api']['url']}\n"
    assert httpx.get(f"{up.url}/readyz").status_code == 200


def test_stack_json_names_the_processes_that_run(up: Up) -> None:
    state = up.state
    children = {child.pid for child in psutil.Process(up.process.pid).children()}
    assert {state[part]["pid"] for part in PARTS} <= children
    assert {worker["guard_pid"] for worker in state["workers"]} <= children
    family = {process.pid for process in up.family()}
    assert {worker["pid"] for worker in state["workers"]} <= family - children


def test_one_worker_serves_the_models_and_one_the_rest(up: Up) -> None:
    queues = sorted(sorted(worker["queues"]) for worker in up.state["workers"])
    assert queues == [["default", "deploy", "interactive", "low"], ["heavy", "media"]]


def test_stack_json_with_its_passwords_is_ours_alone(up: Up) -> None:
    assert stat.S_IMODE((up.data / "stack.json").stat().st_mode) == 0o600


def test_the_urls_work_with_psql_and_redis_cli(up: Up) -> None:
    assert query(up.state["postgres"]["url"], "SELECT 1") == "1"
    assert ping(up.state["redis"]["url"]) == "PONG"


def test_postgres_never_runs_as_root_and_is_durable(up: Up) -> None:
    state = up.state["postgres"]
    assert psutil.Process(state["pid"]).uids().real != 0
    assert query(state["url"], "SHOW fsync") == query(state["url"], "SHOW synchronous_commit") == "on"


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_runs_again_at_the_same_address(up: Up, part: str) -> None:
    before = up.state[part]
    os.kill(before["pid"], signal.SIGKILL)
    eventually(lambda: up.state[part]["pid"] not in (None, before["pid"]))
    assert up.state[part]["url"] == before["url"]
    eventually(lambda: serves(up.url))


def test_who_comes_while_the_api_is_started_again_is_served_a_moment_later(up: Up) -> None:
    api = psutil.Process(up.state["api"]["pid"])
    api.kill()
    psutil.wait_procs([api], timeout=GONE_S)
    assert httpx.get(f"{up.url}/readyz", timeout=30).status_code == 200
    assert httpx.get(up.state["sites"]["url"], timeout=30).status_code == 404


@pytest.mark.parametrize("victim", ["pid", "guard_pid"])
def test_a_worker_that_is_killed_runs_again(up: Up, victim: str) -> None:
    worker = next(worker for worker in up.state["workers"] if "heavy" in worker["queues"])
    os.kill(worker[victim], signal.SIGKILL)
    eventually(lambda: [other["pid"] for other in up.state["workers"] if "heavy" in other["queues"]])
    eventually(lambda: worker[victim] not in {other[victim] for other in up.state["workers"]})
    eventually(lambda: len(up.state["workers"]) == 2)


def test_a_second_one_on_the_same_folder_is_refused(up: Up) -> None:
    status, said = refused(up.data)
    assert status == 1
    assert "already running" in said
    assert str(up.process.pid) in said
    assert serves(up.url)


def test_a_taken_port_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = refused(tmp_path / "data", "--port", str(port))
    assert status == 1
    assert str(port) in said
    assert "--port" in said
    assert not (tmp_path / "data" / "postgres").exists()


def test_sigterm_leaves_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path / "data") as stack:
        family = stack.family()
        assert len(family) > 4
        assert stack.end(signal.SIGTERM) == 0
        assert alive(family) == []
        assert not (stack.data / "stack.json").exists()


def test_ctrl_c_in_the_terminal_leaves_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-worker") as stack:
        family = stack.family()
        os.killpg(stack.process.pid, signal.SIGINT)
        assert stack.process.wait(60) == 0
        assert alive(family) == []


def test_after_a_kill_nothing_runs_and_the_same_folder_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as stack:
        query(stack.state["postgres"]["url"], "CREATE TABLE kept AS SELECT 42 AS answer")
        family = stack.family()
        stack.end(signal.SIGKILL)
        eventually(lambda: alive(family) == [], GONE_S)
    with running(tmp_path / "data") as stack:
        assert query(stack.state["postgres"]["url"], "SELECT answer FROM kept") == "42"


def test_a_kill_while_it_starts_heals_at_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    stack = Up(data)
    eventually(lambda: list((data / "postgres").glob("new-*/data/base")))  # initdb is at work
    stack.end(signal.SIGKILL)
    with running(data, "--no-worker") as stack:
        assert query(stack.state["postgres"]["url"], "SELECT 1") == "1"
        assert list((data / "postgres").glob("new-*")) == []


LETTER = """
from pydantic import BaseModel
from jobs.kind import Kind

class Letter(BaseModel):
    text: str

async def run(input, ctx):
    return Letter(text=input.text.upper())

kind = Kind("letter", Letter, Letter, run, queue="letters")
"""


def test_a_kind_of_your_own_runs_on_a_queue_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "my_letters.py").write_text(LETTER)
    env = {"TURNSPIT_KINDS": "my_letters", "PYTHONPATH": str(tmp_path)}
    with running(tmp_path / "data", env=env) as stack:
        asked = {"kind": "letter", "input": {"text": "loud"}}
        told = httpx.post(f"{stack.url}/v1/jobs", json=asked, headers={"Prefer": "wait=20"}, timeout=30)
        assert told.status_code == 201, told.text
        assert told.json()["output"] == {"text": "LOUD"}
        assert sorted(worker["queues"] for worker in stack.state["workers"])[0][-1] == "letters"


def test_it_uses_the_servers_it_is_given(up: Up, tmp_path: Path) -> None:
    given = {
        "TURNSPIT_DATABASE_URL": up.state["postgres"]["url"],
        "TURNSPIT_REDIS_URL": up.state["redis"]["url"],
    }
    with running(tmp_path / "data", "--no-worker", env=given) as stack:
        state = stack.state
        assert state["workers"] == []
        assert state["postgres"] == {"pid": None, "url": given["TURNSPIT_DATABASE_URL"]}
        assert state["redis"] == {"pid": None, "url": given["TURNSPIT_REDIS_URL"]}
