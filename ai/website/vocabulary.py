"""The neutral phrases of a site in one language, from words/<language>.toml; they claim nothing."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ai.business import Day, Language

ELIDED = "un\u2019"  # in Italian the article may cling to its noun


class Vocabulary(BaseModel):
    """One language: labels, days, notes for what is wanted but unknown, and phrases of each group of trades."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ui: dict[str, str]
    notes: dict[str, str]
    questions: dict[str, str]
    days: dict[Day, str]
    group: dict[str, dict[str, str]]
    trade: dict[str, str]
    cities: dict[str, str]

    def where(self, city: str) -> str:
        """ "in Porto"; Portuguese and French have cities with an article of their own."""
        return self.cities.get(city) or self.ui["where"].format(city=city)

    def an(self, trade: str) -> str:
        """The trade with its article, "a bakery"; empty for the neutral one."""
        return self.trade.get(trade, "")

    def bare(self, trade: str) -> str:
        """The trade without its article, first letter large: "Bakery"."""
        words = self.an(trade)
        cut = words.removeprefix(ELIDED) if words.startswith(ELIDED) else words.partition(" ")[2]
        return cut[:1].upper() + cut[1:]


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The phrases of a language."""
    path = Path(__file__).with_name("words") / f"{language}.toml"
    return Vocabulary.model_validate(tomllib.loads(path.read_text("utf-8")))
