"""What kind of business it is: a key such as "bakery" and the words it was said in."""

from dataclasses import replace

from ai.brief.clauses import STARTERS, Clauses
from ai.brief.phrases import tables, words
from ai.brief.tokens import STRONG, Span, Tokens, low, lows, said
from ai.brief.vocabulary import CITIES, COMMON, GENERIC, NOT_TRADES, TRADE_OF, TRADES
from ai.brief.works import SMALL, Trade, listed, of_name, worked

_TABLES = tables("trade_cues")
_OWNING = words(_TABLES["owning"])
_ARTICLES = words(_TABLES["articles"])
_HEADS = words(_TABLES["heads"])
_DOERS = words(_TABLES["doers"])
_NOT_DOERS = words(_TABLES["not_doers"])
_DOER_ENDS = ("er", "or", "ist", "ian", "smith", "wright", "ant")
_NOT_PERSONS = words("diner center theater parlor restaurant roaster grill")
_STOPS = words(
    "in called named and that which where with for at on near from since who selling i we it website site or but so"
    " is are was has have based who's doing of to down up across by"
)
_BUILDINGS = words("converted former disused ex derelict refurbished old empty")
_CLAIMING = words("my our is are we're i'm it's meine unsere notre nuestra nossa")
_OF_HAIR = words("hair haircut haircuts stylist stylists balayage highlights cuts")
_SITES = words("site website page homepage webpage sites one something")
_SUPPLYING = words("deliver delivers supply supplies sell sells ship photograph clean cook bake work cater")
_ASIDE = words("near opposite behind beside between past next above below like unlike than via outside")


def trades_in(tokens: Tokens) -> list[Trade]:
    """Every mention of a trade, from left to right."""
    bare = [replace(token, low=token.low.removesuffix("'s")) for token in tokens]
    barred = {place for start, end in NOT_TRADES.spans(tokens) for place in range(start, end)}
    return [
        Trade(TRADE_OF[" ".join(lows(bare, start, end))], said(tokens, start, end), (start, end))
        for start, end in TRADES.spans(bare)
        if start not in barred
    ]


def trade_in(tokens: Tokens, clauses: Clauses, name: Span | None) -> Trade | None:
    """The trade of this business: the mention best placed, the earliest of equals; a word of its name at last."""
    mentions = [(_rank(tokens, clauses, trade.span, name), trade) for trade in trades_in(tokens)]
    sure = [(rank, trade) for rank, trade in mentions if rank > 0]
    if sure:
        return max(sure, key=lambda pair: pair[0])[1]
    told = worked(tokens, clauses) or of_name(tokens, name) or listed(tokens, clauses)
    return told or _unknown(tokens, clauses) or _salon(tokens, clauses)


def _salon(tokens: Tokens, clauses: Clauses) -> Trade | None:
    """ "The salon is in Ross", where hair is cut in it."""
    places = (at for at, token in enumerate(tokens) if token.low == "salon" and clauses.ours(at))
    at = next(places, None) if _OF_HAIR & set(lows(tokens, 0, len(tokens))) else None
    return None if at is None else Trade("hair_salon", "salon", (at, at))


def _rank(tokens: Tokens, clauses: Clauses, span: Span, name: Span | None) -> int:
    start, end = span
    if not clauses.ours(start) or _is_aside(tokens, start) or _is_hired(tokens, span):
        return 0
    before = lows(tokens, max(start - 6, clauses.bounds[start][0]), start)
    if name and name[0] <= start < name[1]:
        return 2
    if set(before[-5:]) & _OWNING and set(before) & _ARTICLES:
        return 6
    if _is_told(tokens, span, name):
        return 7 if low(tokens, end) in ("is", "called", "named") else 5
    if set(before[-3:]) & {"into"}:
        return 5
    if set(before[-4:]) & _CLAIMING:
        return 4
    if tokens[start].low == "gallery":
        return 0  # "Gallery is a must" wishes for a page
    opens_line = low(tokens, start - 1) in STRONG | {"", "for", "new"} or before[-2:] == ["for", "small"]
    segment = next(
        (place for place in range(start - 1, max(-2, start - 4), -1) if low(tokens, place) in STRONG | {""}), None
    )
    over = (",", ".", "-", "\n", "in", "and", "near", "based")
    told_town = CITIES.end_at(tokens, end) > 0
    opens_line = opens_line or (segment is not None and (told_town or low(tokens, end) in over))
    headed = (
        low(tokens, start - 1) in (",", "-", "(")
        and low(tokens, end) in (",", ".", ")", "-", "\n", "in")
        and start < 20
    )
    return (
        3
        if opens_line or headed or low(tokens, end) in ("in", "called", "named", "website", "site", "based")
        else 0
    )


def _is_hired(tokens: Tokens, span: Span) -> bool:
    """ "My dentist told me": who has a person's trade after "my" is another."""
    last = tokens[span[1] - 1].low
    if low(tokens, span[1]) in GENERIC:
        return False  # "my florist shop"
    return low(tokens, span[0] - 1) in ("my", "your") and last.endswith(_DOER_ENDS) and last not in _NOT_PERSONS


def _is_told(tokens: Tokens, span: Span, name: Span | None) -> bool:
    """ "website for a bakery", "Golden Crust is a bakery", "bakery called"."""
    start, end = span
    before, after = lows(tokens, start - 4, start), lows(tokens, end, end + 6)
    apposed = name is not None and low(tokens, name[1]) == "," and low(tokens, name[1] + 1) in ("a", "an", "the")
    beside_name = (apposed and name is not None and 0 <= start - name[1] <= 7) or (
        name is not None and (0 <= name[0] - end <= 4 or 0 <= start - name[1] <= 4)
    )
    named = bool({"called", "named", "namens"} & set(after))
    return beside_name or named or ("for" in before and bool(_ARTICLES & set(before)))


def _is_plural(tokens: Tokens, start: int) -> bool:
    """The "estate agents" of "photos for estate agents", who are customers."""
    end = TRADES.end_at(tokens, start)
    return end > 0 and tokens[end - 1].low.endswith("s") and not tokens[start].is_capital


def _is_aside(tokens: Tokens, start: int) -> bool:
    before = lows(tokens, start - 4, start)
    while before and before[0] in STRONG | {","}:
        before = before[1:]
    cut = max((index + 1 for index, word in enumerate(before) if word in STRONG | {","}), default=0)
    near = before[cut:]
    housed = set(near[-3:]) & _BUILDINGS and set(near) & {"in", "inside", "of", "from", "above", "at"}
    within = near[-2:-1] and near[-2] in ("inside", "above", "below", "beneath") and near[-1] in _ARTICLES
    served = {"to", "for", "supply", "supplies"} & set(near) and low(tokens, start - 1) in (
        "a",
        "an",
        "and",
        "for",
        "to",
    )
    supplied = served and _SUPPLYING & set(lows(tokens, start - 8, start))
    clients = low(tokens, start - 1) == "for" and low(tokens, start - 2) not in _SITES and _is_plural(tokens, start)
    if clients or housed or within or supplied or low(tokens, start - 1) in ("converted", "former", "disused"):
        return True
    return bool(set(near) & _ASIDE) or ("the" in near[-2:] and bool({"at", "from", "to"} & set(near)))


def _unknown(tokens: Tokens, clauses: Clauses) -> Trade | None:
    """Words without a key: "I run a falconry centre", "I'm a piano tuner", "Knife sharpening service in"."""
    for place in range(len(tokens)):
        start, sure = _past_claim(tokens, place)
        if start is None or not clauses.ours(place):
            continue
        while low(tokens, start) in SMALL:
            start += 1
        end = _phrase_end(tokens, start)
        doing = tokens[place].low in ("i'm", "am", "we're", "are")
        if end > start and (sure or _is_trade(tokens, start, end, doing)) and not _is_vague(tokens, start, end):
            return Trade(None, said(tokens, start, end)[:60], (start, end))
    return None


def _past_claim(tokens: Tokens, place: int) -> tuple[int | None, bool]:
    """Past "I run a", "we have a", "I'm a", "we are" or the brief's beginning; sure after "run"."""
    word, before, after = tokens[place].low, low(tokens, place - 1), low(tokens, place + 1)
    article = after in ("a", "an") or (after == "my" and low(tokens, place + 2) == "own")
    owner = before in ("i", "we", "and", "also")
    if word in ("run", "own", "opened", "operate", "started") and article and owner:
        return place + (2 if after != "my" else 3), True
    if (word in ("have", "i'm", "we're") or (word in ("am", "are") and owner)) and after in ("a", "an"):
        return place + 2, False
    if (word == "we're" or (word == "are" and before == "we")) and tokens[place + 1 :]:
        return place + 1, False
    return (0, False) if place == 0 else (None, False)


def _is_trade(tokens: Tokens, start: int, end: int, doing: bool) -> bool:
    """Uncommon words that end in a "shop" or, of who is one, in a doer: "kite shop", "piano tuner", "celebrant"."""
    last, rest = tokens[end - 1].low, lows(tokens, start, end - 1)
    headed = last in _HEADS and bool(rest) and not set(rest) <= COMMON
    bare = last.removesuffix("s")
    shaped = bare.endswith(_DOER_ENDS) and len(bare) > 5 and bare not in _NOT_DOERS | COMMON
    plural = low(tokens, start - 1) not in ("are", "we're") or last.endswith("s")
    doer = bare in _DOERS or last in _DOERS or (doing and shaped and plural)
    over = (
        low(tokens, end) not in ("is", "are", "was", "costs", "-", ":")
        and not tokens[min(end, len(tokens) - 1)].is_number
    )
    return over and (headed or doer) and not set(rest) & (STARTERS | _ARTICLES) and end - start <= 4


def _is_vague(tokens: Tokens, start: int, end: int) -> bool:
    """ "small business" tells nothing."""
    return all(word in COMMON | _HEADS | SMALL for word in lows(tokens, start, end))


def _phrase_end(tokens: Tokens, start: int) -> int:
    end = start
    while end < min(start + 5, len(tokens)) and tokens[end].is_word and tokens[end].low not in _STOPS:
        end += 1
    return end
