"""JSON as Postgres takes it: no NUL, no lone surrogate, no NaN."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json


def dump(value: object) -> str:
    """`value` as JSON text for a jsonb column; what jsonb refuses is replaced (NUL, surrogates) or null (NaN)."""
    try:
        text = to_json(value, inf_nan_mode="null").decode()
    except (PydanticSerializationError, UnicodeEncodeError):
        text = to_json(clean(value), inf_nan_mode="null").decode()
    return clean_json(text)


def clean_json(text: str) -> str:
    """The same JSON text without the escapes that jsonb refuses."""
    if "\\u" not in text or ("\\u0000" not in text and "\\ud" not in text.lower()):
        return text
    return to_json(clean(json.loads(text)), inf_nan_mode="null").decode()


def clean_text(text: str) -> str:
    """Text that a Postgres text column takes: NUL and lone surrogates become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text.encode("utf-8", "replace").decode() if not _encodable(text) else text


def clean(value: Any) -> Any:
    """`clean_text` on every string inside a JSON value or a model."""
    if isinstance(value, BaseModel):
        return clean(value.model_dump())
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
