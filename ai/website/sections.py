"""The sections of a site, each from its facts; a section without facts is None unless it was asked for."""

from ai.business import Contacts, Hours, Item, Place
from ai.website.spec import About, Contact, Fact, FindUs, Gallery, Hero, Note, Offer, OpeningTimes
from ai.website.texts import capital, clean, listed, sentence
from ai.website.view import View

FOOD = frozenset({"oven", "table"})


def hero(view: View) -> Hero:
    lead = sentence(clean(view.business.tagline)) or view.goods or view.greeting
    kicker = view.kind_here if clean(view.business.name) else ""
    return Hero(kicker=kicker, title=view.label, lead=lead)


def about(view: View) -> About | None:
    """What is known of the business itself, as sentences and as a list."""
    text, facts = _about_text(view), _about_facts(view)
    wanted = "about" in view.business.features
    if not text and not wanted:
        return None
    return About(heading=view.words.ui["about"], text=text or [view.words.notes["about"]], facts=facts)


def offer(view: View) -> Offer | None:
    wanted = {"menu", "prices"} & set(view.business.features)
    items = [item for item in map(_item, view.business.offer) if item.name]
    if not items and not wanted:
        return None
    note = "" if items else view.words.notes["menu" if "menu" in wanted else "offer"]
    return Offer(heading=view.words.group[view.trade.group]["offer"], text=note, items=items)


def gallery(view: View, *, sparse: bool) -> Gallery | None:
    """Where little else is known, pictures fill the page; they are said to be drawn."""
    if "gallery" not in view.business.features and not sparse:
        return None
    return Gallery(heading=view.words.ui["gallery"], note=view.words.ui["illustrations"])


def hours(view: View) -> OpeningTimes | None:
    if not view.business.hours and "hours" not in view.business.features:
        return None
    note = "" if view.business.hours else view.words.notes["hours"]
    return OpeningTimes(
        heading=view.words.ui["hours"], text=note, times=[_times(entry) for entry in view.business.hours[:60]]
    )


def find_us(view: View) -> FindUs | None:
    place = view.business.place
    known = Place(
        city=clean(place.city, 120) or None,
        street=clean(place.street, 200) or None,
        region=clean(place.region, 120) or None,
    )
    if not any(known.model_dump().values()):
        note = view.words.notes["find_us"]
        return FindUs(heading=view.words.ui["find_us"], text=note) if "map" in view.business.features else None
    return FindUs(heading=view.words.ui["find_us"], place=known)


def contact(view: View) -> Contact | None:
    known = _contacts(view.business.contacts)
    reachable = bool(known.phone or known.email)
    wanted = bool({"contact_form", "booking"} & set(view.business.features))
    if not any(known.model_dump().values()) and not wanted:
        return None
    note = "contact_mail" if known.email else "contact_phone" if known.phone else "contact_form"
    text = view.words.notes[note] if wanted or reachable else ""
    return Contact(heading=view.words.ui["contact"], text=text, contacts=known)


def booking(view: View) -> Note | None:
    return _note(view, "booking") if "booking" in view.business.features else None


def voices(view: View) -> Note | None:
    """Reviews are never made up: the place for them says so."""
    return _note(view, "voices") if "testimonials" in view.business.features else None


def _note(view: View, name: str) -> Note:
    return Note(heading=view.words.ui[name], text=view.words.notes[name])


def _about_text(view: View) -> list[str]:
    since = view.words.ui["since_year"].format(year=view.business.since) if view.business.since else ""
    people = _people(view)
    meet = sentence(view.words.ui["meet"].format(people=people)) if people else ""
    first = view.what_it_is or (sentence(view.kind_here) if since or meet else "")
    return [text for text in (first, since, meet) if text]


def _about_facts(view: View) -> list[Fact]:
    ui = view.words.ui
    known = {
        ui["since"]: str(view.business.since or ""),
        ui["people"]: _people(view),
        ui["place"]: ", ".join(
            filter(None, (clean(view.business.place.city, 120), clean(view.business.place.region, 120)))
        ),
    }
    return [Fact(label=label, value=value[:500]) for label, value in known.items() if value]


def _people(view: View) -> str:
    return clean(listed([clean(person, 80) for person in view.business.people[:12]], view.words.ui["and"]), 400)


def _item(item: Item) -> Item:
    return Item(name=capital(clean(item.name, 160)), price=item.price, note=clean(item.note, 400) or None)


def _times(entry: Hours) -> Hours:
    return entry.model_copy(update={"opens": clean(entry.opens, 40), "closes": clean(entry.closes, 40)})


def _contacts(known: Contacts) -> Contacts:
    social = {clean(name, 40): clean(handle, 200) for name, handle in list(known.social.items())[:12]}
    return Contacts(
        phone=clean(known.phone, 60) or None,
        email=clean(known.email, 200) or None,
        website=clean(known.website, 300) or None,
        social=social,
    )
