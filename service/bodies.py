"""Request bodies as JSON: counted while they stream in, parsed strictly, never trusted."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from pydantic_core import from_json
from starlette.requests import Request

from jobs.errors import InvalidInput, TooLarge
from jobs.model import Json
from jobs.store.idempotency import Key
from service.deps import Res
from service.errors import RequestRefused

KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body; `value` is None when there was none."""

    value: Json


async def json_body(request: Request, limit: int) -> Json:
    """The JSON body, None when there is none.

    Raises TooLarge as soon as the limit is passed, RequestRefused for what is no JSON.
    """
    data = b"".join([chunk async for chunk in limited(request, limit)])
    if not data:
        return None
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise RequestRefused("unsupported_media_type", f"Send application/json, not {kind[:100]!r}.")
    try:
        value: Json = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise RequestRefused("invalid_json", f"The body is not JSON: {error}.") from error
    return value


async def limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body's chunks. Raises TooLarge before the first when its length is known to be over the limit."""
    over = TooLarge(f"The body is larger than the {limit} bytes allowed.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise over
    count = 0
    async for chunk in request.stream():
        count += len(chunk)
        if count > limit:
            raise over
        yield chunk


async def _body(request: Request, res: Res) -> Body:
    return Body(await json_body(request, res.settings.max_body_bytes))


JsonBody = Annotated[Body, Depends(_body)]


def idempotency_key(request: Request, value: Json, tenant: str) -> Key | None:
    """The Idempotency-Key, as a quoted string (RFC 8941) or bare, with what it came with."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    name = given.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not 0 < len(name) <= KEY_CHARACTERS or not (name.isascii() and name.isprintable()):
        sentence = f"An Idempotency-Key has 1 to {KEY_CHARACTERS} printable ASCII characters."
        raise InvalidInput(sentence, param="Idempotency-Key")
    return Key(tenant, name, _fingerprint(request, value))


def _fingerprint(request: Request, value: Json) -> str:
    """SHA-256 of method, path and the body in a form that spaces and the order of fields do not change."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.url.path}\n{canonical}".encode()).hexdigest()
