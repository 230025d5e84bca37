"""Websites as the service keeps them: versions, the switch between them, and what a crash leaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
import pytest

from jobs.errors import AttemptLost, Permanent
from jobs.ids import new_id
from jobs.model import Status
from jobs.objects import Objects
from jobs.resources import Resources
from jobs.sites import Sites, forget, slug_of
from jobs.store import attempts, workers
from jobs.store import sites as rows
from jobs.store.database import Conn
from jobs.upkeep import Upkeep
from jobs.worker import Worker
from service.hosting import create_sites
from tests.conftest import enqueue, until
from tests.integration.test_sweep import a_day_passes, stored

PAGES = {"index.html": b"<h1>Old</h1>", "style.css": b"h1{color:red}"}
NEW = {"index.html": b"<h1>New</h1>", "style.css": b"h1{color:red}", "menu/index.html": b"<h1>Menu</h1>"}


async def of(res: Resources) -> Sites:
    """The sites of a job that runs."""
    job_id, worker_id = new_id(), new_id()
    async with res.pool.acquire() as conn:
        await workers.register(conn, worker_id, host="here", pid=1, guard_pid=None, slots={"default": 1})
        await conn.execute(
            "INSERT INTO jobs (id, kind, queue, status, input, max_attempts, run_at, event_seq, attempt, worker_id,"
            " started_at) VALUES ($1, 'publish', 'deploy', 'running', '{}', 3, now(), 2, 1, $2, now())",
            job_id,
            worker_id,
        )
        (claim,) = await attempts.running(conn, [(job_id, 1)])
    return Sites(res, claim)


async def published(res: Resources, title: str = "Golden Crust", pages: dict[str, bytes] = PAGES) -> str:
    shelf = await of(res)
    slug = await shelf.reserve(title, None)
    await shelf.publish(slug, await shelf.add(slug, title, {"title": title}, pages))
    return slug


@pytest.fixture
async def web(res: Resources) -> AsyncIterator[httpx.AsyncClient]:
    app = create_sites(res.settings)
    opening = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sites.test")
    async with app.router.lifespan_context(app), opening as opened:
        yield opened


async def test_a_site_is_served_with_headers_that_let_it_do_nothing_else(
    res: Resources, web: httpx.AsyncClient
) -> None:
    slug = await published(res)
    reply = await web.get(f"/{slug}/")
    assert (reply.status_code, reply.content) == (200, PAGES["index.html"])
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"].startswith("sandbox ")
    assert "allow-scripts" not in reply.headers["content-security-policy"]
    assert "allow-same-origin" not in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in reply.headers
    assert (await web.get(f"/{slug}")).headers["location"] == f"/{slug}/"
    assert (await web.get(f"/{slug}/", headers={"if-none-match": reply.headers["etag"]})).status_code == 304
    assert (await web.get(f"/{slug}/style.css")).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path", ["/", "/nobody/", "/golden-crust/..%2f..%2fetc", "/golden-crust/%00", "/%00/", "/a/b/c"]
)
async def test_what_is_not_there_is_404(res: Resources, web: httpx.AsyncClient, path: str) -> None:
    await published(res)
    for reply in (await web.get(path), await web.post(path)):
        assert reply.status_code in ({404} if reply.request.method == "GET" else {404, 405})
        assert "sandbox" in reply.headers["content-security-policy"]
        assert reply.headers["x-request-id"]


async def test_the_same_name_twice_gets_the_next_free_address(res: Resources) -> None:
    assert [await published(res) for _ in range(3)] == ["golden-crust", "golden-crust-2", "golden-crust-3"]


async def test_a_wished_address_is_taken_exactly_or_refused(res: Resources) -> None:
    assert await (await of(res)).reserve("Golden Crust", "bread") == "bread"
    with pytest.raises(Permanent, match="taken"):
        await (await of(res)).reserve("Another", "bread")


async def test_fifty_jobs_that_want_one_name_get_fifty_addresses(res: Resources) -> None:
    shelves = [await of(res) for _ in range(50)]
    slugs = await asyncio.gather(*(shelf.reserve("Golden Crust", None) for shelf in shelves))
    assert len(set(slugs)) == 50


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Golden Crust", "golden-crust"),
        ("Café Ñandú!", "cafe-nandu"),
        ("日本", "site"),
        ("--a--", "a"),
        ("x" * 99, "x" * 63),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slug_of(title) == slug


class Crash(Exception):
    pass


async def test_a_crash_at_every_step_serves_the_old_version_or_the_new_never_half(
    res: Resources, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, shelf = await published(res), await of(res)
    for step in range(8):
        steps = iter(range(step))

        def die(steps: Any = steps) -> None:
            if next(steps, None) is None:
                raise Crash

        with monkeypatch.context() as patch:
            for owner, name in ((Objects, "put"), (rows, "add_version"), (rows, "publish")):
                patch.setattr(owner, name, _dying(getattr(owner, name), die))
            with suppress(Crash):
                await shelf.publish(slug, await shelf.add(slug, "Golden Crust", {}, NEW))
        page, menu = await web.get(f"/{slug}/"), await web.get(f"/{slug}/menu/")
        assert (page.content, menu.status_code) in ((PAGES["index.html"], 404), (NEW["index.html"], 200))
    assert page.content == NEW["index.html"]
    async with res.pool.acquire() as conn:
        assert [v.version for v in await rows.versions(conn, slug)] == [2, 1]


def _dying(real: Any, die: Any) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        die()
        return await real(*args, **kwargs)

    return call


async def test_a_retry_stores_only_the_files_that_are_missing(
    res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, shelf = await published(res), await of(res)
    puts: list[str] = []
    real = Objects.put

    async def put(self: Objects, key: str, data: Any, limit: int | None = None) -> Any:
        puts.append(key)
        return await real(self, key, data, limit)

    monkeypatch.setattr(Objects, "put", put)
    assert await shelf.add(slug, "t", {}, NEW) == 2
    assert len(puts) == 2  # the style was there already
    assert await shelf.add(slug, "t", {}, NEW) == 2
    assert len(puts) == 2


async def test_an_address_that_is_taken_again_while_its_bytes_go_keeps_its_own(
    res: Resources, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, slug = Objects.delete_under, await published(res)

    async def delete_under(self: Objects, prefix: str) -> None:
        await published(res)
        await real(self, prefix)

    monkeypatch.setattr(Objects, "delete_under", delete_under)
    await forget(res, slug, "default")
    for path in ("", "style.css"):
        assert (await web.get(f"/{slug}/{path}")).status_code == 200
    await a_day_passes(res)
    await Upkeep(res).sweep_once()
    assert (await web.get(f"/{slug}/")).content == PAGES["index.html"]


async def test_the_bytes_of_a_deleted_site_go_when_the_process_was_killed_over_it(
    res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = await published(res)
    assert stored(res)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(Objects, "delete_under", _dying(Objects.delete_under, _die))
        await forget(res, slug, "default")
    await a_day_passes(res)
    await Upkeep(res).sweep_once()
    assert not stored(res)


def _die() -> None:
    raise Crash


async def canceled(conn: Conn, job_id: UUID) -> None:
    await conn.execute("UPDATE jobs SET cancel_requested_at = now() WHERE id = $1", job_id)


async def given_to_another(conn: Conn, job_id: UUID) -> None:
    await attempts.give_back(conn, [(job_id, 1)])
    await conn.execute(
        "UPDATE jobs SET status = 'running', attempt = 2, event_seq = event_seq + 1, started_at = now(),"
        " worker_id = gen_random_uuid() WHERE id = $1",
        job_id,
    )


@pytest.mark.parametrize("fate", [canceled, given_to_another])
async def test_an_attempt_that_is_over_changes_no_site(
    res: Resources, web: httpx.AsyncClient, fate: Callable[[Conn, UUID], Awaitable[None]]
) -> None:
    slug, shelf = await published(res), await of(res)
    version = await shelf.add(slug, "Golden Crust", {}, NEW)
    async with res.pool.acquire() as conn, conn.transaction():
        await fate(conn, shelf.claim.id)
    for late in (
        shelf.publish(slug, version),
        shelf.add(slug, "Another", {}, PAGES),
        shelf.reserve("Another", None),
    ):
        with pytest.raises(AttemptLost):
            await late
    assert (await web.get(f"/{slug}/")).content == PAGES["index.html"]
    assert (await shelf.get(slug)).title == "Golden Crust"


async def test_rollback_unpublish_and_versions_over_the_api(
    res: Resources, client: httpx.AsyncClient, web: httpx.AsyncClient
) -> None:
    slug = await published(res)
    shelf = await of(res)
    await shelf.publish(slug, await shelf.add(slug, "Golden Crust", {"n": 2}, NEW))
    site = (await client.get(f"/v1/sites/{slug}")).json()
    assert (site["version"], site["latest"], site["published"], site["spec"]) == (2, 2, True, {"n": 2})
    listed = (await client.get(f"/v1/sites/{slug}/versions")).json()["data"]
    assert [(v["version"], v["live"], v["files"]) for v in listed] == [(2, True, 3), (1, False, 2)]
    assert (await client.post(f"/v1/sites/{slug}/rollback")).json()["version"] == 1
    assert (await web.get(f"/{slug}/")).content == PAGES["index.html"]
    assert (await client.post(f"/v1/sites/{slug}/rollback")).status_code == 409
    assert (await client.post(f"/v1/sites/{slug}/rollback", json={"version": 9})).status_code == 409
    assert (await client.post(f"/v1/sites/{slug}/rollback", json={"version": 2})).json()["version"] == 2
    assert (await client.post(f"/v1/sites/{slug}/unpublish")).json()["published"] is False
    assert (await web.get(f"/{slug}/")).status_code == 404
    assert [s["slug"] for s in (await client.get("/v1/sites")).json()["data"]] == [slug]
    assert (await client.delete(f"/v1/sites/{slug}")).status_code == 204
    for reply in (await client.get(f"/v1/sites/{slug}"), await client.delete(f"/v1/sites/{slug}")):
        assert reply.status_code == 404
    assert (await client.get("/v1/sites/No%00pe")).status_code == 404


async def test_the_kind_publish_switches_versions(res: Resources, worker: Worker) -> None:
    slug = await published(res)
    await (await of(res)).add(slug, "Golden Crust", {}, NEW)
    done = await until(res, (await enqueue(res, "publish", {"site": slug})).id)
    assert done.output == {
        "site": {"slug": slug, "url": f"http://127.0.0.1:8001/{slug}/", "title": "Golden Crust", "version": 2}
    }
    lost = await until(res, (await enqueue(res, "publish", {"site": "nobody"})).id)
    assert lost.error is not None
    assert (lost.status, lost.error["code"]) == (Status.FAILED, "not_found")
