"""Where a brief begins to list what is sold or done, and where the list ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import STARTERS, Clauses
from ai.brief.looks import ADJECTIVES, COLORS
from ai.brief.money import money_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import BLANK, REPAIR, STRONG, Tokens, low, lows
from ai.brief.vocabulary import CITIES, COMMON, REGIONS, TRADES

_TABLES = tables("lists")

_VERBS = words(_TABLES["verbs"])
_WORKS = words(_TABLES["works"])
_PRAISE = phrases(_TABLES["praise"])
_VAGUE = words("take do have make run got build makes making service cover handle host train walk")
_NOT_DONE = words("have need want the this a an your some")
_SUBJECTS = words(_TABLES["subjects"])
_HEADS = phrases(_TABLES["heads"])
_NOT_AFTER = words(_TABLES["not_after"])
_VERBAL = STARTERS | words(_TABLES["verbal"])
_NOT_TERSE = words("and but or so because until with")
_OPENERS = words("a an two three four five been parking wifi space our no to some")
_ENDS = words(_TABLES["ends"])
_THERE = phrases("there is | there are | there's")
_AROUND = words(
    "near nearby outside opposite parking next close door street corner across around town station wifi no us we"
    " staff team"
)
_ASK = phrases(_TABLES["ask"])
_PARTS = words(
    "map gallery faq booking menu form page photos contact logo reviews website colours newsletter about hours"
)
_IN_ITEMS = words("and for fresh of new color colour house family style summer winter spring old small")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list from `start` to `end`; `verb` is the work that is done to each thing, as "repair"."""

    start: int
    end: int
    verb: str | None = None


def listings(tokens: Tokens, clauses: Clauses) -> list[Listing]:
    """Every list, none within another."""
    found: list[Listing] = []
    for listing in sorted(_listings(tokens, clauses), key=lambda listing: listing.start):
        if not found or listing.start >= found[-1].end:
            found.append(listing)
    return found


def _listings(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    yield from _terse(tokens, clauses)
    yield from _on_request(tokens, clauses)
    yield from _bullets(tokens, clauses)
    yield from _praised(tokens, clauses)
    for place in range(len(tokens)):
        start = _HEADS.end_at(tokens, place) or _also(tokens, place)
        verb = None
        start = start or _past_there_is(tokens, place) or _announced(tokens, place)
        if not start and _is_verb(tokens, place):
            start = place + 2 if tokens[place].low in ("specialize", "specialise") else place + 1
            verb = tokens[place].low if tokens[place].low in _WORKS else None
        if start and start < len(tokens) and not clauses.foreign[place] and not clauses.denied[place]:
            heads = low(tokens, start - 1) == ":"
            start = start + 1 if low(tokens, start) == "?" else start
            start = _past_newline(tokens, start) if heads else start
            yield Listing(start, _end(tokens, clauses, start, heads), verb)


def _announced(tokens: Tokens, place: int) -> int:
    """Past the ":" of "I bake everything myself: lemon tarts", 0 elsewhere."""
    if tokens[place].low not in _VERBS or low(tokens, place - 1) not in _SUBJECTS:
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


def _bullets(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """Lines that begin with a mark and hold nothing but a short phrase each, two of them at least."""
    lines = [
        (start, end)
        for start, end in sorted(set(clauses.bounds))
        if (low(tokens, start) == "-" and low(tokens, start - 1) in ("", "\n"))
        or low(tokens, start - 1) in ("*", "•")
    ]
    plain = [(start, end) for start, end in lines if 2 <= end - start <= 7 and _is_plain(tokens, start, end)]
    if len(plain) > 1 and len(plain) == len(lines):
        yield from (Listing(start, end) for start, end in plain)


def _is_plain(tokens: Tokens, start: int, end: int) -> bool:
    """Words for things: none for a trade, a place, a look or a part of a website."""
    heard = [token.low for token in tokens[start:end] if token.is_word]
    small = set(heard) & (COMMON | ADJECTIVES | COLORS | _PARTS) - _IN_ITEMS
    known = any(table.within(tokens, start, end) for table in (TRADES, CITIES, REGIONS))
    return (
        bool(heard)
        and not small
        and not known
        and not any(t.low in (",", ":", BLANK) or t.is_number for t in tokens[start:end])
    )


def _terse(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """A sentence without a verb in which a price stands, or a list of things alone on its line."""
    for start, end in sorted(set(clauses.bounds)):
        heard = [
            token.low for place, token in enumerate(tokens[start:end], start) if not _is_call_out(tokens, place)
        ]
        if (
            end - start > 60
            or not clauses.ours(start)
            or _VERBAL & set(heard)
            or not heard
            or heard[0] in _NOT_TERSE
            or ":" in heard
        ):
            continue
        priced = any(_is_price(tokens, place) for place in range(start, end))
        if (priced and {",", "and"} & set(heard)) or (start > 0 and _only_things(tokens, start, end)):
            yield Listing(start, _end(tokens, clauses, start, heads=False))


def _is_call_out(tokens: Tokens, place: int) -> bool:
    return tokens[place].low == "call" and low(tokens, place + 1) in ("out", "outs", "-")


def _praised(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """ "The lamb chops are what people come for"."""
    for place, _ in _PRAISE.spans(tokens):
        start = clauses.bounds[place][0]
        if place - start <= 6 and clauses.ours(place):
            yield Listing(start, place)


def _only_things(tokens: Tokens, start: int, end: int) -> bool:
    """ "Dog food, cat toys and aquariums" on a line of its own."""
    heard = [token.low for token in tokens[start:end] if token.low not in STRONG]
    plain = all(
        (word.replace("'", "").isalpha() and word not in COMMON - _IN_ITEMS) or word in (",", "-", "'", "+")
        for word in heard
    )
    known = (
        TRADES.within(tokens, start, end) or CITIES.within(tokens, start, end) or REGIONS.within(tokens, start, end)
    )
    looks = set(heard) & (COLORS | ADJECTIVES)
    bullet = heard[:1] == ["-"]
    return (
        plain
        and bool({",", "+"} & set(heard))
        and len(heard) >= 3
        and not known
        and not looks
        and (bullet or tokens[start].is_capital or low(tokens, start - 1) in (".", "\n"))
    )


def _is_price(tokens: Tokens, place: int) -> bool:
    money = money_at(tokens, place)
    return money is not None and (not money.bare or not money.price.amount.is_integer())


def _also(tokens: Tokens, place: int) -> int:
    """Past the "also" of "Also cargo bikes"; 0 elsewhere."""
    opens = tokens[place].low == "also" and low(tokens, place - 1) in STRONG
    return place + 1 if opens and low(tokens, place + 1) not in COMMON | _VERBS | _WORKS | {""} else 0


def _past_newline(tokens: Tokens, start: int) -> int:
    while low(tokens, start) in ("\n", "-", "*", "•", "·"):
        start += 1
    return start


def _is_verb(tokens: Tokens, place: int) -> bool:
    """Whether this word tells what is sold or done: "we bake", "selling", "and repair" of a sentence with "we"."""
    word, before, after = tokens[place].low, low(tokens, place - 1), low(tokens, place + 1)
    if word not in _VERBS | _WORKS or after in _NOT_AFTER | STRONG or not _has_doer(tokens, place):
        return False
    if before == "you" and low(tokens, place - 2) in ("do", "can", "could", "would", "if", "did"):
        return False  # "Do you do sites?"
    if (word == "run" and after == BLANK) or (
        before == "and" and word in ADJECTIVES and not _VERBS & set(lows(tokens, place - 6, place))
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
    if word == "cover" and tokens[place + 1 :] and tokens[place + 1].is_capital:
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


def _end(tokens: Tokens, clauses: Clauses, start: int, heads: bool) -> int:
    """The clause's end or a word that begins another matter; a headed list goes on over its lines."""
    place = start
    last = clauses.bounds[start][1] if start < len(tokens) else start
    while place < min(len(tokens), start + 120):
        if place >= last:
            if not (heads and _goes_on(tokens, place)):
                break
            last = clauses.bounds[place][1]
        ends = tokens[place].low in _ENDS and not _is_call_out(tokens, place)
        if ends or tokens[place].low == REPAIR or _next_verb(tokens, place, start):
            break
        place += 1
    return place


def _next_verb(tokens: Tokens, place: int, start: int) -> bool:
    """ "and sell" of "we repair bikes and sell helmets"."""
    after = low(tokens, place + 1)
    joined = low(tokens, place - 1) in ("and", "also", ",") and place > start
    return (
        joined
        and tokens[place].low in _VERBS | _WORKS
        and after.isalpha()
        and after not in ("and", "or", "in", "for", "on")
    )


def _goes_on(tokens: Tokens, place: int) -> bool:
    """A next line that is a bullet or carries a price."""
    word = low(tokens, place)
    if word in ("-", "*", "•", "·", ";") or (
        word not in STARTERS and low(tokens, place - 1) in (";", "•", "*", "·")
    ):
        return True
    line = range(place, min(place + 8, len(tokens)))
    end = next((index for index in line if tokens[index].low == "\n"), place + 8)
    return low(tokens, place - 1) == "\n" and any(
        money_at(tokens, index) for index in range(place, min(end, len(tokens)))
    )
