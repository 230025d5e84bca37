"""Forty briefs labelled by hand, and how much of one a Business or a page knows, tells wrong or makes up.

The labels of a brief are complete for its name, place, contacts, prices and hours: another value of these is
an invention even where its words occur in the brief. Everything else has to be traced to the brief's words.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ai.business import Business, Day, Hours, Item

FOLDER = Path(__file__).parent / "data" / "briefs"
BY_OTHERS = FOLDER.with_name("briefs-by-others")
"""84 more, labelled by four authors who had not seen the parser; it has learned from them since."""
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNSEEN = ("color", "adjective", "feature")  # what a page shows otherwise than as text

TextField = Literal[
    "name",
    "trade",
    "city",
    "street",
    "offer",
    "phone",
    "email",
    "color",
    "adjective",
    "feature",
    "person",
    "tagline",
    "text",
]


class _Label(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Priced(_Label):
    item: str
    amount: float
    currency: str | None = None
    unit: str | None = None


class Opening(_Label):
    """Times of some days, "HH:MM"; of no days: of all, or of days that nobody named."""

    days: tuple[Day, ...] = ()
    opens: str | None = None
    closes: str | None = None
    closed: bool = False

    @property
    def times(self) -> str:
        return "closed" if self.closed else f"{self.opens}-{self.closes}"


class Handle(_Label):
    network: str
    handle: str


class TextFact(_Label):
    field: TextField
    value: str
    also: tuple[str, ...] = ()


class YearFact(_Label):
    field: Literal["since"]
    value: int
    also: tuple[int, ...] = ()


class PriceFact(_Label):
    field: Literal["price"]
    value: Priced
    also: tuple[Priced, ...] = ()


class HoursFact(_Label):
    field: Literal["hours"]
    value: Opening
    also: tuple[Opening, ...] = ()


class SocialFact(_Label):
    field: Literal["social"]
    value: Handle
    also: tuple[Handle, ...] = ()


Fact = Annotated[TextFact | YearFact | PriceFact | HoursFact | SocialFact, Field(discriminator="field")]


class Brief(_Label):
    """`facts` must appear, `absent` must not, `allowed` may. `said` is what a spoken `text` was heard from."""

    id: str
    style: Literal["typed", "terse", "rambling", "spoken"]
    group: str
    text: str
    facts: tuple[Fact, ...]
    absent: tuple[Fact, ...]
    allowed: tuple[Fact, ...] = ()
    language: str = "en"
    voice: str | None = None
    said: str | None = None


@dataclass(slots=True)
class Score:
    """The labelled facts that were found and missed, and a line for each thing that was made up."""

    found: list[Fact] = field(default_factory=list)
    missed: list[Fact] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)


def load_briefs(folder: Path = FOLDER) -> list[Brief]:
    """All of them, in the order of their numbers. Raises pydantic.ValidationError for a wrong label."""
    return [Brief.model_validate_json(path.read_text()) for path in sorted(folder.glob("*.json"))]


def score(business: Business, brief: Brief) -> Score:
    """What of the brief the Business knows, and what it knows from elsewhere."""
    result = Score()
    for fact in brief.facts:
        (result.found if _knows(business, fact) else result.missed).append(fact)
    result.invented = [*_made_up(business, brief), *_forbidden(business, brief)]
    return result


def score_page(text: str, brief: Brief) -> Score:
    """The same for the plain text of the rendered pages, of the facts that can be read there."""
    page, result = Page(text, brief.language), Score()
    for fact in brief.facts:
        if fact.field not in UNSEEN:
            (result.found if page.shows(fact) else result.missed).append(fact)
    result.invented = [*_shown_wrongly(page, brief), *_numbers_made_up(page, brief)]
    return result


# Words: lower case, no accents, singular, one spelling, numbers as digits.

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_ONES += " seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: number for number, word in enumerate(_ONES.split())}
_VALUES |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
_SPELLINGS = {"grey": "gray", "colour": "color", "colourful": "colorful", "cosy": "cozy", "tyre": "tire"}
_LITTLE = frozenset(
    ["a", "an", "and", "the", "of", "for", "with", "our", "your", "my", "in", "on", "at", "to", "from", "per"]
)


def _plain(text: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    text = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)", "", text)
    plain = re.sub(r"['\u2019]s\b|['\u2019]", "", _plain(text).replace("&", " and "))
    return _in_digits([_word(found) for found in re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", plain)])


def _word(raw: str) -> str:
    if raw[0].isdigit():
        return _number(raw)
    if len(raw) > 3 and raw not in _VALUES:
        if raw.endswith("ies"):
            raw = raw[:-3] + "y"
        elif raw.endswith(("ses", "xes", "ches", "shes")):
            raw = raw[:-2]
        elif raw.endswith("s") and not raw.endswith("ss"):
            raw = raw[:-1]
    return _SPELLINGS.get(raw, raw)


def _number(raw: str) -> str:
    """ "1,200" and "1200.00" are "1200", "3,50" is "3.5"; a leading zero stays, "0116" is no amount."""
    if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", raw):
        return re.sub(r"[.,]", "", raw)
    whole, _, rest = raw.replace(",", ".").partition(".")
    return f"{whole}.{rest.rstrip('0')}".rstrip(".")


def _in_digits(row: list[str]) -> list[str]:
    out: list[str] = []
    before = ""
    for word in row:
        ones = _VALUES.get(word, 0)
        if before in _TENS.split() and 1 <= ones <= 9:
            out[-1] = str(_VALUES[before] + ones)
        elif word == "hundred" and before in _VALUES:
            out[-1] = str(100 * _VALUES[before])
        else:
            out.append(str(_VALUES[word]) if word in _VALUES else word)
        before = word
    return out


def contains(row: list[str], part: list[str]) -> bool:
    """Whether `part` stands in `row` as it is."""
    return bool(part) and any(row[i : i + len(part)] == part for i in range(len(row) - len(part) + 1))


def near(row: list[str], part: list[str], slack: int = 8) -> bool:
    """Whether all words of `part` that matter stand close together in `row`, in any order."""
    wanted = set(part) - _LITTLE
    span = len(part) + slack
    return bool(wanted) and any(wanted <= set(row[i : i + span]) for i in range(len(row)))


def _same(told: str | None, label: str, spare: int = 3) -> bool:
    """The label's words, and at most `spare` others around them."""
    row, part = words(told or ""), words(label)
    return contains(row, part) and len(row) <= len(part) + spare


def _digits(text: str | None) -> str:
    return re.sub(r"\D", "", text or "")


def _squeezed(text: str) -> str:
    """For addresses of all kinds, also dictated ones."""
    text = re.sub(r"\s+dot\s+", ".", re.sub(r"\s+at\s+", "@", text.casefold()))
    return re.sub(r"\s+", "", text)


# What a Business knows


def _knows(business: Business, fact: Fact) -> bool:
    match fact:
        case TextFact():
            told = _told(business, fact.field)
            return any(_agrees(fact.field, each, label) for each in told for label in (fact.value, *fact.also))
        case YearFact():
            return business.since in (fact.value, *fact.also)
        case PriceFact():
            return any(_costs(item, label) for item in business.offer for label in (fact.value, *fact.also))
        case HoursFact():
            week = _week(business.hours)
            return any(_open(week, label) for label in (fact.value, *fact.also))
        case SocialFact():
            return any(_reached(business, label) for label in (fact.value, *fact.also))


def _told(business: Business, name: TextField) -> list[str]:
    """The Business's values of a field of text."""
    style, place = business.style, business.place
    told: dict[str, list[str | None]] = {
        "name": [business.name],
        "trade": [(business.trade or "").replace("_", " "), business.trade_words],
        "city": [place.city],
        "street": [place.street],
        "offer": [item.name for item in business.offer],
        "phone": [business.contacts.phone],
        "email": [business.contacts.email],
        "color": list(style.colors),
        "adjective": [*style.adjectives, None if style.dark is None else "dark" if style.dark else "light"],
        "feature": [*business.features],
        "person": list(business.people),
        "tagline": [business.tagline],
        "text": list(_leaves(business.model_dump())),
    }
    return [value for value in told[name] if value]


def _agrees(name: TextField, told: str, label: str) -> bool:
    match name:
        case "phone":
            return _digits(told) == _digits(label)
        case "email":
            return _squeezed(told) == _squeezed(label)
        case "feature":
            return told == label
        case "trade":
            return "".join(words(label)) in "".join(words(told))
        case "name":
            return _same(told, label, spare=1)
        case _:
            return _same(told, label)


def _costs(item: Item, label: Priced) -> bool:
    return item.price is not None and _same(item.name, label.item) and _amounts(item, label)


def _costs_about(item: Item, label: Priced) -> bool:
    """The same in any currency."""
    return item.price is not None and _same(item.name, label.item) and abs(item.price.amount - label.amount) < 0.005


def _amounts(item: Item, label: Priced) -> bool:
    price = item.price
    if price is None or abs(price.amount - label.amount) > 0.005:
        return False
    return label.currency in _currencies(price.currency) or price.currency == label.currency


_MONEY = {
    "EUR": "€ eur euro euros",
    "USD": "$ us$ usd dollar dollars bucks",
    "CAD": "$ c$ ca$ cad dollar dollars usd",
    "GBP": "£ gbp pound pounds quid",
    "PLN": "zł zl pln zloty",
    "DKK": "kr kr. dkk kroner",
    "INR": "₹ inr rs rupees",
    "KES": "ksh kes",
    "ZAR": "r zar rand",
    "JPY": "¥ jpy yen",
}


def _currencies(said: str | None) -> set[str]:
    """The currencies that a sign, a code or a word may mean."""
    key = (said or "").casefold()
    return {code for code, names in _MONEY.items() if key == code.casefold() or key in names.split()}


def _reached(business: Business, label: Handle) -> bool:
    told = {network.casefold(): handle for network, handle in business.contacts.social.items()}
    handle = told.get(label.network, "").casefold().rstrip("/")
    return re.split(r"[/@]", handle)[-1] == label.handle


Week = dict[Day, set[str]]


def _week(hours: list[Hours]) -> Week:
    """Every day's times; what is said of no day in particular holds for the days that nothing else is said of."""
    week: Week = {}
    for each in hours:
        for day in each.days:
            week.setdefault(day, set()).add("closed" if each.closed else f"{each.opens}-{each.closes}")
    named = set(week)
    for each in (each for each in hours if not each.days):
        for day in (day for day in DAYS if day not in named):
            week.setdefault(day, set()).add("closed" if each.closed else f"{each.opens}-{each.closes}")
    return week


def _open(week: Week, label: Opening) -> bool:
    if not label.days:
        return any(label.times in times for times in week.values())
    return all(label.times in week.get(day, ()) for day in label.days)


# What nobody said


def _made_up(business: Business, brief: Brief) -> Iterator[str]:
    yield from _unlabelled(business, brief)
    yield from _untraced(business, brief)
    yield from _wrong_prices(business, brief)
    yield from (f"hours: {line}" for line in _wrong_hours(_week(business.hours), brief, gaps=True))


def _known(brief: Brief, name: str, told: str) -> bool:
    """Whether a label of the field says so."""
    labels = [fact for fact in (*brief.facts, *brief.allowed) if isinstance(fact, TextFact) and fact.field == name]
    return any(_agrees(fact.field, told, value) for fact in labels for value in (fact.value, *fact.also))


def _unlabelled(business: Business, brief: Brief) -> Iterator[str]:
    """Values of which a brief has one or none, so that another is wrong."""
    names: tuple[TextField, ...] = ("name", "trade", "city", "street", "phone", "email")
    for name in names:
        told = _told(business, name)
        if told and not any(_known(brief, name, each) for each in told):
            yield f"{name}: {told[0]}"
    if business.since and not any(f.field == "since" and f.value == business.since for f in brief.facts):
        yield f"since: {business.since}"
    if business.language != brief.language:
        yield f"language: {business.language}"
    social = [fact.value for fact in brief.facts if isinstance(fact, SocialFact)]
    for network, handle in business.contacts.social.items():
        if not any(network.casefold() == label.network and label.handle in handle.casefold() for label in social):
            yield f"social: {network} {handle}"


_WISHES = {
    "contact_form": r"contact|form|message|kontakt",
    "map": r"map|karte|carte|direction",
    "gallery": r"galler|photo|picture|portfolio",
    "menu": r"menu",
    "prices": r"price|pricing",
    "booking": r"book|appointment|reserv",
    "faq": r"faq|question",
    "about": r"about|story",
    "hours": r"hour|open|close",
    "testimonials": r"testimonial|review",
}
_LIGHT = r"dark|black|night|light|bright|white"


def _untraced(business: Business, brief: Brief) -> Iterator[str]:
    """Values of which a brief may have many: their words have to stand together in it."""
    said = words(brief.text)
    names: tuple[TextField, ...] = ("person", "tagline", "color", "adjective", "offer")
    for name in names:
        for told in _told(business, name):
            of_style = told in ("dark", "light") and re.search(_LIGHT, brief.text.casefold())
            if not (of_style or near(said, words(told)) or _known(brief, name, told)):
                yield f"{name}: {told}"
    for note in (item.note for item in business.offer if item.note):
        if not near(said, words(note), slack=30):
            yield f"note: {note}"
    if business.place.region and not contains(said, words(business.place.region)):
        yield f"region: {business.place.region}"
    site = re.sub(r"^https?://|^www\.|/$", "", (business.contacts.website or "").casefold())
    if site not in _squeezed(brief.text):
        yield f"website: {site}"
    for feature in business.features:
        if not (re.search(_WISHES[feature], brief.text.casefold()) or _known(brief, "feature", feature)):
            yield f"feature: {feature}"


def _prices(brief: Brief) -> list[Priced]:
    facts = [fact for fact in (*brief.facts, *brief.allowed) if isinstance(fact, PriceFact)]
    return [label for fact in facts for label in (fact.value, *fact.also)]


def _wrong_prices(business: Business, brief: Brief) -> Iterator[str]:
    """A price that belongs to something else is as wrong as one that nobody said."""
    for item in (item for item in business.offer if item.price):
        labels = [label for label in _prices(brief) if near(words(label.item), words(item.name), slack=0)]
        labels += [label for label in _prices(brief) if near(words(item.name), words(label.item), slack=0)]
        if not any(_amounts(item, label) for label in labels) and item.price:
            yield f"price: {item.name} {item.price.amount:g} {item.price.currency}"


def _wrong_hours(week: Week, brief: Brief, *, gaps: bool) -> Iterator[str]:
    """Times of days that no label has. With `gaps`, also a day said to be closed of which nobody spoke."""
    facts = [fact for fact in (*brief.facts, *brief.allowed) if isinstance(fact, HoursFact)]
    labels = [label for fact in facts for label in (fact.value, *fact.also)]
    for day, told in week.items():
        right = {label.times for label in labels if day in (label.days or DAYS)}
        silent = not any(day in (label.days or DAYS) for label in labels)
        for times in sorted(told - right):
            if gaps or times != "closed" or not silent:
                yield f"{day} {times}"


def _forbidden(business: Business, brief: Brief) -> Iterator[str]:
    week = _week(business.hours)
    for fact in brief.absent:
        match fact:
            case TextFact(field="color" | "adjective" | "feature"):
                found = any(_agrees(fact.field, told, fact.value) for told in _told(business, fact.field))
            case TextFact():
                found = any(_mentions(leaf, fact.value) for leaf in _leaves(business.model_dump()))
            case HoursFact():
                found = any(_like(times, fact.value) for times in _times(week, fact.value))
            case PriceFact():
                found = any(_costs_about(item, fact.value) for item in business.offer)
            case _:
                found = _knows(business, fact)
        if found:
            yield f"absent {fact.field}: {_shown(fact)}"


def _shown(fact: Fact) -> str:
    value = fact.value
    return value.model_dump_json(exclude_defaults=True) if isinstance(value, BaseModel) else str(value)


def _leaves(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _leaves(each)
        case list():
            for each in value:
                yield from _leaves(each)


def _mentions(text: str, label: str) -> bool:
    """A label of signs alone, such as "@", is looked for as it is."""
    part = words(label)
    return contains(words(text), part) if part else label in text


def _times(week: Week, label: Opening) -> set[str]:
    return {times for day in label.days or DAYS for times in week.get(day, ())}


def _like(times: str, label: Opening) -> bool:
    """A label that should not hold may say only one of the two times."""
    if label.closed or times == "closed":
        return label.closed and times == "closed"
    opens, _, closes = times.partition("-")
    return label.opens in (None, opens) and label.closes in (None, closes)


# A page: its text, its words, and the times that it shows for each day

_DASH = r"\s*(?:[-\u2010-\u2015\u2212]|\b(?:to|through|until|till|bis|au|a)\b)\s*"
_CLOCK = r"(?<![\d.,:$€£₹])(?:\d{1,2}(?:[:.h]\d{2})?\s*(?:[ap]\.?m\b\.?|uhr\b|h\b)?|noon|midnight)(?![\d:])"
_RANGE = rf"(?P<range>{_CLOCK}{_DASH}{_CLOCK})"
_ALL = r"every day|daily|seven days|jeden tag|taglich|tous les jours|todos los dias"
_CLOSED = r"(?P<closed>\b(?:closed|geschlossen|ruhetag|fermee?|cerrado)\b)"
_ROUND = r"(?P<round>\b(?:24/7|24 hours)\b)"
_GROUPS: dict[str, tuple[Day, ...]] = {"weekday": DAYS[:5], "weekend": DAYS[5:]}
_JOINED = re.compile(r"[ ,&:]*(?:on|and|am|und|le|les|el|los|y|et)?[ ,&]*(?:le|los)?[ ]*")
_LOCAL = {  # the names of days, and how each begins
    "en": (r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?", "mon tue wed thu fri sat sun"),
    "de": (
        r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?|mo|di|mi|do|fr|sa|so",
        "mo di mi do fr sa so",
    ),
    "fr": (
        r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim",
        "lu ma me je ve sa di",
    ),
    "es": (
        r"lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|lun|mar|mie|jue|vie|sab|dom",
        "lu ma mi ju vi sa do",
    ),
}
_FAR = 60  # characters between a day and its times


class Page:
    """Plain text of rendered pages, read as a visitor does."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.words = words(text)
        self.row = _with_sums(text)
        self.week = _Reader(language).read(_plain(text))

    def shows(self, fact: Fact) -> bool:
        match fact:
            case TextFact():
                return any(self._says(fact.field, label) for label in (fact.value, *fact.also))
            case YearFact():
                return str(fact.value) in self.words
            case PriceFact():
                return any(self.prices(label) for label in (fact.value, *fact.also))
            case HoursFact():
                return any(_open(self.week, label) for label in (fact.value, *fact.also))
            case SocialFact():
                return fact.value.handle in self.text.casefold()

    def _says(self, name: TextField, label: str) -> bool:
        match name:
            case "phone":
                return bool(re.search(_phone(label), self.text))
            case "email":
                return label.casefold() in self.text.casefold()
            case "trade":
                return any("".join(words(label)) in word for word in _pairs(self.words))
            case _:
                return contains(self.words, words(label))

    def prices(self, label: Priced, reach: int = 25) -> bool:
        """Whether the first amount within `reach` words after what it buys is the label's."""
        part = words(label.item)
        spots = [i + len(part) for i in range(len(self.row)) if self.row[i : i + len(part)] == part]
        return any(self._amounts(self.row[i : i + reach], label) for i in spots)

    def _amounts(self, row: list[str], label: Priced) -> bool:
        wanted = _number(f"{label.amount:.2f}")
        first = next((word for word in row if word.startswith(_MARK)), None)
        if label.currency is None and wanted in row[:2]:
            return True
        number, _, sign = (first or "").removeprefix(_MARK).partition(" ")
        return number == wanted and (label.currency is None or label.currency in _currencies(sign))


def _pairs(row: list[str]) -> Iterator[str]:
    """Each word, and each two, joined: "barber shop" is a "barbershop"."""
    yield from (first + second for first, second in zip(row, [*row[1:], ""], strict=True))


def _phone(label: str) -> str:
    """The digits, however they are grouped."""
    return r"(?<!\d)" + r"[\s().\-/\u2011\u00a0]*".join(_digits(label)) + r"(?!\d)"


_SIGNS = sorted({re.escape(name) for names in _MONEY.values() for name in names.split()}, key=len, reverse=True)
_SIGNS += [code.casefold() for code in _MONEY if code.casefold() not in _SIGNS]
_SUM = r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+(?:[.,]\d{2})?|\d+(?:[.,]\d{1,2})?"
_SIGN = rf"(?:{'|'.join(_SIGNS)})"
_PRICE = re.compile(
    rf"(?<![^\W\d_])(?P<before>{_SIGN})[ \u00a0\u202f]?(?P<sum>{_SUM})(?!\d)"
    rf"|(?<![\d.,])(?P<number>{_SUM})[ \u00a0\u202f]?(?P<after>{_SIGN})(?![^\W\d_])"
)
_MARK = "="  # no word begins with it


def _with_sums(text: str) -> list[str]:
    """The words of a text, and each amount of money as one of them: "=3.5 eur"."""
    row, last, folded = [], 0, text.casefold()
    for found in _PRICE.finditer(folded):
        amount = _amount(found["sum"] or found["number"])
        row += [
            *words(folded[last : found.start()]),
            f"{_MARK}{_number(f'{amount:.2f}')} {found['before'] or found['after']}",
        ]
        last = found.end()
    return row + words(folded[last:])


def _amount(raw: str) -> float:
    raw = re.sub(r"[\s\u00a0\u202f]", "", raw)
    cents = re.search(r"[.,](\d{1,2})$", raw)
    whole = raw[: cents.start()] if cents else raw
    return float(f"{_digits(whole)}.{cents[1] if cents else 0}")


def _events(language: str) -> re.Pattern[str]:
    day = rf"\b(?:{_LOCAL.get(language, _LOCAL['en'])[0]})\b"
    days = rf"(?P<days>{day}(?:\.?{_DASH}{day})?|\b(?:weekdays?|weekends?|{_ALL})\b)"
    return re.compile("|".join((_RANGE, days, _CLOSED, _ROUND)))


@dataclass(slots=True)
class _Reader:
    """The times that stand behind days, for each day; with no day before them they are for all."""

    language: str
    week: Week = field(default_factory=dict)
    days: tuple[Day, ...] = ()
    used: bool = False  # the days have got their times: the next day begins anew
    closing: bool = False  # "closed on" was said, and its days follow

    def read(self, plain: str) -> Week:
        last = 0
        for event in _events(self.language).finditer(plain):
            gap = plain[last : event.start()]
            if len(gap) > _FAR:
                self.days, self.used = (), False
            self.closing = self.closing and bool(_JOINED.fullmatch(gap))
            self._take(event, gap)
            last = event.end()
        return self.week

    def _take(self, event: re.Match[str], gap: str) -> None:
        if event["days"]:
            self._name(_days(event["days"], self.language), gap)
        elif event["closed"]:
            self.closing = self.used or not self.days
            self._say(() if self.closing else self.days, "closed")
        elif times := "00:00-24:00" if event["round"] else _range(event[0], bool(self.days)):
            self._say(self.days or DAYS, times)

    def _name(self, meant: tuple[Day, ...], gap: str) -> None:
        if self.closing:
            self._say(meant, "closed")
        elif re.search("except|ausser|sauf|salvo", gap):
            self.days = tuple(day for day in self.days if day not in meant)
        else:
            self.days, self.used = meant if self.used else (*self.days, *meant), False

    def _say(self, days: tuple[Day, ...], times: str) -> None:
        _add(self.week, days, times)
        self.used = True


def _add(week: Week, days: tuple[Day, ...], times: str) -> None:
    for day in days:
        week.setdefault(day, set()).add(times)


def _days(said: str, language: str) -> tuple[Day, ...]:
    names, starts = _LOCAL.get(language, _LOCAL["en"])
    begins = starts.split()
    found = [begins.index(name[: len(begins[0])]) for name in re.findall(rf"\b(?:{names})\b", said)]
    if not found:
        return _GROUPS.get(said.rstrip("s"), DAYS)
    return tuple(DAYS[(found[0] + i) % 7] for i in range((found[-1] - found[0]) % 7 + 1))


def _range(said: str, after_a_day: bool) -> str | None:
    """ "HH:MM-HH:MM"; None for two numbers that are no times."""
    ends = re.findall(_CLOCK, said)
    marked = re.search(r"[:h]|\d\.\d\d|[ap]\.?m|uhr|noon|midnight", said)
    if len(ends) != 2 or not (marked or after_a_day):
        return None
    half = [("pm" if re.search(r"p\.?m", end) else "am" if re.search(r"a\.?m", end) else "") for end in ends]
    opens, closes = _minutes(ends[0], half[0]), _minutes(ends[1], half[1])
    if half[1] and not half[0] and ends[0][0].isdigit():  # "7-9 pm", "11-2 pm"
        opens = _minutes(ends[0], half[1])
        opens = opens if opens < closes else _minutes(ends[0], "am")
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


def _minutes(clock: str, half: str) -> int:
    if clock.startswith(("noon", "midnight")):
        return 720 if clock.startswith("noon") else 0
    hour, minute = (int(number or 0) for number in re.findall(r"(\d+)(?:[:.h](\d\d))?", clock)[0])
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return 60 * hour + minute


def _shown_wrongly(page: Page, brief: Brief) -> Iterator[str]:
    """What must not appear, other addresses, other times, other amounts of money."""
    for fact in brief.absent:
        if fact.field not in UNSEEN and _appears(page, fact):
            yield f"absent {fact.field}: {_shown(fact)}"
    for email in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", page.text):
        if not _known(brief, "email", email):
            yield f"email: {email}"
    for line in _wrong_hours(page.week, brief, gaps=False):
        yield f"hours: {line}"
    known = {_number(f"{label.amount:.2f}") for label in _prices(brief)}
    for told in (word.removeprefix(_MARK) for word in page.row if word.startswith(_MARK)):
        if told.partition(" ")[0] not in known:
            yield f"price: {told}"


def _appears(page: Page, fact: Fact) -> bool:
    match fact:
        case TextFact():
            return _mentions(page.text, fact.value)
        case HoursFact():  # that a day is closed may be seen from the other days
            return not fact.value.closed and any(_like(t, fact.value) for t in _times(page.week, fact.value))
        case PriceFact():
            return page.prices(fact.value, reach=2)
        case _:
            return page.shows(fact)


def _numbers_made_up(page: Page, brief: Brief) -> Iterator[str]:
    """Any number that is not in the brief, but for the year of a copyright line."""
    text = re.sub(r"©\s*(?:20\d\d)?[^.\n]{0,40}?20\d\d|©\s*20\d\d", " ", page.text)
    for fact in brief.facts:
        if fact.field == "phone":
            text = re.sub(_phone(fact.value), " ", text)
    text = re.sub(_RANGE, " ", _plain(text))  # judged as hours
    known = (
        _clock_numbers(brief)
        | set(words(brief.text))
        | {str(year) for fact in brief.facts for year in [fact.value]}
    )
    known |= {_number(f"{label.amount:.2f}") for label in _prices(brief)}
    for word in words(text):
        if word[0].isdigit() and word not in known and word.lstrip("0") not in known:
            yield f"number: {word}"


def _clock_numbers(brief: Brief) -> set[str]:
    """How the hours and minutes of the labelled times may be written."""
    facts = [fact for fact in (*brief.facts, *brief.allowed) if isinstance(fact, HoursFact)]
    clocks = [clock for fact in facts for clock in (fact.value.opens, fact.value.closes) if clock]
    hours = {int(clock[:2]) for clock in clocks}
    return {str(h) for hour in hours for h in (hour, hour % 12 or 12)} | {c[3:] for c in clocks}
