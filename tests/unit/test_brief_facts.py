"""The finders of one kind of fact each: hours, money, contacts, places, names, people, offers and wishes."""

import pytest

from ai.brief import understand
from ai.brief.clocks import time_at
from ai.brief.days import days_at, ordered
from ai.brief.money import money_at
from ai.brief.numbers import with_values
from ai.brief.times import closing, opening, range_at, resolved
from ai.brief.tokens import tokens_of
from ai.brief.trades import trades_in
from ai.brief.vocabulary import TRADE_OF


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("7 am to 6 pm", ("07:00", "18:00")),
        ("nine to five", ("09:00", "17:00")),
        ("7-18", ("07:00", "18:00")),
        ("from 5 to 11 pm", ("17:00", "23:00")),
        ("from 10 to 2", ("10:00", "14:00")),
        ("6 pm to 2", ("18:00", "02:00")),
        ("noon till ten", ("12:00", "22:00")),
        ("half past eight to six thirty", ("08:30", "18:30")),
        ("ten to six", ("10:00", "18:00")),
        ("7:30-15:00", ("07:30", "15:00")),
        ("8.30-17.00", ("08:30", "17:00")),
        ("7h à 19h30", ("07:00", "19:30")),
        ("6 bis 18 Uhr", ("06:00", "18:00")),
        ("between 9 and 5", ("09:00", "17:00")),
        ("noon to midnight", ("12:00", "24:00")),
    ],
)
def test_two_times_are_a_range(said: str, times: tuple[str, str]) -> None:
    found = range_at(with_values(tokens_of(said)), 0)
    assert found is not None
    assert resolved(found[0].opens, found[0].closes) == times


def test_a_lone_time_is_the_likely_half_of_the_day() -> None:
    two, seven = (time_at(with_values(tokens_of(said)), 0) for said in ("2", "7"))
    assert two is not None
    assert seven is not None
    assert closing(two[0]) == "14:00"
    assert opening(seven[0]) == "07:00"


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("monday to friday", ["mon", "tue", "wed", "thu", "fri"]),
        ("Mon-Fri", ["mon", "tue", "wed", "thu", "fri"]),
        ("tuesdays and thursdays", ["tue", "thu"]),
        ("weekends", ["sat", "sun"]),
        ("Friday, Saturday and Sunday", ["fri", "sat", "sun"]),
        ("saturday to monday", ["mon", "sat", "sun"]),
    ],
)
def test_days_are_named_alone_in_ranges_and_in_lists(said: str, days: list[str]) -> None:
    found = days_at(tokens_of(said), 0, "en")
    assert found is not None
    assert ordered(found[0]) == days


@pytest.mark.parametrize(
    ("said", "amount", "currency"),
    [
        ("€3.50", 3.5, "EUR"),
        ("3,50 €", 3.5, "EUR"),
        ("three euros fifty", 3.5, "EUR"),
        ("three fifty", 3.5, None),
        ("12 pounds 50", 12.5, "GBP"),
        ("fifty cents", 0.5, None),
        ("$1,200", 1200, "USD"),
        ("four point five dollars", 4.5, "USD"),
        ("R$ 12", 12, "BRL"),
    ],
)
def test_a_price_is_an_amount_and_its_currency(said: str, amount: float, currency: str | None) -> None:
    money = money_at(with_values(tokens_of(said)), 0)
    assert money is not None
    assert (money.price.amount, money.price.currency) == (amount, currency)


def test_from_makes_a_least_price_and_per_names_its_unit() -> None:
    money = money_at(with_values(tokens_of("from 80 dollars an hour")), 0)
    assert money is not None
    assert money.price.at_least
    assert money.price.unit == "hour"


@pytest.mark.parametrize(
    ("brief", "phone"),
    [
        ("call 555-0123", "555-0123"),
        ("Tel. +351 21 555 0123, open 9-18", "+351 21 555 0123"),
        ("call me on five five five oh one two three", "5550123"),
        ("our number is oh two double five one two three four", "02551234"),
        ("(206) 555-0188", "(206) 555-0188"),
        ("01 23 45 67 89", "01 23 45 67 89"),
        ("open 9-12 14-18", None),
        ("since 1987, 40 seats, 12 rooms", None),
    ],
)
def test_a_phone_is_found_typed_and_spoken(brief: str, phone: str | None) -> None:
    assert understand(brief).contacts.phone == phone


@pytest.mark.parametrize(
    ("brief", "mail"),
    [
        ("write to hello@goldencrust.com", "hello@goldencrust.com"),
        ("email is hello at golden crust dot com", "hello@goldencrust.com"),
        ("mail info at blue dash oak dot co dot uk please", "info@blue-oak.co.uk"),
        ("hello at goldencrust.com", "hello@goldencrust.com"),
        ("meet us at the market dot", None),
    ],
)
def test_a_mail_address_is_found_typed_and_spelled_out(brief: str, mail: str | None) -> None:
    assert understand(brief).contacts.email == mail


def test_handles_belong_to_their_networks() -> None:
    known = understand("Instagram @goldencrust, facebook.com/goldencrustlisbon").contacts.social
    assert known == {"instagram": "goldencrust", "facebook": "goldencrustlisbon"}


@pytest.mark.parametrize(
    ("brief", "street", "city"),
    [
        ("our address is 12 Market Street, Lisbon", "12 Market Street", "Lisbon"),
        ("we are at twelve market street in porto", "12 Market Street", "Porto"),
        ("Bäckerei, Hauptstraße 5, 10115 Berlin", "Hauptstraße 5", "Berlin"),
        ("Rua das Flores, 10, Porto", "Rua das Flores, 10", "Porto"),
        ("Lisbon-based bakery", None, "Lisbon"),
        ("a bakery based in Castelo de Vide", None, "Castelo de Vide"),
        ("a bakery in Springfield, Illinois", None, "Springfield"),
        ("our bakery opens in the morning in May", None, None),
        ("I was born in Paris and trained in Rome", None, None),
        ("we sell bread in bulk and pay in cash", None, None),
    ],
)
def test_a_place_is_where_the_brief_says_the_business_is(brief: str, street: str | None, city: str | None) -> None:
    place = understand(brief).place
    assert (place.street, place.city) == (street, city)


@pytest.mark.parametrize(
    ("brief", "name"),
    [
        ("a bakery called golden crust and i need a website", "Golden Crust"),
        ("our bakery is called salt and pepper and we sell bread", "Salt and Pepper"),
        ("Golden Crust is a bakery in Lisbon", "Golden Crust"),
        ('Our bakery "Bread & Butter" is in Porto', "Bread & Butter"),
        ("We are Studio 54, a gym", "Studio 54"),
        ("a cafe called The House of Tea in York", "The House of Tea"),
        ("my bakery Golden Crust, no website yet", "Golden Crust"),
        ("my dog is called Rex and I run a bakery", None),
        ("we have a cake called Sunset in our bakery", None),
        ("My name is Maria and I run a bakery", None),
        ("my competitor runs a bakery called Bread World", None),
    ],
)
def test_a_name_is_that_of_the_business_and_of_nobody_else(brief: str, name: str | None) -> None:
    assert understand(brief).name == name


@pytest.mark.parametrize(
    ("brief", "people"),
    [
        ("I'm Maria and I run a bakery", ["Maria"]),
        ("my name is maria silva and i run a bakery", ["Maria Silva"]),
        ("I'm looking for a website", []),
        ("my sister Anna lives in Rome", []),
        ("The bakery is run by Tom Baker.", ["Tom Baker"]),
        ("We bake bread. Yours, Ana Costa", ["Ana Costa"]),
    ],
)
def test_people_are_those_who_own_it(brief: str, people: list[str]) -> None:
    assert understand(brief).people == people


@pytest.mark.parametrize(
    ("brief", "trade"),
    [
        ("I run a car garage", "car_garage"),
        ("website for my dog grooming salon", "pet_groomer"),
        ("we are next to a gym, our bakery is small", "bakery"),
        ("Eisdiele in Leipzig", "ice_cream"),
        ("we sell pottery at the market", None),
        ("my sister has a nail bar", None),
    ],
)
def test_a_trade_is_what_the_owner_runs(brief: str, trade: str | None) -> None:
    assert understand(brief).trade == trade


def test_every_word_for_a_trade_is_found_in_a_text() -> None:
    lost = [words for words in TRADE_OF if not any(True for _ in trades_in(tokens_of(f"i run a {words}")))]
    assert [words for words in lost if "b&b" not in words and "'s" not in words and words != "gallery"] == []
    assert len(set(TRADE_OF.values())) >= 60


@pytest.mark.parametrize(
    ("brief", "items"),
    [
        (
            "we sell sourdough bread, rolls, and cakes for weddings",
            ["sourdough bread", "rolls", "cakes for weddings"],
        ),
        ("we serve fish and chips and mushy peas", ["fish and chips", "mushy peas"]),
        ("we sell bread and cakes we are open daily", ["bread", "cakes"]),
        ("we don't sell coffee", []),
        ("my sister sells flowers", []),
        ("we offer haircuts and so on", ["haircuts"]),
        ("25 euros for a haircut", ["haircut"]),
        ("Services:\n- oil change $40\n- brake pads $120", ["oil change", "brake pads"]),
        ("we have two kids and a dog", []),
    ],
)
def test_an_offer_is_what_the_business_sells_or_does(brief: str, items: list[str]) -> None:
    assert [item.name for item in understand(brief).offer] == items


@pytest.mark.parametrize(
    ("brief", "colors", "adjectives", "dark"),
    [
        ("use turquoise as the main color", ["turquoise"], [], None),
        ("make it blue and white, playful and minimal", ["blue", "white"], ["playful", "minimal"], None),
        ("a warm design with dark green", ["dark green"], ["warm"], None),
        ("dark mode please", [], [], True),
        ("we sell brown bread, red wine and green tea", [], [], None),
        ("no pink in the design, use grey", ["grey"], [], None),
        ("colors blue and white, no wait, green and white", ["green", "white"], [], None),
    ],
)
def test_looks_are_wishes_for_the_site(
    brief: str, colors: list[str], adjectives: list[str], dark: bool | None
) -> None:
    style = understand(brief).style
    assert (style.colors, style.adjectives, style.dark) == (colors, adjectives, dark)


@pytest.mark.parametrize(
    ("brief", "features"),
    [
        ("add a contact form and a map", ["contact_form", "map"]),
        ("please add a menu page and an FAQ", ["menu", "faq"]),
        ("no booking please, but a gallery", ["gallery"]),
        ("our menu changes every week", []),
        ("people should be able to book online", ["booking"]),
    ],
)
def test_features_are_those_asked_for(brief: str, features: list[str]) -> None:
    assert understand(brief).features == features


@pytest.mark.parametrize(
    ("brief", "year"),
    [
        ("since 1987", 1987),
        ("since nineteen eighty seven", 1987),
        ("since two thousand and ten", 2010),
        ("established in 1950", 1950),
        ("my mother started our bakery in 1994", 1994),
        ("for twenty years", None),
    ],
)
def test_a_year_is_told_by_since(brief: str, year: int | None) -> None:
    assert understand(brief).since == year
