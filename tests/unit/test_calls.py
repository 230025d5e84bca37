"""Rows of many jobs in one call get what they would have got alone, to the token."""

import numpy as np
import pytest

from ai import whisper
from ai.calls import Align, Detect, Generate, Row
from ai.whisper import Whisper
from tests.sounds import NOTES, floats, note
from tests.whispers import LANGUAGES, random_whisper

OPTIONS = {"return_scores": True, "return_no_speech_prob": True}


@pytest.fixture(scope="module")
def random(tmp_path_factory) -> Whisper:
    return Whisper(str(random_whisper(tmp_path_factory.mktemp("whisper") / "random")), compute_type="float32")


def prompt(model: Whisper, language: str, task: str) -> list[int]:
    names = ("<|startoftranscript|>", f"<|{language}|>", f"<|{task}|>")
    return [model._faster.hf_tokenizer.token_to_id(name) for name in names]


def noise(seed: int) -> np.ndarray:
    """Of a colour of its own, lest all sound alike."""
    rng = np.random.default_rng(seed)
    return (rng.normal(0, 1, (80, 1)) + rng.normal(0, 0.5, (80, 3000))).astype(np.float32)


@pytest.mark.parametrize("beam", [1, 5])
def test_rows_of_other_languages_and_tasks_are_written_down_as_alone(random, beam):
    ways = [(language, task) for language in LANGUAGES for task in ("transcribe", "translate")]
    asked = [(noise(n), prompt(random, *way)) for n, way in enumerate(ways)]
    options = {**OPTIONS, "beam_size": beam, "max_length": 60}
    calls = [Generate(random, Row(features), told, options) for features, told in asked]
    assert len({call.key for call in calls}) == 1
    together = calls[0].run(calls, alone=False)
    assert len({tuple(result.sequences_ids[0]) for result in together}) >= 5
    for (features, told), result in zip(asked, together, strict=True):
        alone = Generate(random, Row(features), told, options)
        (single,) = alone.run([alone], alone=True)
        assert result.sequences_ids == single.sequences_ids
        assert abs(result.scores[0] - single.scores[0]) < 1e-5


def test_words_and_languages_are_found_as_alone(random):
    rows = [Row(noise(seed)) for seed in range(4)]
    texts = [np.random.default_rng(n).integers(0, 256, 5 + 20 * n).tolist() for n in range(4)]
    start = prompt(random, "en", "transcribe")
    aligns = [
        Align(random, row, start, text, frames=3000 - 500 * n, width=7)
        for n, (row, text) in enumerate(zip(rows, texts, strict=True))
    ]
    detects = [Detect(random, row) for row in rows]
    found = list(zip(aligns[0].run(aligns, alone=False), detects[0].run(detects, alone=False), strict=True))
    for align, detect, (words, languages) in zip(aligns, detects, found, strict=True):
        assert words.alignments == align.run([align], alone=True)[0].alignments
        (alone,) = detect.run([detect], alone=True)
        assert [name for name, _ in languages] == [name for name, _ in alone]


def test_a_row_is_encoded_once_whatever_company_it_has_later(random):
    """Fallback: two of the four rows go on, with one that is new."""
    rows, options = [Row(noise(seed)) for seed in range(4)], {**OPTIONS, "beam_size": 1, "max_length": 20}
    told = prompt(random, "de", "transcribe")
    calls = [Generate(random, row, told, options) for row in rows]
    first = calls[0].run(calls, alone=False)
    batches = [row.batch for row in rows]
    again = [calls[3], Generate(random, Row(noise(9)), told, options), calls[1]]
    second = again[0].run(again, alone=False)
    assert [row.batch for row in rows] == batches
    assert second[0].sequences_ids == first[3].sequences_ids
    assert second[2].sequences_ids == first[1].sequences_ids


def test_prompts_of_other_lengths_beams_and_temperatures_do_not_share_a_call(random):
    told = prompt(random, "en", "transcribe")
    ways = [
        (told, {"beam_size": 1}), ([7, *told], {"beam_size": 1}), (told, {"beam_size": 5}),
        (told, {"beam_size": 1, "sampling_temperature": 0.2}),
    ]  # fmt: skip
    assert len({Generate(random, Row(noise(0)), told, options).key for told, options in ways}) == len(ways)


def test_the_demo_model_in_float32_hears_the_notes_together_as_alone():
    model = Whisper("demo", compute_type="float32")
    features = [model._faster.feature_extractor(floats(note(name)))[:, :-1] for name in NOTES]
    features = [np.pad(made, ((0, 0), (0, 3000 - made.shape[1]))) for made in features]
    told = [model._faster.hf_tokenizer.token_to_id("<|startoftranscript|>")]
    options = {**OPTIONS, "beam_size": 1, "suppress_tokens": ()}
    calls = [Generate(model, Row(made), told, options) for made in features]
    together = calls[0].run(calls, alone=False)
    for made, result in zip(features, together, strict=True):
        alone = Generate(model, Row(made), told, options)
        assert result.sequences_ids == alone.run([alone], alone=True)[0].sequences_ids
        assert len(result.sequences_ids[0]) > 20


def test_a_model_that_is_loaded_once_makes_one_call_at_a_time(monkeypatch):
    """Inside it a second one would wait, and seem to hang."""
    monkeypatch.setattr(whisper, "TWICE_BYTES", 0)
    model = Whisper("demo")
    with model.turn():
        assert not model.turn().acquire(blocking=False)
    assert model.turn().acquire(blocking=False)
