"""Who a stretch of words is about: clauses, what is denied in them, and what belongs to somebody else."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import BLANK, REPAIR, STRONG, Span, Tokens, low, lows

_TABLES = tables("clauses")

STARTERS = words(_TABLES["starters"])
RELATIONS = words(_TABLES["relations"])
_IMPERATIVES = words("add keep use put include show give call write visit please")
_PETS = words("dog cat kid kids children")  # "a mobile dog grooming van" is no subject
_HOLD_POSSESSIVE = words(_TABLES["hold_possessive"])
_HOLD_PRONOUN = words(_TABLES["hold_pronoun"])
_CARRIED = words("she he they it it's its she's he's they're her his their")
_JOINERS = words("and so then also but ,")
_DETERMINERS = words("my our the a his her their best one meine mein mi mio mia minha meu ma mon")
_ALONGSIDE = words("with by from of for to help me and together")
_OPENINGS = phrases(_TABLES["openings"])
_ELSEWHERE = phrases(_TABLES["elsewhere"])
_NEIGHBOURS = phrases(_TABLES["neighbours"])
_OF_PLACE = words("from of to the my our a an")
_PASSING = phrases(_TABLES["passing"])
_FOUNDING = words("started opened founded began created established built launched")
_RESUMED = words("and now but ,")
_DENIERS = phrases(_TABLES["deniers"])
_NOT_DENIERS = phrases(_TABLES["not_deniers"])
_RESTORED = words("but just only except although however aber sondern mais pero sino ma mas")
_DEGREES = words("too overly very really that so at all even remotely particularly super terribly in the least")
_STUFF = words("stuff nonsense rubbish crap frills")  # "no fancy stuff blue and white"
LONGEST_DENIAL = 12  # words of speech without marks; "nothing fancy" denies but the next word


@dataclass(frozen=True, slots=True)
class Clauses:
    """Per token: its clause from start to end, whether it is of someone else or the past, whether it is denied."""

    bounds: tuple[Span, ...]
    foreign: tuple[bool, ...]
    denied: tuple[bool, ...]

    def ours(self, place: int) -> bool:
        """Whether what stands here is said of this business, and affirmed."""
        return not self.foreign[place] and not self.denied[place]


def clauses_of(tokens: Tokens) -> Clauses:
    """Sentences as their marks cut them, and run-on speech as its "and we", "it is", "our" do."""
    spans = list(_spans(tokens))
    bounds = tuple((start, end) for start, end in spans for _ in range(start, end))
    denied = tuple(flag for start, end in spans for flag in _denied(tokens, start, end))
    return Clauses(bounds, tuple(_foreign(tokens, spans)), denied)


def starts_clause(tokens: Tokens, place: int) -> bool:
    """Whether a new clause begins with this word, as with "we" in "bread we are open"."""
    word, before = low(tokens, place), low(tokens, place - 1)
    if word not in STARTERS or not before:
        return False
    if word in ("my", "our"):
        return before not in _HOLD_POSSESSIVE
    if word == "it" and before in ("call", "make", "want", "like", "keep", "open", "opened", "called"):
        return False
    return before not in _HOLD_PRONOUN


def _spans(tokens: Tokens) -> Iterator[Span]:
    start = 0
    for place in range(1, len(tokens) + 1):
        if place == len(tokens) or _breaks(tokens, place):
            yield start, place
            start = place


def _breaks(tokens: Tokens, place: int) -> bool:
    if tokens[place - 1].low in STRONG:
        return True
    word, after = tokens[place].low, low(tokens, place + 1)
    if _OPENINGS.end_at(tokens, place) and tokens[place - 1].low not in _HOLD_PRONOUN:
        return True
    if after == "call" and low(tokens, place + 2) in ("out", "outs"):
        return False
    if word in ("and", "so", "then", "also") and after in STARTERS | _IMPERATIVES:
        return after not in ("my", "our") or word == "so"
    return starts_clause(tokens, place) and tokens[place - 1].low not in ("and", "so", "then", "also")


def _foreign(tokens: Tokens, spans: list[Span]) -> Iterator[bool]:
    """What is of somebody else, and the clauses after it that go on with "she", "it" or "they"."""
    before = False
    for start, end in spans:
        if before and _carried(tokens, start, end):
            flags = [True] * (end - start)
        else:
            others = _others_from(tokens, start, end)
            passing = _in_passing(tokens, start, end)
            flags = [place >= others or flag for place, flag in enumerate(passing, start=start)]
        yield from flags
        before = flags[-1]


def _carried(tokens: Tokens, start: int, end: int) -> bool:
    opening = next((word for word in lows(tokens, start, end) if word not in _JOINERS and word not in STRONG), "it")
    return opening in _CARRIED


def _others_from(tokens: Tokens, start: int, end: int) -> int:
    """From where on a clause is about others: all of it, from "my sister" on, or (its end) nowhere."""
    if any(True for _ in _ELSEWHERE.spans(tokens, start, end)) or _is_nearby(tokens, start, end):
        return start
    subjects = (place for place in range(start, min(end, start + 9)) if tokens[place].low in RELATIONS)
    subject = next((place for place in subjects if _is_subject(tokens, place, start, end)), None)
    if subject is None:
        return end
    return max(start, subject - 1) if {"i", "i'm"} & set(lows(tokens, start, subject)) else start


def _is_nearby(tokens: Tokens, start: int, end: int) -> bool:
    """ "The trendy place opposite", "the shop before us", but not "the shop opposite the church"."""
    begin = next((place for place in range(start, end) if tokens[place].low not in _JOINERS), end)
    spans = _NEIGHBOURS.spans(tokens, begin, min(end, begin + 7)) if low(tokens, begin) == "the" else ()
    return any(low(tokens, after) not in _OF_PLACE for _, after in spans)


def _is_subject(tokens: Tokens, place: int, start: int, end: int) -> bool:
    """ "My sister runs", but not "with my sister", "my husband and I" nor "my father opened the shop"."""
    after = lows(tokens, place + 1, min(end + 3, place + 5))
    if "and" in after[:3] and {"i", "me"} & set(after):
        return False
    verbs = [index for index in range(place + 1, min(place + 5, end)) if tokens[index].low in _FOUNDING]
    if verbs and low(tokens, verbs[0] + 1) in ("our", "the", "this", "it", "my"):
        return False
    ahead = [word for word in lows(tokens, start, place) if word not in _JOINERS]
    owned = set(ahead[-1:]) - {"a"} if tokens[place].low in _PETS else set(ahead[-2:])  # "a dog groomer" is no dog
    if len(ahead) > 5 or not _DETERMINERS & owned:
        return False
    return not set(ahead[-3:-1]) & _ALONGSIDE - ({"and"} if {"i", "i'm"} & set(ahead) else set())


def _in_passing(tokens: Tokens, start: int, end: int) -> Iterator[bool]:
    passing = False
    for place in range(start, end):
        moved = tokens[place].low == "to" and "moved" in lows(tokens, place - 6, place)
        if tokens[place].low in _RESUMED or moved:
            passing = False
        own = tokens[place].low == "live" and low(tokens, place - 1) in ("i", "we")
        passing = passing or (_PASSING.end_at(tokens, place) > 0 and not own)
        yield passing


def _denied(tokens: Tokens, start: int, end: int) -> Iterator[bool]:
    denying, left = False, 0
    for place in range(start, end):
        word, left = tokens[place].low, left - 1
        if _DENIERS.end_at(tokens, place) and not _NOT_DENIERS.end_at(tokens, place):
            denying, left = True, _reach(tokens, place)
        elif _is_over(tokens, place, end, left):
            denying = False
        yield denying and word != BLANK


def _reach(tokens: Tokens, place: int) -> int:
    """How many words are denied: of "nothing overly fancy" one and those before it, of "less corporate" one."""
    if tokens[place].low not in ("nothing", "less") or low(tokens, place + 1) in ("like", "that", "of", "to"):
        return LONGEST_DENIAL
    first = place + 1
    while low(tokens, first) in _DEGREES:
        first += 1
    listed = low(tokens, first + 1) in ("or", "nor")
    return first - place + (3 if listed else 1)


def _is_over(tokens: Tokens, place: int, end: int, left: int) -> bool:
    word = tokens[place].low
    listed = {"or", "nor"} & set(lows(tokens, place, min(end, place + 4)))
    restored = word in _RESTORED or word in STRONG or low(tokens, place - 1) in _STUFF
    return restored or (left <= 0 and not listed) or (word == "," and not _goes_on(tokens, place, end))


def _goes_on(tokens: Tokens, place: int, end: int) -> bool:
    """A list of denied things goes on over its commas while an "or" is still to come."""
    rest = lows(tokens, place, min(end, place + 12))
    stops = (index for index, word in enumerate(rest) if word in _RESTORED or word in ("and", REPAIR))
    return bool({"or", "nor", "oder", "ou", "o"} & set(rest[: next(stops, len(rest))]))
