"""Stored bytes as a reply: ranges, validators, and headers that keep a browser from running them."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from jobs.objects import Objects
from service.errors import RequestRefused

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?charset=[\w.-]+)?", re.ASCII)
_PLAIN = re.compile(r"[^\w. ()-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes and what they are called. The SHA-256 is the strong validator: same tag, same bytes."""

    key: str
    name: str
    bytes: int
    sha256: str
    media_type: str

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'


async def send(
    request: Request, objects: Objects, blob: Blob, headers: Mapping[str, str] | None = None
) -> Response:
    """The bytes, the part asked for (RFC 9110, one range), or 304. Raises NotFound, RequestRefused (416).

    `headers` say how a browser may treat them; by default as a download and nothing else.
    """
    headers = {**_validators(blob), **(_attached(blob) if headers is None else headers)}
    if _unchanged(request, blob):
        return Response(status_code=304, headers=headers)
    span = _span(request, blob)
    start, end = span or (0, blob.bytes)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{blob.bytes}"
    headers |= {"Content-Length": str(end - start), "Content-Type": _safe_type(blob.media_type)}
    status = 206 if span else 200
    if request.method == "HEAD" or start == end:
        return Response(status_code=status, headers=headers)
    chunks = objects.stream(blob.key, start, end)
    first = await anext(chunks, b"")  # so that bytes that are gone are a 404, not a broken reply
    return StreamingResponse(_chain(first, chunks), status, headers)


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _validators(blob: Blob) -> dict[str, str]:
    return {"ETag": blob.etag, "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff"}


def _attached(blob: Blob) -> dict[str, str]:
    return {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition(blob.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def disposition(name: str) -> str:
    """`attachment` with an ASCII name and, where that is not the name, its UTF-8 form (RFC 6266, 8187)."""
    plain = _PLAIN.sub("_", name)
    told = f'attachment; filename="{plain}"'
    return told if plain == name else f"{told}; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def _safe_type(media_type: str) -> str:
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"


def _unchanged(request: Request, blob: Blob) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return bool(tags & {blob.etag, "*"})


def _span(request: Request, blob: Blob) -> tuple[int, int] | None:
    """The bytes [start, end) asked for; None for all: no range, several, a broken one, or a stale If-Range."""
    asked = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if asked is None or request.headers.get("if-range", blob.etag) != blob.etag:
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    start = int(first) if first else max(0, blob.bytes - int(last))
    end = min(int(last) + 1, blob.bytes) if first and last else blob.bytes
    if first and last and int(last) < int(first):
        return None
    if start >= blob.bytes:
        sentence = f"The range lies outside of the {blob.bytes} bytes."
        raise RequestRefused("range_not_satisfiable", sentence, headers={"Content-Range": f"bytes */{blob.bytes}"})
    return start, end
