"""Who may call, what is there, and how the service does while its neighbours are away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from jobs.settings import Settings
from jobs.worker import Worker
from service.app import create_app
from service.auth import UnsafeBind

NOWHERE = "127.0.0.1:9"


@asynccontextmanager
async def calling(settings: Settings, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8000", headers=headers
        ) as client:
            yield client


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:9", "LOCALHOST", "[::1]:8000", "127.9.9.9"])
async def test_this_machine_by_any_name_is_let_in(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/v1/jobs", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "user@127.0.0.1", "169.254.169.254",
     "127.0.0.1:99999", "[::1"],
)  # fmt: skip
async def test_another_host_is_refused_everywhere_but_on_healthz(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/v1/jobs", "/docs", "/openapi.json", "/metrics", "/readyz", "/nothing"):
        reply = await client.get(path, headers={"host": host})
        assert (reply.status_code, reply.json()["code"]) == (403, "forbidden"), path
    assert (await client.get("/healthz", headers={"host": host})).status_code == 200


async def test_a_name_of_the_settings_is_let_in(settings: Settings) -> None:
    async with calling(settings.model_copy(update={"allowed_hosts": "box.example, b"})) as client:
        assert (await client.get("/v1/jobs", headers={"host": "Box.example:80"})).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:8000", 200), ("https://127.0.0.1:8000", 200), ("http://127.0.0.1:8001", 403),
     ("http://localhost:8000", 403), ("http://evil.example", 403), ("null", 403), ("", 403)],
)  # fmt: skip
async def test_only_our_own_origin_may_call(settings: Settings, origin: str, status: int) -> None:
    async with calling(settings, origin=origin) as client:
        assert (await client.get("/v1/jobs")).status_code == status


def test_an_open_bind_without_keys_is_refused(settings: Settings) -> None:
    with pytest.raises(UnsafeBind, match="TURNSPIT_KEYS"):
        create_app(settings.model_copy(update={"host": "0.0.0.0"}))


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic one", "one", "Bearer one two"])
async def test_a_wrong_key_is_401(settings: Settings, given: str) -> None:
    keyed = settings.model_copy(update={"host": "0.0.0.0", "keys": SecretStr("one,two")})
    async with calling(keyed, authorization=given) as client:
        for path in ("/v1/jobs", "/metrics", "/v1/nothing"):
            reply = await client.get(path)
            assert (reply.status_code, reply.json()["code"]) == (401, "unauthorized")
            assert reply.headers["www-authenticate"].startswith("Bearer")
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200


async def test_each_of_the_keys_opens(settings: Settings) -> None:
    keyed = settings.model_copy(update={"host": "0.0.0.0", "keys": SecretStr("one,two")})
    for key in ("one", "two"):
        async with calling(keyed, authorization=f"bearer {key}", host="api.example") as client:
            assert (await client.get("/v1/jobs")).status_code == 200


async def test_without_postgres_it_serves_and_says_try_again(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": SecretStr(f"postgresql://{NOWHERE}/x")})
    async with calling(away) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        job = {"kind": "echo", "input": {}}
        for reply in (await client.get("/readyz"), await client.post("/v1/jobs", json=job)):
            assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
            assert reply.headers["retry-after"] == "1"
        assert "turnspit_postgres_up 0.0" in (await client.get("/metrics")).text


async def test_without_redis_jobs_are_accepted(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": SecretStr(f"redis://{NOWHERE}/0")})
    async with calling(away) as client:
        assert (await client.post("/v1/jobs", json={"kind": "echo"})).status_code == 202
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["degraded"] == ["Redis is away.", "No worker runs."]


async def test_with_everything_there_it_is_ready(client: httpx.AsyncClient, worker: Worker) -> None:
    ready = (await client.get("/readyz")).json()
    assert ready == {"status": "ready", "postgres": True, "redis": True, "workers": 1, "degraded": []}


async def test_queues_and_workers_are_told(client: httpx.AsyncClient, worker: Worker) -> None:
    await client.post("/v1/jobs", json={"kind": "echo", "queue": "lonely"})
    lanes = {lane["name"]: lane for lane in (await client.get("/v1/queues")).json()["data"]}
    assert lanes["default"]["slots"] == 10
    assert (lanes["lonely"]["queued"], lanes["lonely"]["slots"], lanes["lonely"]["workers"]) == (1, 0, 0)
    assert lanes["lonely"]["oldest_wait_s"] >= 0
    (one,) = (await client.get("/v1/workers")).json()["data"]
    assert set(one) == {
        "id", "host", "pid", "guard_pid", "queues", "slots", "busy", "status", "started_at", "beat_at"
    }  # fmt: skip
    assert "default" in one["queues"]


async def test_kinds_are_told_with_their_schemas(client: httpx.AsyncClient) -> None:
    kinds = {kind["name"]: kind for kind in (await client.get("/v1/kinds")).json()["data"]}
    assert {"echo", "transcribe"} <= set(kinds)
    echo = (await client.get("/v1/kinds/echo")).json()
    assert echo == kinds["echo"]
    assert echo["input_schema"]["properties"]["text"]["type"] == "string"
    assert echo["output_schema"]["properties"]["text"]["type"] == "string"
    assert (echo["queue"], echo["timeout"], echo["retry"]["attempts"]) == ("default", 20, 3)
    assert all(kind["description"] for kind in kinds.values())


async def test_a_kind_of_ones_own_is_in_the_openapi_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    body = document["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/JobRequest"}
    assert {"$ref": "#/components/schemas/JobRequest.echo"} in schemas["JobRequest"]["oneOf"]
    echo = schemas["JobRequest.echo"]["properties"]
    assert echo["kind"] == {"const": "echo", "type": "string"}
    assert "text" in schemas[echo["input"]["$ref"].rpartition("/")[2]]["properties"]
    assert "webhook" not in echo
    assert all(reference in schemas for reference in references(document))


def references(value: object) -> set[str]:
    """Every schema a document refers to."""
    if isinstance(value, dict):
        own = {value["$ref"].removeprefix("#/components/schemas/")} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(item) for item in value.values()))
    return set().union(*(references(item) for item in value)) if isinstance(value, list) else set()


async def test_the_docs_ask_no_other_host(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http://" not in page.text.replace("http://127.0.0.1", "")
    assert "<script" not in page.text
    assert "/v1/jobs/{job_id}/cancel" in page.text
    assert (await client.get("/static/docs.css")).headers["content-type"].startswith("text/css")


async def test_metrics_have_bounded_labels(client: httpx.AsyncClient, worker: Worker) -> None:
    job = (await client.post("/v1/jobs", json={"kind": "echo"}, headers={"prefer": "wait=20"})).json()
    await client.get(f"/v1/jobs/{job['id']}")
    await client.get("/nothing/at/all")
    text = (await client.get("/metrics")).text
    assert 'turnspit_http_requests_total{method="GET",route="/v1/jobs/{job_id}",status="200"} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert 'turnspit_jobs_ended_recently{kind="echo",status="succeeded"} 1.0' in text
    assert "turnspit_workers_up 1.0" in text
    assert 'turnspit_slots{queue="default"} 10.0' in text
    assert job["id"] not in text


async def test_the_front_door_leads_to_the_documentation(client: httpx.AsyncClient) -> None:
    reply = await client.get("/", follow_redirects=True)
    assert (reply.status_code, reply.url.path) == (200, "/docs")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_load_balancer_may_ask_by_head(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.head(path)
    assert (reply.status_code, reply.content) == (200, b"")
