"""What is known about a business: only what its owner said. What is unknown stays None or empty."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Language = Literal["en", "de", "fr", "es", "it", "pt"]
Feature = Literal[
    "contact_form", "map", "gallery", "menu", "prices", "booking", "faq", "about", "hours", "testimonials"
]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Price(_Fact):
    """An amount as the owner said it; `unit` is what it buys, as "hour" or "kg"."""

    amount: float = Field(ge=0)
    currency: str | None = None
    at_least: bool = False
    unit: str | None = None


class Item(_Fact):
    """Something sold or done, in the owner's words."""

    name: str
    price: Price | None = None
    note: str | None = None


class Hours(_Fact):
    """Opening time of some days, 24-hour "HH:MM". No days means: every day. A closed day has no times."""

    days: list[Day] = Field(default_factory=list)
    opens: str | None = None
    closes: str | None = None
    closed: bool = False


class Place(_Fact):
    """Where it is, as far as it was said."""

    city: str | None = None
    street: str | None = None
    region: str | None = None


class Contacts(_Fact):
    """How to reach it."""

    phone: str | None = None
    email: str | None = None
    website: str | None = None
    social: dict[str, str] = Field(default_factory=dict)


class Style(_Fact):
    """What it should look like: colours and adjectives as words, `dark` when light or dark was asked for."""

    colors: list[str] = Field(default_factory=list)
    adjectives: list[str] = Field(default_factory=list)
    dark: bool | None = None


class Business(_Fact):
    """A brief understood. `trade` is a key such as "bakery", `trade_words` what the owner called it."""

    name: str | None = None
    trade: str | None = None
    trade_words: str | None = None
    tagline: str | None = None
    place: Place = Field(default_factory=Place)
    offer: list[Item] = Field(default_factory=list)
    hours: list[Hours] = Field(default_factory=list)
    contacts: Contacts = Field(default_factory=Contacts)
    style: Style = Field(default_factory=Style)
    features: list[Feature] = Field(default_factory=list)
    since: int | None = None
    people: list[str] = Field(default_factory=list)
    language: Language = "en"
