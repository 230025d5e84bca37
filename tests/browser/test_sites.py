"""Sites of sixteen businesses in four themes, in a real browser: accessible, quiet, and nowhere too wide."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from ai.website import THEMES, compose, render
from tests.browser.samples import SAMPLES
from tests.browser.visit import AXE, OVERFLOW, Server, visit

pytestmark = pytest.mark.browser


def site(name: str, theme: str, server: Server) -> list[str]:
    return server.show(render(compose(SAMPLES[name], theme=theme), base_url=f"{server.url}/plain/"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_site_fits_every_screen_asks_for_nothing_and_can_be_used_by_everyone(
    chromium: BrowserContext, axe: str, server: Server, name: str, theme: str
) -> None:
    for path in site(name, theme, server):
        with visit(chromium, f"{server.url}/strict/{path}") as seen:
            assert seen.trouble() == [], f"{path} under the policy of the sites' origin"
        with visit(chromium, f"{server.url}/plain/{path}") as seen:
            seen.page.evaluate(axe)
            for scheme in ("light", "dark"):
                seen.page.emulate_media(color_scheme=scheme)
                assert seen.page.evaluate(AXE) == [], f"{path} in the {scheme}"
            for width in (320, 768, 1280):
                seen.page.set_viewport_size({"width": width, "height": 800})
                assert seen.page.evaluate(OVERFLOW) <= 0, f"{path} at {width}"
            assert seen.trouble() == []


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
