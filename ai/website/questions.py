"""Questions a visitor asks that the facts answer; no others, and only where a list of them was asked for."""

from ai.business import Contacts, Place
from ai.website import opening
from ai.website.spec import Question, Questions
from ai.website.texts import clean, names, priced
from ai.website.view import View


def questions(view: View) -> Questions | None:
    """None when nothing can be answered or nobody asked for them: the same facts stand on the page already."""
    ask, ui = view.words.questions, view.words.ui
    answers = {
        ask["hours"]: _hours(view),
        ask["place"]: _place(view.business.place),
        ask["reach"]: _reach(view.business.contacts),
        ask["offer"]: "" if _prices(view) else view.goods,
        **_prices(view),
        ask["since"]: ui["since_year"].format(year=view.business.since) if view.business.since else "",
    }
    known = [
        Question(question=clean(asked), answer=clean(answer, 1500)) for asked, answer in answers.items() if answer
    ]
    if not known or "faq" not in view.business.features:
        return None
    return Questions(heading=ui["questions"], items=known)


def _hours(view: View) -> str:
    parts = [
        f"{line.days}: {spans_text(line.spans, view)}" for line in opening.lines(view.business.hours, view.words)
    ]
    return f"{'; '.join(parts)}." if parts else ""


def spans_text(spans: tuple[opening.Span, ...], view: View) -> str:
    said = [
        " \u2013 ".join(opening.clock(time, view.business.language) for time in span if time)
        or view.words.ui["open"]
        for span in spans
    ]
    return ", ".join(said) or view.words.ui["closed"]


def _place(place: Place) -> str:
    return clean(", ".join(filter(None, (place.street, place.city, place.region))))


def _reach(contacts: Contacts) -> str:
    return clean(" · ".join(filter(None, (contacts.phone, contacts.email))))


def _prices(view: View) -> dict[str, str]:
    """At most two, so that the list stays one that people read."""
    known = [item for item in view.business.offer if item.price and names([item])][:2]
    ask = view.words.questions["price"]
    return {
        ask.format(item=clean(item.name, 160)): priced(item.price, view.business.language, view.words.ui)
        for item in known
        if item.price
    }
