"""Vocabulary as tables: a set of words, or phrases that are found in tokens by their first word."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from ai.brief.tokens import Span, Tokens, stands, tokens_of

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their first word, the longest first."""

    table: Mapping[str, tuple[tuple[str, ...], ...]]

    def end_at(self, tokens: Tokens, place: int) -> int:
        """Where the longest phrase that begins here ends, 0 if none does."""
        cuts = self.table.get(tokens[place].low) if 0 <= place < len(tokens) else None
        if cuts is None:
            return 0
        return next((place + len(words) for words in cuts if stands(tokens, place, words)), 0)

    def spans(self, tokens: Tokens, start: int = 0, end: int | None = None) -> Iterator[Span]:
        """Where a phrase stands, from left to right, none within another."""
        place, last = start, len(tokens) if end is None else end
        while place < last:
            after = self.end_at(tokens, place)
            if 0 < after <= last:
                yield place, after
            place = after or place + 1

    def within(self, tokens: Tokens, start: int, end: int) -> bool:
        """Whether a phrase begins and ends between these places."""
        return any(True for _ in self.spans(tokens, max(start, 0), min(end, len(tokens))))


def tables(name: str) -> Mapping[str, str]:
    """The tables of a file in words/, each under its "[name]"."""
    sections = files("ai.brief").joinpath("words", f"{name}.txt").read_text(encoding="utf-8").split("[")
    pairs = (section.split("]", 1) for section in sections if "]" in section)
    return MappingProxyType({title: table.strip() for title, table in pairs})


def words(table: str) -> Words:
    """A set from words with spaces between."""
    return frozenset(table.split())


def phrases(table: str | Iterable[str]) -> Phrases:
    """A table from phrases, or from a text with "|" between them."""
    listed = " ".join(table.split()).split("|") if isinstance(table, str) else table
    by_first: dict[str, set[tuple[str, ...]]] = {}
    for phrase in listed:
        cut = tuple(token.low for token in tokens_of(phrase.strip()))
        if cut:
            by_first.setdefault(cut[0], set()).add(cut)
    return Phrases(
        MappingProxyType({word: tuple(sorted(cuts, key=len, reverse=True)) for word, cuts in by_first.items()})
    )
