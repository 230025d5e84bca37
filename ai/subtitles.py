"""Segments as plain text, as a table, and as the two common kinds of subtitles, SRT and WebVTT."""

from collections.abc import Callable, Sequence

from ai.cues import Cue, cues
from ai.transcript import Segment


def txt(segments: Sequence[Segment]) -> str:
    """One line for each segment."""
    return "".join(f"{_one_line(segment.text)}\n" for segment in segments)


def tsv(segments: Sequence[Segment]) -> str:
    """The table of OpenAI's whisper: start and end in milliseconds, and the text; a line for each segment."""
    rows = [f"{s.start * 1000:.0f}\t{s.end * 1000:.0f}\t{_one_line(s.text)}\n" for s in segments]
    return "start\tend\ttext\n" + "".join(rows)


def srt(segments: Sequence[Segment]) -> str:
    """SubRip: numbered cues, a comma before the milliseconds."""
    made = [_cue(cue, ",", _srt_text) for cue in cues(segments)]
    return "".join(f"{number}\n{cue}\n" for number, cue in enumerate(made, start=1))


def vtt(segments: Sequence[Segment]) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): a header, a point before the milliseconds."""
    return "WEBVTT\n\n" + "".join(_cue(cue, ".", _vtt_text) + "\n" for cue in cues(segments))


def timestamp(seconds: float, point: str) -> str:
    """`HH:MM:SS` and three digits after `point`; hours go on past 99."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}{point}{milliseconds % 1000:03d}"


def _cue(cue: Cue, point: str, text: Callable[[str], str]) -> str:
    times = f"{timestamp(cue.start, point)} --> {timestamp(cue.end, point)}"
    return f"{times}\n{text(chr(10).join(cue.lines))}\n"


def _one_line(text: str) -> str:
    """A blank line would end the cue in its middle."""
    return " ".join(text.split())


def _srt_text(text: str) -> str:
    """SRT has no way to escape an arrow."""
    return text.replace("-->", "->")


def _vtt_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
