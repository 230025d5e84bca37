"""Opening times as lines of a table: days with the same times together, in the order of the week."""

import re
from collections.abc import Iterable
from typing import NamedTuple, get_args

from ai.business import Day, Hours, Language
from ai.website.vocabulary import Vocabulary

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
WEEK: tuple[Day, ...] = get_args(Day)


class Span(NamedTuple):
    """From and to, "HH:MM" each; either may be unknown."""

    opens: str
    closes: str


class Line(NamedTuple):
    """Some days and when they are open; no spans means closed."""

    days: str
    spans: tuple[Span, ...]


def lines(times: Iterable[Hours], words: Vocabulary) -> list[Line]:
    """A line per run of days with the same times. Days nobody spoke of are left out."""
    week = by_day(times)
    if len(week) == 7 and len(set(week.values())) == 1:
        return [Line(words.ui["every_day"], week["mon"])]
    found: list[tuple[list[Day], tuple[Span, ...]]] = []
    for day in (day for day in WEEK if day in week):
        if found and found[-1][1] == week[day] and WEEK.index(found[-1][0][-1]) + 1 == WEEK.index(day):
            found[-1][0].append(day)
        else:
            found.append(([day], week[day]))
    return [Line(_days(days, words), spans) for days, spans in found]


def by_day(times: Iterable[Hours]) -> dict[Day, tuple[Span, ...]]:
    """Each day spoken of with its spans, none if it is closed; times without days hold where no others do."""
    entries = list(times)
    general = [entry for entry in entries if not entry.days]
    said = {day: [entry for entry in entries if day in entry.days] or general for day in WEEK}
    return {day: _spans(those) for day, those in said.items() if those}


def is_clock(text: str) -> bool:
    """Whether this is a time of day as HTML writes it."""
    return CLOCK.fullmatch(text) is not None


def clock(time: str, language: Language) -> str:
    """ "08:00" as a reader of the language writes it ("8 am"); what is no time of day stays as it is."""
    if language != "en" or not is_clock(time):
        return time
    hour, _, minute = time.partition(":")
    half = "am" if int(hour) % 24 < 12 else "pm"
    past = "" if minute == "00" else f":{minute}"
    return f"{int(hour) % 12 or 12}{past} {half}"


def _spans(entries: list[Hours]) -> tuple[Span, ...]:
    spans = (Span(entry.opens or "", entry.closes or "") for entry in entries if not entry.closed)
    return tuple(dict.fromkeys(spans))


def _days(days: list[Day], words: Vocabulary) -> str:
    first, last = words.days[days[0]], words.days[days[-1]]
    if len(days) == 1:
        return first
    return f"{first}, {last}" if len(days) == 2 else f"{first} \u2013 {last}"
