"""Who owns the business, where they say so: "I'm Maria", "my name is", "run by"."""

from collections.abc import Iterator

from ai.brief.clauses import RELATIONS, Clauses
from ai.brief.persons import GIVEN, is_full_name, is_name, name_end
from ai.brief.phrases import phrases, tables, words
from ai.brief.text import one_line, title
from ai.brief.tokens import BLANK, STRONG, Span, Tokens, low, lows, said, stands
from ai.brief.vocabulary import COMMON, TRADES

_TABLES = tables("people")
MOST = 4
_SURE = phrases(_TABLES["sure"])
_LIKELY = phrases(_TABLES["likely"])
_IS_MY_NAME = phrases("is my name | is the name of the owner | is the owner | is our owner")
_BY = phrases("run by | owned by | founded by | managed by | led by | the owners are | we are")
_ROLES = words(_TABLES["roles"])
_HEADS = words("owner founder host manager")
_FAREWELLS = words(_TABLES["farewells"])
_BESIDE_ME = phrases("works with me , | works with us , | helps me , | helps me out , | works for me ,")
_KIN = words("sister brother friend sibling therapist hairdresser plumber carpenter architect midwife cleaner")
_TITLES = words("signora signor herr frau mr mrs ms madame monsieur senhor senhora señor señora")
_STAFF = words(
    "colleague partner apprentice assistant associate coworker cofounder co-founder founder trainer chef"
)


def named_people(tokens: Tokens, clauses: Clauses) -> list[Span]:
    """Who is told so plainly that no business can be meant: "my name is", "ask for", "Dr."."""
    return [
        span
        for place in range(len(tokens))
        for start, end in (*_introduced(tokens, place, sure_only=True), *_couple(tokens, place))
        for span in ((start - (low(tokens, start - 1) in ("dr", "doctor")), end),)
        if not clauses.foreign[start] and not clauses.denied[start]
    ]


def people_in(tokens: Tokens, clauses: Clauses) -> tuple[list[str], list[Span]]:
    """Names of owners in the order of the brief, and the tokens that told them."""
    told = [
        span
        for place in range(len(tokens))
        for span in (
            *_introduced(tokens, place),
            *_couple(tokens, place),
            *_relative(tokens, place),
            *_beside_owner(tokens, place),
        )
        if not clauses.foreign[span[0]] and not clauses.denied[span[0]]
    ]
    staff = [span for place in range(len(tokens)) for span in _staff(tokens, place) if not clauses.denied[place]]
    spans = [*told, *staff, *_signed(tokens)]
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
    if start and low(tokens, start) in _TITLES:
        start += 1
    signed = sure_only and place > 0 and tokens[place - 1].is_capital  # "Zahnarztpraxis Dr. Vogt" is a sign
    if not start and tokens[place].is_capital and tokens[place].low in ("dr", "doctor") and not signed:
        start, sure = place + 1, place + 1
    known = tokens[place].is_capital or tokens[place].low in GIVEN
    heads = _follows_mark(tokens, place) or low(tokens, place - 1) in ("it's", "its")
    if not start and low(tokens, place + 1) == "here" and known and heads:
        start, sure = place, place
    if not (sure or likely) or start >= len(tokens) or not is_name(tokens, start, bool(sure or start == place)):
        return
    end = name_end(tokens, start, bool(sure))
    if tokens[place].low != "contact" or tokens[start].low in GIVEN or _is_before_contact(tokens, start, end):
        yield start, end
        while low(tokens, end) in (",", "and") and is_full_name(tokens, end + 1):
            start, end = end + 1, name_end(tokens, end + 1, sure=True)
            yield start, end


def _before_cue(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "Gordon Baird is my name"."""
    if not _IS_MY_NAME.end_at(tokens, place):
        return
    start = place
    while start > max(0, place - 3) and tokens[start - 1].is_word and is_name(tokens, start - 1, sure=True):
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
    return start if named or (low(tokens, role + 1) == "is" and low(tokens, start) in GIVEN) else 0


def _is_before_contact(tokens: Tokens, start: int, end: int) -> bool:
    """ "Contact: Bente Holm, bente@holm.example"."""
    return tokens[start].is_capital and low(tokens, end) == "," and low(tokens, end + 1) == BLANK


def _beside_owner(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "run by Helen Whitlock and her daughter Amy"."""
    if tokens[place].low not in RELATIONS or low(tokens, place - 1) not in ("her", "his", "their"):
        return
    first = next((at + 1 for at in reversed(range(place)) if tokens[at].low in STRONG), 0)
    start = place + 1
    named = start < len(tokens) and tokens[start].is_capital and is_name(tokens, start, sure=True)
    if named and any(_BY.end_at(tokens, at) for at in range(first, place)):
        yield start, name_end(tokens, start, sure=True)


def _couple(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "We're Tom and Hana": two first names of which we know one, and nothing that follows like a firm's "&"."""
    start = place + 1 if tokens[place].low == "we're" else place + 2 if stands(tokens, place, ("we", "are")) else 0
    named = place if _runs(tokens, place) else _past_pair(tokens, place)
    if named or _runs(tokens, place):
        yield from _pair(tokens, named)
    names = [low(tokens, start), low(tokens, start + 2)]
    after = low(tokens, start + 3)
    over = after in STRONG | COMMON | {"", ","} and not (
        after == "," and low(tokens, start + 4) in ("a", "an", "the")
    )
    pair = start and low(tokens, start + 1) == "and" and over and GIVEN & set(names)
    if pair and all(is_name(tokens, at, sure=True) for at in (start, start + 2)):
        yield from ((start, start + 1), (start + 2, start + 3))


def _runs(tokens: Tokens, place: int) -> bool:
    """ "Mike and Sue run it"."""
    both = {low(tokens, place), low(tokens, place + 2)} <= GIVEN and low(tokens, place + 1) == "and"
    return both and low(tokens, place + 3) in ("run", "own", "started", "opened", "founded")


def _past_pair(tokens: Tokens, place: int) -> int:
    """Past the "two sisters," or "Two therapists:" before two names, 0 elsewhere."""
    bare = tokens[place].low.removesuffix("s")
    plural = tokens[place].low.endswith("s") and (bare in _ROLES | _KIN or bare in RELATIONS or bare in _STAFF)
    counted = low(tokens, place - 1) in ("two", "2", "our", "of", "are") or low(tokens, place - 2) in ("two", "2")
    return place + 2 if plural and counted and low(tokens, place + 1) in (",", ":", "(", "-") else 0


def _pair(tokens: Tokens, start: int) -> Iterator[Span]:
    """ "Paola and Gina", "Eva Mulder and Tim de Jong"."""
    for _ in range(2):
        if start >= len(tokens) or not is_name(tokens, start, sure=True):
            return
        end = name_end(tokens, start, sure=True)
        yield start, end
        if low(tokens, end) not in ("and", "&"):
            return
        start = end + 1


def _staff(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "My colleague Youssef does the training"."""
    start = _BESIDE_ME.end_at(tokens, place) or place + 1
    ours = tokens[place].low in _STAFF and low(tokens, place - 1) in ("my", "our", "business")
    ours = ours or (tokens[place].low == "by" and low(tokens, start) in GIVEN and _follows_trade(tokens, place))
    rung = tokens[place].low in ("call", "ring", "text", "whatsapp", "contact") and low(tokens, place + 1) in GIVEN
    ours = ours or (rung and low(tokens, place + 2) in (BLANK, "on"))
    told = (ours or start > place + 1) and start < len(tokens) and tokens[start].is_capital
    if told and is_name(tokens, start, sure=True):
        yield start, name_end(tokens, start, sure=True)


def _follows_trade(tokens: Tokens, place: int) -> bool:
    """The "by" of "pet sitting by Jess"."""
    done = low(tokens, place - 1).endswith(("ing", "photography", "design"))
    return done or any(TRADES.end_at(tokens, at) == place for at in range(max(0, place - 4), place))


def _follows_mark(tokens: Tokens, place: int) -> bool:
    return place == 0 or tokens[place - 1].is_mark


def _relative(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "my wife Priya and I", "with my husband Tom", "my mother Carmen started our shop"."""
    if tokens[place].low not in RELATIONS or low(tokens, place - 1) not in ("my", "wife", "husband", "our", "late"):
        return
    start = place + 1
    known = start < len(tokens) and (tokens[start].is_capital or tokens[start].low in GIVEN)
    if known and is_name(tokens, start, sure=True):
        end = name_end(tokens, start, sure=True)
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
    while start > max(0, last - 3) and tokens[start - 1].is_capital and is_name(tokens, start - 1, sure=True):
        start -= 1
    before = [word for word in lows(tokens, start - 5, start) if word[0].isalpha()]
    marked = start > 0 and tokens[start - 1].is_mark
    known = last > 20 and low(tokens, start - 1) in STRONG and low(tokens, start) in GIVEN
    return [(start, last)] if start < last and marked and (known or set(before) & _FAREWELLS) else []
