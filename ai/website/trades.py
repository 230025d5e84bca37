"""What is known of each trade: its phrases, pictures, natural colours, and the words people use for it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

FALLBACK = "business"
VAGUE = frozenset({FALLBACK, "shop"})


class Trade(BaseModel):
    """One entry of trades.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    group: str
    schema_type: str
    motifs: tuple[str, ...]
    theme: tuple[str, ...]
    seeds: tuple[str, ...]
    words: tuple[str, ...]


def trade_for(key: str | None, words: str | None) -> Trade:
    """The trade of a key such as "bakery", or of what an owner calls it; else the neutral one."""
    for text in (key, words):
        if text and (found := _search(text)):
            return trades()[found]
    return trades()[FALLBACK]


@cache
def trades() -> Mapping[str, Trade]:
    """All trades by key."""
    file = tomllib.loads(Path(__file__).with_name("trades.toml").read_text("utf-8"))
    return MappingProxyType(
        {key: Trade(key=key, schema_type=body.pop("schema"), **body) for key, body in file.items()}
    )


@cache
def _words() -> Mapping[str, str]:
    """From a word to its trade; the more telling trade comes first in the file and wins."""
    table: dict[str, str] = {}
    for trade in trades().values():
        for word in (trade.key, *trade.words):
            table.setdefault(word, trade.key)
    return MappingProxyType(table)


def _search(text: str) -> str | None:
    """The longest run of words that names a trade, a telling one before "shop" and "company".

    In a tie the last run: the head of an English noun.
    """
    parts = text.lower().replace("_", " ").replace(",", " ").split()[:24]
    found = [
        name
        for length in range(min(4, len(parts)), 0, -1)
        for start in range(len(parts) - length, -1, -1)
        if (name := _named(" ".join(parts[start : start + length])))
    ]
    return next((name for name in found if name not in VAGUE), next(iter(found), None))


def _named(word: str) -> str | None:
    return _words().get(word) or _words().get(word.removesuffix("s")) or _words().get(f"{word}s")
