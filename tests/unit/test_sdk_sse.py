"""The parser of server-sent events, against the letter of the HTML standard."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from turnspit.sse import Frame, Parser


def parse(*chunks: bytes) -> list[Frame]:
    parser = Parser()
    return [frame for chunk in chunks for frame in parser.feed(chunk)]


def test_lines_may_end_in_lf_crlf_or_cr() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        text = end.join([b"event: a", b"data: 1", b"", b"data: 2", b"", b""])
        assert parse(text) == [Frame("a", "1"), Frame("message", "2")]


def test_several_data_lines_are_one_text_with_newlines() -> None:
    assert parse(b"data: a\ndata:\ndata:  b\n\n") == [Frame("message", "a\n\n b")]


def test_comments_and_unknown_fields_are_ignored() -> None:
    assert parse(b": ping\n\nnonsense: 1\ndata: x\n: more\n\n") == [Frame("message", "x")]


def test_an_id_stays_until_the_next_one_and_nul_is_refused() -> None:
    frames = parse(b"id: 7\ndata: a\n\ndata: b\n\nid: 8\0\ndata: c\n\nid\ndata: d\n\n")
    assert [frame.id for frame in frames] == ["7", "7", "7", ""]


def test_retry_takes_digits_only() -> None:
    assert [frame.retry_ms for frame in parse(b"retry: 1500\ndata: a\n\nretry: soon\ndata: b\n\n")] == [
        1500,
        1500,
    ]


def test_a_byte_order_mark_at_the_start_is_no_part_of_the_first_field() -> None:
    assert parse(b"\xef\xbb", b"\xbfdata: x\n\n") == [Frame("message", "x")]


def test_an_unfinished_frame_at_the_end_is_no_frame() -> None:
    assert parse(b"data: whole\n\ndata: half\n") == [Frame("message", "whole")]


def test_a_cr_and_lf_in_two_chunks_are_one_line_end() -> None:
    assert parse(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [Frame("message", "a\nb")]


@given(st.lists(st.integers(0, 200), max_size=12))
def test_where_the_chunks_are_cut_changes_nothing(cuts: list[int]) -> None:
    stream = "id: 1\r\nevent: é\r\ndata: größe 💡\r\n\r\n: c\rdata: 日本\rdata: 2\r\rid:2\ndata:z\n\n".encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[a:b] for a, b in itertools.pairwise(places)]
    assert parse(*chunks) == parse(stream)
    assert parse(stream) == [
        Frame("é", "größe 💡", "1"),
        Frame("message", "日本\n2", "1"),
        Frame("message", "z", "2"),
    ]


def test_bytes_that_are_no_text_are_shown_as_such_and_break_nothing() -> None:
    assert parse(b"data: a\xffb\n\ndata: c\n\n") == [Frame("message", "a\ufffdb"), Frame("message", "c")]
