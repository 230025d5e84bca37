"""A real Chromium, and a server on loopback with the headers of the sites' origin."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.chromium import executable, launch
from tests.browser.visit import Server

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserContext]:
    """A browser without motion: a colour half way through a transition is no colour of ours."""
    assert executable(), "no Chromium here: apt-get install chromium, or set TURNSPIT_CHROMIUM"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_context(reduced_motion="reduce")
        browser.close()


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
