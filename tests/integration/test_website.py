"""From a brief, typed or spoken, to pages that are served; edits and new looks on top."""

import io
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs.model import Status
from jobs.resources import Resources
from jobs.worker import Worker
from tests.conftest import enqueue, until
from tests.integration.test_sites import web

__all__ = ["web"]

VOICE = Path(__file__).parents[1] / "data" / "voice"
BRIEF = (
    "Hi, I run a bakery in Lisbon called Golden Crust. We sell sourdough bread for 4 euros and cinnamon rolls."
    " We are open Monday to Friday from 7 am to 6 pm. Call us at +351 21 555 0100. Blue and white, please."
)
FACTS = ("Golden Crust", "Lisbon", "sourdough bread", "cinnamon rolls", "+351 21 555 0100", "Monday")


async def made(res: Resources, kind: str, **input: object) -> dict[str, Any]:
    done = await until(res, (await enqueue(res, kind, input)).id, within=30)
    assert done.status is Status.SUCCEEDED, done.error
    assert isinstance(done.output, dict)
    return done.output


async def test_a_brief_becomes_a_site_that_is_served(
    res: Resources, worker: Worker, web: httpx.AsyncClient
) -> None:
    job = await until(res, (await enqueue(res, "website", {"prompt": BRIEF})).id)
    output = job.output
    assert isinstance(output, dict)
    assert output["site"] == {
        "slug": "golden-crust",
        "url": "http://127.0.0.1:8001/golden-crust/",
        "title": "Golden Crust",
        "version": 1,
    }
    assert output["author"] == {"provider": "turnspit", "model": "composer"}
    page = (await web.get("/golden-crust/")).text
    for fact in FACTS:
        assert fact.lower() in page.lower()
    assert "<script" not in page.replace('<script type="application/ld+json"', "")
    assert {artifact.name for artifact in job.artifacts} == {"index.html", "site.zip"}
    archive = zipfile.ZipFile(io.BytesIO(await res.objects.get(f"jobs/{job.id}/1/site.zip")))
    assert set(output["pages"]) <= set(archive.namelist())
    assert job.progress is not None
    assert job.progress["message"] == "Live"


async def test_a_site_that_is_not_to_be_published_is_not_served(
    res: Resources, worker: Worker, web: httpx.AsyncClient
) -> None:
    output = await made(res, "website", prompt=BRIEF, publish=False, slug="not-yet")
    assert output["site"]["slug"] == "not-yet"
    assert (await web.get("/not-yet/")).status_code == 404
    await made(res, "publish", site="not-yet")
    assert (await web.get("/not-yet/")).status_code == 200
    taken = await until(res, (await enqueue(res, "website", {"prompt": BRIEF, "slug": "not-yet"})).id)
    assert taken.error is not None
    assert (taken.status, taken.error["code"]) == (Status.FAILED, "conflict")


async def test_what_the_owner_edits_stays_when_the_look_changes(
    res: Resources, worker: Worker, web: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await made(res, "website", prompt=BRIEF, theme="hearth")
    edited = await client.patch("/v1/sites/golden-crust", json={"content": {"hero": {"title": "Bread, warm"}}})
    assert edited.status_code == 200, edited.text
    assert (edited.json()["version"], edited.json()["spec"]["content"]["hero"]["title"]) == (2, "Bread, warm")
    old_look = (await web.get("/golden-crust/")).text
    assert "Bread, warm" in old_look
    redone = await made(res, "redesign", site="golden-crust", theme="market", prompt="darker, with green")
    assert redone["site"]["version"] == 3
    new_look = (await web.get("/golden-crust/")).text
    assert "Bread, warm" in new_look
    assert new_look != old_look
    site = (await client.get("/v1/sites/golden-crust")).json()
    assert site["spec"]["look"]["theme"] == "market"


@pytest.mark.parametrize(
    "changes",
    [{"look": {"theme": "none"}}, {"content": {"pages": []}}, {"nothing": 1}, {"content": {"hero": None}}],
)
async def test_an_edit_that_makes_no_site_is_refused_and_changes_nothing(
    res: Resources, worker: Worker, client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    await made(res, "website", prompt=BRIEF)
    refused = await client.patch("/v1/sites/golden-crust", json=changes)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert (await client.get("/v1/sites/golden-crust")).json()["latest"] == 1


async def test_a_voice_note_becomes_a_site(
    res: Resources, worker: Worker, client: httpx.AsyncClient, web: httpx.AsyncClient
) -> None:
    note = (VOICE / "bakery.ogg").read_bytes()
    file = (await client.post("/v1/files", params={"name": "bakery.ogg"}, content=note)).json()["id"]
    output = await made(res, "voice_website", file=file, name="Crusty")
    assert output["transcript"].startswith("Hi, I run a bakery in Lisbon called Golden Crust")
    assert output["site"]["title"] == "Crusty"
    assert "Lisbon" in (await web.get(f"/{output['site']['slug']}/")).text


async def test_a_voice_note_that_is_none_fails_the_whole_with_its_reason(
    res: Resources, worker: Worker, client: httpx.AsyncClient
) -> None:
    file = (await client.post("/v1/files", params={"name": "a.wav"}, content=b"no sound")).json()["id"]
    done = await until(res, (await enqueue(res, "voice_website", {"file": file})).id)
    assert done.error is not None
    assert (done.status, done.error["code"]) == (Status.FAILED, "invalid_media")


async def test_nothing_in_a_brief_becomes_markup(res: Resources, worker: Worker, web: httpx.AsyncClient) -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    await made(res, "website", prompt=f"I run a bakery called {hostile} in Lisbon. We sell {hostile}.", slug="safe")
    page = (await web.get("/safe/")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "onerror=alert(1)>" not in page.replace("&gt;", "")
