"""Bytes over HTTP: uploads of every shape, downloads by range."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from jobs.settings import Settings
from jobs.worker import Worker
from tests.conftest import eventually, serving

DATA = bytes(range(256)) * 1000


async def upload(client: httpx.AsyncClient, data: bytes = DATA, name: str | None = "a.bin") -> httpx.Response:
    return await client.post("/v1/files", content=data, params={} if name is None else {"name": name})


def left(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.storage_url).rglob("*") if path.is_file()]


async def pieces(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_a_raw_upload_is_told_and_read_back(client: httpx.AsyncClient) -> None:
    reply = await upload(client)
    file = reply.json()
    assert reply.status_code == 201
    assert set(file) == {"id", "name", "bytes", "sha256", "media_type", "created_at"}
    assert (file["name"], file["bytes"]) == ("a.bin", len(DATA))
    assert file["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert (await client.get(reply.headers["location"])).json() == file
    content = await client.get(f"{reply.headers['location']}/content")
    assert content.content == DATA
    assert content.headers["content-length"] == str(len(DATA))


async def test_a_chunked_upload_is_the_same(client: httpx.AsyncClient) -> None:
    reply = await client.post("/v1/files", content=pieces(DATA))
    assert (reply.status_code, reply.json()["sha256"]) == (201, hashlib.sha256(DATA).hexdigest())


async def test_a_form_is_the_same_whatever_else_it_holds(client: httpx.AsyncClient) -> None:
    files = {"file": ("voice.wav", b"RIFF\0\0\0\0WAVE" + DATA, "text/html")}
    reply = await client.post("/v1/files", data={"before": "x" * 1000}, files=files)
    assert reply.status_code == 201
    assert (reply.json()["name"], reply.json()["media_type"]) == ("voice.wav", "audio/wav")
    content = (await client.get(f"/v1/files/{reply.json()['id']}/content")).content
    assert content == files["file"][1]


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
async def test_a_form_may_be_cut_anywhere(client: httpx.AsyncClient, size: int) -> None:
    data = b"--b\r\n" + DATA[:3000] + b"\r\n--"
    form = (
        b'--b0\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n\r\n' + data + b"\r\n--b0--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=b0"}
    reply = await client.post("/v1/files", content=pieces(form, size), headers=headers)
    assert (reply.status_code, reply.json()["sha256"]) == (201, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"--b\r\n\r\n", "multipart/form-data", 400),
        (b"nonsense", "multipart/form-data; boundary=b", 400),
        (b"--b\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\nabc",
         "multipart/form-data; boundary=b", 400),
        (b"--b\r\nContent-Disposition: form-data; name=other\r\n\r\nabc\r\n--b--\r\n",
         "multipart/form-data; boundary=b", 422),
        (b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n"
         b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--b--\r\n",
         "multipart/form-data; boundary=b", 422),
        (b'{"url": "https://a.example/x"}', "application/json", 501),
        (b"x", f"multipart/form-data; boundary={'b' * 500}", 400),
    ],
)  # fmt: skip
async def test_a_broken_upload_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, settings: Settings, body: bytes, kind: str, status: int
) -> None:
    reply = await client.post("/v1/files", content=pieces(body, 20), headers={"content-type": kind})
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert left(settings) == []
    assert (await client.get("/v1/files")).json()["data"] == []


@pytest.mark.parametrize("form", [False, True])
async def test_an_upload_over_the_limit_is_413_before_it_ends(settings: Settings, form: bool) -> None:
    small = settings.model_copy(update={"max_file_bytes": 300_000})
    sent = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal sent
        if form:
            yield b"--b\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\n"
        for _ in range(200):
            sent += 65_536
            yield b"x" * 65_536

    headers = {"content-type": "multipart/form-data; boundary=b"} if form else {}
    async with serving(small) as url, httpx.AsyncClient(base_url=url) as client:
        reply = await client.post("/v1/files", content=flood(), headers=headers)
        told = await client.post("/v1/files", content=b"x" * 2_000_000)
        fits = await client.post("/v1/files", content=b"x" * 300_000)
    assert [r.status_code for r in (reply, told, fits)] == [413, 413, 201]
    assert reply.json()["code"] == told.json()["code"] == "too_large"
    assert len(left(settings)) == 1


async def test_a_client_that_hangs_up_leaves_nothing(settings: Settings) -> None:
    async def half() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536
        raise ConnectionError

    async def gone() -> bool | None:
        return not left(settings) or None

    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises(ConnectionError):
            await client.post("/v1/files", content=half())
        await eventually(gone, 5, "a half file stays")
        assert (await client.get("/v1/files")).json()["data"] == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("ünïcödé 名前.pdf", "ünïcödé 名前.pdf"),
        ("x" * 4096 + ".wav", "x" * 251 + ".wav"),
        ("名" * 4096, "名" * 85),
    ],
)
async def test_a_name_is_made_harmless(client: httpx.AsyncClient, given: str, kept: str) -> None:
    reply = await upload(client, name=given)
    assert (reply.status_code, reply.json()["name"]) == (201, kept)
    content = await client.head(f"/v1/files/{reply.json()['id']}/content")
    assert content.headers["content-disposition"].startswith('attachment; filename="')


async def test_a_file_without_a_name_or_without_bytes_is_taken(client: httpx.AsyncClient) -> None:
    reply = await upload(client, b"", None)
    assert (reply.status_code, reply.json()["name"], reply.json()["bytes"]) == (201, "file", 0)
    at = f"{reply.headers['location']}/content"
    assert (await client.get(at)).content == b""
    assert (await client.get(at, headers={"range": "bytes=0-"})).status_code == 416


async def test_files_are_listed_by_pages_and_deleted(client: httpx.AsyncClient, settings: Settings) -> None:
    made = [(await upload(client, b"x")).json()["id"] for _ in range(3)]
    first = (await client.get("/v1/files", params={"limit": 2})).json()
    rest = (await client.get("/v1/files", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [file["id"] for file in first["data"] + rest["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    assert (await client.delete(f"/v1/files/{made[0]}")).status_code == 204
    assert (await client.delete(f"/v1/files/{made[0]}")).status_code == 404
    assert (await client.get(f"/v1/files/{made[0]}/content")).status_code == 404
    assert len(left(settings)) == 2


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-10", len(DATA) - 10, None),
     ("bytes=5-99999999", 5, None), ("bytes=0-0", 0, 1), ("bytes=-99999999", 0, None)],
)  # fmt: skip
async def test_a_range_is_206(client: httpx.AsyncClient, asked: str, start: int, end: int | None) -> None:
    at = f"/v1/files/{(await upload(client)).json()['id']}/content"
    reply = await client.get(at, headers={"range": asked})
    part = DATA[start:end]
    assert (reply.status_code, reply.content) == (206, part)
    assert reply.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{len(DATA)}"
    assert reply.headers["content-length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-2", "bytes=x", "lines=1-2", "bytes=-", ""])
async def test_several_ranges_or_a_broken_one_give_all(client: httpx.AsyncClient, asked: str) -> None:
    at = f"/v1/files/{(await upload(client)).json()['id']}/content"
    reply = await client.get(at, headers={"range": asked})
    assert (reply.status_code, reply.content) == (200, DATA)


async def test_a_range_outside_is_416(client: httpx.AsyncClient) -> None:
    at = f"/v1/files/{(await upload(client)).json()['id']}/content"
    for asked in (f"bytes={len(DATA)}-", "bytes=-0", "bytes=999999999-"):
        reply = await client.get(at, headers={"range": asked})
        assert (reply.status_code, reply.headers["content-range"]) == (416, f"bytes */{len(DATA)}")
        assert reply.json()["code"] == "range_not_satisfiable"


async def test_the_strong_tag_validates_and_guards_ranges(client: httpx.AsyncClient) -> None:
    at = f"/v1/files/{(await upload(client)).json()['id']}/content"
    tag = (await client.head(at)).headers["etag"]
    assert tag == f'"{hashlib.sha256(DATA).hexdigest()}"'
    for match in (tag, f'W/{tag}, "x"', "*"):
        same = await client.get(at, headers={"if-none-match": match})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (await client.get(at, headers={"if-none-match": '"x"'})).status_code == 200
    part = {"range": "bytes=0-1"}
    assert (await client.get(at, headers={**part, "if-range": tag})).status_code == 206
    assert (await client.get(at, headers={**part, "if-range": '"x"'})).status_code == 200


async def test_a_head_has_the_headers_of_a_get(client: httpx.AsyncClient) -> None:
    at = f"/v1/files/{(await upload(client)).json()['id']}/content"
    head, get = await client.head(at), await client.get(at)
    assert head.content == b""
    drop = {"x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in drop} == {
        k: v for k, v in get.headers.items() if k not in drop
    }


async def test_what_a_client_gave_never_runs_in_a_browser(client: httpx.AsyncClient) -> None:
    at = (await upload(client, b"<script>alert(1)</script>", 'x";\u20ac.html')).headers["location"]
    headers = (await client.get(f"{at}/content")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")
    assert headers["content-disposition"] == (
        "attachment; filename=\"x___.html\"; filename*=UTF-8''x%22%3B%E2%82%AC.html"
    )


async def test_bytes_that_are_gone_are_404_not_a_broken_reply(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    at = f"{(await upload(client)).headers['location']}/content"
    for path in left(settings):
        path.unlink()
    assert (await client.get(at)).status_code == 404


async def test_artifacts_are_listed_and_served_like_files(client: httpx.AsyncClient, worker: Worker) -> None:
    body = {"kind": "slow", "input": {"steps": 12, "pause_s": 0}}
    job = (await client.post("/v1/jobs", json=body, headers={"prefer": "wait=20"})).json()
    listed = (await client.get(f"/v1/jobs/{job['id']}/artifacts")).json()["data"]
    assert listed == job["artifacts"]
    assert [(a["name"], a["bytes"], a["media_type"]) for a in listed] == [("steps.txt", 2, "text/plain")]
    whole = await client.get(listed[0]["url"])
    part = await client.get(listed[0]["url"], headers={"range": "bytes=1-"})
    assert (whole.text, part.text, part.status_code) == ("12", "2", 206)
    assert whole.headers["etag"] == f'"{listed[0]["sha256"]}"'
    assert whole.headers["content-disposition"] == 'attachment; filename="steps.txt"'
    assert (await client.get(f"/v1/jobs/{job['id']}/artifacts/none")).status_code == 404
    assert (await client.get(f"/v1/jobs/{uuid4()}/artifacts/steps.txt")).status_code == 404
