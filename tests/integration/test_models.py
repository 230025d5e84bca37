"""`turnspit models`: what is listed, what is fetched from a hub (ours here), what is said when it cannot be."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ai.weights import DEMO, NEEDED, REPOSITORIES

COMMIT = "0" * 39 + "1"
TINY = REPOSITORIES["tiny"]
FILES = {name: (DEMO / name).read_bytes() for name in (*NEEDED, "vocabulary.json")}
FILES |= {"README.md": b"not needed"}


class Hub(BaseHTTPRequestHandler):
    """As much of the Hugging Face hub as a download of one repository needs."""

    def do_GET(self) -> None:
        server: _Server = self.server  # type: ignore[assignment]
        server.asked.append(self.path)
        path, _, _ = self.path.partition("?")
        if path.startswith(f"/api/models/{TINY}/tree/"):
            self._send(json.dumps([_entry(name) for name in FILES]).encode())
        elif path.startswith(f"/api/models/{TINY}"):
            siblings = [{"rfilename": name} for name in FILES]
            self._send(json.dumps({"id": TINY, "sha": COMMIT, "siblings": siblings}).encode())
        elif path.startswith(f"/{TINY}/resolve/"):
            self._send(FILES[path.rpartition("/")[2]])
        else:
            self._send(b'{"error": "Repository not found"}', 404, {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET  # noqa: N815  the name that http.server looks for

    def log_message(self, *args: object) -> None:
        pass

    def _send(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    asked: list[str]


def _entry(name: str) -> dict[str, object]:
    return {"type": "file", "path": name, "size": len(FILES[name]), "oid": hashlib.sha1(FILES[name]).hexdigest()}


@pytest.fixture
def hub() -> Iterator[_Server]:
    with serving() as server:
        yield server


@contextmanager
def serving() -> Iterator[_Server]:
    server = _Server(("127.0.0.1", 0), Hub)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def turnspit(home: Path, *words: str, hub: str = "http://127.0.0.1:1", **env: str) -> subprocess.CompletedProcess:
    script = Path(sys.executable).with_name("turnspit")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TURNSPIT_", "HF_"))}
    environment |= {"HF_HOME": str(home), "HF_ENDPOINT": hub, "HF_HUB_DISABLE_XET": "1", **env}
    return subprocess.run(
        [script, *words], env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_a_model_is_fetched_from_the_hub_and_is_the_one_that_is_used_then(tmp_path: Path, hub: _Server) -> None:
    url = f"http://127.0.0.1:{hub.server_address[1]}"
    before = turnspit(tmp_path, "models", "ls")
    assert before.returncode == 0, before.stderr
    assert [line.split()[1] for line in before.stdout.splitlines() if line.startswith("*")] == ["demo"]
    pulled = turnspit(tmp_path, "models", "pull", "tiny", hub=url)
    assert pulled.returncode == 0, pulled.stderr
    folder = Path(pulled.stdout.strip())
    assert sorted(path.name for path in folder.iterdir()) == sorted(set(FILES) - {"README.md"})
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert "model.bin" in pulled.stderr or "Fetching" in pulled.stderr or "Download" in pulled.stderr
    after = turnspit(tmp_path, "models", "ls")
    assert [line.split()[1] for line in after.stdout.splitlines() if line.startswith("*")] == ["tiny"]


def test_nothing_but_pull_asks_a_hub(tmp_path: Path, hub: _Server) -> None:
    url = f"http://127.0.0.1:{hub.server_address[1]}"
    for model in ("auto", "tiny", "Systran/faster-whisper-tiny", "/models/smal"):
        turnspit(tmp_path, "models", "ls", hub=url, TURNSPIT_WHISPER_MODEL=model)
    assert hub.asked == []


@pytest.mark.parametrize(
    "name, env, words",
    [
        ("tinny", {}, "There is no model 'tinny' to fetch; there are small, base"),
        ("tiny", {}, "the hub cannot be reached"),
        ("tiny", {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids it"),
    ],
)
def test_what_cannot_be_fetched_says_why_in_a_sentence(tmp_path: Path, name: str, env: dict, words: str) -> None:
    refused = turnspit(tmp_path, "models", "pull", name, **env)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_hub_that_has_no_such_repository_is_quoted(tmp_path: Path, hub: _Server) -> None:
    url = f"http://127.0.0.1:{hub.server_address[1]}"
    refused = turnspit(tmp_path, "models", "pull", "base", hub=url)
    assert refused.returncode == 1
    assert "the hub says:" in refused.stderr
    assert "Traceback" not in refused.stderr
