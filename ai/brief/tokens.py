"""A text cut into words, numbers and marks that remember where they stood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

BLANK = "¦"  # a token whose fact was taken: no finder reads it again
REPAIR = "↺"  # "no wait", "sorry", "I mean": what follows replaces something before
MOST = 3_000  # tokens: about as long as twenty minutes of speech
STRONG = frozenset([".", "!", "?", ";", "\n", REPAIR, "•", "*", "|", "·"])

_TOKEN = re.compile(
    r"\n"
    r"|(?<![^\W\d_])[ap]\.\s?m(?:\.(?!\s+[^\W\d_a-z]|\s*$)|\b)"
    r"|(?<![^\W\d_])[ap] ?m\b(?!')"
    r"|[^\W\d_]+(?:['&][^\W\d_]+)*"
    r"|\d+(?:[.,:]\d+)*"
    r"|[^\s]",
    re.IGNORECASE,
)
_SHORT = frozenset((
    "st", "str", "ul", "tel", "av", "ave", "rd", "dr", "nr", "mr", "mrs", "approx", "est", "prof", "hwy", "rs",
))  # fmt: skip
_BEFORE_LETTERS = frozenset(
    ("vitamin", "plan", "type", "class", "gate", "unit", "block", "hall", "room", "floor", "part", "option")
)
_SENTENCE_STARTS = frozenset(
    (
        "i",
        "we",
        "we're",
        "i'm",
        "it",
        "it's",
        "the",
        "our",
        "my",
        "you",
        "they",
        "he",
        "she",
        "please",
        "open",
        "and",
    )
)
_SHORT_DAYS = frozenset((
    "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa",
    "so", "lun", "mar", "mer", "jeu", "ven", "sam", "dim",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """`low` is what it means, `text` how it stood; `value` that of a number, in digits or words."""

    text: str
    low: str
    start: int
    end: int
    gap: bool = True
    value: float | None = None

    @property
    def is_word(self) -> bool:
        return self.low[0].isalpha()

    @property
    def is_mark(self) -> bool:
        return not self.low[0].isalnum()

    @property
    def is_number(self) -> bool:
        return self.value is not None

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


Tokens = Sequence[Token]
Span = tuple[int, int]


def tokens_of(text: str) -> list[Token]:
    """Words with their inner apostrophes, numbers with their inner points, and every other mark alone."""
    raw = [_token(match, text) for match in islice(_TOKEN.finditer(text), MOST)]
    dots = {place for place in range(len(raw)) if _is_dot_of_short(raw, place)}
    return [
        replace(token, text=f"{token.text}.", end=token.end + 1) if place + 1 in dots else token
        for place, token in enumerate(raw)
        if place not in dots
    ]


def lows(tokens: Tokens, start: int, end: int) -> list[str]:
    return [token.low for token in tokens[max(start, 0) : end]]


def low(tokens: Tokens, place: int) -> str:
    """The word at a place, empty outside of the text."""
    return tokens[place].low if 0 <= place < len(tokens) else ""


def stands(tokens: Tokens, place: int, words: Sequence[str]) -> bool:
    """Whether exactly these words begin at a place."""
    return all(low(tokens, place + offset) == word for offset, word in enumerate(words))


def is_joint(tokens: Tokens, place: int) -> bool:
    """Whether this is a hyphen within a word: that of "Stow-on-the-Wold"."""
    if not 0 < place < len(tokens) - 1 or tokens[place].low != "-" or tokens[place].gap:
        return False
    return not tokens[place + 1].gap and tokens[place - 1].is_word and tokens[place + 1].is_word


def said(tokens: Tokens, start: int, end: int) -> str:
    """The words of a span as they stood, without double quotes."""
    parts = [
        (" " if token.gap else "") + token.text for token in tokens[start:end] if token.low not in ('"', BLANK)
    ]
    return "".join(parts).strip()


def blanked(tokens: Tokens, spans: Sequence[Span]) -> list[Token]:
    """The same tokens in the same places, those of the spans taken out of sight."""
    taken = {place for start, end in spans for place in range(start, end)}
    return [
        replace(token, text=BLANK, low=BLANK, value=None) if place in taken else token
        for place, token in enumerate(tokens)
    ]


def _token(match: re.Match[str], text: str) -> Token:
    whole = match.group()
    meaning = whole.lower()
    if meaning[0] in "ap" and meaning[-1] in "m." and not meaning.isalpha():
        meaning = meaning[0] + "m"
    start, end = match.span()
    return Token(whole, meaning, start, end, gap=start == 0 or text[start - 1].isspace())


def _is_initial(tokens: Tokens, place: int) -> bool:
    """The "J" of "J. Marsh & Sons": a capital alone, no word before it but an initial or one in small letters."""
    letter, after = tokens[place], tokens[place + 2 : place + 3]
    if len(letter.text) != 1 or not letter.is_capital or not letter.is_word or not after:
        return False
    before = tokens[place - 1].low if place else ""
    alone = before not in _BEFORE_LETTERS
    return alone and after[0].is_word and after[0].is_capital and after[0].low not in _SENTENCE_STARTS


def _is_dot_of_short(tokens: Tokens, place: int) -> bool:
    if tokens[place].low != "." or tokens[place].gap or place == 0:
        return False
    before, after = tokens[place - 1].low, low(tokens, place + 1)
    if _is_initial(tokens, place - 1):
        return True
    if before in _SHORT_DAYS:
        return after[:1].isdigit() or after in ("-", ",") or after in _SHORT_DAYS
    return before in _SHORT and bool(after) and after != "\n"
