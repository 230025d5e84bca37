"""Speech to text with the real demo model: all formats, silence, options, and which model a name means."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ai import hearing
from ai.audio import Decoded, decode
from ai.errors import ModelUnavailable, UnsupportedOption
from ai.transcript import Done, Progress, Segment, TranscribeOptions
from ai.weights import DEMO, DEMO_WARNING, REPOSITORIES, resolve_model
from ai.whisper import Whisper

VOICE = Path(__file__).parents[1] / "data" / "voice"
NOTES = {note["file"]: note["text"] for note in json.loads((VOICE / "notes.json").read_text())}


def word_error_rate(said: str, heard: str) -> float:
    """Edits of words that turn one text into the other, for each word said."""
    one, other = said.split(), heard.split()
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, candidate in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != candidate))
    return row[-1] / len(one)


def sound(path: Path, samples: np.ndarray) -> Decoded:
    samples.astype(np.float32).tofile(path)
    return Decoded(path, len(samples) / 16_000, None, 0)


def hear(model: Whisper, audio: Decoded, **options) -> tuple[list[Segment], list[Progress], Done]:
    replies = list(model.transcribe(audio, TranscribeOptions(**options)))
    segments = [reply for reply in replies if isinstance(reply, Segment)]
    progress = [reply for reply in replies if isinstance(reply, Progress)]
    assert isinstance(replies[-1], Done)
    return segments, progress, replies[-1]


def text(segments: list[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


@pytest.fixture(scope="module")
def model() -> Whisper:
    return Whisper("demo")


@pytest.mark.parametrize("name", NOTES)
async def test_a_voice_note_of_every_format_is_read_right(model, tmp_path, name):
    audio = await decode(VOICE / name, tmp_path)
    segments, progress, done = hear(model, audio)
    assert word_error_rate(NOTES[name], text(segments)) <= 0.10
    assert [segment.id for segment in segments] == list(range(len(segments)))
    assert all(0 <= s.start <= s.end <= audio.seconds and s.words is None for s in segments)
    assert progress[-1].position_s == progress[-1].total_s == audio.seconds
    assert (done.language, done.duration_s, done.model, done.warnings) == ("en", audio.seconds, "demo", [])


async def test_words_have_times_inside_their_segment(model, tmp_path):
    segments, _, _ = hear(model, await decode(VOICE / "bakery.ogg", tmp_path), words=True)
    for segment in segments:
        assert " ".join(word.word for word in segment.words) == segment.text
        assert all(segment.start <= word.start <= word.end <= segment.end for word in segment.words)


@pytest.mark.parametrize(
    "options",
    [
        {"vad": True},
        {"beam_size": 1},
        {"hotwords": "Golden Crust"},
        {"prompt": "A bakery."},
        {"language": "en"},
    ],
    ids=str,
)
async def test_every_option_is_taken(model, tmp_path, options):
    segments, _, _ = hear(model, await decode(VOICE / "bakery.ogg", tmp_path), **options)
    assert word_error_rate(NOTES["bakery.ogg"], text(segments)) <= 0.10


def test_silence_has_no_segments_and_no_language(model, tmp_path):
    segments, progress, done = hear(model, sound(tmp_path / "silence", np.zeros(3 * 16_000)))
    assert segments == []
    assert progress == [Progress(3.0, 3.0)]
    assert (done.language, done.language_probability) == (None, None)


def test_samples_that_are_no_numbers_do_no_harm(model, tmp_path):
    assert hear(model, sound(tmp_path / "nan", np.full(16_000, np.nan)))[0] == []


async def test_a_recording_of_many_pieces_is_read_whole_and_in_order(model, tmp_path, monkeypatch):
    monkeypatch.setattr(hearing, "PIECE_S", 60)
    rows = [np.fromfile((await decode(VOICE / name, tmp_path)).path, dtype=np.float32) for name in NOTES]
    rows = [np.pad(row, (0, 30 * 16_000 - len(row))) for row in rows]
    audio = sound(tmp_path / "long", np.concatenate(rows))
    segments, progress, _ = hear(model, audio)
    assert word_error_rate(" ".join(NOTES.values()), text(segments)) <= 0.10
    assert [s.start for s in segments] == sorted(s.start for s in segments)
    positions = [p.position_s for p in progress]
    assert positions == sorted(positions)
    assert positions[-1] == audio.seconds


@pytest.mark.parametrize("piece_s", [5, 7, 9, 11, 13])
async def test_a_sentence_on_the_cut_is_heard_once_and_whole(model, tmp_path, monkeypatch, piece_s):
    monkeypatch.setattr(hearing, "PIECE_S", piece_s)
    segments, _, _ = hear(model, await decode(VOICE / "bakery.ogg", tmp_path))
    assert text(segments) == NOTES["bakery.ogg"]


async def test_a_language_the_model_does_not_know_is_refused(model, tmp_path):
    audio = await decode(VOICE / "note-5.flac", tmp_path)
    with pytest.raises(UnsupportedOption, match="knows only English"):
        hear(model, audio, language="fr")
    with pytest.raises(UnsupportedOption, match="too long"):
        hear(model, audio, prompt="word " * 300)


def test_demo_means_the_bundled_model_and_says_nothing():
    assert (resolve_model("demo").folder, resolve_model("demo").warnings) == (DEMO, [])


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache of huggingface_hub; no hub is ever asked."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def put_in_cache(cache: Path, repository: str) -> Path:
    folder = cache / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / "abc"
    snapshot.parent.mkdir(parents=True)
    shutil.copytree(DEMO, snapshot)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    return snapshot


def test_auto_without_a_cached_model_is_the_demo_with_a_warning(cache):
    found = resolve_model("auto")
    assert (found.folder, found.name, found.warnings) == (DEMO, "demo", [DEMO_WARNING])


def test_auto_takes_the_cached_model_that_is_tried_first(cache):
    put_in_cache(cache, REPOSITORIES["tiny.en"])
    base = put_in_cache(cache, REPOSITORIES["base"])
    found = resolve_model("auto")
    assert (found.folder, found.name, found.warnings) == (base, "base", [])
    assert resolve_model("base") == found


def test_auto_passes_over_a_cached_model_that_is_not_whole(cache):
    (put_in_cache(cache, REPOSITORIES["small"]) / "tokenizer.json").unlink()
    assert resolve_model("auto").name == "demo"


def test_a_size_that_is_not_cached_says_how_to_get_it(cache):
    with pytest.raises(ModelUnavailable, match="hf download Systran/faster-whisper-small"):
        resolve_model("small")


@pytest.mark.parametrize("name", ["/models/smal", "./small", "~/small", "models/small", "smal", "Systran/x"])
def test_a_mistyped_path_is_never_a_name_on_a_hub(cache, name):
    with pytest.raises(ModelUnavailable, match="neither a folder on this machine"):
        resolve_model(name)


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "vocabulary.json", "tokenizer.json"])
def test_a_folder_that_is_no_whole_model_says_what_it_lacks(tmp_path, missing):
    shutil.copytree(DEMO, tmp_path / "mine")
    assert resolve_model(str(tmp_path / "mine")).name == "mine"
    (tmp_path / "mine" / missing).unlink()
    with pytest.raises(ModelUnavailable, match=f"it has no {missing}"):
        resolve_model(str(tmp_path / "mine"))


def test_weights_that_are_broken_are_unavailable_and_say_so(tmp_path):
    shutil.copytree(DEMO, tmp_path / "mine")
    (tmp_path / "mine" / "model.bin").write_bytes(b"nothing")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        Whisper(str(tmp_path / "mine"))
