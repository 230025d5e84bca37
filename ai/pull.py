"""Fetch a Whisper model from the Hugging Face hub: the only place that asks one, and only when a person says so."""

from pathlib import Path

from ai.errors import ModelUnavailable
from ai.weights import ALIASES, NEEDED, OPTIONAL, REPOSITORIES, VOCABULARIES, Weights, resolve_model

__all__ = ["ModelUnavailable", "pull"]


def pull(name: str) -> Weights:
    """Fetch what is missing of a known model, with bars on stderr. Raises ModelUnavailable with what went wrong."""
    size = ALIASES.get(name, name)
    if size not in REPOSITORIES:
        raise ModelUnavailable(f"There is no model '{name}' to fetch; there are {', '.join(REPOSITORIES)}.")
    _snapshot(REPOSITORIES[size])
    return resolve_model(size)


def _snapshot(repository: str) -> Path:
    from httpx import TransportError  # noqa: PLC0415  what the hub's client speaks with
    from huggingface_hub import is_offline_mode, snapshot_download  # noqa: PLC0415  heavy, and rarely needed
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        if not is_offline_mode():
            return Path(snapshot_download(repository, allow_patterns=[*NEEDED, *VOCABULARIES, *OPTIONAL]))
        why = "HF_HUB_OFFLINE forbids it"
    except (LocalEntryNotFoundError, TransportError, TimeoutError) as error:
        why = f"the hub cannot be reached ({_first_line(error)})"
    except HfHubHTTPError as error:
        why = f"the hub says: {_first_line(error)}"
    except OSError as error:
        why = f"it cannot be kept: {error}"
    raise ModelUnavailable(
        f"'{repository}' was not fetched: {why}. `hf download {repository}` where there is access, and a copy of "
        "the folder, do the same; then set TURNSPIT_WHISPER_MODEL to it."
    )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
