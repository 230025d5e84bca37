"""Trades that are said by what is done: "I photograph weddings", "I do plumbing", "ice cream"."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import Span, Tokens, low, lows, said, tokens_of
from ai.brief.vocabulary import TRADE_OF

_TABLES = tables("trade_cues")
_WORK_OF = {
    " ".join(token.low for token in tokens_of(work)): key
    for work, key in (pair.strip().split("=") for pair in " ".join(_TABLES["works"].split()).split("|"))
}
_WORKS = phrases(_WORK_OF)
SMALL = words(_TABLES["not_ours"]) | {"a", "an", "mobile"}
_FIRMS = ("company", "studio", "shop", "school", "service", "business", "van")
_OF_WORK = ("company", "studio", "school", "service")
_ADVERBS = words("mostly mainly also now just usually only still and then currently specially do can will")


@dataclass(frozen=True, slots=True)
class Trade:
    """`key` is None for a trade that we have no name for."""

    key: str | None
    said: str | None
    span: Span


def of_name(tokens: Tokens, name: Span | None) -> Trade | None:
    """ "Kowalski Roofing" tells the trade of a "roofing company"."""
    for place in reversed(range(*name)) if name else ():
        word = tokens[place].low
        known = _firm_of(word)
        if known:
            return Trade(known, None, (place, place))
    return None


def _firm_of(work: str, firms: tuple[str, ...] = _FIRMS) -> str | None:
    """The trade of a "roofing company", a "tattoo studio" or a "piano school", told "roofing" or "tattoo"."""
    bare = (work, work.removesuffix("s"))
    return next(
        (TRADE_OF[f"{each} {firm}"] for each in bare for firm in firms if f"{each} {firm}" in TRADE_OF), None
    )


def listed(tokens: Tokens, clauses: Clauses) -> Trade | None:
    """ "Ciao Ciao 21. ice cream, 21 Marine Drive": a work alone between marks at a brief's head."""
    start = 0
    while start < min(len(tokens), 14):
        end = next((at for at in range(start, len(tokens)) if tokens[at].is_mark), len(tokens))
        work = lows(tokens, start, end)
        if work[-1:] and work[-1] in ("lessons", "classes", "courses", "repairs", "repair", "workshops"):
            work = work[:-1]
        firms = _FIRMS if work == ["ice", "cream"] else _OF_WORK  # "cheese" alone is no cheese shop
        key = _firm_of(" ".join(work), firms) if 0 < len(work) <= 3 and clauses.ours(start) else None
        if key:
            return Trade(key, said(tokens, start, end), (start, start))
        start = end + 1
    return None


def worked(tokens: Tokens, clauses: Clauses) -> Trade | None:
    """ "I photograph weddings": what is done tells the trade where nothing names it."""
    for start, end in _WORKS.spans(tokens):
        if _is_doer(tokens, start) and clauses.ours(start):
            words_said = lows(tokens, start, end)
            taught = said(tokens, start + 1, end) if words_said[0] == "teach" and len(words_said) == 2 else None
            key, _, noun = _WORK_OF[" ".join(words_said)].partition(":")
            return Trade(key, taught or noun.replace("_", " ") or None, (start, start))
    return next((trade for place in range(len(tokens)) for trade in _done(tokens, clauses, place)), None)


def _is_doer(tokens: Tokens, place: int) -> bool:
    """Whether "I" or "we" do what stands here: "I mostly bake", "and now I garden", not "I love bake sales"."""
    before = [word for word in lows(tokens, place - 3, place) if word not in _ADVERBS]
    return bool(before) and before[-1] in ("i", "we", "i'm", "we're", "i'll", "we'll")


def _done(tokens: Tokens, clauses: Clauses, place: int) -> Iterator[Trade]:
    """ "I do plumbing", "I give piano lessons", "I've been plumbing for years"."""
    start, word = place + 1, tokens[place].low
    been = word == "been" and low(tokens, place - 1) in ("i've", "we've", "have")
    doing = word in ("do", "give", "teach", "offer", "provide", "doing") and _is_doer(tokens, place)
    if not (been or doing) or not clauses.ours(place):
        return
    start = start + 1 if low(tokens, start) in SMALL | {"mostly", "mainly", "doing"} else start
    for end in (start + 2, start + 1):
        taught = end < len(tokens) and tokens[end].low in ("lessons", "classes", "courses")
        work = " ".join(lows(tokens, start, end))
        taught_key = _WORK_OF.get(f"teach {work}") or _firm_of(work, ("school", "studio"))
        key = taught_key if taught or word == "teach" else _firm_of(work, _OF_WORK)
        if key:
            yield Trade(key.partition(":")[0], said(tokens, start, end + taught), (start, start))
            return
