"""Segments as plain text and as the two common kinds of subtitles, SRT and WebVTT."""

from collections.abc import Callable, Sequence

from ai.transcript import Segment

SHORTEST_S = 0.1  # players drop a cue that ends where it starts


def txt(segments: Sequence[Segment]) -> str:
    """One line for each segment."""
    return "".join(f"{_one_line(segment.text)}\n" for segment in segments)


def srt(segments: Sequence[Segment]) -> str:
    """SubRip: numbered cues, a comma before the milliseconds."""
    cues = [_cue(segment, ",", _srt_text) for segment in segments]
    return "".join(f"{number}\n{cue}\n" for number, cue in enumerate(cues, start=1))


def vtt(segments: Sequence[Segment]) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): a header, a point before the milliseconds."""
    return "WEBVTT\n\n" + "".join(_cue(segment, ".", _vtt_text) + "\n" for segment in segments)


def timestamp(seconds: float, point: str) -> str:
    """`HH:MM:SS` and three digits after `point`; hours go on past 99."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}{point}{milliseconds % 1000:03d}"


def _cue(segment: Segment, point: str, text: Callable[[str], str]) -> str:
    end = max(segment.end, segment.start + SHORTEST_S)
    times = f"{timestamp(segment.start, point)} --> {timestamp(end, point)}"
    return f"{times}\n{text(_one_line(segment.text))}\n"


def _one_line(text: str) -> str:
    """A blank line would end the cue in its middle."""
    return " ".join(text.split())


def _srt_text(text: str) -> str:
    """SRT has no way to escape an arrow."""
    return text.replace("-->", "->")


def _vtt_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
