"""Lines such as "Owner - Dana" or "Look = rustic": the mark after a label is worth a colon."""

from dataclasses import replace

from ai.brief.phrases import phrases, tables
from ai.brief.tokens import STRONG, Token, Tokens, low

_LABELS = phrases(tables("labels")["labels"])


def labelled(tokens: Tokens) -> list[Token]:
    """The same tokens, with ":" after each label that stands at the head of its line."""
    marks = {_LABELS.end_at(tokens, place) for place in range(len(tokens)) if _heads_line(tokens, place)}
    return [
        replace(token, text=":", low=":")
        if place and place in marks and token.low in ("-", "=") and token.gap
        else token
        for place, token in enumerate(tokens)
    ]


def is_label(tokens: Tokens, start: int, end: int) -> bool:
    return _LABELS.end_at(tokens, start) == end


def _heads_line(tokens: Tokens, place: int) -> bool:
    before = low(tokens, place - 1)
    return not before or before in STRONG or (before == "-" and low(tokens, place - 2) in ("", "\n"))
