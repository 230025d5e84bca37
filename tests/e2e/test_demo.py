"""`turnspit demo`: a voice note becomes a website, on a stack of its own, and nothing is left running."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.stack_tools import clean_environment


def test_the_demo_turns_a_voice_note_into_a_website(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "turnspit", "demo", "--data", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        timeout=120,
        env={**clean_environment(), "TURNSPIT_WHISPER_MODEL": "demo"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    transcript, address, file = done.stdout.splitlines()
    assert "Golden Crust" in transcript
    assert address.split()[1].endswith("/golden-crust/")
    page = Path(file.removeprefix("file ")).read_text()
    for fact in ("Golden Crust", "Lisbon", "sourdough bread", "cinnamon rolls", "birthday cakes"):
        assert fact.lower() in page.lower()
    for step in ("Listening", "Reading your brief", "Choosing a look", "Building the pages", "Publishing", "Live"):
        assert step in done.stderr
    assert "word error rate against what was said: 0.0 %" in done.stderr
    assert not (tmp_path / "demo" / "stack.json").exists()
