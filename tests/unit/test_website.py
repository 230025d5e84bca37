"""A site says what its business said, in any look, and nothing else."""

import json
import re
from typing import get_args

import html5lib
import pytest
from pydantic import ValidationError

from ai.business import Business, Contacts, Feature, Hours, Item, Place, Price, Style
from ai.website import (
    LANGUAGES,
    THEMES,
    BadEdit,
    SiteSpec,
    UnknownLanguage,
    UnknownTheme,
    compose,
    edit,
    recompose,
    redesign,
    render,
)
from tests.browser.samples import SAMPLES

BASE = "http://127.0.0.1:8001/aurora/"


def pages(spec: SiteSpec) -> dict[str, str]:
    files = render(spec, base_url=BASE)
    return {path: data.decode() for path, data in files.items() if path.endswith(".html")}


def text_of(html: str) -> str:
    visible = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", visible))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_page_of_every_sample_is_valid_html_and_light(name: str, theme: str) -> None:
    for path, html in pages(compose(SAMPLES[name], theme=theme)).items():
        html5lib.HTMLParser(strict=True).parse(html)
        assert len(html.encode()) < 150_000, path


def test_the_same_business_gives_the_same_bytes() -> None:
    first = render(compose(SAMPLES["bakery"]), base_url=BASE)
    assert first == render(compose(SAMPLES["bakery"].model_copy(deep=True)), base_url=BASE)


def test_a_bakery_in_porto_without_a_name_still_has_a_title() -> None:
    html = pages(compose(SAMPLES["sparse"]))["index.html"]
    assert "<title>Bakery in Porto</title>" in html
    assert "Find us" in text_of(html)


def test_nothing_known_is_a_greeting_and_no_more() -> None:
    spec = compose(Business())
    assert spec.content.hero.title == "Welcome"
    assert not any((spec.content.offer, spec.content.hours, spec.content.contact, spec.content.find_us))


def test_all_facts_are_on_the_first_page() -> None:
    text = text_of(pages(compose(SAMPLES["bakery"]))["index.html"])
    for fact in ("Aurora", "Porto", "Rua das Flores 21", "Sourdough loaf", "€4.50", "€1.80", "7 am", "6 pm"):
        assert fact in text
    for fact in ("+351 22 123 4567", "ola@aurora.example", "@aurora.porto", "2016", "Ana and João", "closed"):
        assert fact in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_not_said(language: str) -> None:
    known = Business(name="Aurora", trade="bakery", features=list(get_args(Feature)))
    for html in pages(compose(known, language=language)).values():
        assert not re.search(r"\d", text_of(html))
        assert not re.search(r'href="(?:tel|mailto|https?):', html.replace(f'href="{BASE}', ""))
        assert "<form" not in html
        assert f'lang="{language}"' in html


def test_wanted_pages_exist_even_when_there_is_nothing_for_them_yet() -> None:
    known = Business(name="Aurora", trade="bakery", features=["menu", "about", "gallery", "contact_form"])
    assert list(pages(compose(known))) == ["index.html", "menu.html", "about.html", "gallery.html", "contact.html"]


def test_a_sparse_business_gets_one_page() -> None:
    assert list(pages(compose(Business(name="Aurora", trade="bakery")))) == ["index.html"]


def test_links_between_pages_are_relative_and_lead_to_files_that_exist() -> None:
    for sample in SAMPLES.values():
        files = pages(compose(sample))
        for html in files.values():
            for link in re.findall(r'<a [^>]*?href="([^"]+)"', html):
                path, _, anchor = link.partition("#")
                assert re.match(r"(tel:|mailto:|https://)", link) or not path or path in files, link
                assert not anchor or f'id="{anchor}"' in (files[path] if path else html), link


def test_no_page_has_a_script_that_runs_or_asks_for_anything() -> None:
    for sample in SAMPLES.values():
        for html in pages(compose(sample)).values():
            assert re.findall(r"<script[^>]*>", html) in ([], ['<script type="application/ld+json">'])
            assert not re.search(r"<(?:img|iframe|object|embed|video|audio)\b|@import|url\(", html)


def test_machines_are_told_the_same_facts() -> None:
    html = pages(compose(SAMPLES["bakery"]))["index.html"]
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found
    facts = json.loads(found[1])
    assert facts["@type"] == "Bakery"
    assert facts["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Rua das Flores 21",
        "addressLocality": "Porto",
    }
    assert {"dayOfWeek": "Saturday", "opens": "08:00", "closes": "14:00"}.items() <= facts[
        "openingHoursSpecification"
    ][-1].items()
    assert facts["makesOffer"][0] == {
        "@type": "Offer",
        "name": "Sourdough loaf",
        "price": "4.50",
        "priceCurrency": "EUR",
    }
    assert "review" not in html.lower()


def test_two_thousand_items_are_all_shown_on_pages_that_stay_light() -> None:
    items = [Item(name=f"Thing number {n}", price=Price(amount=n, currency="EUR")) for n in range(2000)]
    files = pages(compose(Business(name="Everything", trade="shop", offer=items)))
    assert max(len(html.encode()) for html in files.values()) < 150_000
    shown = set(re.findall(r"Thing number \d+", "".join(map(text_of, files.values()))))
    assert len(shown) == 2000
    assert files["offer-2.html"].count('rel="prev"') == 1


@pytest.mark.parametrize("language", ["deutsch", "", "xx"])
def test_an_unknown_language_is_refused_by_name(language: str) -> None:
    if not language:
        assert compose(Business(language="de"), language=language).content.language == "de"
        return
    with pytest.raises(UnknownLanguage, match="en, de"):
        compose(Business(), language=language)


def test_an_unknown_theme_is_refused_with_the_list() -> None:
    with pytest.raises(UnknownTheme, match="hearth, atelier, market, lumen"):
        compose(Business(), theme="disco")


def test_an_edit_outlives_a_redesign_and_a_new_composition() -> None:
    spec = edit(compose(SAMPLES["bakery"]), {"content": {"hero": {"lead": "Fresh at seven."}, "about": None}})
    again = redesign(spec, theme="market", style=Style(colors=["blue"]))
    assert again.look.theme == "market"
    assert again.content == spec.content
    fresh = recompose(again, SAMPLES["bakery"].model_copy(update={"since": 2015}))
    assert fresh.content.hero.lead == "Fresh at seven."
    assert fresh.content.about is None
    assert fresh.content.since == 2015
    assert fresh.look == again.look


def test_a_redesign_without_wishes_is_another_theme_with_the_same_words() -> None:
    spec = compose(SAMPLES["cafe"])
    again = redesign(spec)
    assert again.look.theme != spec.look.theme
    assert again.content == spec.content
    assert again.look.seeds == spec.look.seeds


@pytest.mark.parametrize(
    "patch",
    [
        {"look": {"seeds": ["red", "#000000", "#000000"]}},
        {"look": {"seeds": ["#fff;}body{}", "#000000", "#000000"]}},
        {"look": {"theme": "../../etc"}},
        {"content": {"pages": []}},
        {"content": {"pages": [{"name": "about", "title": "x", "sections": ["about"]}]}},
        {"content": {"pages": [{"name": "../x", "title": "x", "sections": []}]}},
        {"content": {"hero": None}},
        {"edits": {}},
        {"content": "gone"},
    ],
)
def test_an_edit_that_leaves_no_site_is_refused_in_a_sentence(patch: dict[str, object]) -> None:
    spec = compose(SAMPLES["bakery"])
    with pytest.raises(BadEdit, match=r"\w+"):
        edit(spec, patch)


def test_an_edited_phone_is_called_and_told_to_machines() -> None:
    patch = {"content": {"contact": {"contacts": {"phone": "+351 99 000 111"}}}}
    html = pages(edit(compose(SAMPLES["bakery"]), patch))["index.html"]
    assert 'href="tel:+35199000111"' in html
    assert '"telephone":"+351 99 000 111"' in html


def test_a_spec_survives_json() -> None:
    spec = compose(SAMPLES["dentist"])
    assert SiteSpec.model_validate_json(spec.model_dump_json()) == spec


def test_a_spec_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError):
        SiteSpec.model_validate({**compose(Business()).model_dump(), "script": "x"})


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://x.example/", "file:///etc", "", "//x.example", "http://"]
)
def test_a_site_is_only_rendered_for_a_web_address(address: str) -> None:
    with pytest.raises(BadEdit):
        render(compose(Business()), base_url=address)


def test_times_around_noon_and_days_alike_stand_together() -> None:
    lunch = [
        Hours(days=["mon", "tue"], opens="09:00", closes="12:00"),
        Hours(days=["mon", "tue"], opens="13:30", closes="18:00"),
        Hours(days=["sun"], closed=True),
    ]
    text = text_of(pages(compose(Business(hours=lunch)))["index.html"])
    assert "Monday, Tuesday 9 am \u2013 12 pm 1:30 pm \u2013 6 pm Sunday closed" in text


def test_right_to_left_names_and_emoji_keep_their_place() -> None:
    spec = compose(Business(name="مخبز النور 🥖", trade="bakery", offer=[Item(name="خبز ✨")]))
    html = pages(spec)["index.html"]
    assert '<h1 id="title" class="short" style="--longest:5" dir="auto">مخبز النور 🥖</h1>' in html
    assert "خبز ✨" in html


def test_a_word_without_end_is_cut_and_may_break() -> None:
    spec = compose(Business(name="x" * 5000, place=Place(city="y" * 5000)))
    assert len(spec.content.label) <= 120
    assert len(pages(spec)["index.html"]) < 60_000


def test_prices_without_end_and_times_that_are_stories_break_nothing() -> None:
    offer = [
        Item(name="Moon", price=Price(amount=float("inf"), currency="USD")),
        Item(name="Tea", price=Price(amount=3)),
    ]
    hours = [Hours(days=["mon"], opens="whenever " * 900, closes="25:99")]
    text = text_of(pages(compose(Business(offer=offer, hours=hours, features=["faq"])))["index.html"])
    assert "Tea 3" in text
    assert "whenever" in text


def test_contacts_that_are_none_are_shown_but_lead_nowhere() -> None:
    spec = compose(Business(contacts=Contacts(phone="ask Maria", email="at the door", website="no idea")))
    html = pages(spec)["index.html"]
    assert "ask Maria" in html
    assert not re.search(r'href="(?:tel|mailto|https)', html)
