"""What routes ask for: the resources, the feed, the caller's tenant, ids and cursors that are well formed."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from jobs.errors import NotFound
from jobs.resources import Resources
from jobs.store.text import clean_text
from service.feed import Feed
from service.metrics import Metrics
from service.reading import BIGINT, parse_cursor, parse_id

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def _resources(conn: HTTPConnection) -> Resources:
    res: Resources = conn.app.state.res
    return res


def _feed(conn: HTTPConnection) -> Feed:
    feed: Feed = conn.app.state.feed
    return feed


def _metrics(conn: HTTPConnection) -> Metrics:
    metrics: Metrics = conn.app.state.metrics
    return metrics


def _tenant(conn: HTTPConnection) -> str:
    tenant: str = conn.scope["state"]["tenant"]
    return tenant


def _base(conn: HTTPConnection) -> str:
    url = conn.base_url
    return str(url.replace(scheme="https" if url.scheme in ("https", "wss") else "http")).rstrip("/")


def _job_id(job_id: str) -> UUID:
    return parse_id(job_id, "job")


def _file_id(file_id: str) -> UUID:
    return parse_id(file_id, "file")


def _flow_id(flow_id: str) -> UUID:
    return parse_id(flow_id, "flow")


def _slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise NotFound(f"There is no site {clean_text(slug[:100])!r}.")
    return slug


def _cursor(cursor: str | None = None) -> UUID | None:
    return None if cursor is None else parse_cursor(cursor)


Res = Annotated[Resources, Depends(_resources)]
FeedDep = Annotated[Feed, Depends(_feed)]
Metered = Annotated[Metrics, Depends(_metrics)]
Tenant = Annotated[str, Depends(_tenant)]
Base = Annotated[str, Depends(_base)]
JobId = Annotated[UUID, Depends(_job_id)]
FileId = Annotated[UUID, Depends(_file_id)]
FlowId = Annotated[UUID, Depends(_flow_id)]
Slug = Annotated[str, Depends(_slug)]
Cursor = Annotated[UUID | None, Depends(_cursor)]
After = Annotated[int | None, Query(ge=0, le=BIGINT, description="The number of the last event seen.")]
Limit = Annotated[int, Query(ge=1, le=100)]
