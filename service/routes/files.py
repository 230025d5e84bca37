"""Bytes that clients give: upload, look up, download, delete."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from jobs.errors import NotFound, TooLarge
from jobs.ids import new_id
from jobs.model import File
from jobs.objects import Stored
from jobs.resources import Resources
from jobs.store import files
from jobs.store.database import Conn
from jobs.submission import begin
from service import downloads, uploads
from service.deps import Cursor, FileId, Limit, Res, Tenant
from service.downloads import Blob
from service.media import clean_name, media_type
from service.reading import ask
from service.schemas import FileView, Page
from service.views import file_page, file_view, reply

router = APIRouter(prefix="/v1/files", tags=["files"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


@router.post("", status_code=201, response_model=FileView, openapi_extra=_BODY)
async def upload(
    request: Request, res: Res, tenant: Tenant, name: Annotated[str | None, Query()] = None
) -> Response:
    """Store a file: its bytes as the body with `?name=`, or a form with the field `file`."""
    given = await uploads.receive(request, name)
    _check_length(request, res.settings.max_file_bytes + uploads.AROUND)
    file_id = new_id()
    await begin(res, f"files/{file_id}")
    stored = await res.objects.put(f"files/{file_id}", given.noted(), res.settings.max_file_bytes)
    row = _file(file_id, tenant, given, stored)
    file = await ask(res, lambda conn: _insert(conn, row))
    return reply(file_view(file), 201, {"Location": f"/v1/files/{file.id}"})


@router.get("", response_model=Page[FileView])
async def listed(res: Res, tenant: Tenant, cursor: Cursor, limit: Limit = 50) -> Response:
    """Files, newest first."""
    found = await ask(res, lambda conn: files.select(conn, tenant, cursor, limit + 1))
    return reply(file_page(found, limit))


@router.get("/{file_id}", response_model=FileView)
async def show(file_id: FileId, res: Res, tenant: Tenant) -> Response:
    """What is known about a file."""
    return reply(file_view(await _find(res, file_id, tenant)))


@router.head("/{file_id}/content", include_in_schema=False)
@router.get("/{file_id}/content", response_class=Response)
async def content(request: Request, file_id: FileId, res: Res, tenant: Tenant) -> Response:
    """A file's bytes, or a range of them."""
    file = await _find(res, file_id, tenant)
    return await downloads.send(
        request, res.objects, Blob(file.key, file.name, file.bytes, file.sha256, file.media_type)
    )


@router.delete("/{file_id}", status_code=204, response_class=Response)
async def delete(file_id: FileId, res: Res, tenant: Tenant) -> Response:
    """Forget a file. A job that has not started yet and needs it will fail."""
    key = await ask(res, lambda conn: files.delete(conn, file_id, tenant))
    if key is None:
        raise NotFound(f"There is no file {file_id}.")
    await res.objects.delete(key)
    return Response(status_code=204)


async def _insert(conn: Conn, row: File) -> File:
    async with conn.transaction():
        return await files.insert(conn, row)


async def _find(res: Resources, file_id: UUID, tenant: str) -> File:
    file = await ask(res, lambda conn: files.get(conn, file_id, tenant))
    if file is None:
        raise NotFound(f"There is no file {file_id}.")
    return file


def _file(file_id: UUID, tenant: str, given: uploads.Upload, stored: Stored) -> File:
    name = clean_name(given.name)
    return File(
        id=file_id,
        tenant=tenant,
        name=name,
        bytes=stored.bytes,
        sha256=stored.sha256,
        media_type=media_type(given.head, name),
        key=stored.key,
        created_at=datetime.now(UTC),
    )


def _check_length(request: Request, limit: int) -> None:
    """Refuse before the first byte what says itself that it is too long."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise TooLarge(f"The file is larger than the {limit - uploads.AROUND} bytes allowed.")
