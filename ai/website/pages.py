"""Which pages a site has: one, and further ones when they were asked for or there is enough to say."""

from ai.business import Feature
from ai.website.sections import FOOD
from ai.website.spec import Content, Page, PageName, SectionName
from ai.website.view import View

ON_INDEX = 12  # items of the offer on the first page when they have a page of their own
ORDER: tuple[SectionName, ...] = (
    "hero",
    "offer",
    "about",
    "booking",
    "gallery",
    "voices",
    "visit",
    "questions",
)


def plan(content: Content, wanted: list[Feature], view: View) -> list[Page]:
    """One to five pages, the first of them `index`."""
    ui = view.words.ui
    more = [(name, sections) for name, sections in _further(content, set(wanted), view) if sections]
    index = Page(name="index", title=ui["home"], sections=[name for name in ORDER if has(content, name)])
    return [index, *(Page(name=name, title=ui[name], sections=sections) for name, sections in more)]


def has(content: Content, section: SectionName) -> bool:
    """Whether there is anything to show in a section."""
    if section == "visit":
        return bool(content.hours or content.find_us or content.contact)
    return getattr(content, section) is not None


def _further(content: Content, wanted: set[Feature], view: View) -> list[tuple[PageName, list[SectionName]]]:
    pages: list[tuple[PageName, list[SectionName]]] = []
    items = len(content.offer.items) if content.offer else 0
    if wanted & {"menu", "prices"} or items > ON_INDEX:
        pages.append((_offer_name(wanted, view), _present(content, "offer", "booking")))
    if "about" in wanted:
        pages.append(("about", _present(content, "about")))
    if "gallery" in wanted:
        pages.append(("gallery", _present(content, "gallery")))
    if wanted & {"contact_form", "map", "booking"} or (pages and content.contact):
        pages.append(("contact", _present(content, "visit", "booking", "questions")))
    return pages


def _offer_name(wanted: set[Feature], view: View) -> PageName:
    return "menu" if "menu" in wanted or view.trade.group in FOOD else "offer"


def _present(content: Content, *names: SectionName) -> list[SectionName]:
    return [name for name in names if has(content, name)]
