"""Which folder of Whisper weights a configured name means; only this disk is asked, never a hub."""

from dataclasses import dataclass, field
from pathlib import Path

from ai.errors import ModelUnavailable

DEMO = Path(__file__).parent / "models" / "demo"
DEMO_WARNING = (
    "Transcribed with the small demo model, which knows only short spoken briefs for small businesses; "
    "set TURNSPIT_WHISPER_MODEL for a real one."
)
NEEDED = ("model.bin", "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
OPTIONAL = ("preprocessor_config.json",)

# In the order that `auto` tries them: what a laptop can run first, English-only ones last.
REPOSITORIES = {
    "small": "Systran/faster-whisper-small",
    "base": "Systran/faster-whisper-base",
    "tiny": "Systran/faster-whisper-tiny",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "medium": "Systran/faster-whisper-medium",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v1": "Systran/faster-whisper-large-v1",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "small.en": "Systran/faster-whisper-small.en",
    "base.en": "Systran/faster-whisper-base.en",
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "medium.en": "Systran/faster-whisper-medium.en",
}
ALIASES = {"large": "large-v3", "large-v3-turbo": "turbo"}


@dataclass(frozen=True, slots=True)
class Weights:
    """A complete folder of weights, the name it goes by, and what its user should know."""

    folder: Path
    name: str
    warnings: list[str] = field(default_factory=list)


def resolve_model(name: str) -> Weights:
    """The weights that a value of TURNSPIT_WHISPER_MODEL means: `auto`, `demo`, a folder or a size's name.

    Raises ModelUnavailable with what to do about it.
    """
    if name == "demo":
        return Weights(DEMO, "demo")
    if name in ("auto", ""):
        return _bestcached() or Weights(DEMO, "demo", [DEMO_WARNING])
    size = ALIASES.get(name, name)
    if size in REPOSITORIES:
        return cached(size) or _refuse_uncached(size)
    return _folder(name)


def _bestcached() -> Weights | None:
    return next((found for size in REPOSITORIES if (found := cached(size))), None)


def cached(size: str) -> Weights | None:
    """A known model from the cache that huggingface_hub keeps; its environment variables say where that is."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415  heavy, and rarely needed

    found = try_to_load_from_cache(REPOSITORIES[size], "model.bin")
    if not isinstance(found, str) or _missing(Path(found).parent):
        return None
    return Weights(Path(found).parent, size)


def _refuse_uncached(size: str) -> Weights:
    raise ModelUnavailable(
        f"The Whisper model '{size}' is not on this machine. Fetch it once with "
        f"`turnspit models pull {size}`, or set TURNSPIT_WHISPER_MODEL to a folder that holds a model."
    )


def _folder(name: str) -> Weights:
    """Whatever is no known size is a path, so that a mistyped one is never asked of a hub."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise ModelUnavailable(
            f"TURNSPIT_WHISPER_MODEL is '{name}', which is neither a folder on this machine nor one of: "
            f"auto, demo, {', '.join(REPOSITORIES)}."
        )
    if missing := _missing(folder):
        raise ModelUnavailable(
            f"The folder '{name}' is no complete Whisper model: it has no {' and no '.join(missing)}. "
            "Set TURNSPIT_WHISPER_MODEL to a folder that `ct2-transformers-converter` made with "
            "`--copy_files tokenizer.json preprocessor_config.json`."
        )
    return Weights(folder.resolve(), folder.resolve().name)


def _missing(folder: Path) -> list[str]:
    missing = [file for file in NEEDED if not (folder / file).is_file()]
    if not any((folder / file).is_file() for file in VOCABULARIES):
        missing.append("vocabulary.json")
    return missing
