"""Second thoughts: "no wait", "sorry", "I mean" replace the amount, day or phrase that they correct."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import STARTERS
from ai.brief.money import CENTS, CURRENCIES
from ai.brief.numbers import UNITS
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import REPAIR, STRONG, Span, Token, Tokens, low, lows

_TABLES = tables("corrections")

_MARKERS = phrases(_TABLES["markers"])
_HESITATION = words(_TABLES["hesitation"])
_UNITS = words("am pm o'clock uhr h percent % hour hours") | set(CURRENCIES) | set(CENTS)
_RANGE = words("to until till - through")
_AFTER_AMOUNT = words("and on for in , per each at a an every but") | STRONG
_FRACTIONS = words("past half quarter")
_LEADS = words("in at on from for called named to until till every by using use")
_DAYS = words("mondays tuesdays wednesdays thursdays fridays saturdays sundays weekdays weekends")
_SAYS = phrases("make it | put | put down | but write | write | let's say | call it | say")
_BEFORE_SAYS = words(", - . ; hmm so well but just um uh er no")
_ASIDES = words("i i've we we've let new it it's they they're")
_PAYS = words("pay pays cost costs")
ASIDE = 9  # tokens of "I've just looked at the leaflet,"
REACH = 12  # tokens back to what is corrected


@dataclass(frozen=True, slots=True)
class Repair:
    """The marker's tokens, and where the words begin that count."""

    start: int
    after: int


def corrected(tokens: Tokens) -> list[Token]:
    """The tokens as they were meant; where only a finder can tell what is replaced, a mark is left."""
    done: list[Token] = []
    place = 0
    for repair in _repairs(tokens):
        done.extend(tokens[place : repair.start])
        done, place = _applied(done, tokens, repair)
    return [*done, *tokens[place:]]


def _repairs(tokens: Tokens) -> Iterator[Repair]:
    place = 0
    while place < len(tokens):
        start = place
        end = _MARKERS.end_at(tokens, place) or _says_amount(tokens, place)
        if not end or low(tokens, place - 1) == "not" or _is_polite(tokens, place, end):
            place += 1
            continue
        while low(tokens, start - 1) in ("no", "oh", "uh", "um", "ah", "well", ",", "-", "ne"):
            start -= 1
        end = _aside_end(tokens, end + (low(tokens, end) == ",")) or end
        while end < len(tokens) and (tokens[end].low in _HESITATION or _MARKERS.end_at(tokens, end)):
            end = _MARKERS.end_at(tokens, end) or end + 1
        if start > 0:
            yield Repair(start, end)
        place = max(end, place + 1)


def _says_amount(tokens: Tokens, place: int) -> int:
    """Past the "make it" of "$25, well, make it $28", and the "no, I checked," of "£12, no, I checked, £14"."""
    before = low(tokens, place - 1)
    if before not in _BEFORE_SAYS:
        return 0
    end = _SAYS.end_at(tokens, place)
    if end:
        after = end + (low(tokens, end) == "just")
        return after if _amount_end(tokens, after) and _said_shortly_before(tokens, place) else 0
    if low(tokens, place) != "no" or not _said_shortly_before(tokens, place):
        return 0
    return _aside_end(tokens, place + 1 + (low(tokens, place + 1) == ","))


def _said_shortly_before(tokens: Tokens, place: int) -> bool:
    """Whether nothing but marks and small words part this from a number, with its unit, before it."""
    while low(tokens, place - 1) in _BEFORE_SAYS:
        place -= 1
    return any(_is_digit(token) for token in tokens[max(0, place - 9) : place])


def _aside_end(tokens: Tokens, start: int) -> int:
    """Where "I've just looked at the leaflet," or "new pupils pay" ends before the amount that counts; else 0."""
    if low(tokens, start) not in _ASIDES:
        return 0
    for place in range(start, min(len(tokens), start + ASIDE)):
        if _is_digit(tokens[place]) or tokens[place].low in STRONG:
            return 0
        over = tokens[place].low == "," or tokens[place].low in _PAYS
        if over and _amount_end(tokens, place + 1):
            return place + 1
    return 0


def _is_polite(tokens: Tokens, place: int, end: int) -> bool:
    """ "sorry for the noise", "i mean it", "rather small", "we actually bake", "wait for you"."""
    word, before, after = tokens[place].low, low(tokens, place - 1), low(tokens, end)
    if word in ("actually", "rather"):
        return before in STARTERS | {
            "is",
            "are",
            "that",
            "the",
            "a",
            "an",
            "would",
            "which",
            "who",
            "can",
            "do",
        } or after in ("than", "nice")
    if word == "sorry":
        return after in ("for", "if", "about", "to", "that", "i'm", "my") or before in ("am", "i'm", "so", "feel")
    if word == "wait":
        return after in ("for", "to", "until", "times", "time") or before in ("can't", "cannot", "to", "you", "the")
    return after in ("it", "business") and word == "i"


def _applied(done: list[Token], tokens: Tokens, repair: Repair) -> tuple[list[Token], int]:
    """What stood before without what is replaced, and where the text goes on."""
    amount = _amount_end(tokens, repair.after)
    if amount and _stands_alone(tokens, amount):
        old = _last_amount(done, wide=_is_range(tokens, repair.after, amount))
        if old:
            unit = (
                []
                if _has_unit(tokens, repair.after, amount)
                else [t for t in done[old[0] : old[1]][-1:] if t.low in _UNITS]
            )
            symbol = [
                t
                for t in done[old[0] : old[0] + 1]
                if t.low in CURRENCIES and not _has_unit(tokens, repair.after, amount)
            ]
            told = tokens[repair.after : amount]
            after = symbol if told[0].is_word else []  # no "$" stands before "sixty"
            before = [] if after else symbol
            kept = [*done[: old[0]], *before, *told, *after, *unit, *done[old[1] :]]
            return kept, amount
    lead = _last_of(done, {low(tokens, repair.after)}) if low(tokens, repair.after) in _LEADS else None
    if lead is not None and not STRONG & set(lows(done, lead, len(done))):
        return done[:lead], repair.after
    mark = tokens[repair.start]
    return [*done, Token(REPAIR, REPAIR, mark.start, mark.end)], repair.after


def _amount_end(tokens: Tokens, start: int) -> int:
    """Where numbers and their units end that begin here, 0 if none do."""
    place = start
    while place < len(tokens) and _is_amount(tokens, place, place > start):
        place += 1
    while place > start and low(tokens, place - 1) in _RANGE:
        place -= 1
    return place if any(_is_digit(token) for token in tokens[start:place]) else 0


def _is_digit(token: Token) -> bool:
    return token.value is not None or token.low[0].isdecimal()


def _is_amount(tokens: Tokens, place: int, inside: bool) -> bool:
    word = tokens[place].low
    if _is_digit(tokens[place]) or word in CURRENCIES or (word == "oh" and low(tokens, place + 1) in UNITS):
        return True
    return inside and (word in _UNITS or word in _RANGE)


def _stands_alone(tokens: Tokens, end: int) -> bool:
    if low(tokens, end) == "on" and low(tokens, end + 1).removesuffix("s") + "s" in _DAYS:
        return False  # "eight to five, sorry, three on Fridays"
    return low(tokens, end) in _AFTER_AMOUNT | STARTERS | {""}


def _is_range(tokens: Tokens, start: int, end: int) -> bool:
    return bool(_RANGE & set(lows(tokens, start, end)))


def _has_unit(tokens: Tokens, start: int, end: int) -> bool:
    return bool(_UNITS & set(lows(tokens, start, end)))


def _last_amount(done: list[Token], wide: bool) -> Span | None:
    """The last number with its unit, or for a range the last range."""
    end = len(done)
    while end > max(0, len(done) - REACH) and not (_is_digit(done[end - 1]) or done[end - 1].low in _UNITS):
        end -= 1
    start = end
    while start > 0 and (
        _is_digit(done[start - 1]) or done[start - 1].low in _UNITS or (wide and done[start - 1].low in _RANGE)
    ):
        start -= 1
    if low(done, start - 1) in _FRACTIONS:  # the five of "half past five" is half a time
        return None
    has_number = any(_is_digit(token) for token in done[start:end])
    return (start, end) if has_number and end > max(0, len(done) - REACH) else None


def _last_of(done: list[Token], wanted: frozenset[str] | set[str]) -> int | None:
    places = range(len(done) - 1, max(-1, len(done) - REACH), -1)
    return next((place for place in places if done[place].low in wanted), None)
