"""The API's own documentation: one page made from the OpenAPI document, without a script or another host."""

import json
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.errors import PROBLEMS

router = APIRouter(include_in_schema=False)

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

Schema = dict[str, Any]


@router.get("/")
async def front() -> Response:
    """Whoever opens the address in a browser finds the documentation."""
    return RedirectResponse("/docs")


@router.get("/docs")
async def page(request: Request) -> Response:
    """Every address, every field, every error."""
    headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    return HTMLResponse("\n".join(_page(request.app.openapi())), headers=headers)


def _page(document: Schema) -> Iterator[str]:
    title = escape(document["info"]["title"])
    yield f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} API</title>"
    yield '<meta name=viewport content="width=device-width"><link rel=stylesheet href="/static/docs.css"></head>'
    yield f"<body><h1>{title} API</h1><p>{escape(document['info']['description'])}"
    yield 'The same for programs: <a href="/openapi.json">openapi.json</a>.</p>'
    for tag, operations in _by_tag(document).items():
        yield f"<h2>{escape(tag)}</h2>"
        yield from (_operation(*operation) for operation in operations)
    yield from _problems()
    yield "<h2>Schemas</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        shown = escape(name)
        yield f'<details id="{shown}"><summary><code>{shown}</code></summary>{_json(schema)}</details>'
    yield "</body></html>"


def _by_tag(document: Schema) -> dict[str, list[tuple[str, str, Schema]]]:
    found: defaultdict[str, list[tuple[str, str, Schema]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found[operation.get("tags", ["other"])[0]].append((method, path, operation))
    return found


def _operation(method: str, path: str, operation: Schema) -> str:
    said = escape(operation.get("description", ""))
    rows = "".join(_parameter(parameter) for parameter in operation.get("parameters", []))
    parameters = f"<table><tr><th>parameter<th>in<th>schema</tr>{rows}</table>" if rows else ""
    body = operation.get("requestBody")
    sent = f"<h4>Body</h4>{_json(body['content'])}" if body else ""
    replies = {status: reply.get("content", {}) for status, reply in operation["responses"].items()}
    return (
        f"<details><summary><code>{method.upper()} {escape(path)}</code> {said}</summary>"
        f"{parameters}{sent}<h4>Replies</h4>{_json(replies)}</details>"
    )


def _parameter(parameter: Schema) -> str:
    schema = escape(json.dumps(parameter.get("schema", {})))
    return f"<tr><td><code>{escape(parameter['name'])}</code><td>{parameter['in']}<td><code>{schema}</code></tr>"


def _problems() -> Iterator[str]:
    yield "<h2>Errors</h2><table><tr><th>code<th>status<th>meaning</tr>"
    for code, (status, title) in PROBLEMS.items():
        yield f'<tr id="problem-{code}"><td><code>{code}</code><td>{status}<td>{escape(title)}</tr>'
    yield "</table>"


def _json(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2))}</pre>"
