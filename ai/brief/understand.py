"""From a brief to a Business: one finder after the other, none reading what another has taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ai.brief.clauses import Clauses, clauses_of
from ai.brief.contacts import contacts_in
from ai.brief.corrections import corrected
from ai.brief.currency import as_there, currencies_at
from ai.brief.features import features_in
from ai.brief.history import since_in, tagline_in
from ai.brief.hours import hours_in
from ai.brief.labels import labelled
from ai.brief.languages import language_of
from ai.brief.looks import looks_in
from ai.brief.names import name_in
from ai.brief.numbers import with_values
from ai.brief.offers import offer_in
from ai.brief.people import named_people, people_in
from ai.brief.phrases import phrases
from ai.brief.places import city_in, city_of_name, region_in
from ai.brief.signs import Name
from ai.brief.streets import Street, street_in
from ai.brief.text import plain
from ai.brief.tokens import Span, Token, Tokens, blanked, tokens_of
from ai.brief.topics import of_others
from ai.brief.towns import City
from ai.brief.trades import trade_in
from ai.brief.works import Trade
from ai.business import Business, Contacts, Item, Language, Place

_OWN_NAME = phrases(
    "under my own name | under my name | use my own name | just my name | my own name as | carry my own name"
)
_SAME_NAME = phrases(
    "name of the site too | name of the website too | name of the business too | be the name of the site |"
    " carry my name | be the name of the website | be the name of the business | have my own name |"
    " as the business name | use my name |"
    " as the name of the business | as the name of the site | go by my own name |"
    " that's also the name of | is also the name of the business | my own name is fine | business goes by my name"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A brief in tokens: what each clause is about, its language, and whether capitals mean something in it."""

    tokens: list[Token]
    clauses: Clauses
    language: Language
    cased: bool

    def without(self, spans: Sequence[Span]) -> "Reading":
        return Reading(blanked(self.tokens, spans), self.clauses, self.language, self.cased)


def understand(text: str) -> Business:
    """Only what the brief says; what it does not say stays None or empty. Takes any text, never raises."""
    bare = plain(text)
    reading = _read(bare)
    contacts = contacts_in(bare, reading.tokens, reading.clauses)
    return _business(reading.without(contacts.spans), contacts.contacts)


def _read(bare: str) -> Reading:
    raw = tokens_of(bare)
    language = language_of(raw)
    tokens = labelled(corrected(with_values(raw, language)))
    return Reading(tokens, clauses_of(tokens), language, _is_cased(raw))


def _is_cased(tokens: Tokens) -> bool:
    """Whether names are capitalised: some word within a sentence is, other than "I"."""
    inner = [token for before, token in pairwise(tokens) if before.is_word or before.low == ","]
    return any(
        token.is_capital and token.low not in ("i", "i'm", "i've", "i'd", "i'll", "am", "pm") for token in inner
    ) or (len(tokens) < 40 and sum(token.is_capital for token in tokens) >= 2)


def _business(reading: Reading, contacts: Contacts) -> Business:
    tagline, slogans = tagline_in(reading.tokens)
    since, years = since_in(reading.tokens, reading.clauses)
    street = street_in(reading.tokens, reading.clauses, reading.cased, reading.language)
    reading = reading.without([*slogans, *years, *_spans(street)])
    named = reading.without(named_people(reading.tokens, reading.clauses))
    name = name_in(named.tokens, reading.clauses, reading.cased)
    trade = trade_in(reading.tokens, reading.clauses, name.span if name else None)
    reading = reading.without(_mentions(reading.tokens, name))
    people, introductions = people_in(reading.tokens, reading.clauses)
    others = of_others(reading.tokens, reading.clauses)
    reading = reading.without(introductions)
    city = city_in(reading.tokens, reading.clauses, street, reading.cased, reading.language)
    place = _place(reading, street, city, name)
    reading = reading.without([*_spans(trade), *_spans(city)])
    hours, told = hours_in(reading.tokens, reading.clauses, reading.language, others)
    offer, items = _offer(reading.without(told), place)
    rest = reading.without([*told, *items])
    return Business(
        name=_said_name(reading.tokens, name, people),
        trade=trade.key if trade else None,
        trade_words=trade.said if trade else None,
        tagline=tagline,
        place=place,
        offer=offer,
        hours=hours,
        contacts=contacts,
        style=looks_in(rest.tokens, rest.clauses),
        features=features_in(rest.tokens, rest.clauses),
        since=since,
        people=people,
        language=reading.language,
    )


def _offer(reading: Reading, place: Place) -> tuple[list[Item], list[Span]]:
    items, spans = offer_in(reading.tokens, reading.clauses, reading.language)
    there = currencies_at(place, reading.tokens)
    return [as_there(item, there) for item in items], spans


def _said_name(tokens: Tokens, name: Name | None, people: list[str]) -> str | None:
    """A person's where "I work under my own name"; where nothing is called anything, "that is its name too"."""
    whole = (0, len(tokens))
    if people and (_OWN_NAME.within(tokens, *whole) or (name is None and _SAME_NAME.within(tokens, *whole))):
        return people[0]
    return name.text if name else None


def _mentions(tokens: Tokens, name: Name | None) -> list[Span]:
    """Every mention of the name, so that "Blue Oak" is no wish for blue."""
    if name is None:
        return []
    words = [token.low for token in tokens[slice(*name.span)]]
    return [
        (place, place + len(words))
        for place in range(len(tokens) - len(words) + 1)
        if tokens[place].low == words[0] and [token.low for token in tokens[place : place + len(words)]] == words
    ]


def _spans(fact: Street | City | Trade | None) -> list[Span]:
    return [fact.span] if fact else []


def _place(reading: Reading, street: Street | None, city: City | None, name: Name | None) -> Place:
    region = city.region if city else region_in(reading.tokens, reading.clauses)
    town = city.name if city else city_of_name(name.text) if name else None
    return Place(city=town, street=street.name if street else None, region=region)
