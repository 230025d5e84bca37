"""Colours are the wished ones and can be read; themes and pictures suit the trade."""

from pathlib import Path
from random import Random
from xml.dom.minidom import parseString

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai import website
from ai.business import Business, Item, Style
from ai.website import THEMES, compose, render, trade_for
from ai.website.art.sheet import motifs
from ai.website.color import contrast, from_hex, readable, to_hex
from ai.website.colornames import color_named
from ai.website.look import choose
from ai.website.palette import build, failing, sort_wish
from ai.website.stylesheet import palettes
from ai.website.themes import themes
from ai.website.trades import trades

COLORS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(
    seeds=st.tuples(COLORS, COLORS, COLORS),
    paper=st.sampled_from((None, "#ffffff", "#fbf5e6", "#e9dcc3")),
    black=st.booleans(),
    dark=st.booleans(),
    theme=st.sampled_from(THEMES),
)
def test_any_wish_gives_colours_that_can_be_read(
    seeds: tuple[str, str, str], paper: str | None, black: bool, dark: bool, theme: str
) -> None:
    assert failing(build(seeds, paper, black, themes()[theme].colors, dark)) == []


@pytest.mark.parametrize("trade", trades())
def test_the_natural_colours_of_every_trade_can_be_read(trade: str) -> None:
    for theme in THEMES:
        look = choose(Business(trade=trade), theme)
        assert [failing(roles) for roles in palettes(look).values()] == [[], []]


@given(COLORS)
def test_a_colour_comes_back_from_oklch_as_it_was(color: str) -> None:
    back = to_hex(from_hex(color))
    assert all(abs(int(color[at : at + 2], 16) - int(back[at : at + 2], 16)) <= 1 for at in (1, 3, 5))


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_readable_shade_keeps_the_hue() -> None:
    shade = readable("#f2c318", "#ffffff")
    assert contrast(shade, "#ffffff") >= 4.5
    assert abs(from_hex(shade).hue - from_hex("#f2c318").hue) < 8


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("blue", "#1d4ed8"),
        ("Türkis", "#16b8b0"),
        ("forest green", "#1f5a3c"),
        ("#0a7", "#00aa77"),
        ("#123456", "#123456"),
        ("verde", "#2e8b4a"),
        ("plaid", None),
        ("", None),
        ("red;}body{", None),
    ],
)
def test_words_for_colours_are_understood_in_six_languages(words: str, code: str | None) -> None:
    assert color_named(words) == code


@pytest.mark.parametrize(
    "words", ["dark blue", "dunkelblau", "bleu foncé", "azul oscuro", "blu scuro", "azul escuro"]
)
def test_dark_blue_is_dark_and_blue_in_every_language(words: str) -> None:
    color = color_named(words)
    assert color
    assert from_hex(color).light < 0.4
    assert 240 < from_hex(color).hue < 290


def test_blue_and_white_is_blue_on_white() -> None:
    look = compose(Business(trade="bikes", style=Style(colors=["blue", "white"], adjectives=["playful"]))).look
    assert (look.theme, look.paper, look.seeds[0], look.playful) == ("market", "#ffffff", "#1d4ed8", True)
    assert palettes(look)["light"]["accent"] == "#1d4ed8"
    assert palettes(look)["light"]["paper"] == "#ffffff"


def test_black_and_green_elegant_is_green_on_black() -> None:
    look = compose(Business(trade="barber", style=Style(colors=["black", "green"], adjectives=["elegant"]))).look
    assert (look.theme, look.black, look.dark) == ("atelier", True, True)
    assert list(palettes(look)) == ["dark"]
    assert from_hex(palettes(look)["dark"]["paper"]).light < 0.2


def test_a_wish_that_cannot_be_read_stays_in_sight_and_gets_a_shade_for_text() -> None:
    roles = palettes(compose(Business(trade="bakery", style=Style(colors=["yellow"]))).look)["light"]
    assert roles["accent"] == "#f2c318"
    assert roles["link"] != "#f2c318"
    assert contrast(roles["link"], roles["paper"]) >= 4.5


def test_grey_alone_is_a_wish_and_black_alone_as_well() -> None:
    assert sort_wish(("#6f757c",)).accents == ("#6f757c",)
    assert sort_wish(("#141414", "#ffffff")).accents == ("#141414",)


@pytest.mark.parametrize(
    ("trade", "adjectives", "theme"),
    [
        ("bakery", [], "hearth"),
        ("dentist", [], "lumen"),
        ("photo", [], "atelier"),
        ("pizzeria", [], "market"),
        ("bakery", ["minimal"], "atelier"),
        ("dentist", ["bold, playful"], "market"),
        ("pizzeria", ["warm", "rustic"], "hearth"),
    ],
)
def test_the_theme_suits_the_trade_unless_words_say_otherwise(
    trade: str, adjectives: list[str], theme: str
) -> None:
    assert choose(Business(trade=trade, style=Style(adjectives=adjectives))).theme == theme


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("bakery", "bakery"),
        ("sourdough bakery", "bakery"),
        ("dog groomer", "pets"),
        ("Zahnarztpraxis", "dentist"),
        ("magasin de vélos", "bikes"),
        ("hair_salon", "hair"),
        ("something new", "business"),
        ("barbershop", "barber"),
    ],
)
def test_a_trade_is_known_by_what_people_call_it(said: str, key: str) -> None:
    assert trade_for(said, None).key == key
    assert trade_for(None, said).key == key


def test_every_trade_has_pictures_and_there_are_many_trades() -> None:
    assert len(trades()) > 40
    assert all(set(trade.motifs) <= set(motifs()) for trade in trades().values())
    assert all(set(trade.theme) <= set(THEMES) for trade in trades().values())


def test_what_is_sold_is_drawn() -> None:
    business = Business(trade="restaurant", offer=[Item(name="Grilled fish"), Item(name="Carrot soup")])
    assert {"fish", "carrot"} <= set(choose(business).motifs)


@pytest.mark.parametrize("trade", trades())
def test_pictures_are_small_well_formed_and_say_what_they_are(trade: str) -> None:
    theme = Random(trade).choice(THEMES)
    files = render(compose(Business(trade=trade), theme=theme), base_url="https://x.example/")
    for path in ("artwork.svg", "favicon.svg"):
        parseString(files[path])
        assert len(files[path]) < 20_000
    assert 'role="img" aria-label="Illustration' in files["index.html"].decode()


def test_all_languages_speak_of_all_trades() -> None:
    folder = Path(website.__file__).with_name("words")
    for path in folder.glob("*.toml"):
        assert all(f"\n{trade} = " in path.read_text("utf-8") for trade in trades()), path
