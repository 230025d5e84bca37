"""Sites of sixteen businesses in four themes, and of all labelled briefs, in a real browser."""

from pathlib import Path

import html5lib
import pytest
from playwright.sync_api import BrowserContext

from ai.brief import understand
from ai.website import THEMES, compose, render
from tests.briefs import Brief, load_briefs
from tests.browser.samples import SAMPLES
from tests.browser.visit import Server, examine, visit


def site(name: str, theme: str, server: Server) -> list[str]:
    return server.show(render(compose(SAMPLES[name], theme=theme), base_url=f"{server.url}/plain/"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_site_fits_every_screen_asks_for_nothing_and_can_be_used_by_everyone(
    chromium: BrowserContext, server: Server, name: str, theme: str
) -> None:
    for path in site(name, theme, server):
        examine(chromium, f"{server.url}/plain/{path}")


@pytest.mark.parametrize("brief", load_briefs(), ids=lambda brief: brief.id)
def test_the_site_of_a_labelled_brief_is_as_good(chromium: BrowserContext, server: Server, brief: Brief) -> None:
    files = render(compose(understand(brief.text)), base_url=f"{server.url}/plain/")
    for path in server.show(files):
        assert len(files[path]) < 150_000
        html5lib.HTMLParser(strict=True).parse(files[path].decode())
        examine(chromium, f"{server.url}/plain/{path}")


@pytest.mark.parametrize("theme", THEMES)
def test_pages_lead_to_each_other_from_a_folder_as_well(
    chromium: BrowserContext, theme: str, tmp_path: Path
) -> None:
    for path, data in render(compose(SAMPLES["yoga"], theme=theme), base_url="https://x.example/y/").items():
        (tmp_path / path).write_bytes(data)
    with visit(chromium, (tmp_path / "index.html").as_uri()) as seen:
        seen.page.get_by_role("navigation").get_by_role("link", name="Contact").click()
        assert seen.page.url.endswith("contact.html")
        seen.page.get_by_role("link", name="Stillwater").first.click()
        assert seen.page.url.endswith("index.html")


@pytest.mark.parametrize("theme", THEMES)
def test_the_first_tab_leads_past_the_navigation(chromium: BrowserContext, server: Server, theme: str) -> None:
    site("yoga", theme, server)
    with visit(chromium, f"{server.url}/plain/index.html") as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.className") == "skip"
        assert seen.page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("theme", THEMES)
def test_the_title_is_never_broken_inside_a_word(chromium: BrowserContext, server: Server, theme: str) -> None:
    long = SAMPLES["cafe"].model_copy(update={"name": "Donaudampfschifffahrtsgesellschaft"})
    server.show(render(compose(long, theme=theme), base_url="https://x.example/"))
    for width in (360, 768, 1280):
        with visit(chromium, f"{server.url}/plain/index.html", width=width) as seen:
            height, line = seen.page.evaluate(
                "(() => {const s = getComputedStyle(document.querySelector('h1'));"
                "return [document.querySelector('h1').clientHeight, parseFloat(s.lineHeight)]})()"
            )
            assert height < 1.6 * line, width
