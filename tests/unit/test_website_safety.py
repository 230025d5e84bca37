"""Whatever an owner says stays text: no markup, script, style or dangerous link comes of it."""

import re
from html.parser import HTMLParser
from xml.dom.minidom import parseString

import html5lib
import pytest

from ai.business import Business, Place
from ai.website import THEMES, compose, edit, links, render
from tests.browser.injections import INJECTIONS, poisoned

BASE = "https://sites.example/x/"
SAFE_LINK = re.compile(
    r"#\w+|[a-z]+(-\d+)?\.html(#\w+)?|tel:\+?\d+|mailto:[^\s\"'<>]+|https?://[^\s\"'<>@]+(@[A-Za-z0-9._-]*)?"
)


class Shape(HTMLParser):
    """The elements and attribute names of a page, and where its links go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_is_text_on_every_page(text: str) -> None:
    plain = {path: Shape(data.decode()) for path, data in render(compose(poisoned("plain")), base_url=BASE).items()}
    for path, data in render(compose(poisoned(text)), base_url=BASE).items():
        if not path.endswith(".html"):
            continue
        html = data.decode()
        html5lib.HTMLParser(strict=True).parse(html)
        shape = Shape(html)
        assert not [name for name in shape.attributes if name.startswith("on")]
        assert set(shape.tags) <= set(plain[path].tags) | {"a", "bdi", "time"}
        assert all(SAFE_LINK.fullmatch(link) for link in shape.links), shape.links
        assert "evil.example" not in "".join(link for link in shape.links if "openstreetmap" not in link)


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_edit_is_text_as_well(text: str) -> None:
    section = {"heading": text, "text": text}
    patch = {
        "content": {
            "label": text or "x",
            "description": text,
            "hero": {"title": text, "kicker": text, "lead": text},
            "booking": section,
            "about": {"heading": text, "text": [text], "facts": [{"label": text[:100], "value": text}]},
            "trade": "bakery",
            "footer": text,
        },
        "look": {"motifs": ["loaf", text[:20]], "art": text[:60]},
    }
    files = render(edit(compose(Business(features=["booking"])), patch), base_url=BASE)
    html = files["index.html"].decode()
    html5lib.HTMLParser(strict=True).parse(html)
    assert not [name for name in Shape(html).attributes if name.startswith("on")]
    assert Shape(html).tags.count("script") == 1
    for path in ("artwork.svg", "favicon.svg", "sitemap.xml"):
        parseString(files[path])


@pytest.mark.parametrize("theme", THEMES)
def test_no_word_of_an_owner_reaches_the_style(theme: str) -> None:
    html = render(compose(poisoned("wickedword"), theme=theme), base_url=BASE)["index.html"].decode()
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL) + re.findall(r' style="([^"]*)"', html)
    assert styles
    assert "wickedword" not in "".join(styles)


def test_json_for_machines_cannot_end_its_element() -> None:
    html = render(compose(poisoned("</script><b>&\u2028")), base_url=BASE)["index.html"].decode()
    (body,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert not set("<>&\u2028") & set(body)


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("+351 22 123 45 67", "tel:+351221234567"),
        ("(0117) 496-0000", "tel:01174960000"),
        ("12", None),
        ("call me", None),
        ("1;ext=javascript", None),
        ("1" * 40, None),
    ],
)
def test_only_numbers_are_called(phone: str, link: str | None) -> None:
    assert links.tel(phone) == link


@pytest.mark.parametrize(
    ("email", "link"),
    [
        ("ola@aurora.example", "mailto:ola@aurora.example"),
        ("a+b@x-y.example", "mailto:a+b@x-y.example"),
        ("a?subject=x&body=y@x.example", "mailto:a%3Fsubject%3Dx%26body%3Dy@x.example"),
        ("a@b", None),
        ("a b@x.example", None),
        ("x@y.example, z@y.example", None),
    ],
)
def test_mail_goes_to_an_address_and_carries_nothing_else(email: str, link: str | None) -> None:
    assert links.mailto(email) == link


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("aurora.pt", "https://aurora.pt"),
        ("http://www.aurora.pt/menu?x=1", "http://www.aurora.pt/menu?x=1"),
        ('https://aurora.pt/"><b>', "https://aurora.pt/%22%3E%3Cb%3E"),
        ("javascript://aurora.pt/%0aalert(1)", None),
        ("https://user@evil.example", None),
        ("https://localhost/x", None),
        ("https://[::1", None),
        ("https://aurora.pt:99999", None),
    ],
)
def test_only_the_web_is_linked(address: str, link: str | None) -> None:
    assert links.web(address) == link


def test_a_handle_leads_to_its_network_and_a_stranger_nowhere() -> None:
    assert links.social("Instagram", "@aurora.porto") == "https://www.instagram.com/aurora.porto"
    assert links.social("smoke signals", "two puffs") is None
    assert links.social("instagram", "../../evil") is None


def test_a_place_is_looked_up_only_by_those_who_follow_the_link() -> None:
    place = Place(street="Rua & Travessa <1>", city="Porto")
    assert links.on_map(place) == (
        "https://www.openstreetmap.org/search?query=Rua%20%26%20Travessa%20%3C1%3E%2C%20Porto"
    )
