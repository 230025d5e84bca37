"""A visit to a page: what it asked for, said and did while it was open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Dialog, Page

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter(v => v.impact !== 'minor')
  .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`)"""


class Server(NamedTuple):
    """Where the site of the moment is served; fill `files` to change it."""

    url: str
    files: dict[str, bytes]

    def show(self, files: dict[str, bytes]) -> list[str]:
        """Serves these files, and says which of them are pages."""
        self.files.clear()
        self.files.update(files)
        return [path for path in files if path.endswith(".html")]


@dataclass
class Visit:
    page: Page
    told: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        self.told.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def trouble(self) -> list[str]:
        """Console errors, dialogs, exceptions and every request but the one for the page."""
        return self.told + [url for url in self.requests if url != self.page.url and not url.startswith("data:")]


@contextmanager
def visit(context: BrowserContext, url: str, *, width: int = 1280) -> Iterator[Visit]:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    seen = Visit(page)
    page.on("console", lambda message: seen.told.append(message.text))
    page.on("pageerror", lambda error: seen.told.append(str(error)))
    page.on("dialog", seen.dismiss)
    page.on("request", lambda request: seen.requests.append(request.url))
    try:
        page.goto(url)
        yield seen
    finally:
        page.close()


def examine(context: BrowserContext, url: str) -> None:
    """Open a page in every way a visitor may, and assert that nobody would complain."""
    with visit(context, url.replace("/plain/", "/strict/")) as seen:
        assert seen.trouble() == [], f"{url} under the policy of the sites' origin"
    with visit(context, url) as seen:
        seen.page.evaluate(AXE_SCRIPT)
        for scheme in ("light", "dark"):
            seen.page.emulate_media(color_scheme=scheme)
            assert seen.page.evaluate(VIOLATIONS) == [], f"{url} in the {scheme}"
        for width in (320, 768, 1280):
            seen.page.set_viewport_size({"width": width, "height": 800})
            assert seen.page.evaluate(OVERFLOW) <= 0, f"{url} at {width}"
        assert seen.trouble() == []
