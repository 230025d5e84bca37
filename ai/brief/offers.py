"""What is sold or done: lists after "we sell", and every phrase that carries a price."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import Clauses
from ai.brief.currency import currency_of, in_currency, in_hundreds
from ai.brief.cuts import is_edge, parallel, past_edges, piece_end
from ai.brief.items import MOST_WORDS, cleaned, is_item
from ai.brief.lists import listings
from ai.brief.money import CURRENCIES, Money
from ai.brief.phrases import phrases, tables, words
from ai.brief.pricing import AND, EDGES, LINKS, is_tag, price_at
from ai.brief.terse import Listing
from ai.brief.tokens import BLANK, REPAIR, STRONG, Span, Tokens, low, lows
from ai.brief.vocabulary import COMMON
from ai.business import Item, Language, Price

_TABLES = tables("offers")
MOST = 40
_OF = words("for the pour für por per a an")
_OF_BEFORE = words("is are costs cost was were")  # "a box is 12 pounds" never tells what follows
_OF_IT = phrases("which is | which are | which costs | which cost | they are | they cost | those are | those cost")
_SIZES = words(_TABLES["sizes"])
_ASIDES = words("incl includes inc in on at during from if when with including plus without")
OF_LAST = "(the item before)"
CORRECTED = "(the item before, after a correction)"
_BREAKS = words(": where when if because while that which we i there's now")
_ASIDE_STARTS = words(
    "that's which it's about around roughly so for usually normally a an the our one with including"
)
_PRONOUNS = words("they it they're it's that's that this one which them those")
_SOLD_ALONE = words("class lesson session haircut treatment bouquet ticket ride")
_AFTER_SUBJECT = words("is are was were i we")
_LONGEST_ASIDE = 25  # tokens between what a price is of and the "it costs" that tells it
_OF_LAST = words(_TABLES["of_last"])


@dataclass(frozen=True, slots=True)
class Piece:
    """An item in the making, where its words stood."""

    item: Item
    span: Span


def offer_in(tokens: Tokens, clauses: Clauses, language: Language) -> tuple[list[Item], list[Span]]:
    """Everything sold, in the order of the brief, each once; with the tokens that told it."""
    tokens = in_hundreds(tokens)
    priced = list(_priced(tokens, clauses))
    listed = [piece for listing in listings(tokens, clauses) for piece in _pieces(tokens, clauses, listing)]
    if language == "en":
        listed = [part for piece in listed for part in _parted(tokens, piece)]
    ordered = _whole(sorted([*listed, *priced], key=lambda piece: (piece.span[0], -piece.span[1])))
    items = [in_currency(item, currency_of(tokens)) for item in _once(ordered[: 5 * MOST])[:MOST]]
    return items, [piece.span for piece in ordered]


def _whole(pieces: list[Piece]) -> list[Piece]:
    """Without the "lessons" of "six lessons", where both were given the same price."""
    kept: list[Piece] = []
    for piece in pieces:
        within = kept and piece.span[1] <= kept[-1].span[1] and piece.span != kept[-1].span
        if not (within and kept[-1].item.price and piece.item.price == kept[-1].item.price):
            kept.append(piece)
    return kept


def _once(pieces: list[Piece]) -> list[Item]:
    items: dict[str, Item] = {}
    last: str | None = None
    for piece in pieces:
        price, anew = piece.item.price, piece.item.name == CORRECTED
        if piece.item.name not in (OF_LAST, CORRECTED):
            last = _key(piece.item.name, items)
            items.setdefault(last, piece.item)
        if last and price and (anew or items[last].price is None or piece.item.name.lower() == last):
            items[last] = items[last].model_copy(update={"price": price})
    return list(items.values())


def _key(name: str, items: dict[str, Item]) -> str:
    """ "the croissants" and "croissant" are one item."""
    bare = name.lower()
    alike = (key for key in items if key.rstrip("s") == bare.rstrip("s"))
    return next(alike, bare)


def _pieces(tokens: Tokens, clauses: Clauses, listing: Listing) -> Iterator[Piece]:
    """A list cut at its commas and "and"s, each piece with its price if it has one."""
    start = listing.start
    while start < listing.end:
        end, money = piece_end(tokens, start, listing.end)
        last = min(money.start, end) if money else end
        if money and money.start == start:
            piece, end = _after_price(tokens, clauses, money, listing.end)
            if piece:
                yield piece
        else:
            yield from _piece(tokens, clauses, (start, last), money.price if money else None, listing.verb)
            end = money.end if money else end
        start = past_edges(tokens, end)


def _piece(
    tokens: Tokens, clauses: Clauses, span: Span, price: Price | None, verb: str | None = None
) -> Iterator[Piece]:
    start, end = cleaned(tokens, *span)
    if price and end - start > 1 and tokens[end - 1].is_number and low(tokens, end) == "for":
        end, price = end - 1, None  # "Samosas 3 for £2"
    quarter = low(tokens, start - 1) == "," and low(tokens, start - 2) == BLANK and price is None
    if quarter and tokens[start].is_capital:
        return  # the "Brixton" of "5 Market Row, Brixton, London"
    if start < end and clauses.ours(start) and is_item(tokens, start, end, priced=price is not None):
        name = _written(tokens, start, end).removesuffix("'s" if price else "")
        yield Piece(Item(name=f"{verb} {name}" if verb else name, price=price), (start, end))


def _parted(tokens: Tokens, piece: Piece) -> list[Piece]:
    """ "oil changes brake repairs", which no comma parts, as the two that they are."""
    start, end = piece.span
    cut = parallel(tokens, start, end) if piece.item.price is None else 0
    if not cut:
        return [piece]
    last = Piece(Item(name=_written(tokens, cut, end)), (cut, end))
    return [Piece(Item(name=_written(tokens, start, cut)), (start, cut)), *_parted(tokens, last)]


def _written(tokens: Tokens, start: int, end: int) -> str:
    words_said = "".join((" " if token.gap else "") + token.text for token in tokens[start:end])
    return words_said.strip()[:80]


def _after_price(tokens: Tokens, clauses: Clauses, money: Money, end: int) -> tuple[Piece | None, int]:
    """ "25 euros for a haircut", "€4 sourdough"."""
    word = low(tokens, money.end)
    if word in _ASIDES:
        return None, money.end
    start = last = money.end + 1 if word in _OF else money.end
    while last < end and not is_edge(tokens, last) and not price_at(tokens, last) and last - start < MOST_WORDS + 2:
        last += 1
    return next(_piece(tokens, clauses, (start, last), money.price), None), max(last, money.end)


def _priced(tokens: Tokens, clauses: Clauses) -> Iterator[Piece]:
    """Phrases that end in a price wherever they stand: "sourdough 4.50", "a haircut is 25 euros"."""
    place = 0
    while place < len(tokens):
        money = price_at(tokens, place)
        if money is None:
            place += 1
            continue
        if clauses.ours(money.start):
            yield from _with_price(tokens, clauses, money)
        place = money.end


def _with_price(tokens: Tokens, clauses: Clauses, money: Money) -> Iterator[Piece]:
    """The item of a price: the words before it, those before its comma or "they are", or those after it."""
    end = _before_aside(tokens, _before_bracket(tokens, money.start))
    start = _back(tokens, clauses, end)
    pieces = list(_piece(tokens, clauses, (start, end), money.price))
    if not money.bare or is_tag(tokens, start, money) or _OF_IT.end_at(tokens, money.start - 2) == money.start:
        last = None if pieces else _spoken_of(tokens, clauses, money)
        told = low(tokens, money.start - 1) in _OF_BEFORE
        after = None if pieces or last or money.bare or told else _after(tokens, clauses, money)
        yield from pieces or [piece for piece in (last or after or _of_unit(tokens, money),) if piece]


def _of_unit(tokens: Tokens, money: Money) -> Piece | None:
    """The "class" of "£9 per class", where nothing else is named beside it."""
    unit, before = money.price.unit, low(tokens, money.start - 1)
    alone = before in STRONG | {""} and unit in _SOLD_ALONE and not money.bare
    return Piece(Item(name=unit, price=money.price), (money.end - 1, money.end)) if alone and unit else None


def _before_bracket(tokens: Tokens, place: int) -> int:
    """Before the "(a dozen)" of "Eggs (a dozen) 3.60" or "Eggs (a dozen) cost 3.60"."""
    bracket = place
    while low(tokens, bracket - 1) in _OF_BEFORE | {"-", ":", "from", "at"}:
        bracket -= 1
    place = bracket if low(tokens, bracket - 1) == ")" else place
    opening = next((at for at in range(place - 1, max(0, place - 8), -1) if tokens[at].low == "("), None)
    return opening if opening and low(tokens, place - 1) == ")" else place


def _before_aside(tokens: Tokens, place: int) -> int:
    """Before the ", that's thirty minutes, is" of "a mini session, that's thirty minutes, is 95"."""
    if low(tokens, place - 1) not in _OF_BEFORE or low(tokens, place - 2) != ",":
        return place
    opening = next((at for at in range(place - 3, max(0, place - 11), -1) if tokens[at].low in STRONG | {","}), 0)
    told = low(tokens, opening) == "," and low(tokens, opening + 1) in _ASIDE_STARTS
    return opening if told else place


def _after(tokens: Tokens, clauses: Clauses, money: Money) -> Piece | None:
    return _after_price(tokens, clauses, money, clauses.bounds[money.start][1])[0]


def _spoken_of(tokens: Tokens, clauses: Clauses, money: Money) -> Piece | None:
    """What a price after a comma or after "they cost" is of: the phrase before these words, or the last item."""
    place = money.start
    while place > 0 and tokens[place - 1].low in _OF_LAST - {","}:
        place -= 1
    pronoun = bool(_PRONOUNS & set(lows(tokens, place, money.start)))
    mark = low(tokens, place - 1) if place else ""
    closed = not low(tokens, money.end) or low(tokens, money.end) in EDGES | AND | COMMON | {"flat"}
    if not closed or not (pronoun or (mark == "," and low(tokens, money.end) not in ("for",))):
        return None
    subject = _subject_of(tokens, place) if pronoun else None
    if subject:
        return next(_piece(tokens, clauses, subject, money.price), None)
    before = place - 1 if mark in (",", "-", ".") else place
    start = _back(tokens, clauses, before, within=max(0, before - 12))
    pieces = list(_piece(tokens, clauses, (start, before), money.price)) if mark in (",", "-") else []
    if pieces and len(pieces[0].item.name.split()) <= 6:
        return pieces[0]
    name = CORRECTED if REPAIR in lows(tokens, money.start - 12, money.start) else OF_LAST
    return Piece(Item(name=name, price=money.price), (money.start, money.end)) if pronoun else None


def _subject_of(tokens: Tokens, place: int) -> Span | None:
    """The "fish stew" of "The fish stew is the big pot with mussels, it costs"; None if no such words open."""
    start = place
    while start > 0 and place - start < _LONGEST_ASIDE and tokens[start - 1].low not in STRONG:
        start -= 1
    if low(tokens, start) not in ("the", "a", "an", "our") or "," not in lows(tokens, start, place + 1):
        return None
    end = next((at for at in range(start + 1, place) if tokens[at].low in _AFTER_SUBJECT), place)
    inner = tokens[start + 1 : end]
    plain = all(token.is_word and token.low not in AND for token in inner)
    return (start, end) if 1 <= len(inner) <= 3 and end < place and plain else None


def _is_size(tokens: Tokens, place: int) -> bool:
    """The 340 of "340g jar", the 60 of "60 minute massage"."""
    after = low(tokens, place + 2)
    named = after.isalpha() and after not in LINKS | COMMON
    return tokens[place].value != 1 and low(tokens, place + 1) in _SIZES and named


def _back(tokens: Tokens, clauses: Clauses, end: int, within: int | None = None) -> int:
    """Where the phrase before a price begins."""
    last = end
    while last > 0 and tokens[last - 1].low in LINKS:
        last -= 1
    start = last
    first = clauses.bounds[max(last - 1, 0)][0] if within is None else within
    while start > first and last - start < MOST_WORDS + 4:
        before = tokens[start - 1]
        hyphened = low(tokens, start) == "-" and not tokens[start].gap
        if (
            is_edge(tokens, start - 1)
            or before.low in _BREAKS
            or before.low in CURRENCIES
            or (
                before.value is not None
                and not hyphened
                and not _is_size(tokens, start - 1)
                and low(tokens, start - 2) not in ("of", "for")
            )
        ):
            break
        start -= 1
    return start
