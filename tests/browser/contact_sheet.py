"""Screenshots of many sites to look at: `python -m tests.browser.contact_sheet FOLDER [--briefs] [--dark] ...`."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from ai.brief import understand
from ai.business import Business
from ai.website import THEMES, compose, render
from tests.briefs import load_briefs
from tests.browser.chromium import launch
from tests.browser.samples import SAMPLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--briefs", action="store_true", help="the labelled briefs instead of the samples")
    parser.add_argument("--only", default="", help="names, comma-separated")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--themes", action="store_true", help="every theme instead of the one that is chosen")
    given = parser.parse_args()
    sites = {brief.id: understand(brief.text) for brief in load_briefs()} if given.briefs else SAMPLES
    names = given.only.split(",") if given.only else sites
    themes = THEMES if given.themes else (None,)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, width, columns in (("desktop", 1280, 4), ("phone", 390, 8)):
            shots = [
                shot(browser, sites[name], theme, width, given.folder / name / (theme or "own"), dark=given.dark)
                for name in names
                for theme in themes
            ]
            for number, part in enumerate(parts(shots, 4 * columns)):
                sheet(part, given.folder / f"{size}{'-dark' if given.dark else ''}-{number}.png", columns)


def parts(shots: list[Path], size: int) -> Iterable[list[Path]]:
    return (shots[start : start + size] for start in range(0, len(shots), size))


def shot(browser: Browser, business: Business, theme: str | None, width: int, site: Path, *, dark: bool) -> Path:
    site.mkdir(parents=True, exist_ok=True)
    for path, data in render(compose(business, theme=theme), base_url="http://127.0.0.1:8001/x/").items():
        (site / path).write_bytes(data)
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light")
    page.goto((site / "index.html").as_uri())
    target = site / f"{width}.png"
    page.screenshot(path=target, full_page=True)
    page.close()
    return target


def sheet(shots: list[Path], target: Path, columns: int) -> None:
    """Pictures side by side, each cut to a tall page."""
    width = 2000 // columns
    tall = round(width * (1.9 if columns < 8 else 3.4))
    rows = -(-len(shots) // columns)
    whole = Image.new("RGB", (columns * (width + 8), rows * (tall + 8)), "#999")
    for index, path in enumerate(shots):
        with Image.open(path) as picture:
            small = picture.convert("RGB").resize((width, round(picture.height * width / picture.width)))
        whole.paste(
            small.crop((0, 0, width, min(tall, small.height))),
            ((index % columns) * (width + 8), index // columns * (tall + 8)),
        )
    whole.save(target)


if __name__ == "__main__":
    main()
