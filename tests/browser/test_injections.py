"""Forty injections in every text field, in a real browser: nothing runs, breaks or leaves the page."""

import pytest
from playwright.sync_api import BrowserContext

from ai.website import THEMES, compose, render
from tests.browser.injections import INJECTIONS, poisoned
from tests.browser.visit import OVERFLOW, Server, visit


@pytest.mark.parametrize(("number", "text"), list(enumerate(INJECTIONS)))
def test_an_injection_is_read_and_does_nothing(
    chromium: BrowserContext, server: Server, number: int, text: str
) -> None:
    spec = compose(poisoned(text), theme=THEMES[number % len(THEMES)])
    for path in server.show(render(spec, base_url=f"{server.url}/plain/")):
        url = f"{server.url}/plain/{path}"
        with visit(chromium, url, width=320) as seen:
            seen.page.mouse.move(160, 300)
            for key in ("Tab",) * 6:
                seen.page.keyboard.press(key)
            assert seen.page.evaluate(OVERFLOW) <= 0, path
            assert seen.page.evaluate("[document.querySelectorAll('h1').length, document.forms.length]") == [1, 0]
            assert seen.page.locator("body > footer").is_visible()
            assert seen.page.url == url
            assert seen.trouble() == []
