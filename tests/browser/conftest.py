"""A real Chromium, a server on loopback with the headers of the sites' origin, and axe-core, fetched once."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.chromium import executable, launch
from tests.browser.visit import Server

CACHE = Path(__file__).parent / ".cache"
AXE = "axe-core@4.10.3"
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium, and axe-core from npm once (`make test-browser`)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserContext]:
    """A browser without motion: a colour half way through a transition is no colour of ours."""
    if executable() is None:
        pytest.skip("no Chromium here: apt-get install chromium, or set TURNSPIT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_context(reduced_motion="reduce")
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core; 650 kB that we do not keep in git."""
    script = CACHE / "axe.min.js"
    if not script.exists():
        if shutil.which("npm") is None:
            pytest.skip("no npm here to fetch axe-core with")
        fetch_axe(script)
    return script.read_text("utf-8")


def fetch_axe(script: Path) -> None:
    CACHE.mkdir(exist_ok=True)
    subprocess.run(["npm", "pack", "--silent", AXE], cwd=CACHE, check=True, timeout=90)
    (packed,) = CACHE.glob("axe-core-*.tgz")
    with tarfile.open(packed) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        script.write_bytes(member.read())
    packed.unlink()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Serves the files of one site at a time, below `/plain/` as they are and below `/strict/` as in production."""
    sites: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, mode, path = self.path.split("?")[0].split("/", 2)
            data = sites.get(path or "index.html")
            self.send_response(200 if data is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("X-Content-Type-Options", "nosniff")
            if mode == "strict":
                self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield Server(f"http://127.0.0.1:{http.server_port}", sites)
    http.shutdown()
    http.server_close()
    thread.join()
