"""The bytes of an upload, raw or as a multipart field, streamed once: from the socket to the object store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from jobs.errors import InvalidInput, TooLarge
from service.errors import RequestRefused
from service.media import HEAD

FIELD = "file"
AROUND = 1024 * 1024
"""What a form may weigh besides its file."""


@dataclass(slots=True)
class Upload:
    """What a client sends: its own name for it, and the chunks. `head` is there once they were read."""

    name: str | None
    chunks: AsyncIterator[bytes]
    head: bytes = b""

    async def noted(self) -> AsyncIterator[bytes]:
        """The chunks, keeping the first bytes."""
        async for chunk in self.chunks:
            if len(self.head) < HEAD:
                self.head += chunk[: HEAD - len(self.head)]
            yield chunk


async def receive(request: Request, name: str | None) -> Upload:
    """The upload in a request; `name` is the one in its query. Raises RequestRefused, InvalidInput."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        form = _Form(options.get(b"boundary", b""))
        chunks = form.file(request.stream())
        if await anext(chunks, None) is None:
            raise InvalidInput(f"The form has no field `{FIELD}` with a file.", param=FIELD)
        return Upload(name or form.filename, chunks)
    if kind == b"application/json" and name is None:
        sentence = "Fetching a file by its url is not built yet: send the bytes, or name them with ?name=."
        raise RequestRefused("not_implemented", sentence)
    return Upload(name, request.stream())


class _Form:
    """Finds the one field `file` in multipart/form-data (RFC 7578) and passes its bytes on."""

    def __init__(self, boundary: bytes) -> None:
        if not boundary:
            raise RequestRefused("invalid_request", "The multipart boundary is missing.")
        self.filename: str | None = None
        self._found = self._inside = self._ended = False
        self._field, self._value, self._disposition = b"", b"", b""
        self._ready: list[bytes] = []
        self._surplus = 0
        try:
            self._parser = self._wired(boundary)
        except FormParserError as error:
            raise RequestRefused("invalid_request", f"The form is broken: {error}.") from error

    def _wired(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    async def file(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Nothing when the field is missing; else one empty chunk as soon as it begins, then its bytes.

        Raises RequestRefused when the form is broken or cut short, InvalidInput for a second file.
        """
        told = False
        async for chunk in body:
            self._write(chunk)
            if self._found and not told:
                told = True
                yield b""
            ready, self._ready = self._ready, []
            for piece in ready:
                yield piece
        if not self._ended:
            raise RequestRefused("invalid_request", "The form ends before its last boundary.")

    def _write(self, chunk: bytes) -> None:
        self._surplus += len(chunk)
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise RequestRefused("invalid_request", f"The form is broken: {error}.") from error
        self._surplus -= sum(map(len, self._ready))
        if self._surplus > AROUND:
            raise TooLarge(f"The form has more than {AROUND} bytes besides its file.")

    def _begin(self) -> None:
        self._inside, self._disposition = False, b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") != FIELD.encode():
            return
        if self._found:
            raise InvalidInput(f"Send one `{FIELD}` a request.", param=FIELD)
        self._found = self._inside = True
        filename = options.get(b"filename")
        self.filename = None if filename is None else filename.decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._ready.append(data[start:end])

    def _end(self) -> None:
        self._ended = True
