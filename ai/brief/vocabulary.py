"""The long tables of trades, places and common words, read once from the folder words/."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from ai.brief.phrases import Phrases, Words, phrases, tables, words
from ai.brief.tokens import tokens_of


def _table(name: str) -> str:
    return files("ai.brief").joinpath("words", name).read_text(encoding="utf-8")


def _listed(name: str) -> tuple[str, ...]:
    return tuple(item.strip() for line in _table(name).splitlines() for item in line.split(",") if item.strip())


_DOERS = ("er", "or", "ist", "ian", "smith", "mat", "salon", "studio", "gym", "hotel")


_FIRMS = ("business", "company", "service", "services", "firm", "studio", "van", "shop", "school")


def _trades() -> dict[str, str]:
    """From words to the key of a trade; of two trades with the same words the first has them."""
    rows = [line.split(":", 1) for line in _table("trades.txt").splitlines() if ":" in line]
    return {
        " ".join(token.low for token in tokens_of(form)): key
        for key, table in reversed(rows)
        for phrase in table.split(",")
        for form in _forms(phrase.strip())
    }


def _forms(phrase: str) -> list[str]:
    """ "roofer" also as "roofers", "toy shop" as "toy store"; "*web design" only as "web design company"."""
    if phrase.startswith("*"):
        return [f"{phrase[1:]} {firm}" for firm in _FIRMS]
    if phrase.endswith(" shop"):
        return [phrase, *(phrase.removesuffix("shop") + other for other in ("place", "store", "business"))]
    return [phrase, f"{phrase}s"] if phrase.endswith(_DOERS) else [phrase]


_TABLES = tables("kinds_of_words")
TRADE_OF: Mapping[str, str] = MappingProxyType(_trades())
TRADES: Phrases = phrases(TRADE_OF)
NOT_TRADES: Phrases = phrases(_table("not_trades.txt").splitlines())
CITIES: Phrases = phrases(_listed("cities.txt"))
REGIONS: Phrases = phrases(_listed("regions.txt"))
NOT_PLACES: Words = words(_table("not_places.txt"))
COMMON: Words = words(_table("common.txt"))
# Cities whose names are words: only after "in" they are cities.
AMBIGUOUS: Words = words(_TABLES["ambiguous"])
CITY_WORDS: Words = words(_TABLES["city_words"])
GENERIC: Words = words(_TABLES["generic"])
STATE_CODES: Words = words(_TABLES["state_codes"])
