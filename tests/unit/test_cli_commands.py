"""The commands in this process, against the server in memory: what they print where, and their exit codes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from turnspit.cli import plugins
from turnspit.cli.app import build, first_word
from turnspit.cli.session import Settings
from turnspit.testing import FakeKind, FakeServer

SEGMENT = {"id": 0, "start": 0.0, "end": 1.5, "text": "Hello there."}
FIELDS = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "n": {"type": "integer"},
        "loud": {"type": "boolean"},
        "timeout": {"type": "number"},
        "file": {"type": "string"},
        "audio": {"type": "string"},
    },
}
PROGRESS = {"step": "transcribing", "current": 1.0, "total": 2.0, "unit": "s", "fraction": 0.5, "rate": 4.0}
KINDS = [
    FakeKind(
        "transcribe",
        output={"text": "Hello there.", "language": "en"},
        events=[("job.progress", PROGRESS), ("transcript.segment", SEGMENT), ("job.log", {"message": "a log"})],
        artifacts={"transcript.srt": b"1\n00:00:00,000 --> 00:00:01,500\nHello there.\n"},
        warnings=["demo model"],
        queue="heavy",
    ),
    FakeKind("echo", output={"said": "hé"}, input_schema=FIELDS, artifacts={"raw.bin": b"\x00\xff\x1b"}),
    FakeKind("boom", error={"code": "provider_error", "message": "It \x1b[31mbroke."}),
    FakeKind("late", error={"code": "timed_out", "message": "Too long."}),
    FakeKind("slow", held=True),
]


class Ran:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str, raw: bytes) -> None:
        self.code, self.out, self.err, self.raw = code, out, err, raw


Spit = Callable[..., Ran]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TURNSPIT_URL", "TURNSPIT_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer(KINDS)


@pytest.fixture
def spit(server: FakeServer) -> Spit:
    def run(*arguments: str, stdin: bytes | str | None = None) -> Ran:
        settings = Settings(transport=httpx.ASGITransport(server))
        ran = CliRunner().invoke(build(), list(arguments), obj=settings, input=stdin)
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr, ran.stdout_bytes)

    return run


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"RIFF" * 1000)
    return path


def submitted(server: FakeServer) -> dict[str, Any]:
    body: dict[str, Any] = list(server.jobs.values())[-1].body
    return body


def test_a_transcript_goes_to_stdout_and_everything_else_to_stderr(spit: Spit, audio: Path) -> None:
    ran = spit("transcribe", str(audio))
    assert (ran.code, ran.out) == (0, "Hello there.\n")
    lines = ran.err.splitlines()
    assert lines[0] == "uploading  0.0/0.0 MB  100%"
    assert "transcribing  1.0/2.0 s  50%  4.0x" in lines
    assert lines[-3:] == ["a log", "warning: demo model", "succeeded in 0.0 s"]
    assert "Hello" not in ran.err  # segments are for terminals


def test_a_transcript_can_be_written_in_another_format(spit: Spit, audio: Path, tmp_path: Path) -> None:
    ran = spit("transcribe", str(audio), "-o", str(tmp_path / "t.srt"))
    assert (ran.code, ran.out) == (0, "")
    assert "-->" in (tmp_path / "t.srt").read_text()
    assert spit("transcribe", str(audio), "--format", "srt").out == (tmp_path / "t.srt").read_text()
    assert spit("transcribe", str(audio), "-o", str(tmp_path / "t.out")).code == 0
    assert (tmp_path / "t.out").read_text() == "Hello there.\n"


def test_transcribe_reads_stdin_and_passes_its_fields(spit: Spit, server: FakeServer) -> None:
    ran = spit("transcribe", "-", "--language", "en", "--words", stdin=b"RIFFdata")
    assert ran.code == 0
    sent = submitted(server)["input"]
    assert server.files[sent.pop("file")] == b"RIFFdata"
    assert sent == {"language": "en", "words": True}


def test_json_is_the_job_in_one_line(spit: Spit, audio: Path) -> None:
    ran = spit("transcribe", str(audio), "--json")
    assert ran.out.count("\n") == 1
    assert json.loads(ran.out)["output"]["text"] == "Hello there."


def test_detach_prints_the_id_alone(spit: Spit, server: FakeServer, audio: Path) -> None:
    for arguments in (("transcribe", str(audio), "--detach"), ("run", "slow", "--detach")):
        ran = spit(*arguments)
        assert (ran.code, ran.out) == (0, f"{list(server.jobs)[-1]}\n")


def test_run_types_its_fields_by_the_schema(spit: Spit, server: FakeServer) -> None:
    ran = spit("run", "echo", "--text", "5", "--n", "5", "--loud", "--queue", "low", "--priority", "-3",
               "--delay", "2", "--max-attempts", "4", "--tag", "a", "--tag", "b")  # fmt: skip
    assert (ran.code, json.loads(ran.out)) == (0, {"said": "hé"})
    assert "hé" in ran.out
    assert submitted(server) == {
        "kind": "echo", "input": {"text": "5", "n": 5, "loud": True}, "queue": "low", "priority": -3,
        "delay_s": 2.0, "max_attempts": 4, "tags": ["a", "b"],
    }  # fmt: skip


def test_an_option_is_always_the_option_and_a_field_stands_after_two_dashes(spit: Spit, server: FakeServer) -> None:
    assert spit("run", "echo", "--timeout", "60", "--n", "1", "--", "--timeout", "5").code == 0
    assert submitted(server) == {"kind": "echo", "input": {"n": 1, "timeout": 5.0}, "timeout_s": 60.0}


def test_run_takes_json_from_an_option_a_file_and_stdin(spit: Spit, server: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"text": "a", "n": 1}')
    for given, stdin in (('{"text": "a", "n": 1}', None), (f"@{tmp_path}/in.json", None), ("-", '{"text": "a"}')):
        assert spit("run", "echo", "--input", given, "--n", "2", stdin=stdin).code == 0
        assert submitted(server)["input"] == {"text": "a", "n": 2}


def test_run_uploads_files(spit: Spit, server: FakeServer, audio: Path) -> None:
    for arguments in (["--file", str(audio)], ["--file", f"file={audio}"], ["--", "--file", str(audio)]):
        assert spit("run", "echo", *arguments).code == 0
        assert server.files[submitted(server)["input"]["file"]] == audio.read_bytes()
    assert spit("run", "echo", "--file", f"audio={audio}").code == 0
    assert list(submitted(server)["input"]) == ["audio"]
    known = next(iter(server.files))
    assert spit("run", "echo", "--file", known).code == 0
    assert submitted(server)["input"] == {"file": known}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "echo", "--n", "x"], "--n takes integer, not 'x'"),
        (["run", "echo", "--nope", "x"], "no field 'nope'"),
        (["run", "nope"], "there is no kind 'nope'"),
        (["run", "echo", "--file", "missing.wav"], "there is no file 'missing.wav'"),
        (["run", "echo", "--input", "{"], "--input is not JSON"),
        (["transcribe", "missing.wav"], "there is no file 'missing.wav'"),
        (["jobs", "nope"], "No such command"),
    ],
)
def test_wrong_usage_is_2_and_nothing_is_submitted(
    spit: Spit, server: FakeServer, arguments: list[str], says: str
) -> None:
    ran = spit(*arguments)
    assert (ran.code, ran.out, server.jobs) == (2, "", {})
    assert says in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [("boom", 3, "failed: It [31mbroke. (provider_error)"), ("late", 6, "failed: Too long. (timed_out)")],
)
def test_a_failed_job_says_why_and_has_its_code(spit: Spit, kind: str, code: int, says: str) -> None:
    ran = spit("run", kind)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.splitlines()[-1] == says


def test_a_canceled_job_is_5_and_an_expired_one_6(spit: Spit, server: FakeServer) -> None:
    job_id = spit("run", "slow", "--detach").out.strip()
    assert spit("jobs", "cancel", job_id).out == f"{job_id}\tcanceled\n"
    assert spit("jobs", "cancel", job_id).code == 0
    assert spit("jobs", "watch", job_id).code == 5
    assert spit("jobs", "result", job_id).code == 5
    other = spit("run", "slow", "--detach").out.strip()
    server.jobs[other].finish("expired")
    assert spit("jobs", "watch", other).code == 6


def test_a_result_that_is_not_there_in_time_is_6(spit: Spit) -> None:
    job_id = spit("run", "slow", "--detach").out.strip()
    ran = spit("jobs", "result", job_id)
    assert (ran.code, ran.out, ran.err) == (6, "", f"Job {job_id} is still running.\n")


def test_a_wrong_key_is_4(audio: Path) -> None:
    settings = Settings(api_key="bad", transport=httpx.ASGITransport(FakeServer(KINDS, api_key="good")))
    ran = CliRunner().invoke(build(), ["queues"], obj=settings)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert ran.stderr == "A valid key is needed. Set TURNSPIT_API_KEY, or give --api-key.\n"


def test_an_unknown_job_is_one_sentence_and_1(spit: Spit) -> None:
    ran = spit("jobs", "show", "nope")
    assert (ran.code, ran.out, ran.err) == (1, "", "There is no such thing here.\n")


def test_no_server_is_one_sentence_and_1() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    ran = CliRunner().invoke(build(), ["kinds"], obj=Settings(transport=httpx.MockTransport(refuse)))
    assert ran.exit_code == 1
    assert ran.stderr == (
        "No server answers at http://127.0.0.1:8000. Start one with `turnspit up`, or set TURNSPIT_URL.\n"
    )


def test_jobs_are_listed_as_lines_and_as_ndjson(spit: Spit, server: FakeServer) -> None:
    for _ in range(3):
        spit("run", "echo", "--tag", "t")
    spit("run", "boom")
    lines = spit("jobs", "ls", "--kind", "echo", "--limit", "2").out.splitlines()
    assert [line.split("\t")[:4] for line in lines] == [
        [job_id, "echo", "succeeded", "default"] for job_id in list(server.jobs)[2:0:-1]
    ]
    rows = [json.loads(line) for line in spit("jobs", "ls", "--json", "--status", "failed").out.splitlines()]
    assert [row["kind"] for row in rows] == ["boom"]
    assert len(spit("jobs", "ls", "--tag", "t").out.splitlines()) == 3


def test_the_life_of_a_job_can_be_read(spit: Spit, server: FakeServer, audio: Path, tmp_path: Path) -> None:
    spit("transcribe", str(audio))
    job_id = next(iter(server.jobs))
    assert "status:       succeeded" in spit("jobs", "show", job_id).out
    assert spit("jobs", "logs", job_id).out == "12:00:00.000  a log\n"
    numbers = [json.loads(line)["seq"] for line in spit("jobs", "events", job_id, "--json").out.splitlines()]
    assert numbers == [1, 2, 3, 4, 5]
    assert len(spit("jobs", "events", job_id, "--after", "3").out.splitlines()) == 2
    assert json.loads(spit("jobs", "result", job_id).out)["language"] == "en"
    assert spit("jobs", "artifacts", job_id).out == "transcript.srt\t45\t-\n"
    assert "-->" in spit("jobs", "get", job_id, "transcript.srt").out
    assert spit("jobs", "get", job_id, "transcript.srt", "-o", str(tmp_path / "x")).code == 0
    assert (tmp_path / "x").stat().st_size == 45
    followed = [json.loads(line)["type"] for line in spit("jobs", "watch", job_id, "--json").out.splitlines()]
    assert (followed[0], followed[-1]) == ("job.snapshot", "job.done")
    again = spit("jobs", "retry", job_id).out.strip()
    assert server.jobs[again].row["retry_of"] == job_id


def test_artifact_bytes_are_not_touched(spit: Spit) -> None:
    job_id = json.loads(spit("run", "echo", "--json").out)["id"]
    assert spit("jobs", "get", job_id, "raw.bin").raw == b"\x00\xff\x1b"


def test_kinds_queues_and_workers_are_listed(spit: Spit) -> None:
    assert spit("kinds").out.splitlines()[0] == "transcribe\theavy\tThe kind transcribe."
    assert "n\toptional\tinteger\t-" in spit("kinds", "echo").out.splitlines()
    assert json.loads(spit("kinds", "echo", "--json").out)["input_schema"] == FIELDS
    assert spit("queues").out == "one\t4\t1\n"
    assert json.loads(spit("workers", "--json").out) == {"id": "one", "slots": 4, "busy": 1}


def test_every_command_explains_itself(spit: Spit) -> None:
    top = spit("--help").out
    assert "130" in top
    for command in (["transcribe"], ["run"], ["kinds"], ["jobs", "ls"], ["jobs", "get"]):
        assert "Usage:" in spit(*command, "--help").out
    assert re.search(r"put it\s+after a bare --", spit("run", "--help").out)


def test_the_command_is_the_first_word_that_is_no_option() -> None:
    assert first_word(["--url", "http://x", "--api-key=k", "jobs", "ls"]) == "jobs"
    assert first_word(["--help"]) is None


def test_a_server_command_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda group: ())
    assert plugins.add_to(typer.Typer()) == 0
    assert "pip install turnspit-server" in plugins.how_to_get("up")


def test_commands_of_other_distributions_are_added_and_a_broken_one_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Point:
        def __init__(self, value: str, load: Callable[[], Callable[[typer.Typer], None]]) -> None:
            self.value, self.load = value, load

    def broken() -> Callable[[typer.Typer], None]:
        raise ImportError("no asyncpg")

    def add(app: typer.Typer) -> None:
        app.command("up")(lambda: None)

    monkeypatch.setattr(plugins, "entry_points", lambda group: (Point("a:b", broken), Point("c:d", lambda: add)))
    app = typer.Typer()
    assert plugins.add_to(app) == 1
    assert [command.name for command in app.registered_commands] == ["up"]
    assert "a:b cannot be loaded: no asyncpg" in capsys.readouterr().err
