"""A list too long for one page goes on in further files, so that no page outgrows its weight."""

from collections.abc import Iterator
from typing import NamedTuple

from ai.business import Item
from ai.website.pages import ON_INDEX
from ai.website.spec import Content, Page

BYTES = 45_000  # of items on one page, in the words of the owner and the markup around them
MARKUP = 150


class Chunk(NamedTuple):
    """A part of the offer on a page; `whole` names the page that has all of it, when this one has not."""

    items: list[Item]
    number: int
    last: int
    whole: Page | None


def chunks(content: Content, page: Page) -> list[Chunk]:
    """At least one; more only where a page is the home of a long offer."""
    items = content.offer.items if content.offer else []
    home = next((each for each in content.pages if each.name in {"offer", "menu"}), None)
    if home and page is not home and "offer" in page.sections:
        return [Chunk(items[:ON_INDEX], 1, 1, home if len(items) > ON_INDEX else None)]
    if "offer" not in page.sections:
        return [Chunk([], 1, 1, None)]
    parts = list(_split(items)) or [[]]
    return [Chunk(part, number, len(parts), None) for number, part in enumerate(parts, 1)]


def _split(items: list[Item]) -> Iterator[list[Item]]:
    part: list[Item] = []
    weight = 0
    for item in items:
        size = MARKUP + 5 * (len(item.name) + len(item.note or ""))
        if part and weight + size > BYTES:
            yield part
            part, weight = [], 0
        part.append(item)
        weight += size
    if part:
        yield part
