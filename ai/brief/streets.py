"""Streets as six languages write and say them: "12 Market Street", "Hauptstrasse 5", "Rua das Flores, 10"."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import Clauses
from ai.brief.money import CURRENCIES
from ai.brief.phrases import tables, words
from ai.brief.text import one_line, title
from ai.brief.tokens import STRONG, Span, Tokens, is_joint, low, lows
from ai.brief.vocabulary import CITIES, COMMON, GENERIC

_TABLES = tables("streets")

KINDS = words(_TABLES["kinds"])
_PLAIN_KINDS = words(
    "street st road rd avenue ave lane square boulevard blvd quay terrace alley crescent broadway parade hill drive"
)
_ROMANCE = words(_TABLES["romance"])
_ANYWHERE = tuple(_TABLES["anywhere"].split())
_GERMAN = tuple(_TABLES["german"].split())
_GERMAN_CUES = words("am an im zum unter auf")
_LINKS = words("de da do dos das del della dei degli des du la le les l' los las el di d' of the san e")
_NOT_NUMBERS = words(
    "am pm euro euros o'clock uhr h % years people and - minutes minute min mile miles km hour block blocks"
)
_BEFORE = words("on at in to address is :")
_ASIDE = words("parking park near opposite behind off corner from around round past probably maybe")
_PLAIN = COMMON - words("high new old market spring may march summer n e s w")
_UNITS = words("unit arch suite stall flat studio shop block stand")
_TOLD = (["address", "is"], ["address", ":"], ["adresse", "ist"], ["adresse", ":"])
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Street:
    name: str
    span: Span


def street_in(tokens: Tokens, clauses: Clauses, cased: bool, language: str) -> Street | None:
    """The last street that the brief gives as the business's own; one with a number beats one without."""
    spans = [span for span in _streets(tokens, cased, language) if clauses.ours(span[0])]
    numbered = [span for span in spans if any(token.value is not None for token in tokens[slice(*span)])]
    if not spans:
        return None
    span = (numbered or spans)[-1]
    return Street(title(one_line(_written(tokens, span), LONGEST).rstrip(".")), span)


def _written(tokens: Tokens, span: Span) -> str:
    """As it stood, numbers said as words in digits."""
    parts = []
    for token in tokens[slice(*span)]:
        if token.low in ("number", "nr", "no") or (token.low == "," and "number" in lows(tokens, *span)):
            continue
        spoken = token.value is not None and token.is_word and token.value == int(token.value)
        parts.append((" " if token.gap else "") + (f"{token.value:.0f}" if spoken else token.text))
    return "".join(parts).strip()


def _streets(tokens: Tokens, cased: bool, language: str) -> Iterator[Span]:
    place = 0
    while place < len(tokens):
        span = (
            _numbered(tokens, place, cased)
            or _romance(tokens, place, cased)
            or _german(tokens, place, cased, language)
            or _bare(tokens, place, cased)
            or _after_at(tokens, place, cased)
            or _told_whole(tokens, place)
            or _past_town(tokens, place, cased)
        )
        if span:
            yield span
        place = span[1] if span else place + 1


def _number(tokens: Tokens, place: int) -> int:
    """Where a house number that begins here ends, 0 if it is none: "12", "5a", "12-14", "twenty two"."""
    if not 0 <= place < len(tokens):
        return 0
    value = tokens[place].value
    if value is None or value != int(value) or not 0 < value < 20_000 or "." in tokens[place].low:
        return 0
    end = place + 1
    if (
        low(tokens, end) == "-"
        and not tokens[end].gap
        and low(tokens, end + 1).isdecimal()
        and not tokens[end + 1].gap
    ):
        end += 2
    if end < len(tokens) and not tokens[end].gap and len(tokens[end].low) == 1 and tokens[end].is_word:
        end += 1
    follows = low(tokens, end)
    return (
        0
        if follows in _NOT_NUMBERS - {"-"} or follows in CURRENCIES or low(tokens, place - 1) in CURRENCIES
        else end
    )


def _numbered(tokens: Tokens, place: int, cased: bool) -> Span | None:
    """A number, one to three words and a kind of street; or "12 rue de la Paix"."""
    start = _number(tokens, place)
    if not start:
        return None
    start = start + 1 if low(tokens, start) in ("bis", "ter", ",") else start
    if low(tokens, start) in _ROMANCE and low(tokens, start + 1) not in COMMON - _LINKS:
        end = _romance_name(tokens, start + 1, cased)
        if end > start + 1 and tokens[start].low in (
            "rue",
            "place",
            "quai",
            "chemin",
            "allée",
            "impasse",
            "cours",
            "boulevard",
            "avenue",
        ):
            return place, end
    if cased and _is_whole(tokens, place, start):
        return place, start + 1
    if low(tokens, start) == "the" and low(tokens, start + 1) in KINDS:
        return place, start + 2
    for end in range(start + 1, min(start + 5, len(tokens))):
        between = tokens[start:end]
        if not all(token.is_word or token.low[0].isdecimal() for token in between):
            return None
        if tokens[end].low in KINDS and not _is_ordinal(tokens, end) and not set(lows(tokens, start, end)) & _PLAIN:
            return (place - 1 if low(tokens, place - 1) in _UNITS else place), end + 1
    return None


def _is_ordinal(tokens: Tokens, place: int) -> bool:
    """The "rd" of "3rd", which is no road."""
    return not tokens[place].gap and tokens[place - 1].low.isdecimal()


def _is_whole(tokens: Tokens, place: int, start: int) -> bool:
    """ "on 3 Northgate": a number and one capitalised word between "on" or "at" and a mark."""
    told = low(tokens, place - 1) in ("on", "at") and start < len(tokens) and tokens[start].is_capital
    return told and tokens[start].low not in COMMON and low(tokens, start + 1) in (".", ",", "", "\n", ")")


def _romance(tokens: Tokens, place: int, cased: bool) -> Span | None:
    """ "Rua das Flores, 10", "Via Roma 5", "Calle Mayor"."""
    if tokens[place].low not in _ROMANCE or low(tokens, place - 1) in ("the", "a", "this", "our"):
        return None
    end = _romance_name(tokens, place + 1, cased)
    if end == place + 1:
        return None
    comma = 1 if low(tokens, end) in (",", "n", "nº", "n°", "numero", "número", "number") else 0
    number = _number(tokens, end + comma)
    if number and not low(tokens, number).startswith((":", "-")):
        return place, number
    sure = tokens[place].low not in ("via", "place", "cours", "avenue", "boulevard", "camino", "plaza")
    return (place, end) if sure and cased and tokens[place + 1].is_word else None


def _romance_name(tokens: Tokens, start: int, cased: bool) -> int:
    end = start
    while end < min(start + 6, len(tokens)) and tokens[end].is_word and tokens[end].value is None:
        link = tokens[end].low in _LINKS and end + 1 < len(tokens) and tokens[end + 1].is_word
        if not link and (tokens[end].low in COMMON or (cased and not tokens[end].is_capital)):
            break
        end += 1
        while low(tokens, end) == "-" and not tokens[end].gap and end + 1 < len(tokens) and tokens[end + 1].is_word:
            end += 2
    return end


def _german(tokens: Tokens, place: int, cased: bool, language: str) -> Span | None:
    """ "Hauptstrasse 5", "Lange Straße 5", "Am Markt 3"."""
    word = tokens[place].low
    if word.endswith(_GERMAN if language == "de" else _ANYWHERE) and len(word) > 2 and word not in COMMON:
        number = _number(tokens, place + 1) or _told_number(tokens, place + 1)
        apart = (
            word in {*_GERMAN, *_ANYWHERE}
            and place > 0
            and tokens[place - 1].is_word
            and tokens[place - 1].is_capital
        )
        first = place
        while is_joint(tokens, first - 1):
            first -= 2
        while first > 1 and tokens[first - 1].low in _LINKS and tokens[first - 2].is_capital and cased:
            first -= 2
        if number and (len(word) > 6 or apart or first < place):
            return (place - 1 if apart else first), number
    if language == "de" and cased and word in _GERMAN_CUES:
        end = place + 2 if low(tokens, place + 1) in ("der", "den", "dem") else place + 1
        number = _number(tokens, end + 1)
        if end < len(tokens) and tokens[end].is_capital and tokens[place].is_capital and number:
            return place, number
    return None


def _told_number(tokens: Tokens, place: int) -> int:
    """Where the number of "Maasboulevard, number 105" ends, 0 if there is none."""
    start = place + 1 if low(tokens, place) == "," else place
    return _number(tokens, start + 1) if low(tokens, start) in ("number", "no", "nr") else 0


def _bare(tokens: Tokens, place: int, cased: bool) -> Span | None:
    """ "on Market Street", "address is Market Street 12"."""
    heads = low(tokens, place - 1) in ((".", ",", "", "\n", "(", "-", "|", "/") if cased else (",", "|"))
    if (low(tokens, place - 1) not in _BEFORE and not heads) or _ASIDE & set(lows(tokens, place - 3, place)):
        return None
    for end in range(place + 1, min(place + 4, len(tokens))):
        before = tokens[place:end]
        if not all(token.is_word for token in before) or set(lows(tokens, place, end)) & (
            COMMON - {"old", "new", "market"}
        ):
            return None
        small = heads and _follows_town(tokens, place) and low(tokens, end + 1) in STRONG | {""}
        if tokens[end].low in _PLAIN_KINDS and (not cased or small or all(token.is_capital for token in before)):
            after = end + 2 if low(tokens, end + 1) == "," and low(tokens, end + 2) == "number" else end + 1
            number = _number(tokens, after + 1 if low(tokens, after) in ("number", "no", "nr") else after)
            if not number and end + 1 < len(tokens) and tokens[end + 1].is_capital and cased:
                return None  # the "Market Street Bakery"
            over = low(tokens, end + 1) in STRONG | {",", ""}
            listed = low(tokens, place - 1) in (",", "|") and over and end - place < 3
            return None if heads and not number and not listed else (place, number or end + 1)
    return None


def _past_town(tokens: Tokens, place: int, cased: bool) -> Span | None:
    """ "salon in Zagreb, Ilica 12.": one capital and a number between a town's comma and a mark."""
    if (
        not cased
        or low(tokens, place - 1) != ","
        or not tokens[place].is_capital
        or not _follows_town(tokens, place)
    ):
        return None
    word = tokens[place].low
    number = _number(tokens, place + 1) if word.isalpha() and word not in COMMON | GENERIC | _UNITS else 0
    return (place, number) if number and low(tokens, number) in STRONG | {",", ""} else None


def _follows_town(tokens: Tokens, place: int) -> bool:
    """The "," of "barbers in leeds, hyde road."."""
    return any(CITIES.end_at(tokens, at) == place - 1 for at in range(max(0, place - 4), place - 1))


def _told_whole(tokens: Tokens, place: int) -> Span | None:
    """ "the address is twelve kouter": a number and one word, whatever its kind."""
    start = _number(tokens, place) if lows(tokens, place - 2, place) in _TOLD else 0
    named = 0 < start < len(tokens) and tokens[start].is_word and not {tokens[start].low} & COMMON
    over = low(tokens, start + 1) in STRONG | COMMON | {",", ""}
    return (place, start + 1) if named and over and tokens[start].value is None else None


def _after_at(tokens: Tokens, place: int, cased: bool) -> Span | None:
    """ "at Jægersborg 22": whatever its kind, a name with a number after "at" or "address is" is a street."""
    before = lows(tokens, place - 2, place)
    told = before[-1:] == ["at"] or before in _TOLD
    end = place
    while (
        end < min(place + 4, len(tokens))
        and tokens[end].is_word
        and tokens[end].is_capital
        and tokens[end].value is None
    ):
        end += 1
    number = _number(tokens, end) if told and cased and end > place else 0
    over = low(tokens, number) in ("", ",", ".", "\n", "in", "and", ")", "-", "we", "is") if number else False
    return (place, number) if over else None
