"""Which weights a name means: the bundled ones, a folder, or what is in the cache; no hub is ever asked."""

import shutil
from pathlib import Path

import pytest

from ai.errors import ModelUnavailable
from ai.weights import DEMO, DEMO_WARNING, REPOSITORIES, resolve_model
from ai.whisper import Whisper


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
    with pytest.raises(ModelUnavailable, match="turnspit models pull small`"):
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


def head(data: bytes) -> bytes:
    return data[: len(data) // 2]


def pointer(data: bytes) -> bytes:
    """What git has in the place of a large file that was not fetched."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize %d\n" % len(data)


def another(data: bytes) -> bytes:
    return b'{"hidden_size": 768}'


def no_text(data: bytes) -> bytes:
    return b"\xff\xfe" * 500


@pytest.mark.parametrize("file", ["model.bin", "vocabulary.json", "tokenizer.json"])
@pytest.mark.parametrize("broken", [head, pointer, no_text, another])
def test_so_is_a_folder_with_any_broken_file(tmp_path, file, broken):
    shutil.copytree(DEMO, tmp_path / "mine")
    (tmp_path / "mine" / file).write_bytes(broken((tmp_path / "mine" / file).read_bytes()))
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        Whisper(str(tmp_path / "mine"))
