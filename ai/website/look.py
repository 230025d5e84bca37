"""The look of a site, chosen from trade, wished colours and adjectives; the same business gets the same look."""

import hashlib
import re

from ai.business import Business, Style
from ai.website.art.sheet import sold_motifs
from ai.website.color import from_hex, to_hex, tone
from ai.website.colornames import color_named
from ai.website.palette import Wish, sort_wish
from ai.website.spec import Look, Theme
from ai.website.texts import names
from ai.website.themes import THEMES, theme_named, themes
from ai.website.trades import Trade, trade_for

PLAYFUL = frozenset(
    {"playful", "fun", "quirky", "cheerful", "funky", "verspielt", "ludique", "divertido", "giocoso"}
)


def choose(business: Business, theme: str | None = None) -> Look:
    """Theme, colours and pictures for a business. Raises `UnknownTheme`."""
    trade = trade_for(business.trade, business.trade_words)
    seed = _seed(business)
    wish = _wish(business.style)
    return Look(
        theme=theme_named(theme) if theme else _natural_theme(trade, business.style),
        seeds=_seeds(wish, trade, seed),
        paper=wish.paper,
        black=wish.black,
        dark=_mode(wish, business.style),
        playful=bool(PLAYFUL & _adjectives(business.style)),
        art=trade.key,
        seed=seed,
        motifs=_motifs(business, trade),
    )


def restyle(look: Look, style: Style, theme: str | None = None) -> Look:
    """The same site dressed anew: what `style` or `theme` do not speak of changes only if neither speaks at all."""
    wish, trade = _wish(style), trade_for(look.art, None)
    silent = not (theme or style.colors or style.adjectives or style.dark is not None)
    wished = _natural_theme(trade, style) if style.adjectives else look.theme
    changes: dict[str, object] = {
        "theme": theme_named(theme) if theme else _next_theme(look.theme) if silent else wished,
        "seed": look.seed + 1,
        "dark": look.dark if _mode(wish, style) is None else _mode(wish, style),
    }
    if style.colors:
        changes |= {"seeds": _seeds(wish, trade, look.seed), "paper": wish.paper, "black": wish.black}
    return look.model_copy(update=changes)


def _natural_theme(trade: Trade, style: Style) -> Theme:
    """Adjectives outweigh the trade; ties go to the trade's own order, then to ours."""
    words = _adjectives(style)

    def score(name: Theme) -> float:
        own = {0: 2.0, 1: 1.0}.get(trade.theme.index(name), 0.0) if name in trade.theme else 0.0
        return own + 3 * len(words & set(themes()[name].adjectives))

    return max(THEMES, key=score)


def _next_theme(theme: Theme) -> Theme:
    return THEMES[(THEMES.index(theme) + 1) % len(THEMES)]


def _adjectives(style: Style) -> set[str]:
    phrases = [phrase.lower().strip() for phrase in style.adjectives[:20]]
    return {*phrases, *(word for phrase in phrases for word in re.split(r"[\s,]+", phrase))}


def _wish(style: Style) -> Wish:
    return sort_wish(tuple(code for words in style.colors[:8] if (code := color_named(words))))


def _mode(wish: Wish, style: Style) -> bool | None:
    """Black asked for without white is a dark site; otherwise the visitor's own setting decides."""
    if style.dark is None and wish.black and not wish.paper:
        return True
    return style.dark


def _seeds(wish: Wish, trade: Trade, seed: int) -> list[str]:
    """Three colours: the wished first, then company for them; without a wish the trade's own, a little turned."""
    if not wish.accents:
        turn = (seed % 7 - 3) * 3.0
        return [tone(color, turn=turn) for color in trade.seeds]
    first = wish.accents[0]
    second = wish.accents[1] if len(wish.accents) > 1 else _companion(first, wish)
    third = wish.accents[2] if len(wish.accents) > 2 else _third(first, second)
    return [first, second, third]


def _companion(color: str, wish: Wish) -> str:
    """One wished colour is answered in its own family, so that the wish is what people see."""
    light = from_hex(color).light
    turn = 0 if wish.paper or wish.black else 18
    shade = from_hex(tone(color, turn=turn))
    return to_hex(shade._replace(light=light + 0.22 if light < 0.62 else light - 0.2, chroma=shade.chroma * 0.75))


def _third(first: str, second: str) -> str:
    middle = (from_hex(first).light + from_hex(second).light) / 2
    return tone(first, light=0.5 if middle > 0.6 else 0.7, chroma=0.07, turn=-24)


def _motifs(business: Business, trade: Trade) -> list[str]:
    """Pictures of what is sold come first where we can draw it; then those of the trade."""
    words = {word.rstrip("s") for name in names(business.offer[:40]) for word in re.findall(r"\w+", name.lower())}
    drawn = [motif for motif in trade.motifs if motif in words]
    others = sorted((words & sold_motifs()) - set(trade.motifs))[:2]
    lead, *rest = dict.fromkeys([*drawn, *trade.motifs])
    return [lead, *rest[:3], *others, *rest[3:]][:8]


def _seed(business: Business) -> int:
    key = f"{business.name}|{business.trade}|{business.trade_words}|{business.place.city}"
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4], "big")
