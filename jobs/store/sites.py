"""The tables of websites: versions that never change, and the pointer to the one that is served."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from jobs.model import Artifact, JsonObject
from jobs.store.database import Conn

MOST_TRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A website: `live` is the version that is served, None when none is; `latest` the newest there is."""

    slug: str
    title: str
    live: int | None
    latest: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a site was at some time."""

    version: int
    job_id: UUID
    created_at: datetime
    files: int
    bytes: int


_SITE = (
    "SELECT slug, title, live, created_at, updated_at,"
    " (SELECT max(version) FROM site_versions v WHERE v.slug = sites.slug) AS latest FROM sites"
)


async def reserve(conn: Conn, job_id: UUID, tenant: str, wish: str, title: str, *, exact: bool) -> str | None:
    """A slug of the job's own: the wish or, unless `exact`, the next free of wish-2, wish-3, …; None if taken."""
    mine: str | None = await conn.fetchval("SELECT slug FROM sites WHERE job_id = $1", job_id)
    if mine is not None:
        return mine
    for number in range(1, 2 if exact else MOST_TRIES):
        slug = wish if number == 1 else f"{wish[:58].rstrip('-')}-{number}"
        if await conn.fetchval(
            "INSERT INTO sites (slug, tenant, job_id, title) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
            " RETURNING true",
            slug,
            tenant,
            job_id,
            title,
        ):
            return slug
    return None


async def add_version(
    conn: Conn, site: Site, tenant: str, job_id: UUID, *, title: str, spec: str, files: Sequence[Artifact]
) -> int | None:
    """Store a version whose bytes lie in the object store; its number. None for a site that is gone.

    Another site may have its address meanwhile. A job's second attempt gets the number of its first. Call inside a
    transaction.
    """
    slug = site.slug
    found = await conn.fetchval(
        "UPDATE sites SET title = $3, updated_at = now() WHERE slug = $1 AND tenant = $2 AND created_at = $4"
        " RETURNING true",
        slug,
        tenant,
        title,
        site.created_at,
    )
    if not found:
        return None
    version: int | None = await conn.fetchval(
        "INSERT INTO site_versions (slug, version, job_id, spec)"
        " SELECT $1, coalesce(max(version), 0) + 1, $2, $3 FROM site_versions WHERE slug = $1"
        " ON CONFLICT (slug, job_id) DO NOTHING RETURNING version",
        slug,
        job_id,
        spec,
    )
    if version is None:
        return await made_by(conn, slug, job_id)
    await conn.executemany(
        "INSERT INTO site_files (slug, version, path, key, bytes, sha256, media_type)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(slug, version, f.name, f.key, f.bytes, f.sha256, f.media_type) for f in files],
    )
    return version


async def made_by(conn: Conn, slug: str, job_id: UUID) -> int | None:
    """The version that a job has stored already."""
    version: int | None = await conn.fetchval(
        "SELECT version FROM site_versions WHERE slug = $1 AND job_id = $2", slug, job_id
    )
    return version


async def publish(conn: Conn, slug: str, tenant: str, version: int | None) -> bool:
    """Serve this version from now on, or none. One row changes: the old or the new is served, never half.

    False when there is no such site or version.
    """
    return bool(
        await conn.fetchval(
            "UPDATE sites SET live = $3, updated_at = now() WHERE slug = $1 AND tenant = $2 AND ($3::int IS NULL"
            " OR EXISTS (SELECT FROM site_versions WHERE slug = $1 AND version = $3)) RETURNING true",
            slug,
            tenant,
            version,
        )
    )


async def get(conn: Conn, slug: str, tenant: str) -> Site | None:
    row = await conn.fetchrow(f"{_SITE} WHERE slug = $1 AND tenant = $2", slug, tenant)
    return None if row is None else Site(**row)


async def select(conn: Conn, tenant: str, limit: int, before: datetime | None = None) -> list[Site]:
    """Sites, newest first."""
    rows = await conn.fetch(
        f"{_SITE} WHERE tenant = $1 AND ($3::timestamptz IS NULL OR created_at < $3)"
        " ORDER BY created_at DESC, slug LIMIT $2",
        tenant,
        limit,
        before,
    )
    return [Site(**row) for row in rows]


async def versions(conn: Conn, slug: str) -> list[Version]:
    """Every version of a site, newest first."""
    rows = await conn.fetch(
        "SELECT v.version, v.job_id, v.created_at, count(f.path)::int AS files, coalesce(sum(f.bytes), 0)::bigint"
        " AS bytes FROM site_versions v LEFT JOIN site_files f USING (slug, version) WHERE slug = $1"
        " GROUP BY v.slug, v.version ORDER BY v.version DESC",
        slug,
    )
    return [Version(**row) for row in rows]


async def spec(conn: Conn, slug: str, version: int) -> JsonObject | None:
    """What a version was rendered from."""
    text = await conn.fetchval("SELECT spec FROM site_versions WHERE slug = $1 AND version = $2", slug, version)
    value: JsonObject | None = None if text is None else json.loads(text)
    return value


async def live_file(conn: Conn, slug: str, path: str) -> Artifact | None:
    """A file of the version that is served."""
    row = await conn.fetchrow(
        "SELECT f.path AS name, f.key, f.bytes, f.sha256, f.media_type FROM sites s JOIN site_files f"
        " ON f.slug = s.slug AND f.version = s.live WHERE s.slug = $1 AND f.path = $2",
        slug,
        path,
    )
    return None if row is None else _file(row)


async def delete(conn: Conn, slug: str, tenant: str) -> Site | None:
    """Forget a site with all its versions; its bytes go next, and who crashes now leaves none.

    Call inside a transaction.
    """
    if not await conn.fetchval("SELECT true FROM sites WHERE slug = $1 AND tenant = $2 FOR UPDATE", slug, tenant):
        return None
    site = await get(conn, slug, tenant)
    await conn.execute(
        "INSERT INTO unfinished (key) SELECT DISTINCT key FROM site_files WHERE slug = $1 ON CONFLICT DO NOTHING",
        slug,
    )
    await conn.execute("DELETE FROM sites WHERE slug = $1", slug)
    return site


def _file(row: asyncpg.Record) -> Artifact:
    return Artifact(**row)
