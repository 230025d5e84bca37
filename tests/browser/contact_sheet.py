"""Screenshots of many sites, desktop and phone, to look at: `python -m tests.browser.contact_sheet FOLDER`."""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from ai.website import THEMES, compose, render
from tests.browser.chromium import launch
from tests.browser.samples import SAMPLES


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / ".cache" / "sheets")
    only = sys.argv[2].split(",") if len(sys.argv) > 2 else list(SAMPLES)
    dark = "dark" in sys.argv[3:]
    every = "themes" in sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, width in (("desktop", 1280), ("phone", 390)):
            shots = [
                shot(browser, name, theme, width, folder, dark=dark)
                for name in only
                for theme in (THEMES if every else (None,))
            ]
            sheet(shots, folder / f"{size}{'-dark' if dark else ''}.png", 4 if size == "desktop" else 8)


def shot(browser: Browser, name: str, theme: str | None, width: int, folder: Path, *, dark: bool) -> Path:
    site = folder / name / (theme or "own")
    for path, data in render(compose(SAMPLES[name], theme=theme), base_url="http://127.0.0.1:8001/x/").items():
        site.mkdir(parents=True, exist_ok=True)
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
