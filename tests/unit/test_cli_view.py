"""What progress looks like, and that no text of a server can steer a terminal."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from turnspit.cli.rich_view import RichView
from turnspit.cli.text import amount, clean, clock, details, duration, ending, one_line, to_json
from turnspit.cli.view import PlainView
from turnspit.models import Failure, Job, Progress

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x9b1m [bold]x[/bold]\u202e\r\nnext\ud800"


def test_control_characters_never_reach_a_terminal() -> None:
    assert clean(HOSTILE) == "]0;owned[31mred1m [bold]x[/bold]\nnext"
    assert one_line(HOSTILE) == "]0;owned[31mred1m [bold]x[/bold] next"
    shown = to_json({"a": HOSTILE})
    assert all(" " <= char < "\x7f" for char in shown)
    assert json.loads(shown) == {"a": HOSTILE}


def test_the_live_view_shows_markup_as_it_is_and_no_foreign_escapes() -> None:
    out = io.StringIO()
    with RichView(out) as view:
        view.line(HOSTILE)
        view.progress(Progress(step=HOSTILE, current=1, total=2, fraction=0.5, message="[red]m[/red]"))
    assert "[bold]x[/bold]" in out.getvalue()
    assert "\x1b]0" not in out.getvalue()
    assert "\x1b[31mred" not in out.getvalue()


def test_plain_lines_come_at_once_for_a_new_step_and_twice_a_second_for_an_old_one() -> None:
    out, now = io.StringIO(), [100.0]
    view = PlainView(out, now=lambda: now[0])
    for n in range(100):
        view.progress(Progress(step="a", current=n, total=100, unit="pages", fraction=n / 100))
        now[0] += 0.05
    view.progress(Progress(step="b"))
    lines = out.getvalue().splitlines()
    assert lines[0] == "a  0/100 pages  0%"
    assert lines[-1] == "b"
    assert 9 <= len(lines) - 1 <= 11


def test_progress_says_what_is_known_and_nothing_else() -> None:
    known = Progress(step="x", current=253.5, total=1440, unit="s", fraction=0.176, rate=3.2, eta_s=370.7)
    assert details(known) == "253.5/1440.0 s  18%  3.2x  ETA 6:11"
    assert details(Progress(step="x", current=3, unit="pages")) == "3 pages"
    assert details(Progress(step="x", current=5e6, total=8e6, unit="bytes", rate=2e6)) == "5.0/8.0 MB  2.0 MB/s"
    assert details(Progress(step="x")) == ""
    assert amount(Progress(current=1, total=2)) == "1/2"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.44, "0.4 s"), (52.4, "52 s"), (59.9, "1:00"), (371, "6:11"), (3723, "1:02:03")]
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_places_in_a_recording_carry_over() -> None:
    assert [clock(12.44), clock(59.96), clock(3612.4)] == ["00:12.4", "01:00.0", "1:00:12.4"]


def test_an_ending_tells_warnings_and_how_it_ended() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ok = Job(id="j", status="succeeded", started_at=start, finished_at=start + timedelta(seconds=2.5))
    assert ending(ok) == ["succeeded in 2.5 s"]
    bad = Job(id="j", status="failed", warnings=["demo model"], error=Failure(code="c", message="It\x1bbroke."))
    assert ending(bad) == ["warning: demo model", "failed: Itbroke. (c)"]
