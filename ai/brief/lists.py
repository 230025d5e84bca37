"""Where a brief begins to list what is sold or done, and where the list ends."""

from collections.abc import Iterator

from ai.brief.clauses import Clauses
from ai.brief.money import money_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.style_words import ADJECTIVES
from ai.brief.terse import IN_ITEMS, VERBAL, VERBS, WORKS, Listing, bullets, list_end, terse
from ai.brief.tokens import BLANK, STRONG, Tokens, low, lows
from ai.brief.vocabulary import COMMON

_TABLES = tables("lists")
_PRAISE = phrases(_TABLES["praise"])
_VAGUE = words("take do have make run got build makes making service cover handle host train walk")
_NOT_DONE = words("have need want the this a an your some")
_SUBJECTS = words(_TABLES["subjects"])
_HEADS = phrases(_TABLES["heads"])
_NOT_AFTER = words(_TABLES["not_after"])
_OPENERS = words("a an two three four five been parking wifi space our no to some")
_THERE = phrases("there is | there are | there's")
_AROUND = words(
    "near nearby outside opposite parking next close door street corner across around town station wifi no us we"
    " staff team"
)
_ASK = phrases(_TABLES["ask"])


def listings(tokens: Tokens, clauses: Clauses) -> list[Listing]:
    """Every list, none within another."""
    found: list[Listing] = []
    for listing in sorted(_listings(tokens, clauses), key=lambda listing: listing.start):
        if not found or listing.start >= found[-1].end:
            found.append(listing)
    return found


def _listings(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    yield from terse(tokens, clauses)
    yield from _on_request(tokens, clauses)
    yield from bullets(tokens, clauses)
    yield from _praised(tokens, clauses)
    yield from _after_prices(tokens, clauses)
    for place in range(len(tokens)):
        start = _HEADS.end_at(tokens, place) or _also(tokens, place)
        verb = None
        start = start or _past_there_is(tokens, place) or _announced(tokens, place)
        if not start and _is_verb(tokens, place):
            start = place + 2 if tokens[place].low in ("specialize", "specialise") else place + 1
            verb = tokens[place].low if tokens[place].low in WORKS else None
        if start and start < len(tokens) and not clauses.foreign[place] and not clauses.denied[place]:
            heads = low(tokens, start - 1) == ":"
            start = start + 1 if low(tokens, start) == "?" else start
            start = _past_newline(tokens, start) if heads else start
            yield Listing(start, list_end(tokens, clauses, start, heads), verb)


def _announced(tokens: Tokens, place: int) -> int:
    """Past the ":" of "I bake everything myself: lemon tarts", 0 elsewhere."""
    if tokens[place].low not in VERBS or low(tokens, place - 1) not in _SUBJECTS:
        return 0
    near = lows(tokens, place + 1, place + 7)
    mark = next((index for index, word in enumerate(near) if word in STRONG | {":", ","}), 0)
    return place + mark + 2 if near[mark : mark + 1] == [":"] and mark else 0


def _past_there_is(tokens: Tokens, place: int) -> int:
    """Past the "there is" of "there is a forest group and a music group", 0 where no list of things follows."""
    end = _THERE.end_at(tokens, place)
    if not end or _AROUND & set(lows(tokens, end, end + 14)):
        return 0
    return end if _has_list(tokens, end) else 0


def _after_prices(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """ "bouquets, they start from £30, and funeral flowers": what a list of things goes on with after a price."""
    for place in range(1, len(tokens)):
        start = place + 2
        if tokens[place].low != "," or low(tokens, place + 1) != "and" or not _is_after_price(tokens, place):
            continue
        end = next((at for at in range(start, len(tokens)) if tokens[at].is_mark), len(tokens))
        things = set(lows(tokens, start, end))
        if 0 < end - start <= 4 and not things & (VERBAL | COMMON - IN_ITEMS) and clauses.ours(place):
            yield Listing(start, end)


def _is_after_price(tokens: Tokens, place: int) -> bool:
    moneys = (money_at(tokens, at) for at in range(max(0, place - 4), place))
    return any(money is not None and not money.bare and money.end == place for money in moneys)


def _on_request(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """ "root canals: ask us"."""
    for place in range(len(tokens)):
        start = clauses.bounds[place][0]
        if (
            tokens[place].low == ":"
            and _ASK.end_at(tokens, place + 1)
            and place - start <= 6
            and clauses.ours(start)
        ):
            yield Listing(start, place)


def _praised(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """ "The lamb chops are what people come for"."""
    for place, _ in _PRAISE.spans(tokens):
        start = clauses.bounds[place][0]
        if place - start <= 6 and clauses.ours(place):
            yield Listing(start, place)


def _also(tokens: Tokens, place: int) -> int:
    """Past the "also" of "Also cargo bikes"; 0 elsewhere."""
    opens = tokens[place].low == "also" and low(tokens, place - 1) in STRONG
    return place + 1 if opens and low(tokens, place + 1) not in COMMON | VERBS | WORKS | {""} else 0


def _past_newline(tokens: Tokens, start: int) -> int:
    while low(tokens, start) in ("\n", "-", "*", "•", "·"):
        start += 1
    return start


def _is_verb(tokens: Tokens, place: int) -> bool:
    """Whether this word tells what is sold or done: "we bake", "selling", "and repair" of a sentence with "we"."""
    word, before, after = tokens[place].low, low(tokens, place - 1), low(tokens, place + 1)
    if word not in VERBS | WORKS or after in _NOT_AFTER | STRONG or not _has_doer(tokens, place):
        return False
    if before == "you" and low(tokens, place - 2) in ("do", "can", "could", "would", "if", "did"):
        return False  # "Do you do sites?"
    if (word == "run" and after == BLANK) or (
        before == "and" and word in ADJECTIVES and not VERBS & set(lows(tokens, place - 6, place))
    ):
        return False
    if before == "and" and not _has_subject(tokens, place):
        return False
    if before == "to" and word not in ("sell", "offer"):
        return False
    return _lists_things(tokens, place) if word in _VAGUE else True


def _has_doer(tokens: Tokens, place: int) -> bool:
    word, before = tokens[place].low, low(tokens, place - 1)
    told = word.endswith(("ing", "s")) and (not before or before in (".", ",", "\n", BLANK) or before.isalpha())
    return (before in _SUBJECTS or told) and before not in ("the", "our", "my", "a")


def _has_subject(tokens: Tokens, place: int) -> bool:
    before = lows(tokens, place - 30, place)
    last_mark = max((index for index, word in enumerate(before) if word in STRONG), default=-1)
    return bool({"we", "i", "who", "that", "which", "also", "can", "you"} & set(before[last_mark + 1 :]))


def _lists_things(tokens: Tokens, place: int) -> bool:
    """ "we have" and "we do" need something countable after them, "we have two kids" has not."""
    word, before, after = tokens[place].low, low(tokens, place - 1), low(tokens, place + 1)
    if word == "cover" and tokens[place + 1 :] and (tokens[place + 1].is_capital or after == BLANK):
        return False  # "we cover Kildare"
    if word in ("have", "got", "run", "build") and after in _OPENERS:
        return False
    if word in ("have", "got") and (
        before in ("to", "and", "that", "which", "who", "you") or not _has_list(tokens, place + 1)
    ):
        return False
    if word == "take" and not {"photos", "pictures", "portraits", "photographs"} & set(
        lows(tokens, place, place + 6)
    ):
        return False
    return after not in _NOT_DONE or word not in ("do", "have", "got")


def _has_list(tokens: Tokens, start: int) -> bool:
    window = lows(tokens, start, start + 8)
    return "and" in window or "," in window or any(money_at(tokens, place) for place in range(start, start + 6))
