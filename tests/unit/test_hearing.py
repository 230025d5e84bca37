"""One recording through the demo model, window by window: what faster-whisper finds in it, and where it differs."""

import dataclasses
import os
from pathlib import Path

import faster_whisper
import numpy as np
import pytest

from ai import hearing, logmel, recording
from ai.batcher import Batcher
from ai.errors import DecoderLost, MediaTooLong, UnsupportedOption
from ai.hearing import Hearing
from ai.recording import Recording
from ai.transcript import Bookmark, Heard, Segment, TranscribeOptions
from ai.whisper import MAX_PROMPT_TOKENS, Whisper, lanes
from ai.word_errors import word_error_rate
from tests.sounds import NOTES, RATE, Pcm, floats, in_windows, note, pipe_with, silence
from tests.whispers import random_whisper


@pytest.fixture(scope="module")
def batcher() -> Batcher:
    return Batcher(lanes()).start()


@pytest.fixture(scope="module")
def demo() -> Whisper:
    return Whisper("demo")


@pytest.fixture
def hear(batcher):
    def hear(model: Whisper, pcm: Pcm, start: Bookmark | None = None, **options) -> list[Heard]:
        chosen, mark, seat = TranscribeOptions(**options), start or Bookmark(), batcher.join()
        skipped = pcm[int(mark.skip_s(chosen) * RATE) :]
        seen = model.seen_from(seat)
        try:
            with pipe_with(skipped) as pipe:
                sound = Recording(pipe, seen.feature_extractor, chosen, mark, seat.away)
                return list(Hearing(seen, sound, chosen, mark).windows())
        finally:
            seat.leave()

    return hear


def segments(heard: list[Heard]) -> list[Segment]:
    return [segment for window in heard for segment in window.segments]


def theirs(model: Whisper, pcm: Pcm, **options) -> list[Segment]:
    """What faster-whisper's own `transcribe` finds, in our words; times end with the recording."""
    prompt, words, vad = (options.pop(name, None) for name in ("prompt", "words", "vad"))
    found, _ = model._faster.transcribe(
        floats(pcm),
        initial_prompt=prompt,
        word_timestamps=bool(words),
        vad_filter=bool(vad),
        condition_on_previous_text=options.pop("condition_on_previous_text", False),
        **options,
    )
    end = len(pcm) / RATE
    return [
        Segment(
            id=number,
            start=round(min(float(raw.start), end), 3),
            end=round(min(float(raw.end), end), 3),
            text=raw.text.strip(),
            words=None if raw.words is None else [
                (round(min(float(w.start), end), 3), round(min(float(w.end), end), 3), w.word.strip())
                for w in raw.words
            ],
            avg_logprob=round(raw.avg_logprob, 4),
            no_speech_prob=round(raw.no_speech_prob, 4),
            compression_ratio=round(raw.compression_ratio, 4),
            temperature=raw.temperature,
        )
        for number, raw in enumerate(found)
    ]  # fmt: skip


def plain(found: list[Segment]) -> list[Segment]:
    """Words without their probabilities, which are compared by nobody."""
    return [
        dataclasses.replace(s, words=None if s.words is None else [(w.start, w.end, w.word) for w in s.words])
        for s in found
    ]


OPTIONS = [
    {},
    {"beam_size": 1},
    {"words": True},
    {"vad": True},
    {"vad": True, "words": True},
    {"prompt": "A bakery."},
    {"hotwords": "Golden Crust"},
    {"condition_on_previous_text": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_recording_of_one_window_has_the_segments_that_faster_whisper_finds(demo, hear, options):
    name = "bakery.ogg"
    found = segments(hear(demo, note(name), **options))
    assert plain(found) == theirs(demo, note(name), **options)
    assert word_error_rate([(NOTES[name], " ".join(s.text for s in found))]) <= 0.1


@pytest.fixture
def nothing_drawn(monkeypatch) -> None:
    """No temperature but 0: what is drawn is another thing each time, in faster-whisper as well."""
    monkeypatch.setattr(hearing, "TEMPERATURES", (0.0,))


@pytest.mark.parametrize("options", [{}, {"words": True}, {"beam_size": 1, "hotwords": "website"}], ids=str)
def test_over_many_windows_the_loudness_they_are_scaled_by_is_the_only_difference(
    demo, hear, options, monkeypatch, nothing_drawn
):
    """faster-whisper scales a recording by its loudest moment. With that one level both find the same."""
    pcm = np.concatenate([part for name in NOTES for part in (note(name), silence(3))])
    level = float(demo._faster.feature_extractor(floats(pcm)).max()) * 4 - 4
    monkeypatch.setattr(logmel, "loudest", lambda frames: level)
    found = hear(demo, pcm, **options)
    assert len(found) > 2
    assert plain(segments(found)) == theirs(demo, pcm, temperature=0.0, **options)


def test_a_note_in_each_window_is_read_right_and_each_window_tells_how_far_it_came(demo, hear):
    heard = hear(demo, in_windows(*NOTES))
    assert word_error_rate([(" ".join(NOTES.values()), " ".join(s.text for s in segments(heard)))]) <= 0.1
    positions = [window.bookmark.position_s for window in heard]
    assert positions == sorted(set(positions))
    assert positions[-1] == heard[-1].total_s == 30 * len(NOTES)
    assert [s.id for s in segments(heard)] == list(range(len(segments(heard))))


@pytest.mark.parametrize(
    "options",
    [{}, {"words": True}, {"vad": True}, {"prompt": "A shop.", "condition_on_previous_text": True, "beam_size": 2}],
    ids=str,
)
def test_from_every_bookmark_the_rest_is_what_it_would_have_been(demo, hear, options, nothing_drawn):
    pcm = np.concatenate([part for name in NOTES for part in (note(name), silence(2.5))])
    whole = hear(demo, pcm, **options)
    for done, window in enumerate(whole[:-1], start=1):
        assert hear(demo, pcm, window.bookmark, **options) == whole[done:]


@pytest.mark.parametrize("words", [1, 40, 74], ids="{} words".format)
def test_hotwords_and_the_text_before_share_half_of_what_the_model_can_be_told(demo, hear, monkeypatch, words):
    """More would take the room in which it answers, or lead past its last position."""
    told, prompt = [], faster_whisper.WhisperModel.get_prompt

    def get_prompt(*args, **more) -> list[int]:
        told.append(prompt(*args, **more))
        return told[-1]

    monkeypatch.setattr(faster_whisper.WhisperModel, "get_prompt", get_prompt)
    tokens = demo._faster.hf_tokenizer.encode(NOTES["bakery.ogg"] * 9, add_special_tokens=False).ids
    hotwords = demo._faster.hf_tokenizer.decode(tokens[: 3 * words])
    demo.check(TranscribeOptions(hotwords=hotwords))
    start = Bookmark(before=tokens[-MAX_PROMPT_TOKENS:])
    heard = hear(demo, note("bakery.ogg"), start, hotwords=hotwords, condition_on_previous_text=True)
    assert heard[-1].total_s == len(note("bakery.ogg")) / RATE
    assert [len(prompt) for prompt in told] == [1 + MAX_PROMPT_TOKENS + 1]  # <|startofprev|>, <|startoftranscript|>


def test_silence_has_no_segments_and_no_language_but_progress(demo, hear):
    heard = hear(demo, silence(70))
    assert segments(heard) == []
    assert [window.bookmark.position_s for window in heard] == [30, 60, 70]
    assert heard[-1].bookmark.segments == 0


def test_with_vad_silence_is_read_over_with_progress_and_no_window(demo, hear):
    pcm = np.concatenate([silence(95), note("note-5.flac")])
    heard = hear(demo, pcm, vad=True)
    positions = [window.bookmark.position_s for window in heard]
    assert positions == sorted(positions)
    assert len(positions) == 5
    assert segments(heard)[0].start > 94


@pytest.mark.parametrize("samples", [0, 1, 100, 250, 16_000])
def test_next_to_nothing_is_no_error(demo, hear, samples):
    assert segments(hear(demo, silence(1)[:samples])) == []


@pytest.fixture
def silent_pipe():
    """Of a decoder that neither says anything nor ends."""
    ours, theirs = os.pipe()
    yield ours
    os.close(ours)
    os.close(theirs)


def test_a_decoder_that_gives_nothing_for_too_long_is_lost(demo, silent_pipe, monkeypatch):
    monkeypatch.setattr(recording, "SILENT_S", 0.05)
    sound = Recording(silent_pipe, demo._faster.feature_extractor, TranscribeOptions(), Bookmark())
    with pytest.raises(DecoderLost, match=r"no sound for 0\.05 seconds"):
        sound.read(0)


def test_one_that_has_to_skip_what_was_heard_has_more_time(demo, silent_pipe, monkeypatch):
    monkeypatch.setattr(recording, "SILENT_S", 0.05)
    start = Bookmark(frame=200)
    sound = Recording(silent_pipe, demo._faster.feature_extractor, TranscribeOptions(), start)
    with pytest.raises(DecoderLost, match=r"no sound for 0\.2"):
        sound.read(200)


def test_what_goes_on_past_the_longest_recording_is_left(demo, hear, monkeypatch):
    monkeypatch.setattr(recording, "MAX_SECONDS", 40.0)
    assert hear(demo, silence(70))[-1].total_s == 70
    with pytest.raises(MediaTooLong, match="longer than 40 seconds"):
        hear(demo, silence(200))


def test_a_model_that_babbles_gets_to_the_end(tmp_path: Path, hear):
    """Random weights put timestamps anywhere: every window has to lead on."""
    model = Whisper(str(random_whisper(tmp_path / "random")), compute_type="float32")
    pcm = np.random.default_rng(1).normal(0, 3000, 35 * RATE).astype("<i2")
    heard = hear(model, pcm, language="de", beam_size=1)
    assert heard[-1].bookmark.position_s == 35
    assert len(heard) < 100


def test_a_language_the_model_has_no_token_for_is_refused(tmp_path: Path, demo):
    """faster-whisper takes any of its hundred, and would leave it out of the prompt."""
    model = Whisper(str(random_whisper(tmp_path / "random")))
    model.check(TranscribeOptions(language="de"))
    with pytest.raises(UnsupportedOption, match=r"language 'yue'. It knows de, en, fr\."):
        model.check(TranscribeOptions(language="yue"))
    demo.check(TranscribeOptions(language="en"))


def test_a_model_that_knows_only_english_says_that_it_does_not_translate(demo):
    asked = TranscribeOptions(task="translate")
    demo.check(asked)
    assert demo.warnings(asked)[-1].endswith("knows only English and translates nothing.")


@pytest.mark.parametrize(("name", "warned"), [("large-v3-turbo", 1), ("distil-large-v3", 1), ("large-v3", 0)])
def test_a_model_that_was_not_made_to_translate_says_so(tmp_path: Path, name, warned):
    model = Whisper(str(random_whisper(tmp_path / name)))
    model.check(TranscribeOptions(task="translate"))
    assert len(model.warnings(TranscribeOptions(task="translate"))) == warned
    assert model.warnings(TranscribeOptions()) == []


def test_the_parts_of_faster_whisper_that_we_use_are_where_they_were():
    for name in (
        "_split_segments_by_timestamps", "add_word_timestamps", "generate_with_fallback", "get_prompt",
    ):  # fmt: skip
        assert callable(getattr(faster_whisper.WhisperModel, name))
