"""Segments cut into what fits on a screen: cues of two lines, each with the time in which it is spoken."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from ai.transcript import Segment

LINE = 42  # characters; what broadcasters and streaming services allow for Latin scripts
LINES = 2
SHORTEST_S = 0.1  # players drop a cue that ends where it starts
_PAUSES = tuple(".,;:!?…。，、！？")  # noqa: RUF001


class Cue(NamedTuple):
    start: float
    end: float
    lines: list[str]


class Piece(NamedTuple):
    """A word with the space before it, and its time in seconds."""

    text: str
    start: float
    end: float


def cues(segments: Sequence[Segment]) -> Iterator[Cue]:
    """Two lines each. A long segment is cut between words, after a comma or full stop if one is near."""
    spoken = [pieces for segment in segments for pieces in _grouped(_pieces(segment))]
    starts = [*(pieces[0].start for pieces in spoken), inf]
    for pieces, (start, then) in zip(spoken, pairwise(starts), strict=True):
        least = min(start + SHORTEST_S, then if then > start else inf)
        yield Cue(start, max(pieces[-1].end, least), lines(_text(pieces)))


def lines(text: str) -> list[str]:
    """One line where it fits, else the most even two; more only for what has no place to be cut."""
    if len(text) <= LINE:
        return [text]
    cuts = [(max(len(text[: m.start()]), len(text[m.end() :])), m) for m in re.finditer(" ", text)]
    if not cuts:
        return [text[i : i + LINE] for i in range(0, len(text), LINE)]
    _, cut = min(cuts, key=lambda found: found[0])
    return [text[: cut.start()], text[cut.end() :]]


def _grouped(pieces: list[Piece]) -> Iterator[list[Piece]]:
    while pieces:
        count = next((n for n in range(len(pieces), 1, -1) if _fits(pieces[:n])), 1)
        if count < len(pieces):
            count = _pause_before(pieces, count)
        yield pieces[:count]
        pieces = pieces[count:]


def _pause_before(pieces: list[Piece], count: int) -> int:
    """Where somebody would take a breath, in the second half of what fits."""
    for n in range(count, 0, -1):
        if len(_text(pieces[:n])) < LINE * LINES / 2:
            break
        if pieces[n - 1].text.endswith(_PAUSES):
            return n
    return count


def _fits(pieces: list[Piece]) -> bool:
    text = _text(pieces)
    if len(text) > LINE * LINES + 1:
        return False
    cut = lines(text)
    return len(cut) <= LINES and all(len(line) <= LINE for line in cut)


def _text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces).strip()


def _pieces(segment: Segment) -> list[Piece]:
    """The words by their own times where they are known, else by their share of the text."""
    text = " ".join(segment.text.split())
    return _timed(text, segment) or _shared(text, segment)


def _timed(text: str, segment: Segment) -> list[Piece]:
    """Empty where there are no times for just these words."""
    pieces, at = [], 0
    for word in segment.words or []:
        begin = text.find(word.word, at)
        if not word.word or begin < 0 or text[at:begin].strip():
            return []
        end = begin + len(word.word)
        pieces.append(Piece(text[at:end], word.start, word.end))
        at = end
    return pieces if at == len(text) else []


def _shared(text: str, segment: Segment) -> list[Piece]:
    """Words, and of what has no spaces each character, by their share of the segment's time."""
    parts = re.findall(rf"\s*\S{{1,{LINE}}}", text)
    if any(len(part.strip()) == LINE for part in parts):
        parts = re.findall(r"\s*\S", text)
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    whole, length = segment.end - segment.start, max(len(text), 1)
    times = [round(segment.start + whole * end / length, 3) for end in ends]
    return [Piece(part, *span) for part, span in zip(parts, pairwise(times), strict=True)]
