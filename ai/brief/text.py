"""A brief as plain text: bounded, without markup, control characters and direction marks."""

import re
import unicodedata

LONGEST = 20_000  # characters: about twenty minutes of speech
SHOUTED = 0.7  # a text with more capitals than this has no use of them
SLASHED = 4  # so many slashes with spaces part what a brief says, one may part two choices

_SCRIPT = re.compile(r"<(script|style)\b[^>]{0,500}>.*?(?:</\1\s{0,9}>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_RUN = re.compile(r"([^\w\s])\1{3,}|(\n)[\s]{3,}")
_QUOTED = re.compile(r"(?<!\w)'([^'\n]{2,40})'(?!\w)")
_GROUPED = re.compile(r"(?<![\w.,'])(\d{1,3})'(\d{3})(?![\d'])")  # "1'600" as the Swiss write it
_WITH = re.compile(r"\bw/ ?(?=[^\W\d_])")
_SMALL = frozenset(
    ("and", "of", "the", "de", "da", "do", "del", "di", "la", "le", "y", "e", "et", "und", "am", "der", "on", "in")
)
_SAME = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a`\u00b4\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2013\u2014\u2212\u2010\u2011", "-")
    | {"\u2026": ","}
)


def plain(text: str) -> str:
    """The first 20,000 characters of a text in one spelling of quotes and dashes, without any "<" or ">"."""
    short = unicodedata.normalize("NFC", _visible(text[: 2 * LONGEST]))[:LONGEST]
    bare = _TAG.sub(" ", _SCRIPT.sub(" ", short)).translate(_SAME)
    bare = _GROUPED.sub(r"\1,\2", bare)
    bare = _WITH.sub("with ", bare)
    bare = bare.replace(" / ", " | ") if bare.count(" / ") >= SLASHED else bare
    bare = _QUOTED.sub(r'"\1"', re.sub(r"\.{2,}", ", ", bare))
    return _calm(_RUN.sub(r"\1\2", re.sub(r"[<>]", " ", bare)))


def one_line(text: str, longest: int) -> str:
    """A value for a page: single spaces, no stray marks at its ends, at most `longest` characters."""
    return " ".join(text.split())[:longest].strip(" \t\n,;:-|/\"'")


def title(text: str) -> str:
    """A name that was spoken or typed in lower case, as its owner would paint it on a sign."""
    words = text.split()
    if any(char.isupper() for char in text):
        return text[0].upper() + text[1:]
    return " ".join(
        word if not word.islower() or (place and word in _SMALL) else word[0].upper() + word[1:]
        for place, word in enumerate(words)
    )


def _visible(text: str) -> str:
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in "\n\t ":
        return char
    category = unicodedata.category(char)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category in ("Cc", "Zs", "Zl", "Zp") else char


def _calm(text: str) -> str:
    """Shouting says nothing about which words are names."""
    letters = [char for char in text if char.isalpha()]
    shouted = sum(char.isupper() for char in letters)
    return text.lower() if len(letters) > 12 and shouted > SHOUTED * len(letters) else text
