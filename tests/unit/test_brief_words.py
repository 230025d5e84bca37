"""Words before facts: plain text, tokens, numbers, clauses, corrections and the language of a brief."""

import pytest

from ai.brief.clauses import Clauses, clauses_of
from ai.brief.corrections import corrected
from ai.brief.languages import language_of
from ai.brief.numbers import with_values
from ai.brief.text import plain, title
from ai.brief.tokens import REPAIR, Token, blanked, tokens_of


def read(text: str) -> tuple[list[Token], Clauses]:
    tokens = with_values(tokens_of(text))
    return tokens, clauses_of(tokens)


def words_that_are(text: str, flag: str) -> list[str]:
    tokens, clauses = read(text)
    flags: tuple[bool, ...] = getattr(clauses, flag)
    return [token.low for token, is_so in zip(tokens, flags, strict=True) if is_so and token.is_word]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Golden</b> Crust", " Golden  Crust"),
        ("bread<script>alert(1)</script>.", "bread ."),
        ("7\u201318 \u201cCrust\u201d", '7-18 "Crust"'),
        ("a\u202eb\x00c", "ab c"),
        ("GOLDEN CRUST BAKERY LISBON", "golden crust bakery lisbon"),
        ("colours\u2026 red", "colours, red"),
    ],
)
def test_a_brief_becomes_plain_text(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_a_spoken_name_gets_its_capitals_and_a_typed_one_keeps_its_own() -> None:
    assert title("house of bread and butter") == "House of Bread and Butter"
    assert title("deRosa's") == "DeRosa's"


@pytest.mark.parametrize(
    ("text", "lows"),
    [
        ("at 7 a.m. to 6 p.m.", ["at", "7", "am", "to", "6", "pm"]),
        ("seven a m", ["seven", "am"]),
        ("7am-6pm", ["7", "am", "-", "6", "pm"]),
        ("Joe's B&B, 12 Market St. Porto", ["joe's", "b&b", ",", "12", "market", "st", "porto"]),
        ("4.50 or 1,200.", ["4.50", "or", "1,200", "."]),
    ],
)
def test_a_text_is_cut_into_words_numbers_and_marks(text: str, lows: list[str]) -> None:
    assert [token.low for token in tokens_of(text)][: len(lows)] == lows


def test_tokens_know_where_they_stood_and_stay_there_when_they_are_taken() -> None:
    text = "golden crust, twenty five"
    tokens = with_values(tokens_of(text))
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert [token.start for token in blanked(tokens, [(0, 2)])] == [token.start for token in tokens]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty five", [25]),
        ("twenty-five", [25]),
        ("a hundred and twenty", [120]),
        ("two thousand and ten", [2010]),
        ("two thousand five hundred", [2500]),
        ("nineteen eighty seven", [19, 87]),
        ("five five five one", [5, 5, 5, 1]),
        ("4,50 and 4.50", [4.5, 4.5]),
        ("1,200 and 1.200", [1200, 1200]),
        ("a bread", []),
    ],
)
def test_numbers_have_their_value_in_digits_and_in_words(text: str, values: list[float]) -> None:
    assert [token.value for token in with_values(tokens_of(text)) if token.value is not None] == values


def test_what_a_sister_does_is_not_ours_until_we_are_back() -> None:
    told = words_that_are("My sister runs a cafe. It's in Porto. I run a bakery", "foreign")
    assert "cafe" in told
    assert "porto" in told
    assert "bakery" not in told


@pytest.mark.parametrize(
    "text",
    ["my husband and I run a bakery", "I run a bakery with my sister", "my father opened our bakery in 1950"],
)
def test_a_relative_beside_us_leaves_the_business_ours(text: str) -> None:
    assert "bakery" not in words_that_are(text, "foreign")


def test_what_was_or_may_be_is_not_told_of_today() -> None:
    told = words_that_are("we used to be in Porto and now we are in Lisbon", "foreign")
    assert "porto" in told
    assert "lisbon" not in told


def test_a_denial_reaches_to_the_next_but_and_over_a_list_with_or() -> None:
    denied = words_that_are("we don't sell coffee, tea or juice but bread", "denied")
    assert {"coffee", "tea", "juice"} <= set(denied)
    assert "bread" not in denied


def test_not_only_denies_nothing() -> None:
    assert words_that_are("we sell not only bread", "denied") == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("to 6 pm no wait 7 pm", "to 7 pm"),
        ("to 6 pm no wait 7", "to 7 pm"),
        ("for twenty euros, sorry, twenty five euros", "for twenty five euros"),
        ("from 8 to 6, I mean 9 to 7.", "from 9 to 7 ."),
        ("in Porto, sorry, in Lisbon", "in lisbon"),
        ("closed on Mondays, no, sorry, Tuesdays", f"closed on mondays {REPAIR} tuesdays"),
        ("we actually bake bread", "we actually bake bread"),
        ("sorry for the noise", "sorry for the noise"),
        ("we close at 6. Sorry, 2 more things", f"we close at 6 . {REPAIR} 2 more things"),
        ("called Iron House, no wait, Iron Home", f"called iron house {REPAIR} iron home"),
    ],
)
def test_second_thoughts_replace_what_they_correct(text: str, meant: str) -> None:
    assert " ".join(token.low for token in corrected(with_values(tokens_of(text)))) == meant


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I run a bakery in Lisbon", "en"),
        ("Bakery, Porto. 7-18.", "en"),
        ("Wir sind eine Bäckerei und haben von 7 bis 18 Uhr geöffnet", "de"),
        ("Nous sommes une boulangerie et nous vendons du pain avec amour", "fr"),
        ("Somos una panadería y vendemos pan para todos los días", "es"),
        ("Siamo una pizzeria e vendiamo la pizza con il nostro forno", "it"),
        ("Somos uma padaria e vendemos pão com a nossa receita", "pt"),
        ("Dentist at Kimathi St 5. Mon-Sat 8am-6pm", "en"),
    ],
)
def test_the_language_is_that_of_the_small_words(text: str, language: str) -> None:
    assert language_of(tokens_of(text)) == language
