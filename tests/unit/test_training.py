"""How the demo model is made: sentences, tokenizer, what it is trained on, and how weights become a folder."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import Tokenizer

from ai.training import features, voices
from ai.training.clips import Clip, Session, breaths, load_shard, save_shard, sentences, texts
from ai.training.examples import IGNORED, SHAPES, Batch, Example, Examples, collate
from ai.training.grammar import HELD_NAMES, ONES, WORDS, Grammar, in_words, is_held_out, phone
from ai.training.layout import Layout
from ai.training.random_weights import SHAPES as SIZES
from ai.training.random_weights import build_random, random_arrays
from ai.training.stages import BUNDLED, table
from ai.training.tokens import banned_texts, save_tokenizer, text_size, train_tokenizer, vocabulary
from ai.training.weights import Build, save_model
from ai.word_errors import distance, word_error_rate, words_of

RATE = 16_000


@pytest.fixture(scope="module")
def written() -> list[str]:
    return texts(Random(1))


@pytest.fixture(scope="module")
def tokenizer(written: list[str]) -> Tokenizer:
    return train_tokenizer(written)


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, 70 * RATE).astype(np.float32)


@pytest.fixture(scope="module")
def sized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_random(tmp_path_factory.mktemp("random"), SIZES["mini"], tokens=20)


def made_up_sessions() -> list[Session]:
    """Clips of nothing in particular, 1 to 4 s each."""
    rng = np.random.default_rng(3)

    def clip(number: int) -> Clip:
        mel = rng.integers(0, 120, (int(rng.integers(100, 400)), features.MELS), np.uint8)
        return Clip(mel, f"clip {number}", [100 + number, 200 + number])

    return [[clip(10 * session + n) for n in range(5)] for session in range(6)]


def test_numbers_are_said_as_people_say_them() -> None:
    assert in_words(0) == "zero"
    assert in_words(12) == "twelve"
    assert in_words(40) == "forty"
    assert in_words(95) == "ninety five"
    assert in_words(100) == "one hundred"
    assert in_words(195) == "one hundred ninety five"


def test_a_phone_number_is_said_digit_by_digit_and_often_repeats_one() -> None:
    rng = Random(4)
    numbers = [phone(rng) for _ in range(200)]
    for said in numbers:
        assert [ONES.index(word) for word in said.said.replace(",", "").split()] == [
            int(digit) for digit in said.text if digit != " "
        ]
    repeated = [any(a == b for a, b in zip(n.text, n.text[1:], strict=False)) for n in numbers]
    assert sum(repeated) > 100


def test_training_never_meets_the_names_that_are_held_out() -> None:
    names = [f"{first} {second}" for first in WORDS["names"]["first"] for second in WORDS["names"]["second"]]
    held = {name for name in names if is_held_out(name)}
    assert 0.5 < len(held) * HELD_NAMES / len(names) < 1.5
    rng = Random(5)
    said = " ".join(s.text for _ in range(3000) for s in sentences(Grammar(rng), rng))
    assert not any(name in said for name in held)
    tested = " ".join(s.text for _ in range(100) for s in Grammar(rng, held_out=True).brief(1))
    assert {name for name in names if name in tested} <= held
    strange = " ".join(s.text for _ in range(100) for s in Grammar(rng, strange=True).brief(1))
    assert any(word in strange for word in WORDS["held_out"]["second"])
    assert not any(word in said for word in WORDS["held_out"]["second"] + WORDS["held_out"]["city"])


def test_every_template_can_be_filled() -> None:
    for bundled in (False, True):
        grammar = Grammar(Random(6), bundled=bundled)
        for sentence in [*grammar.brief(18), *grammar.edits(20), *grammar.figures(20)]:
            assert "{" not in sentence.text
            assert sentence.text[-1] in ".?"
            assert not any(character.isdigit() for character in sentence.said)


def test_two_sentences_in_one_breath_are_one_unit_and_nothing_is_lost() -> None:
    said = Grammar(Random(7)).brief(8)
    units = [list(breaths(said, Random(seed))) for seed in range(20)]
    assert {" ".join(unit.text for unit in made) for made in units} == {" ".join(s.text for s in said)}
    assert len({len(made) for made in units}) > 1


def test_no_sentence_needs_a_token_that_is_suppressed(tokenizer: Tokenizer, written: list[str]) -> None:
    assert banned_texts(tokenizer, [*written, "It's a well-known place, isn't it?"]) == []
    decoded = [tokenizer.decode(tokenizer.encode(f" {text}").ids) for text in written[:50]]
    assert decoded == [f" {text}" for text in written[:50]]


def test_a_tokenizer_that_is_too_small_is_found_out(written: list[str]) -> None:
    assert banned_texts(train_tokenizer(written[:2000], 420), written[:200]) != []


def test_digits_are_single_tokens(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode(" Call us at 555 0123.").tokens
    assert tokens[-8:] == ["Ġ5", "5", "5", "Ġ0", "1", "2", "3", "."]


def test_the_vocabulary_is_laid_out_as_the_engine_expects(tokenizer: Tokenizer) -> None:
    words, layout = vocabulary(tokenizer), Layout(text_size(tokenizer))
    assert words[layout.end] == "<|endoftext|>"
    assert words[layout.start] == "<|startoftranscript|>"
    assert words[layout.history] == "<|startofprev|>"
    assert words[layout.no_speech] == "<|nospeech|>"
    assert words[layout.no_times] == "<|notimestamps|>"
    assert words[layout.time(0)] == "<|0.00|>"
    assert words[layout.time(3000)] == words[-1] == "<|30.00|>"


def test_features_are_those_of_faster_whisper(noise: np.ndarray) -> None:
    sound = noise[: 3 * RATE] * np.linspace(0, 1, 3 * RATE, dtype=np.float32)
    mel = features.log_mel(sound)
    wanted = FeatureExtractor()(sound)
    assert np.array_equal(features.normalized(mel), wanted)
    kept = features.from_bytes(features.to_bytes(mel))
    assert float(np.abs(kept - mel).max()) <= features.STEP / 2 + 1e-5
    assert features.padded(wanted).shape == (80, 3000)
    assert not features.padded(wanted)[:, wanted.shape[1] :].any()


def test_a_missing_synthesizer_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(voices.NoVoice, match=r"espeak and flite cannot be found.*apt-get install espeak-ng flite"):
        voices.require("espeak", "flite")
    with pytest.raises(voices.NoVoice, match="apt-get install"):
        voices.Voice("flite", "slt").say("Hello.")


def test_sound_is_resampled_and_its_silent_ends_are_cut_off() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    quiet = np.zeros(22_050)
    sound = voices.resampled((np.concatenate([quiet, tone, quiet]) * 12_000).astype(np.int16), 22_050)
    assert len(sound) == pytest.approx(3 * RATE, abs=50)
    spectrum = np.abs(np.fft.rfft(sound[RATE : 2 * RATE]))
    assert int(spectrum.argmax()) == 440
    assert len(voices.trimmed(sound)) == pytest.approx(1.08 * RATE, abs=0.02 * RATE)
    with pytest.raises(voices.NoVoice, match="said nothing"):
        voices.trimmed(np.zeros(100, np.float32))


def test_no_voice_of_the_tests_is_one_of_training() -> None:
    rng = Random(8)
    heard = {(voice.engine, voice.name) for voice in (voices.any_voice(rng) for _ in range(3000))}
    for engine in ("espeak", "flite", "festival"):
        held = {(voice.engine, voice.name) for voice in (voices.held_voice(rng, engine) for _ in range(200))}
        assert held
        assert not held & heard


@pytest.mark.parametrize("engine", ["espeak", "flite"])
def test_a_synthesizer_that_is_here_speaks(engine: str) -> None:
    if not voices.installed(engine):
        pytest.skip(f"{engine} is not installed: {voices.INSTALL}")
    voice = voices.held_voice(Random(9), engine)
    sound = voice.say("We sell sourdough bread and cinnamon rolls.")
    assert 1.5 < len(sound) / RATE < 6
    faster = voices.Voice(engine, voice.name, speed=1.5 * voice.speed).say(
        "We sell sourdough bread and cinnamon rolls."
    )
    assert len(faster) < 0.85 * len(sound)


def test_a_shard_comes_back_as_it_was(tmp_path: Path) -> None:
    sessions = made_up_sessions()
    save_shard(tmp_path / "clips-0000.npz", sessions)
    back = load_shard(tmp_path / "clips-0000.npz")
    assert [[clip.text for clip in session] for session in back] == [[c.text for c in s] for s in sessions]
    for session, wanted in zip(back, sessions, strict=True):
        for clip, original in zip(session, wanted, strict=True):
            assert np.array_equal(clip.mel, original.mel)
            assert clip.tokens == original.tokens


def test_a_batch_is_made_from_its_number_alone() -> None:
    layout = Layout(1405)
    batches = [Examples(made_up_sessions(), layout, seed=1, scale=0.1).batch(17, 0.5) for _ in range(2)]
    assert np.array_equal(batches[0].mels, batches[1].mels)
    assert np.array_equal(batches[0].wanted, batches[1].wanted)
    other = Examples(made_up_sessions(), layout, seed=1, scale=0.1).batch(18, 0.5)
    assert other.mels.shape != batches[0].mels.shape or not np.array_equal(other.mels, batches[0].mels)


def examples(shape: str, count: int) -> Iterator[Example]:
    made = Examples(made_up_sessions(), Layout(1405), seed=2)
    for seed in range(count):
        yield made.example(np.random.default_rng(seed), shape)


def test_what_is_wanted_is_what_comes_next() -> None:
    """Teacher forcing: except where a word was disturbed, each place wants the token given at the next."""
    layout = Layout(1405)
    same = total = 0
    for example in examples("middle", 40):
        assert len(example.given) == len(example.wanted)
        assert layout.start in example.given
        assert example.wanted[-1] == layout.end
        if example.wanted[0] == layout.no_speech:
            continue
        begin = example.given.index(layout.start)
        assert all(token == IGNORED for token in example.wanted[:begin])
        for given, wanted in zip(example.given[begin + 1 :], example.wanted[begin:], strict=False):
            if wanted != IGNORED:
                total += 1
                same += given == wanted
    assert 0.9 < same / total < 1.0


def test_times_rise_and_a_cut_window_ends_with_the_time_of_what_was_cut() -> None:
    layout, cut = Layout(1405), 0
    for example in examples("full", 60):
        times = [token - layout.times for token in example.wanted if token >= layout.times]
        assert times == sorted(times)
        assert all(0 <= time <= 1500 for time in times)
        assert example.mel.shape[1] <= features.FRAMES
        if len(times) % 2:
            cut += 1
            assert example.wanted[-2] >= layout.times
    assert cut > 5


def test_rows_of_a_batch_are_filled_up_without_loss() -> None:
    made = list(examples("single", 8))
    batch: Batch = collate(made, Layout(1405), full=False)
    assert batch.mels.shape[2] % 50 == 0
    assert batch.mels.shape[2] >= max(example.mel.shape[1] for example in made)
    for row, example in enumerate(made):
        assert (batch.wanted[row, len(example.wanted) :] == IGNORED).all()
    assert collate(made, Layout(1405), full=True).mels.shape[2] == features.FRAMES
    assert set(SHAPES) == {"single", "short", "middle", "long", "full"}


def test_errors_are_counted_by_words() -> None:
    assert words_of("Call us at 555 0123, please.") == ["call", "us", "at", "555", "0123", "please"]
    assert distance(["a", "b", "c", "d"], ["a", "x", "c"]) == 2
    assert distance([], ["made", "up"]) == 2
    assert word_error_rate([("a b c d", "a b c d"), ("e f", "E, g h")]) == pytest.approx(2 / 6)
    assert word_error_rate([]) == 0.0


def test_weights_that_were_never_trained_load_and_transcribe(
    tmp_path: Path, tokenizer: Tokenizer, noise: np.ndarray
) -> None:
    """The folder of the recipe, in the bundled model's own layout, through unmodified faster-whisper."""
    words = vocabulary(tokenizer)
    arrays = random_arrays(SIZES["mini"], len(words), np.random.default_rng(1))
    build = Build(arrays, 2, 1, 1, words, [text_size(tokenizer) + 2], [(0, 0), (0, 1)])
    save_model(build, tmp_path, "int8_float16")
    save_tokenizer(tokenizer, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        file.name for file in BUNDLED.iterdir() if file.suffix in (".json", ".bin") and file.stem != "bakery"
    }
    model = WhisperModel(str(tmp_path), device="cpu", compute_type="int8", cpu_threads=1)
    assert not model.model.is_multilingual
    found, info = model.transcribe(noise[: 5 * RATE], word_timestamps=True, temperature=0.0)
    assert info.language == "en"
    assert all(segment.words is not None for segment in found)


def test_random_weights_write_as_many_tokens_for_every_window(sized: Path, noise: np.ndarray) -> None:
    model = WhisperModel(str(sized), device="cpu", compute_type="int8", cpu_threads=1)
    assert model.model.is_multilingual
    for beam in (1, 5):
        found, _ = model.transcribe(noise, language="en", beam_size=beam, condition_on_previous_text=False)
        segments = list(found)
        assert [(s.start, s.end) for s in segments] == [(0.0, 30.0), (30.0, 60.0), (60.0, 70.0)]
        assert {len([t for t in s.tokens if t < SIZES["mini"].text_tokens]) for s in segments} == {20}
        assert {s.temperature for s in segments} == {0.0}
        assert len({s.text for s in segments}) == 1


def test_random_weights_know_languages_words_and_batches(sized: Path, noise: np.ndarray) -> None:
    model = WhisperModel(str(sized), device="cpu", compute_type="int8", cpu_threads=1)
    found, info = model.transcribe(noise[: 20 * RATE], word_timestamps=True)
    assert info.language in {"en", "af", "am"}
    assert len(next(iter(found)).words or []) == 20
    clips = [{"start": 0.0, "end": 4.0}, {"start": 5.0, "end": 9.0}]
    batched, _ = BatchedInferencePipeline(model).transcribe(
        noise, language="en", clip_timestamps=clips, vad_filter=False, batch_size=2
    )
    assert len(list(batched)) == 2


def test_random_weights_are_made_once(sized: Path) -> None:
    before = (sized / "model.bin").stat().st_mtime_ns
    build_random(sized, SIZES["mini"], tokens=20)
    assert (sized / "model.bin").stat().st_mtime_ns == before
    assert SIZES["small"].text_tokens + 2 + 99 + 6 + 1501 == 51865
    assert SIZES["large-v3-turbo"].text_tokens + 2 + 100 + 6 + 1501 == 51866


def test_the_table_has_a_row_for_each_set_and_a_column_for_each_model() -> None:
    row = {"clips": 2, "word error rate %": 1.5, "exact %": 50.0, "seconds a clip": 9.1, "cpu s per s": 0.03}
    lines = table({"new": {"digits": row}, "bundled": {"digits": {**row, "word error rate %": 2.5}}}).splitlines()
    assert lines[-1] == "| digits, 9.1 s | 2 | 1.5 % | 50.0 % | 2.5 % | 50.0 % |"
    assert len({line.count("|") for line in lines}) == 1
