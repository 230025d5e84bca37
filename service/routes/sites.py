"""Websites: look at them, edit them, go back to an earlier version, take them down."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from jobs import flows, queue
from jobs.errors import Conflict, InvalidInput, NotFound
from jobs.model import JsonObject, Status
from jobs.sites import forget
from jobs.store import sites
from jobs.store.sites import Site
from jobs.submission import Options
from service import intake
from service.bodies import JsonBody
from service.deps import Base, FeedDep, Res, Slug, Tenant
from service.following import settle
from service.reading import ask, whole_job
from service.schemas import All, SiteDetail, SiteVersion, SiteView
from service.views import job_view, json_reply, reply

router = APIRouter(prefix="/v1/sites", tags=["sites"])

EDIT_S = 20
"""How long a PATCH waits for its job; later it answers 202 with the job."""


class Rollback(BaseModel):
    """The version to go back to; left out, the one before the live one."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)


@router.get("", response_model=All[SiteView])
async def listed(res: Res, tenant: Tenant, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """Websites, newest first."""
    found = await ask(res, lambda conn: sites.select(conn, tenant, limit))
    return reply(All[SiteView](data=[SiteView(**_view(res, site)) for site in found]))


@router.get("/{slug}", response_model=SiteDetail)
async def show(slug: Slug, res: Res, tenant: Tenant) -> Response:
    """A website with what its newest version was rendered from."""
    return reply(await _detail(res, slug, tenant))


@router.patch("/{slug}", response_model=SiteDetail)
async def edit(*, slug: Slug, body: JsonBody, res: Res, feed: FeedDep, tenant: Tenant, base: Base) -> Response:
    """Change the spec (a JSON Merge Patch, RFC 7396), render a new version and, if the site is live, serve it."""
    if not isinstance(body.value, dict) or not body.value:
        raise InvalidInput("Send the parts of the spec that change, as a JSON object.")
    await _site(res, slug, tenant)
    changes: JsonObject = body.value
    options = Options(tenant=tenant)
    made = flows.submissions(res.kinds, res.kinds["edit_site"], {"site": slug, "changes": changes}, options)
    submitted = await queue.submit(res, made, lambda jobs: "")
    job_id = submitted.stored[0].id
    await settle(res, feed, job_id, tenant, EDIT_S)
    return await _edited(res, slug, tenant, job_id, base)


@router.get("/{slug}/versions", response_model=All[SiteVersion])
async def versions(slug: Slug, res: Res, tenant: Tenant) -> Response:
    """Every version of a website, newest first."""
    site = await _site(res, slug, tenant)
    found = await ask(res, lambda conn: sites.versions(conn, slug))
    shown = [
        SiteVersion(
            version=v.version, live=v.version == site.live, job_id=v.job_id, files=v.files, bytes=v.bytes,
            created_at=v.created_at,
        )
        for v in found
    ]  # fmt: skip
    return reply(All[SiteVersion](data=shown))


@router.post("/{slug}/rollback", response_model=SiteDetail)
async def rollback(slug: Slug, body: JsonBody, res: Res, tenant: Tenant) -> Response:
    """Serve an earlier version again, at once."""
    wanted = intake.parsed(Rollback, body.value or {}).version
    site = await _site(res, slug, tenant)
    target = wanted or (site.live or (site.latest or 0) + 1) - 1
    if target < 1 or not await ask(res, lambda conn: sites.publish(conn, slug, tenant, target)):
        raise Conflict(f"The site {slug!r} has no version {wanted or 'before this one'}.")
    return reply(await _detail(res, slug, tenant))


@router.post("/{slug}/unpublish", response_model=SiteDetail)
async def unpublish(slug: Slug, body: JsonBody, res: Res, tenant: Tenant) -> Response:
    """Serve it no more; its versions stay, and rollback brings one back."""
    intake.nothing(body.value)
    await ask(res, lambda conn: sites.publish(conn, slug, tenant, None))
    return reply(await _detail(res, slug, tenant))


@router.delete("/{slug}", status_code=204, response_class=Response)
async def erase(slug: Slug, res: Res, tenant: Tenant) -> Response:
    """Forget a website with all its versions."""
    await forget(res, slug, tenant)
    return Response(status_code=204)


async def _edited(res: Res, slug: str, tenant: str, job_id: UUID, base: str) -> Response:
    """The site once its edit has succeeded, the reason when it has failed, the job while it goes on."""
    job = await whole_job(res, job_id, tenant)
    if not job.done:
        return json_reply(job_view(job, base), 202, {"Location": f"/v1/jobs/{job_id}"})
    if job.status is not Status.SUCCEEDED:
        raise InvalidInput(job.error["message"] if job.error else "The edit was canceled.")
    return reply(await _detail(res, slug, tenant))


async def _site(res: Res, slug: str, tenant: str) -> Site:
    site = await ask(res, lambda conn: sites.get(conn, slug, tenant))
    if site is None:
        raise NotFound(f"There is no site {slug!r}.")
    return site


async def _detail(res: Res, slug: str, tenant: str) -> SiteDetail:
    site = await _site(res, slug, tenant)
    spec = await ask(res, lambda conn: sites.spec(conn, slug, site.latest or 0))
    return SiteDetail(**_view(res, site), spec=spec or {})


def _view(res: Res, site: Site) -> dict[str, object]:
    return {
        "slug": site.slug,
        "title": site.title,
        "url": f"{res.settings.sites_url.rstrip('/')}/{site.slug}/",
        "published": site.live is not None,
        "version": site.live,
        "latest": site.latest,
        "created_at": site.created_at,
        "updated_at": site.updated_at,
    }
