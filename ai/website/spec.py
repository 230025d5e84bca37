"""A whole site as data: what it says (`Content`, the owner may edit it) apart from how it looks (`Look`)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from ai.business import Contacts, Feature, Hours, Item, Language, Place

Theme = Literal["hearth", "atelier", "market", "lumen"]
SectionName = Literal["hero", "offer", "about", "gallery", "visit", "booking", "voices", "questions"]
PageName = Literal["index", "offer", "menu", "about", "gallery", "contact"]
Hex = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Hero(_Part):
    """The first screen. `kicker` stands over the title, `lead` under it."""

    kicker: str = Field("", max_length=300)
    title: str = Field(max_length=300)
    lead: str = Field("", max_length=2000)


class Fact(_Part):
    """A label and what is known: "Since", "1998"."""

    label: str = Field(max_length=100)
    value: str = Field(max_length=500)


class About(_Part):
    heading: str = Field(max_length=200)
    text: list[str] = Field(default_factory=list, max_length=20)
    facts: list[Fact] = Field(default_factory=list, max_length=20)


class Offer(_Part):
    """What is sold or done; `text` is shown when nothing is listed."""

    heading: str = Field(max_length=200)
    text: str = Field("", max_length=2000)
    items: list[Item] = Field(default_factory=list, max_length=5000)


class Gallery(_Part):
    """Drawn pictures, said to be drawn: no photo is ever faked."""

    heading: str = Field(max_length=200)
    note: str = Field(max_length=300)
    pictures: int = Field(6, ge=1, le=12)


class OpeningTimes(_Part):
    heading: str = Field(max_length=200)
    text: str = Field("", max_length=500)
    times: list[Hours] = Field(default_factory=list, max_length=60)


class FindUs(_Part):
    heading: str = Field(max_length=200)
    text: str = Field("", max_length=500)
    place: Place = Field(default_factory=Place)


class Contact(_Part):
    heading: str = Field(max_length=200)
    text: str = Field("", max_length=500)
    contacts: Contacts = Field(default_factory=Contacts)


class Note(_Part):
    """A heading and a sentence."""

    heading: str = Field(max_length=200)
    text: str = Field("", max_length=2000)


class Question(_Part):
    question: str = Field(max_length=300)
    answer: str = Field(max_length=2000)


class Questions(_Part):
    heading: str = Field(max_length=200)
    items: list[Question] = Field(default_factory=list, max_length=40)


class Page(_Part):
    """A page and the sections on it, in order; the file is `{name}.html`."""

    name: PageName
    title: str = Field(max_length=200)
    sections: list[SectionName]


class Content(_Part):
    """All words of a site. A section that is None is not shown, whatever the pages say."""

    language: Language = "en"
    trade: str = Field("business", max_length=60)
    label: str = Field(max_length=300)
    name: str | None = Field(None, max_length=300)
    description: str = Field(max_length=500)
    since: int | None = None
    hero: Hero
    about: About | None = None
    offer: Offer | None = None
    gallery: Gallery | None = None
    hours: OpeningTimes | None = None
    find_us: FindUs | None = None
    contact: Contact | None = None
    booking: Note | None = None
    voices: Note | None = None
    questions: Questions | None = None
    footer: str = Field("", max_length=500)
    pages: list[Page] = Field(min_length=1, max_length=5)

    @field_validator("pages")
    @classmethod
    def _index_first(cls, pages: list[Page]) -> list[Page]:
        names = [page.name for page in pages]
        if names[0] != "index" or len(set(names)) < len(names):
            raise ValueError("the first page is index, and each page is there once")
        return pages


class Look(_Part):
    """How it looks. `seeds` are three colours, `paper` a wished background; `dark` None follows the visitor."""

    theme: Theme
    seeds: list[Hex] = Field(min_length=3, max_length=3)
    paper: Hex | None = None
    black: bool = False
    dark: bool | None = None
    playful: bool = False
    art: str = Field("business", max_length=60)
    seed: int = Field(0, ge=0)
    motifs: list[str] = Field(default_factory=list, max_length=12)


class SiteSpec(_Part):
    """A site. `edits` gathers the owner's changes as one merge patch, so that they outlive a new composition."""

    format: Literal[1] = 1
    content: Content
    look: Look
    wanted: list[Feature] = Field(default_factory=list)
    edits: dict[str, JsonValue] = Field(default_factory=dict)
