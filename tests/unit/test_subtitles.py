"""Subtitles that a player reads, whatever the text."""

import pytest

from ai import subtitles
from ai.transcript import Segment


def segment(start: float, end: float, text: str) -> Segment:
    return Segment(0, start, end, text, None, -0.1, 0.0)


TWO = [segment(0, 1.5, "Hello."), segment(3725.0004, 3726.9996, "An hour later.")]


def test_srt_numbers_its_cues_and_counts_hours():
    assert subtitles.srt(TWO) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello.\n\n2\n01:02:05,000 --> 01:02:07,000\nAn hour later.\n\n"
    )


def test_vtt_has_a_header_and_points():
    assert subtitles.vtt(TWO) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello.\n\n01:02:05.000 --> 01:02:07.000\nAn hour later.\n\n"
    )


def test_text_is_one_line_for_each_segment():
    assert subtitles.txt(TWO) == "Hello.\nAn hour later.\n"


@pytest.mark.parametrize(
    "seconds, text", [(59.9996, "00:01:00.000"), (0, "00:00:00.000"), (360000, "100:00:00.000")]
)
def test_a_time_is_rounded_before_it_is_cut_into_hours(seconds, text):
    assert subtitles.timestamp(seconds, ".") == text


def test_no_text_can_end_its_cue_or_start_another():
    evil = [segment(0, 1, "a\n\n2\n00:00:00,000 --> 00:00:09,000\nb <c> & d")]
    for made in (subtitles.srt(evil), subtitles.vtt(evil)):
        assert made.count("-->") == 1
        assert made.count("\n\n") == 1 + made.startswith("WEBVTT")
    assert "b &lt;c&gt; &amp; d" in subtitles.vtt(evil)


def test_a_cue_never_ends_where_it_starts():
    assert "00:00:02.000 --> 00:00:02.100" in subtitles.vtt([segment(2, 2, "Short.")])


def test_silence_makes_empty_but_valid_files():
    assert (subtitles.txt([]), subtitles.srt([]), subtitles.vtt([])) == ("", "", "WEBVTT\n\n")
