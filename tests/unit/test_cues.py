"""Cues that fit on a screen, whatever the text, and lose none of it."""

from itertools import pairwise

import pytest

from ai.cues import LINE, cues
from ai.transcript import Segment, Word

SENTENCE = (
    "We sell sourdough bread, cinnamon rolls and birthday cakes, and on Saturdays there is a market "
    "in front of the door where neighbours bring what grows in their gardens."
)


def segment(text: str, start: float = 0.0, end: float = 10.0, words: list[Word] | None = None) -> Segment:
    return Segment(0, start, end, text, words, -0.1, 0.0)


def spoken(text: str, each: float = 0.5) -> list[Word]:
    return [Word(n * each, (n + 1) * each, word, 0.9) for n, word in enumerate(text.split())]


@pytest.mark.parametrize("text", [SENTENCE, SENTENCE.replace(",", ""), "word " * 100, "a" * 30 + " b" * 80])
@pytest.mark.parametrize("timed", [True, False])
def test_a_long_segment_becomes_cues_of_two_short_lines_in_order(text, timed):
    text = text.strip()
    made = list(cues([segment(text, words=spoken(text, 10 / len(text.split())) if timed else None)]))
    assert " ".join(line for cue in made for line in cue.lines) == text
    assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= LINE for cue in made)
    assert made[0].start == 0.0
    assert made[-1].end == pytest.approx(10.0)
    assert all(one.start < one.end <= other.start for one, other in pairwise(made))


def test_cuts_follow_the_times_of_the_words():
    first, second = list(cues([segment(SENTENCE, words=spoken(SENTENCE))]))[:2]
    said = " ".join(first.lines)
    assert said.endswith(",")
    assert (first.end, second.start) == (len(said.split()) * 0.5,) * 2


def test_two_lines_are_about_even():
    (cue,) = cues([segment("Hello, my name is Daniel and I own a tattoo studio in Paris.")])
    assert cue.lines == ["Hello, my name is Daniel and I", "own a tattoo studio in Paris."]


def test_a_language_without_spaces_is_cut_between_characters():
    text = "私たちはリスボンでパンを焼いています" * 8
    made = list(cues([segment(text)]))
    assert "".join(line for cue in made for line in cue.lines) == text
    assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= LINE for cue in made)


def test_words_that_are_not_those_of_the_text_are_passed_over():
    (cue,) = cues([segment("Hello there.", words=spoken("Something else"))])
    assert (cue.start, cue.end, cue.lines) == (0.0, 10.0, ["Hello there."])


def test_no_cue_ends_where_it_starts():
    (cue,) = cues([segment("Short.", 2.0, 2.0)])
    assert (cue.start, cue.end) == (2.0, 2.1)


def test_nor_does_it_go_on_into_the_next():
    made = list(cues([segment("Yes.", 1.0, 1.0), segment("No.", 1.04, 2.0), segment("Well.", 2.0, 2.0)]))
    assert [(cue.start, cue.end) for cue in made] == [(1.0, 1.04), (1.04, 2.0), (2.0, 2.1)]
