"""What a damaged recording keeps, and what is said about the rest."""

from pathlib import Path

import numpy as np
import pytest

from ai.losses import Losses, clock
from bench.corruption import corruption, in_front
from bench.hostile_files import id3
from bench.sounds import babble, encoded, flac, m4a, mp3, opus, wav, webm
from tests.listening import heard

VOICE = Path(__file__).parents[1] / "data" / "voice"


def damaged(name: str) -> bytes:
    """One percent of the bytes, a quarter in, replaced by noise."""
    data = bytearray((VOICE / name).read_bytes())
    start, size = len(data) // 4, len(data) // 100
    data[start : start + size] = np.random.default_rng(1).bytes(size)
    return bytes(data)


@pytest.mark.parametrize("name", ["bakery.ogg", "note-2.m4a", "note-4.mp3", "note-5.flac"])
async def test_a_damaged_stretch_costs_itself_keeps_the_times_of_the_rest_and_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(damaged(name))
    whole, _ = await heard(VOICE / name)
    samples, account = await heard(tmp_path / name)
    assert account.seconds == pytest.approx(len(whole) / 16_000, abs=0.05)
    assert np.corrcoef(whole[-32_000:], samples[len(whole) - 32_000 : len(whole)])[0, 1] > 0.99
    assert account.warnings and " at 0:0" in account.warnings[0]


async def test_the_corruption_suite_in_short():
    rows = await corruption(seconds=12, seeds=1, levels=(1.0,))
    assert {row["codec"] for row in rows} == {"mp3", "aac", "opus", "flac", "wav"}
    assert [row for row in rows if row["damage"] == "1 %" and row["kept_percent"] < 98] == []
    assert [row for row in rows if row["unsaid_files"]] == []


SOUND = babble(6, seed=2)
WHOLE = {
    "mp3": mp3(SOUND),
    "m4a": in_front(m4a(SOUND)),
    "ogg": opus(SOUND),
    "flac": flac(SOUND),
    "wav": wav(SOUND),
    "webm": webm(SOUND),
    "aiff": encoded(SOUND, "pcm_s16be", "aiff"),
}


@pytest.mark.parametrize("ending", WHOLE)
async def test_a_file_that_breaks_off_gives_what_it_has_and_says_so(tmp_path, ending):
    data = WHOLE[ending]
    (tmp_path / "note").write_bytes(data[: len(data) * 7 // 10])
    _, account = await heard(tmp_path / "note")
    assert 2.9 < account.seconds < 4.6
    assert "The file " in account.warnings[-1]
    assert any(words in account.warnings[-1] for words in ("says it lasts 6.", "breaks off"))


async def test_an_ogg_file_cut_between_two_pages_is_known_by_its_missing_end(tmp_path):
    data = WHOLE["ogg"]
    (tmp_path / "note").write_bytes(data[: data.rindex(b"OggS")])
    _, account = await heard(tmp_path / "note")
    assert account.warnings == [
        "The file breaks off: its last page is not there, or its recorder was stopped before it could write it."
    ]


@pytest.mark.parametrize(
    "codec, container, rate, options",
    [
        ("libopus", "webm", 48_000, {"live": "1"}),
        ("libmp3lame", "mp3", 16_000, {"write_xing": "0"}),
        ("aac", "adts", 16_000, {}),
    ],
    ids=["browser", "mp3", "adts"],
)
async def test_where_no_header_tells_the_length_the_packets_do(tmp_path, codec, container, rate, options):
    (tmp_path / "note").write_bytes(encoded(SOUND, codec, container, rate=rate, options=options))
    _, account = await heard(tmp_path / "note")
    assert account.declared_s == pytest.approx(6, abs=0.12) == pytest.approx(account.seconds, abs=0.12)
    assert account.warnings == []


async def test_a_tag_in_the_midst_of_an_mp3_is_no_lost_sound(tmp_path):
    picture = id3(b"APIC" + b"\0\0\x9c\x40\0\0" + bytes(range(1, 251)) * 20)
    (tmp_path / "note.mp3").write_bytes(WHOLE["mp3"] + picture + WHOLE["mp3"])
    _, account = await heard(tmp_path / "note.mp3")
    assert account.lost_s == 0
    assert account.seconds == pytest.approx(12, abs=0.2)


async def test_the_beginning_of_a_raw_stream_can_be_what_is_missing(tmp_path):
    data = bytearray(encoded(SOUND, "aac", "adts", bit_rate=48_000))
    data[: len(data) // 3] = b"\x55" * (len(data) // 3)
    (tmp_path / "note.aac").write_bytes(data)
    _, account = await heard(tmp_path / "note.aac")
    assert account.seconds == pytest.approx(6, abs=0.3)
    assert account.lost_s == pytest.approx(2, abs=0.3)
    assert " at 0:00" in account.warnings[0]


def test_places_close_together_are_one_and_only_the_first_are_named():
    losses = Losses()
    for at in (1.0, 1.3, 20.0, 75.2, 3700.0, 3800.0):
        losses.missing(0.2, at)
    assert losses.warnings(4000) == [
        "1.20 s of the audio could not be read; silence stands in their place: "
        "0.50 s at 0:01, 0.20 s at 0:20, 0.20 s at 1:15 and 2 more places."
    ]


def test_a_hole_is_filled_as_far_as_the_file_says_it_goes_and_a_jump_of_the_clock_is_not():
    losses = Losses(declared=1000.0)
    assert losses.hole_before(0.0, 1.0, 0.0) == 0
    assert losses.hole_before(301.0, 1.0, 1.0) == 300
    assert losses.hole_before(9999.0, 1.0, 302.0) == 0
    assert losses.hole_before(10_001.0, 1.0, 303.0) == 1


def test_a_small_gap_is_rounding_unless_a_packet_went_before_it():
    losses = Losses()
    losses.hole_before(0.0, 1.0, 0.0)
    assert losses.hole_before(1.02, 1.0, 1.0) == 0
    losses.packet()
    assert losses.hole_before(2.04, 1.0, 2.0) == pytest.approx(0.02)


@pytest.mark.parametrize("seconds, said", [(0, "0:00"), (75.9, "1:15"), (3600, "1:00:00"), (36_061, "10:01:01")])
def test_times_are_said_as_people_do(seconds, said):
    assert clock(seconds) == said
