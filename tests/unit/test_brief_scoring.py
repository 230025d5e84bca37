"""The judge of briefs, judged: by Businesses and pages made by hand, right ones and wrong ones."""

from collections import Counter

import pytest

from ai.business import Business, Contacts, Hours, Item, Place, Price, Style
from tests.briefs import Brief, Fact, HoursFact, PriceFact, SocialFact, YearFact, load_briefs, score, score_page

BRIEFS = load_briefs()

ROSA = Brief.model_validate(
    {
        "id": "rosa",
        "style": "typed",
        "group": "bakery",
        "text": "Hi, I'm Rosa and I run Rosa's Oven, a bakery at 12 Market Street in Porto, not far from Café Lima."
        " Sourdough bread is three euros fifty, cinnamon rolls 2 €. Tuesday to Friday from seven am to half past "
        "six, no wait, seven in the evening, Saturday 8-13. Closed on Mondays. Call 22 555 0123. "
        "Warm brown colours and a map please. Insta: rosasoven. Since 1999.",
        "facts": [
            {"field": "name", "value": "Rosa's Oven"},
            {"field": "trade", "value": "bakery"},
            {"field": "city", "value": "Porto"},
            {"field": "street", "value": "12 Market Street"},
            {"field": "person", "value": "Rosa"},
            {"field": "offer", "value": "sourdough bread"},
            {"field": "offer", "value": "cinnamon rolls"},
            {"field": "price", "value": {"item": "sourdough bread", "amount": 3.5, "currency": "EUR"}},
            {"field": "price", "value": {"item": "cinnamon rolls", "amount": 2, "currency": "EUR"}},
            {
                "field": "hours",
                "value": {"days": ["tue", "wed", "thu", "fri"], "opens": "07:00", "closes": "19:00"},
            },
            {"field": "hours", "value": {"days": ["sat"], "opens": "08:00", "closes": "13:00"}},
            {"field": "hours", "value": {"days": ["mon"], "closed": True}},
            {"field": "phone", "value": "22 555 0123"},
            {"field": "color", "value": "brown"},
            {"field": "adjective", "value": "warm"},
            {"field": "feature", "value": "map"},
            {"field": "social", "value": {"network": "instagram", "handle": "rosasoven"}},
            {"field": "since", "value": 1999},
        ],
        "absent": [
            {"field": "name", "value": "Café Lima"},
            {"field": "hours", "value": {"closes": "18:30"}},
        ],
    }
)


def rosa() -> Business:
    """All that ROSA says."""
    return Business(
        name="Rosa's Oven",
        trade="bakery",
        trade_words="bakery",
        place=Place(city="Porto", street="12 Market Street"),
        offer=[
            Item(name="Sourdough bread", price=Price(amount=3.5, currency="€")),
            Item(name="Cinnamon roll", price=Price(amount=2, currency="EUR")),
        ],
        hours=[
            Hours(days=["tue", "wed", "thu", "fri"], opens="07:00", closes="19:00"),
            Hours(days=["sat"], opens="08:00", closes="13:00"),
            Hours(days=["mon"], closed=True),
        ],
        contacts=Contacts(phone="(22) 555-0123", social={"instagram": "@rosasoven"}),
        style=Style(colors=["brown"], adjectives=["warm"]),
        features=["map"],
        since=1999,
        people=["Rosa"],
    )


def missed(business: Business) -> set[str]:
    return {fact.field for fact in score(business, ROSA).missed}


def invented(business: Business) -> list[str]:
    return score(business, ROSA).invented


def test_a_business_that_knows_all_misses_and_invents_nothing():
    result = score(rosa(), ROSA)
    assert (len(result.found), result.missed, result.invented) == (len(ROSA.facts), [], [])


def test_an_empty_business_finds_nothing_of_any_brief():
    for brief in BRIEFS:
        result = score(Business(language=brief.language), brief)
        assert (result.found, len(result.missed), result.invented) == ([], len(brief.facts), [])


def test_the_whole_text_in_every_field_is_no_understanding():
    for brief in BRIEFS:
        if len(brief.text.split()) > 12:
            everything = [brief.text]
            business = Business(
                name=brief.text,
                place=Place(city=brief.text, street=brief.text),
                offer=[Item(name=brief.text)],
                people=everything,
                contacts=Contacts(phone=brief.text, email=brief.text),
                style=Style(colors=everything, adjectives=everything),
                language=brief.language,
            )
            assert score(business, brief).found == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "Golden Crust"}, "name"),
        ({"trade": None, "trade_words": None}, "trade"),
        ({"trade": "florist", "trade_words": None}, "trade"),
        ({"place": Place(city="Lisbon", street="12 Market Street")}, "city"),
        ({"place": Place(city="Porto", street="21 Market Street")}, "street"),
        ({"offer": [Item(name="bread"), Item(name="rolls")]}, "offer"),
        ({"offer": [Item(name="sourdough bread", price=Price(amount=3.0, currency="EUR"))]}, "price"),
        ({"offer": [Item(name="sourdough bread", price=Price(amount=3.5, currency="USD"))]}, "price"),
        ({"offer": [Item(name="sourdough bread", price=Price(amount=3.5))]}, "price"),
        ({"hours": [Hours(opens="07:00", closes="18:30")]}, "hours"),
        ({"hours": [Hours(days=["tue", "wed", "thu"], opens="07:00", closes="19:00")]}, "hours"),
        ({"contacts": Contacts(phone="22 555 0124")}, "phone"),
        ({"contacts": Contacts(social={"facebook": "rosasoven"})}, "social"),
        ({"style": Style(adjectives=["warm"])}, "color"),
        ({"style": Style(colors=["brown"])}, "adjective"),
        ({"features": ["gallery"]}, "feature"),
        ({"since": 1998}, "since"),
        ({"people": []}, "person"),
    ],
    ids=str,
)
def test_what_is_lost_or_wrong_is_missed(change, field):
    assert field in missed(rosa().model_copy(update=change))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"name": "Market Street"}, "name: Market Street"),  # words of the brief, and yet no name
        ({"name": "Café Lima"}, "absent name: Café Lima"),
        ({"tagline": "Near Café Lima"}, "absent name: Café Lima"),
        ({"tagline": "Baked with love since dawn"}, "tagline: Baked with love since dawn"),
        ({"trade": "florist", "trade_words": None}, "trade: florist"),
        ({"place": Place(city="Lisbon")}, "city: Lisbon"),
        ({"place": Place(city="Porto", region="Norte")}, "region: Norte"),
        ({"place": Place(street="Market Street 5")}, "street: Market Street 5"),
        ({"contacts": Contacts(phone="+351 22 555 0123")}, "phone: +351 22 555 0123"),
        ({"contacts": Contacts(email="info@rosasoven.pt")}, "email: info@rosasoven.pt"),
        ({"contacts": Contacts(website="rosasoven.pt")}, "website: rosasoven.pt"),
        ({"contacts": Contacts(social={"facebook": "rosasoven"})}, "social: facebook rosasoven"),
        ({"offer": [Item(name="croissants")]}, "offer: croissants"),
        ({"offer": [Item(name="Sourdough bread", note="baked in a stone oven")]}, "note: baked in a stone oven"),
        (
            {"offer": [Item(name="Sourdough bread", price=Price(amount=2, currency="€"))]},  # the other's price
            "price: Sourdough bread 2 €",
        ),
        (
            {"offer": [Item(name="Cinnamon rolls", price=Price(amount=2, currency="$"))]},
            "price: Cinnamon rolls 2 $",
        ),
        ({"hours": [Hours(days=["sat"], opens="08:00", closes="18:30")]}, "hours: sat 08:00-18:30"),
        ({"hours": [Hours(days=["tue"], opens="07:00", closes="18:30")]}, 'absent hours: {"closes":"18:30"}'),
        ({"hours": [Hours(days=["sun"], closed=True)]}, "hours: sun closed"),
        ({"hours": [Hours(opens="07:00", closes="19:00")]}, "hours: sun 07:00-19:00"),
        ({"style": Style(colors=["blue"])}, "color: blue"),
        ({"style": Style(adjectives=["elegant"])}, "adjective: elegant"),
        ({"style": Style(dark=True)}, "adjective: dark"),
        ({"features": ["booking"]}, "feature: booking"),
        ({"people": ["Maria"]}, "person: Maria"),
        ({"since": 2001}, "since: 2001"),
        ({"language": "pt"}, "language: pt"),
    ],
    ids=str,
)
def test_what_nobody_said_is_invented(change, line):
    assert line in invented(rosa().model_copy(update=change))


def test_number_words_case_plurals_and_spellings_are_the_same_to_it():
    same = {
        "name": "ROSA\u2019S OVEN",
        "offer": [Item(name="SOURDOUGH BREADS", price=Price(amount=3.5, currency="euros"))],
        "style": Style(colors=["Brown"], adjectives=["Warm"]),
    }
    assert invented(rosa().model_copy(update=same)) == []
    assert {"name", "color", "adjective"} & missed(rosa().model_copy(update=same)) == set()


ROSAS_PAGE = """
Rosa's Oven
A bakery in Porto
Hello, I am Rosa. Since 1999.
Menu
Sourdough bread €3.50
Cinnamon rolls €2.00
Opening hours
Monday Closed
Tuesday \u2013 Friday 7:00 \u2013 19:00
Saturday 8:00 \u2013 13:00
Sunday Closed
Find us at 12 Market Street, Porto
Call (22) 555-0123 · Instagram @rosasoven
© 2025 Rosa's Oven
"""


def test_a_page_that_shows_all_misses_and_invents_nothing():
    result = score_page(ROSAS_PAGE, ROSA)
    assert (len(result.found), result.missed, result.invented) == (len(ROSA.facts) - 3, [], [])


@pytest.mark.parametrize(
    ("week", "right"),
    [
        ("Tue\u2013Fri 7 am \u2013 7 pm, Sat 8 am \u2013 1 pm. Closed on Mondays.", True),
        ("Closed Monday. Tuesday to Friday: 07:00-19:00; Sat: 08:00-13:00", True),
        ("Mon closed\nTue 7\u201319\nWed 7\u201319\nThu 7\u201319\nFri 7\u201319\nSat 8\u201313\nSun closed", True),
        ("Tue, Wed, Thu and Fri 7:00 a.m. to 7:00 p.m.\nSat 8\u20131 pm\nMon Closed", True),
        ("Tue\u2013Thu 7 am \u2013 7 pm, Sat 8 am \u2013 1 pm. Closed on Mondays.", False),
        ("Tue\u2013Fri 7 am \u2013 6.30 pm, Sat 8 am \u2013 1 pm. Closed on Mondays.", False),
        ("Tue\u2013Fri 7 am \u2013 7 pm, Sat 8 am \u2013 1 pm.", False),
        ("Tue\u2013Fri 7 am \u2013 7 pm, Sat 8 am \u2013 1 pm. Closed on Sundays.", False),
    ],
)
def test_hours_are_read_from_a_page_in_any_usual_form(week, right):
    before, _, rest = ROSAS_PAGE.partition("Monday Closed")
    result = score_page(before + week + rest[rest.index("\nFind us") :], ROSA)
    assert (result.missed == []) is right
    assert right <= (result.invented == [])


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("Rosa's Oven", "Golden Crust", "name"),
        ("Porto", "Lisbon", "city"),
        ("12 Market", "Market", "street"),
        ("€3.50", "€3.00", "price"),
        ("€3.50", "$3.50", "price"),
        ("€2.00", "€3.50", "price"),
        ("Sourdough bread", "Bread", "offer"),
        ("0123", "0124", "phone"),
        ("1999", "long ago", "since"),
        ("@rosasoven", "", "social"),
        ("am Rosa", "am the baker", "person"),
        ("Rosa's Oven\nA bakery", "A shop", "trade"),
    ],
)
def test_what_a_page_does_not_show_is_missed(old, new, field):
    gone = ROSAS_PAGE.replace(old, new).replace("Rosa's Oven" if field == "person" else "\0", "")
    assert field in {fact.field for fact in score_page(gone, ROSA).missed}


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("Next to Café Lima", "absent name: Café Lima"),
        ("Write to hello@rosasoven.pt", "email: hello@rosasoven.pt"),
        ("Open Sunday 9:00 \u2013 12:00", "hours: sun 09:00-12:00"),
        ("Tuesday 7:00 \u2013 18:30", 'absent hours: {"closes":"18:30"}'),
        ("Cake for 18 €", "price: 18 €"),
        ("Call +1 415 555 0199", "number: 0199"),
        ("Loved by 500 customers", "number: 500"),
        ("Founded in 1987", "number: 1987"),
    ],
)
def test_what_a_page_makes_up_is_told(more, line):
    assert line in score_page(f"{ROSAS_PAGE}\n{more}\n", ROSA).invented


@pytest.mark.parametrize("name", ["€ 3,50", "3,50 €", "3.50 EUR", "3.5 euros", "EUR 3.50"])
def test_prices_are_read_in_any_usual_form(name):
    assert score_page(ROSAS_PAGE.replace("€3.50", name), ROSA).missed == []


# The labels themselves: a Business and a page written from them must be right, whatever the brief


def ideal(brief: Brief) -> Business:
    """The Business that the labels describe, and no more."""

    def texts(name: str) -> list[str]:
        return [str(fact.value) for fact in brief.facts if fact.field == name]

    def one(name: str) -> str | None:
        return next(iter(texts(name)), None)

    prices = {fact.value.item: fact.value for fact in brief.facts if isinstance(fact, PriceFact)}
    items = dict.fromkeys([*texts("offer"), *prices])
    hours = [fact.value for fact in brief.facts if isinstance(fact, HoursFact)]
    return Business(
        name=one("name"),
        trade=one("trade"),
        tagline=one("tagline"),
        place=Place(city=one("city"), street=one("street")),
        offer=[
            Item(name=name, price=Price(amount=p.amount, currency=p.currency) if (p := prices.get(name)) else None)
            for name in items
        ],
        hours=[Hours(days=list(h.days), opens=h.opens, closes=h.closes, closed=h.closed) for h in hours],
        contacts=Contacts(
            phone=one("phone"),
            email=one("email"),
            social={f.value.network: f.value.handle for f in brief.facts if isinstance(f, SocialFact)},
        ),
        style=Style(colors=texts("color"), adjectives=texts("adjective")),
        features=texts("feature"),
        since=next((fact.value for fact in brief.facts if isinstance(fact, YearFact)), None),
        people=texts("person"),
        language=brief.language,
    )


def page_line(fact: Fact) -> str:
    match fact:
        case PriceFact():
            return f"{fact.value.item}: {fact.value.amount:.2f} {fact.value.currency}"
        case HoursFact():
            return f"{' '.join(fact.value.days)} {fact.value.times}"
        case SocialFact():
            return f"@{fact.value.handle}"
        case _:
            return str(fact.value)


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.id)
def test_the_labels_agree_with_their_own_brief(brief):
    result = score(ideal(brief), brief)
    assert (result.missed, result.invented) == ([], [])


def with_planted(business: Business, fact: Fact) -> Business:
    """The Business and one thing that it must not say."""
    style = business.style
    match fact:
        case PriceFact():
            price = Price(amount=fact.value.amount, currency="€")
            return business.model_copy(update={"offer": [*business.offer, Item(name=fact.value.item, price=price)]})
        case HoursFact(value=said):
            days = list(said.days) or ["wed"]
            times = {} if said.closed else {"opens": said.opens or "04:44", "closes": said.closes or "23:23"}
            hours = [*business.hours, Hours(days=days, closed=said.closed, **times)]
            return business.model_copy(update={"hours": hours})
        case _ if fact.field in ("color", "adjective"):
            row = "colors" if fact.field == "color" else "adjectives"
            return business.model_copy(update={"style": style.model_copy(update={row: [fact.value]})})
        case _ if fact.field == "feature":
            return business.model_copy(update={"features": [fact.value]})
        case _:
            return business.model_copy(update={"offer": [*business.offer, Item(name=str(fact.value))]})


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.id)
def test_each_thing_that_must_not_be_said_is_found_when_it_is(brief):
    for fact in brief.absent:
        told = score(with_planted(ideal(brief), fact), brief).invented
        assert any(line.startswith(f"absent {fact.field}:") for line in told), fact


@pytest.mark.parametrize("brief", [b for b in BRIEFS if b.language == "en"], ids=lambda brief: brief.id)
def test_a_page_of_the_labels_agrees_with_the_brief(brief):
    page = "\n".join(page_line(fact) for fact in brief.facts if fact.field not in ("color", "adjective", "feature"))
    result = score_page(page, brief)
    assert (result.missed, result.invented) == ([], [])


def test_a_page_of_one_brief_is_wrong_for_every_other():
    pages = {b.id: "\n".join(page_line(fact) for fact in b.facts if fact.field != "feature") for b in BRIEFS}
    for brief in (brief for brief in BRIEFS if len(brief.facts) > 3):
        for other, page in pages.items():
            result = score_page(page, brief)
            assert other == brief.id or len(result.missed) > len(result.found) / 2, (brief.id, other)


def test_there_are_four_briefs_of_each_of_ten_trades_and_all_styles():
    assert set(Counter(brief.group for brief in BRIEFS).values()) == {4}
    assert len({brief.id for brief in BRIEFS}) == len(BRIEFS) == 40
    styles = Counter(brief.style for brief in BRIEFS)
    assert {style: count >= 8 for style, count in styles.items()} == dict.fromkeys(styles, True)
    assert sum(brief.said is not None for brief in BRIEFS) >= 10
