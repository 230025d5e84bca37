"""Hostile briefs: nothing crashes, hangs, smuggles markup or grows without bound."""

import time

import pytest

from ai.brief import understand

HUGE = 100_000
LONG = (
    "a " * (HUGE // 2),
    "1 " * (HUGE // 2),
    "9" * HUGE,
    "a" * HUGE,
    "one " * (HUGE // 4),
    "<" * HUGE,
    "<script>" * (HUGE // 8),
    "@" * HUGE,
    "a@" * (HUGE // 2),
    "a.b@c." * (HUGE // 6),
    "1-" * (HUGE // 2),
    "(" * HUGE,
    '"' * HUGE,
    "called " * (HUGE // 7),
    "no wait " * (HUGE // 8),
    "sorry 5 " * (HUGE // 8),
    "we sell bread and " * (HUGE // 18),
    "bread 4.50, " * (HUGE // 12),
    "Bakery in Porto. " * (HUGE // 17),
    "monday to friday from 7 to 6 " * (HUGE // 29),
    "blue and " * (HUGE // 9),
    "add a map and " * (HUGE // 14),
    "my sister " * (HUGE // 10),
    "at a dot com " * (HUGE // 13),
    "Rua de " * (HUGE // 7),
    "\n" * HUGE,
    "www." * (HUGE // 4),
    "bakery " * (HUGE // 7),
    "Golden " * (HUGE // 7),
)
ODD = (
    *(
        "",
        " ",
        "\x00",
        "\ud800",
        "🥐🥖",
        "مخبز في القاهرة",
        "\u202egnp.exe\u202c bakery",
        "bakery\x00called\x00golden crust",
    ),
    *(
        "½ kilo ²³ ٣٤ ⅷ",
        "called",
        "we sell",
        "from to",
        "open at",
        "€",
        "+",
        "no wait",
        "@",
        "since",
        "- - - -",
        '"" "',
    ),
    *("a hundred and", "twenty -", "my name is", "R$", "1.2.3.4.5.6", "00:00-99:99", "99999999999999999999 euros"),
    *("bakery in", "at dot com", "call", "half past", "monday to", "except", "closed", "in", "İstanbul ǅ ŉ ß"),
)


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_a_hundred_kilobytes_take_less_than_a_second_of_work(text: str) -> None:
    assert spent_s(text) < 1 or spent_s(text) < 1, "a neighbour on the machine may cost it once"


def spent_s(text: str) -> float:
    started = time.process_time()
    understand(text)
    return time.process_time() - started


@pytest.mark.parametrize("text", ODD)
def test_odd_text_is_understood_as_far_as_it_goes(text: str) -> None:
    understand(text).model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        "Bakery called <script>alert(1)</script>Golden Crust in <b>Lisbon</b>. "
        "We sell <img src=x onerror=alert(1)> bread for 4 euros.",
        'My bakery is called Golden <a href="javascript:alert(1)">Crust</a>, at 12 <i>Market</i> Street, Lisbon.',
        "Bakery called Golden Crust\x00\x1b[31m in Lisbon\u202e. Colors: blue<style>*{}</style> and white.",
        "Our bakery <<b>Golden</b>> Crust sells < bread > for 3 euros",
    ],
)
def test_no_value_holds_markup_or_control_characters(text: str) -> None:
    known = understand(text).model_dump_json()
    assert not set("<>\u202e\x1b\x00") & set(known)
    assert "alert" not in known
    assert "\\u00" not in known


def test_values_and_their_number_are_bounded() -> None:
    many = ", ".join(f"{chr(97 + i % 26)}{chr(97 + i // 26)}x bread {i + 1}.50" for i in range(500))
    known = understand(f"Bakery in Porto called {'Golden ' * 300}. {many}. Our slogan is {'very ' * 400}good.")
    assert len(known.offer) <= 40
    assert len(known.name or "") <= 60
    assert len(known.tagline or "") <= 120
    assert all(len(item.name) <= 80 for item in known.offer)


def test_a_brief_without_facts_knows_nothing() -> None:
    known = understand("Well hello there, I would like to have a website, thank you very much!")
    assert known == type(known)()
