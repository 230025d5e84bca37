"""A business as its copywriter sees it: the trade in words, where it is, what to call it."""

from dataclasses import dataclass

from ai.business import Business
from ai.website.texts import capital, clean, names, sentence
from ai.website.trades import FALLBACK, Trade, trades
from ai.website.vocabulary import Vocabulary

UNCOUNTED = ("s", "ing", "repair", "care", "hire", "work", "design", "support", "therapy", "training", "food")
ARTICLES = frozenset({"a", "an", "the", "my", "our"})


@dataclass(frozen=True)
class View:
    """A business, its trade and the phrases of its language."""

    business: Business
    trade: Trade
    words: Vocabulary

    @property
    def city(self) -> str:
        return clean(self.business.place.city, 80) or clean(self.business.place.region, 80)

    @property
    def kind(self) -> str:
        """What it is, in the owner's words if there are any: "Sourdough bakery"."""
        return capital(self._own_words) or self.words.bare(self.trade.key)

    @property
    def kind_here(self) -> str:
        """ "Bakery in Porto", or as much of it as is known."""
        if self.kind and self.city:
            return self.words.ui["in"].format(trade=self.kind, where=self.words.where(self.city))
        return self.kind or self.city

    @property
    def label(self) -> str:
        """What to call it in a title: its name, else what it is, else a greeting."""
        return clean(self.business.name, 120) or self.kind_here or self.words.ui["welcome"]

    @property
    def goods(self) -> str:
        """What there is, at most five: "Bread · Rolls · Cake"; empty when nothing was said."""
        return "\u00a0· ".join(names(self.business.offer)[:5])

    @property
    def greeting(self) -> str:
        """The neutral line of the trade."""
        return self.words.group[self.trade.group]["lead"]

    @property
    def what_it_is(self) -> str:
        """ "Aurora is a bakery in Porto."; empty without a name. In the owner's words it stays a bare line."""
        name, article = clean(self.business.name, 120), self._article
        if not name or not self.kind:
            return ""
        if not article:
            return f"{name}: {self.kind_here}."
        pattern = self.words.ui["is_a" if self.city else "is_a_nowhere"]
        return pattern.format(name=name, a=article, where=self.words.where(self.city) if self.city else "")

    @property
    def description(self) -> str:
        """For search engines and link previews: the facts in at most two sentences."""
        first = self.what_it_is or sentence(self.kind_here) or sentence(self.label)
        return clean(f"{first} {sentence(clean(self.business.tagline) or self.goods)}", 300)

    @property
    def _own_words(self) -> str:
        """What the owner calls it; a trade that is no key of ours is in the owner's words, too."""
        said = self.business.trade_words
        if not said and self.business.trade not in trades():
            said = (self.business.trade or "").replace("_", " ")
        words = clean(said, 90)
        return words.capitalize() if words.isupper() and len(words) > 4 else words

    @property
    def _article(self) -> str:
        """English takes any noun that counts; elsewhere the gender is only known of our own words for a trade."""
        own = self._own_words
        if not own or own.lower() == self.words.bare(self.trade.key).lower():
            return self.words.an(self.trade.key) if self.trade.key != FALLBACK else ""
        if self.business.language != "en" or own.lower().endswith(UNCOUNTED) or own.split()[0].lower() in ARTICLES:
            return ""
        small = own if own[:2].isupper() else own[0].lower() + own[1:]
        return f"{'an' if small[0] in 'aeio' else 'a'} {small}"
