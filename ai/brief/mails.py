"""Mail addresses and hosts, typed or spelled out: "hello at golden crust dot com"."""

import re

from ai.brief.phrases import tables, words
from ai.brief.tokens import Span, Token, Tokens, low, lows

_TABLES = tables("contacts")

_MAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9](?:[a-z0-9-]{0,62}\.){1,4}[a-z]{2,12}", re.IGNORECASE)
TOP = words(_TABLES["top"])
_SPOKEN_TOP = words(_TABLES["spoken_top"])
_MAIL_CUES = words("reach contact email e-mail mail emails mailbox write address correo e-mails courriel")
_BOXES = words(_TABLES["boxes"])
_BEFORE_LOCAL = words("is it's at to us me mail email : , or on address via under and by write - . reach call")


def tokens_between(tokens: Tokens, start: int, end: int) -> Span:
    """The tokens that lie within these characters."""
    inside = [place for place, token in enumerate(tokens) if token.end > start and token.start < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def typed_mails(text: str, tokens: Tokens) -> list[tuple[str, Span]]:
    return [(match.group(), tokens_between(tokens, *match.span())) for match in first_matches(_MAIL, text, "@")]


def first_matches(pattern: re.Pattern[str], text: str, needed: str, most: int = 20) -> list[re.Match[str]]:
    """The first matches; none are looked for in a text without the mark that each must have."""
    return [match for match, _ in zip(pattern.finditer(text), range(most), strict=False)] if needed in text else []


def spoken_mails(tokens: Tokens) -> list[tuple[str, Span]]:
    """ "hello at golden crust dot com": the domain is what stands between "at" and "dot"."""
    found = []
    for place in range(1, len(tokens)):
        domain = host_at(tokens, place + 1) if low(tokens, place) in ("at", "@") else None
        local = _local(tokens, place) if domain else None
        if domain and local:
            found.append((f"{local[0]}@{domain[0]}", (local[1], domain[1])))
    return found


def host_at(tokens: Tokens, start: int) -> tuple[str, int] | None:
    """A host of at most five words: "golden crust dot com", "golden-crust.com"."""
    host, place, dots = "", start, 0
    while place < min(start + 9, len(tokens)):
        piece = letters_of(tokens[place])
        if piece is None:
            break
        dots += piece == "."
        host, place = host + piece, place + 1
        if dots and _ends_host(tokens, place):
            return host, place
    return None


def _ends_host(tokens: Tokens, place: int) -> bool:
    last, before = tokens[place - 1].low, low(tokens, place - 2)
    goes_on = (
        low(tokens, place) in ("dot", ".")
        and low(tokens, place + 1) in TOP
        and (low(tokens, place) == "dot" or not tokens[place].gap)
    )
    known = last in TOP or (before == "dot" and last in _SPOKEN_TOP)
    return known and before in ("dot", ".") and not goes_on


def letters_of(token: Token) -> str | None:
    if token.low in ("dot", "."):
        return "."
    if token.low in ("dash", "hyphen", "minus", "-"):
        return "-"
    if token.low in ("underscore", "_"):
        return "_"
    if token.low[0].isalnum() and token.low.isascii() and token.low not in ("is", "and", "at", "we", "our"):
        return token.low.replace(" ", "").replace("'", "")
    return None


def _local(tokens: Tokens, at: int) -> tuple[str, int] | None:
    """What stands before "at", back to the words that announce a mail."""
    start = at
    while start > max(0, at - 5) and tokens[start - 1].low not in _BEFORE_LOCAL and letters_of(tokens[start - 1]):
        start -= 1
    cued = set(lows(tokens, start - 5, start)) & _MAIL_CUES or low(tokens, start - 1) in ("to", "us", "me", "it's")
    if not cued or start == at:
        start = at - 1
        if tokens[start].low not in _BOXES:
            return None
    name = "".join(letters_of(token) or "" for token in tokens[start:at]).strip(".-")
    return (name, start) if name else None
