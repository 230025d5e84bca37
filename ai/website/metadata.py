"""What machines read: JSON-LD of the known facts, for schema.org."""

import json

from markupsafe import Markup
from pydantic import JsonValue

from ai.business import Day, Item
from ai.website import links, opening
from ai.website.markup import ours
from ai.website.spec import Content
from ai.website.texts import currency_code
from ai.website.trades import FALLBACK, trades

DAYS: tuple[tuple[Day, str], ...] = (
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
)
FEW = 40  # offers told to machines; a page stays under its weight


def json_ld(content: Content, url: str) -> Markup:
    """A script element's content: JSON in which no character can end the element."""
    text = json.dumps(facts(content, url), ensure_ascii=False, separators=(",", ":"))
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    return ours("".join(escapes.get(char, char) for char in text))


def facts(content: Content, url: str) -> dict[str, JsonValue]:
    """Only what is known; a thing without a name is told as a page, not as a business."""
    if not content.name:
        return {"@context": "https://schema.org", "@type": "WebSite", "name": content.label, "url": url}
    trade = trades().get(content.trade, trades()[FALLBACK])
    known: dict[str, JsonValue] = {
        "@context": "https://schema.org",
        "@type": trade.schema_type,
        "name": content.name,
        "description": content.description,
        "url": url,
        **_contact(content),
        **_place(content),
        "openingHoursSpecification": _hours(content),
        "foundingDate": str(content.since) if content.since else None,
        "makesOffer": [_offer(item) for item in content.offer.items[:FEW]] if content.offer else [],
    }
    return {key: value for key, value in known.items() if value}


def _contact(content: Content) -> dict[str, JsonValue]:
    if not content.contact:
        return {}
    known = content.contact.contacts
    phone, email = links.tel(known.phone), links.mailto(known.email)
    same = [links.web(known.website), *(links.social(name, handle) for name, handle in known.social.items())]
    return {
        "telephone": known.phone if phone else None,
        "email": known.email if email else None,
        "sameAs": [address for address in same if address],
    }


def _place(content: Content) -> dict[str, JsonValue]:
    if not content.find_us:
        return {}
    place = content.find_us.place
    known = {"streetAddress": place.street, "addressLocality": place.city, "addressRegion": place.region}
    address: dict[str, JsonValue] = {key: value for key, value in known.items() if value}
    return {"address": {"@type": "PostalAddress", **address}} if address else {}


def _hours(content: Content) -> list[JsonValue]:
    week = opening.by_day(content.hours.times if content.hours else [])
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": name, "opens": span.opens, "closes": span.closes}
        for day, name in DAYS
        for span in week.get(day, ())
        if span.opens and span.closes
    ]


def _offer(item: Item) -> JsonValue:
    offer: dict[str, JsonValue] = {"@type": "Offer", "name": item.name}
    code = currency_code(item.price.currency) if item.price else None
    if item.price and code:
        offer |= {"price": f"{item.price.amount:.2f}", "priceCurrency": code}
    return offer
