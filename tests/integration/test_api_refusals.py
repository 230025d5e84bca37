"""What a client does wrong: each time a problem with a code, never a 500, and nothing is stored."""

import json
from uuid import UUID, uuid4

import httpx
import pytest

from jobs.settings import Settings
from service.app import create_app
from service.errors import PROBLEMS

NOBODY = UUID("01900000-0000-7000-8000-000000000000")

ECHO = {"kind": "echo", "input": {"text": "hello"}}
JSON = {"content-type": "application/json"}


def is_problem(reply: httpx.Response, status: int, code: str) -> None:
    told = reply.json()
    assert (reply.status_code, told["code"]) == (status, code), reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert set(told) == {
        "type", "title", "status", "detail", "instance", "code", "param", "request_id", "errors"
    }  # fmt: skip
    assert told["status"] == status
    assert told["request_id"] == reply.headers["x-request-id"]
    assert "Traceback" not in reply.text


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"kind": "none"}, "unknown_kind", "/kind"),
        ({"kind": "no\x00ne"}, "unknown_kind", "/kind"),
        ({}, "invalid_input", "/kind"),
        ([], "invalid_input", ""),
        ("text", "invalid_input", ""),
        ({**ECHO, "color": 1}, "invalid_input", "/color"),
        ({**ECHO, "webhook": {"url": "https://a.example"}}, "invalid_input", "/webhook"),
        ({"kind": "echo", "input": {"text": 5}}, "invalid_input", "/input/text"),
        ({"kind": "echo", "input": {"odd": 5}}, "invalid_input", "/input/odd"),
        ({"kind": "echo", "input": []}, "invalid_input", "/input"),
        ({**ECHO, "priority": 101}, "invalid_input", "/priority"),
        ({**ECHO, "queue": "No Such"}, "invalid_input", "/queue"),
        ({**ECHO, "delay_s": -1}, "invalid_input", "/delay_s"),
        ({**ECHO, "delay_s": 1e300}, "invalid_input", "/delay_s"),
        ({**ECHO, "delay_s": 1, "run_at": "2026-01-01T00:00:00Z"}, "invalid_input", "/run_at"),
        ({**ECHO, "run_at": "9999-12-31T23:59:59-14:00"}, "invalid_input", "/run_at"),
        ({**ECHO, "deadline_at": "2020-01-01T00:00:00Z"}, "invalid_input", "/deadline_at"),
        ({**ECHO, "timeout_s": 0}, "invalid_input", "/timeout_s"),
        ({**ECHO, "max_attempts": 0}, "invalid_input", "/max_attempts"),
        ({**ECHO, "depends_on": ["x"]}, "invalid_input", "/depends_on/0"),
        ({**ECHO, "on_failure": "maybe"}, "invalid_input", "/on_failure"),
        ({**ECHO, "tags": ["x"] * 33}, "invalid_input", "/tags"),
        ({**ECHO, "tags": ["x" * 65]}, "invalid_input", "/tags/0"),
        ({**ECHO, "metadata": {"k": "x" * 17_000}}, "invalid_input", "/metadata"),
    ],
)
async def test_a_job_that_cannot_be_is_refused_with_its_field(
    client: httpx.AsyncClient, body: object, code: str, pointer: str
) -> None:
    reply = await client.post("/v1/jobs", json=body)
    is_problem(reply, 422, code)
    assert reply.json()["errors"][0]["pointer"] == pointer
    assert (await client.get("/v1/jobs")).json()["data"] == []


async def test_a_webhook_is_refused_in_plain_words(client: httpx.AsyncClient) -> None:
    reply = await client.post("/v1/jobs", json={**ECHO, "webhook": {"url": "https://a.example"}})
    assert "not built yet" in reply.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"kind": "echo", "input": {"times": NaN}}',
        b'{"kind": "echo", "input": {"times": Infinity}}',
        b"[" * 100_000,
        b'{"kind": "echo", "input": {"text": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b'{"kind": "echo", "input": {"text": "\\ud800"}}',
        b'{"kind": "\xff"}',
        b'{"kind": "echo", "input": {"times": ' + b"9" * 5000 + b"}}",
    ],
)
async def test_what_is_no_json_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    is_problem(await client.post("/v1/jobs", content=body, headers=JSON), 400, "invalid_json")


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e308", "9" * 400])
async def test_numbers_out_of_range_never_break_anything(client: httpx.AsyncClient, number: str) -> None:
    body = '{"kind": "echo", "metadata": {"n": N}, "input": {"times": 1}}'.replace("N", number)
    reply = await client.post("/v1/jobs", content=body, headers=JSON)
    assert reply.status_code in (202, 400, 422), reply.text
    if reply.status_code == 202:
        assert (await client.get(reply.headers["location"])).status_code == 200


async def test_a_nul_in_a_text_is_stored_as_something_else(client: httpx.AsyncClient) -> None:
    body = {"kind": "echo", "input": {"text": "a\x00b"}, "tags": ["a\x00"], "metadata": {"k\x00": "v\x00"}}
    reply = await client.post("/v1/jobs", json=body)
    assert reply.status_code == 202
    job = (await client.get(reply.headers["location"])).json()
    assert "\x00" not in json.dumps(job)
    assert job["input"]["text"] == "a\ufffdb"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_another_content_type_is_415(client: httpx.AsyncClient, kind: str) -> None:
    reply = await client.post("/v1/jobs", content=b"{}", headers={"content-type": kind})
    is_problem(reply, 415, "unsupported_media_type")


async def test_a_body_over_the_limit_is_413_with_or_without_a_length(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    async def endless() -> object:
        for _ in range(settings.max_body_bytes // 65_536 + 2):
            yield b" " * 65_536

    told = {**JSON, "content-length": str(settings.max_body_bytes + 1)}
    is_problem(await client.post("/v1/jobs", content=b"{}", headers=told), 413, "too_large")
    is_problem(await client.post("/v1/jobs", content=endless(), headers=JSON), 413, "too_large")


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/jobs/{NOBODY}", "/v1/jobs/nonsense", "/v1/jobs/%00", f"/v1/jobs/{NOBODY.hex}",
        f"/v1/jobs/{NOBODY}/events", f"/v1/jobs/{NOBODY}/artifacts", f"/v1/jobs/{NOBODY}/artifacts/x",
        f"/v1/files/{NOBODY}", "/v1/files/..%2f..%2fetc%2fpasswd", f"/v1/files/{NOBODY}/content",
        "/v1/kinds/none", "/v1/kinds/%00", "/v1/nothing", "/nothing", "/v1/jobs/", "/static/none",
        "/static/..%2f..%2fapp.py",
    ],
)  # fmt: skip
async def test_what_does_not_exist_is_404(client: httpx.AsyncClient, path: str) -> None:
    is_problem(await client.get(path), 404, "not_found")


async def test_verbs_on_an_unknown_job_are_404(client: httpx.AsyncClient) -> None:
    job = f"/v1/jobs/{uuid4()}"
    for reply in (
        await client.post(f"{job}/cancel"),
        await client.post(f"{job}/retry"),
        await client.delete(job),
        await client.delete(f"/v1/files/{uuid4()}"),
        await client.get(job, params={"wait": 30}),
        await client.get(f"{job}/events", headers={"accept": "text/event-stream"}),
    ):
        is_problem(reply, 404, "not_found")


async def test_a_wrong_method_is_405_and_says_which_are_right(client: httpx.AsyncClient) -> None:
    reply = await client.put("/v1/jobs", json={})
    is_problem(reply, 405, "method_not_allowed")
    assert "POST" in reply.headers["allow"]


async def test_query_parameters_are_bounded(client: httpx.AsyncClient) -> None:
    job = (await client.post("/v1/jobs", json=ECHO)).headers["location"]
    for query in ("events?after=-1", f"events?after={2**63}", "events?limit=0", "events?after=x"):
        is_problem(await client.get(f"{job}/{query}"), 422, "invalid_input")
    is_problem(await client.get(f"{job}?wait=-1"), 422, "invalid_input")
    is_problem(await client.get(f"{job}?wait=x"), 422, "invalid_input")


async def test_a_sane_request_id_is_kept_and_another_replaced(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz", headers={"x-request-id": "a-1"})).headers["x-request-id"] == "a-1"
    for odd in ("x" * 129, "a b", "<script>", ""):
        made = (await client.get("/healthz", headers={"x-request-id": odd})).headers["x-request-id"]
        assert made != odd
        assert made.isalnum()


async def test_a_bug_is_a_500_without_its_secrets(settings: Settings) -> None:
    app = create_app(settings)

    @app.get("/v1/broken")
    async def broken() -> None:
        raise ZeroDivisionError("a secret detail")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        reply = await client.get("/v1/broken")
    is_problem(reply, 500, "internal")
    assert "secret" not in reply.text


async def test_every_problem_type_has_its_place_in_the_docs(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert all(f'id="problem-{code}"' in page for code in PROBLEMS)
