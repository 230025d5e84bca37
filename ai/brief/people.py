"""Who owns the business, where they say so: "I'm Maria", "my name is", "run by"."""

from collections.abc import Iterator

from ai.brief.clauses import RELATIONS, Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.text import one_line, title
from ai.brief.tokens import BLANK, STRONG, Span, Tokens, low, lows, said
from ai.brief.vocabulary import CITIES, COMMON, REGIONS, TRADES

_TABLES = tables("people")

MOST = 4
_SURE = phrases(_TABLES["sure"])
_LIKELY = phrases(_TABLES["likely"])
_IS_MY_NAME = phrases("is my name | is the name of the owner | is the owner | is our owner")
_BY = phrases("run by | owned by | founded by | managed by | led by | the owners are | we are")
_ROLES = words(_TABLES["roles"])
_HEADS = words("owner founder host manager")
_GIVEN = words(_TABLES["given"])
_FAREWELLS = words(_TABLES["farewells"])
_NOT_NAMES = words(_TABLES["not_names"])


def named_people(tokens: Tokens, clauses: Clauses) -> list[Span]:
    """Who is told so plainly that no business can be meant: "my name is", "ask for", "Dr."."""
    return [
        span
        for place in range(len(tokens))
        for start, end in _introduced(tokens, place, sure_only=True)
        for span in ((start - (low(tokens, start - 1) in ("dr", "doctor")), end),)
        if not clauses.foreign[start] and not clauses.denied[start]
    ]


def people_in(tokens: Tokens, clauses: Clauses) -> tuple[list[str], list[Span]]:
    """Names of owners in the order of the brief, and the tokens that told them."""
    told = [
        span
        for place in range(len(tokens))
        for span in (*_introduced(tokens, place), *_relative(tokens, place), *_beside_owner(tokens, place))
        if not clauses.foreign[span[0]] and not clauses.denied[span[0]]
    ]
    spans = [*told, *_signed(tokens)]
    names = [title(one_line(said(tokens, *span), 60).rstrip(".")) for span in spans]
    return list(dict.fromkeys(names))[:MOST], spans


def _introduced(tokens: Tokens, place: int, *, sure_only: bool = False) -> Iterator[Span]:
    """ "I'm Maria", "my name is Maria Silva", "Dr. Ben Cho", "Aoife here"."""
    yield from _before_cue(tokens, place)
    sure = _SURE.end_at(tokens, place) or _past_role(tokens, place)
    likely = 0 if sure_only else _LIKELY.end_at(tokens, place)
    if likely and low(tokens, likely) == "," and low(tokens, likely - 1) == "me":
        likely += 1
    start = sure or likely
    signed = sure_only and place > 0 and tokens[place - 1].is_capital  # "Zahnarztpraxis Dr. Vogt" is a sign
    if not start and tokens[place].is_capital and tokens[place].low in ("dr", "doctor") and not signed:
        start, sure = place + 1, place + 1
    if not start and low(tokens, place + 1) == "here" and tokens[place].is_capital and _follows_mark(tokens, place):
        start, sure = place, place
    if not (sure or likely) or start >= len(tokens) or not _is_name(tokens, start, bool(sure or start == place)):
        return
    end = _name_end(tokens, start, bool(sure))
    if tokens[place].low != "contact" or tokens[start].low in _GIVEN or _is_before_contact(tokens, start, end):
        yield start, end
        while low(tokens, end) in (",", "and") and _is_full_name(tokens, end + 1):
            start, end = end + 1, _name_end(tokens, end + 1, sure=True)
            yield start, end


def _before_cue(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "Gordon Baird is my name"."""
    if not _IS_MY_NAME.end_at(tokens, place):
        return
    start = place
    while start > max(0, place - 3) and tokens[start - 1].is_word and _is_name(tokens, start - 1, sure=True):
        start -= 1
    if start < place and (not _follows_word(tokens, start) or tokens[start].is_capital):
        yield start, place


def _follows_word(tokens: Tokens, place: int) -> bool:
    return place > 0 and tokens[place - 1].is_word


def _past_role(tokens: Tokens, place: int) -> int:
    """Past "your instructor is", "our head chef is", "the director, "; 0 elsewhere."""
    if tokens[place].low in _ROLES and low(tokens, place + 1) == ":":
        titled = place + 2 < len(tokens) and tokens[place + 2].is_capital and low(tokens, place + 2) != "dr"
        return place + 2 if titled else 0
    if (
        tokens[place].low in _HEADS
        and _follows_mark(tokens, place)
        and tokens[place + 1 :]
        and tokens[place + 1].is_capital
    ):
        return place + 1
    if tokens[place].low == "by" and low(tokens, place - 1) == BLANK and low(tokens, place - 2) == "founded":
        return place + 1
    if tokens[place].low not in ("the", "our", "your", "my"):
        return 0
    role = next((at for at in range(place + 3, place, -1) if low(tokens, at) in _ROLES), None)
    if role is None or low(tokens, role + 1) not in ("is", ",", "are"):
        return 0
    start = role + 2
    named = start < len(tokens) and tokens[start].is_capital and tokens[start].low not in COMMON
    return start if named or (low(tokens, role + 1) == "is" and low(tokens, start) in _GIVEN) else 0


def _is_before_contact(tokens: Tokens, start: int, end: int) -> bool:
    """ "Contact: Bente Holm, bente@holm.example"."""
    return tokens[start].is_capital and low(tokens, end) == "," and low(tokens, end + 1) == BLANK


def _beside_owner(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "run by Helen Whitlock and her daughter Amy"."""
    related = tokens[place].low in RELATIONS and low(tokens, place - 1) in ("her", "his", "their")
    first = max((at + 1 for at in range(place) if tokens[at].low in STRONG), default=0)
    start = place + 1
    named = start < len(tokens) and tokens[start].is_capital and _is_name(tokens, start, sure=True)
    if related and named and any(_BY.end_at(tokens, at) for at in range(first, place)):
        yield start, _name_end(tokens, start, sure=True)


def _is_full_name(tokens: Tokens, place: int) -> bool:
    """ "Dave Kowalski" after "Big Dave,"."""
    pair = tokens[place : place + 2]
    coordinated = pair[:1] and pair[0].low not in COMMON and low(tokens, place - 1) == "and"
    known = len(pair) == 2 and (pair[0].low in _GIVEN or coordinated) and all(token.is_capital for token in pair)
    return bool(known) and _is_name(tokens, place, sure=True)


def _follows_mark(tokens: Tokens, place: int) -> bool:
    return place == 0 or tokens[place - 1].is_mark


def _relative(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "my wife Priya and I", "with my husband Tom", "my mother Carmen started our shop"."""
    if tokens[place].low not in RELATIONS or low(tokens, place - 1) not in ("my", "wife", "husband", "our", "late"):
        return
    start = place + 1
    if start < len(tokens) and tokens[start].is_capital and _is_name(tokens, start, sure=True):
        end = _name_end(tokens, start, sure=True)
        after = lows(tokens, end, end + 3)
        joined = after[:2] in (["and", "i"], ["and", "me"]) or bool(
            after[:1]
            and after[0] in ("started", "opened", "founded")
            and after[1:]
            and after[1] in ("our", "the", "it")
        )
        beside = low(tokens, place - 2) in ("with", "and") and low(tokens, place - 3) in (
            "i",
            "together",
            "run",
            "it",
        )
        if joined or beside:
            yield start, end


def _signed(tokens: Tokens) -> list[Span]:
    """The name at the end of a letter: "Yours, Margaret Sinclair", "Thank you. Yuki"."""
    last = len(tokens)
    while last > 0 and tokens[last - 1].is_mark:
        last -= 1
    start = last
    while start > max(0, last - 3) and tokens[start - 1].is_capital and _is_name(tokens, start - 1, sure=True):
        start -= 1
    before = [word for word in lows(tokens, start - 5, start) if word[0].isalpha()]
    marked = start > 0 and tokens[start - 1].is_mark
    return [(start, last)] if start < last and marked and set(before) & _FAREWELLS else []


def _name_end(tokens: Tokens, start: int, sure: bool) -> int:
    end = start + 1
    while end < min(start + 3, len(tokens)) and _is_surname(tokens, start, end, sure):
        end += 1
    return end


def _is_name(tokens: Tokens, place: int, sure: bool) -> bool:
    token = tokens[place]
    if not token.is_capital and tokens[0].is_capital and tokens[0].low != "i":
        return False
    if not token.is_word or token.low in _NOT_NAMES or token.value is not None or TRADES.end_at(tokens, place):
        return False
    follows = place + 1 < len(tokens) and tokens[place + 1].is_capital and tokens[place + 1].low not in COMMON
    if token.low in COMMON and not (token.low in ("big", "little", "may", "june") and token.is_capital and follows):
        return False
    if (CITIES.end_at(tokens, place) and token.low not in _GIVEN) or REGIONS.end_at(tokens, place):
        return False
    introduced = follows or low(tokens, place + 1) in ("and", ",", ".", "from", "", "i", "the", "-", "by", "here")
    greeted = low(tokens, place - 1) != "it's" or low(tokens, place + 1) in ("from", "here")
    told = token.is_capital and introduced and greeted
    return sure or token.low in _GIVEN or told


def _is_surname(tokens: Tokens, start: int, place: int, sure: bool) -> bool:
    token = tokens[place]
    if not token.is_word or token.low in COMMON or token.value is not None or tokens[place - 1].text[-1] == ".":
        return False
    if TRADES.end_at(tokens, place) and not (token.is_capital and tokens[start].low in _GIVEN):
        return False
    capitals = tokens[start].is_capital
    over = low(tokens, place + 1) in COMMON or place + 1 >= len(tokens) or tokens[place + 1].is_mark
    return token.is_capital if capitals else sure and over and token.low not in _NOT_NAMES
