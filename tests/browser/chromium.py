"""The Chromium that tests run in: the system's, without a sandbox, without any wish to call home."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """`TURNSPIT_CHROMIUM`, else what the system has, else None."""
    return os.environ.get("TURNSPIT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=ARGS)
