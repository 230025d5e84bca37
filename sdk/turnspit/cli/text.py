"""Text for people and for programs: made harmless for a terminal, short, and in honest units."""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from turnspit.models import Job, Progress

# C0 and C1 controls (so every escape sequence), line separators and the bidirectional overrides.
_HARMFUL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without anything a terminal would obey; tabs and newlines stay."""
    return _HARMFUL.sub("", text.replace("\r\n", "\n"))


def one_line(value: object) -> str:
    """Any value as one harmless line; None is a dash."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    text = value if isinstance(value, str) else to_json(value)
    return re.sub(r"\s*[\t\n]+\s*", " ", clean(text)).strip()


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON as it is sent to stdout: readable letters, every control character escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
        lambda m: f"\\u{ord(m[0]):04x}",
        text,
    )


def duration(seconds: float) -> str:
    """Seconds as people say them: `0.4 s`, `52 s`, `6:11`, `1:02:03`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def clock(seconds: float) -> str:
    """A place in a recording: `00:12.4`, `1:00:12.4`."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{minutes:02}:{rest // 10:02}.{rest % 10}"
    return f"{hours}:{tail}" if hours else tail


def amount(progress: "Progress") -> str:
    """How much is done: `253.5/1440.0 s`, `12/40 pages`, `1.2/8.0 MB`; empty when nobody said."""
    if progress.current is None:
        return ""
    unit, scale = _unit(progress.unit)
    parts = [_number(value / scale, unit) for value in (progress.current, progress.total) if value is not None]
    return f"{'/'.join(parts)} {unit}".rstrip()


def details(progress: "Progress") -> str:
    """Everything but the step: amount, percent, rate, ETA, message; only what is known."""
    parts = [amount(progress)]
    if progress.fraction is not None:
        parts.append(f"{progress.fraction:.0%}")
    if progress.rate:
        unit, scale = _unit(progress.unit)
        rate = progress.rate / scale
        parts.append(f"{rate:.1f}x" if unit == "s" else f"{rate:.1f} {unit}/s".replace(" /", "/"))
    if progress.eta_s is not None and progress.eta_s > 0:
        parts.append(f"ETA {duration(progress.eta_s)}")
    parts.append(one_line(progress.message) if progress.message else "")
    return "  ".join(part for part in parts if part)


def segment_line(data: dict[str, Any]) -> str:
    """A piece of a transcript as one line."""
    text = one_line(str(data.get("text", "")).strip())
    start, end = data.get("start"), data.get("end")
    if isinstance(start, int | float) and isinstance(end, int | float):
        return f"[{clock(start)} - {clock(end)}] {text}"
    return text


def ending(job: "Job") -> list[str]:
    """What is left to say when a job has ended: its warnings, then how it ended."""
    lines = [f"warning: {one_line(_message(warning))}" for warning in job.warnings]
    if job.error and job.status != "succeeded":
        lines.append(f"{job.status}: {one_line(job.error.message)} ({one_line(job.error.code)})")
    elif job.started_at and job.finished_at:
        began = job.created_at if job.flow_id == job.id and job.created_at else job.started_at
        took = (job.finished_at - began).total_seconds()
        lines.append(f"{one_line(job.status)} in {duration(max(took, 0.0))}")
    else:
        lines.append(one_line(job.status))
    return lines


def _message(value: object) -> object:
    return value.get("message", value) if isinstance(value, dict) else value


def _unit(unit: str | None) -> tuple[str, float]:
    if unit in {"bytes", "B", "byte"}:
        return "MB", 1e6
    return (one_line(unit) if unit else ""), 1.0


def _number(value: float, unit: str) -> str:
    return f"{value:.1f}" if unit in {"s", "MB"} or value != int(value) else f"{int(value)}"
