"""What routes ask for: the resources, the feed, the caller's tenant, ids and cursors that are well formed.

What FastAPI calls is async here throughout: it would run anything else in a thread.
"""

import re
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from starlette.datastructures import URL
from starlette.requests import HTTPConnection

from jobs.errors import NotFound
from jobs.resources import Resources
from jobs.store.text import clean_text
from service.feed import Feed
from service.metrics import Metrics
from service.reading import BIGINT, parse_cursor, parse_id

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def resources_of(conn: HTTPConnection) -> Resources:
    res: Resources = conn.app.state.res
    return res


def feed_of(conn: HTTPConnection) -> Feed:
    feed: Feed = conn.app.state.feed
    return feed


def tenant_of(conn: HTTPConnection) -> str:
    tenant: str = conn.scope["state"]["tenant"]
    return tenant


def base_of(conn: HTTPConnection) -> str:
    """The address of the service as the client wrote it, without a final slash."""
    scope = conn.scope
    root = scope.get("app_root_path", scope.get("root_path", ""))
    return _base_at(scope["scheme"], conn.headers.get("host"), scope.get("server"), root)


@lru_cache(maxsize=64)
def _base_at(scheme: str, host: str | None, server: tuple[str, int] | None, root: str) -> str:
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    plain = "https" if scheme in ("https", "wss") else "http"
    scope = {"scheme": scheme, "server": server, "path": root.rstrip("/") + "/", "headers": headers}
    return str(URL(scope=scope).replace(scheme=plain)).rstrip("/")


async def _resources(conn: HTTPConnection) -> Resources:
    return resources_of(conn)


async def _feed(conn: HTTPConnection) -> Feed:
    return feed_of(conn)


async def _metrics(conn: HTTPConnection) -> Metrics:
    metrics: Metrics = conn.app.state.metrics
    return metrics


async def _tenant(conn: HTTPConnection) -> str:
    return tenant_of(conn)


async def _base(conn: HTTPConnection) -> str:
    return base_of(conn)


async def _job_id(job_id: str) -> UUID:
    return parse_id(job_id, "job")


async def _file_id(file_id: str) -> UUID:
    return parse_id(file_id, "file")


async def _flow_id(flow_id: str) -> UUID:
    return parse_id(flow_id, "flow")


async def _slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise NotFound(f"There is no site {clean_text(slug[:100])!r}.")
    return slug


async def _cursor(cursor: str | None = None) -> UUID | None:
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
