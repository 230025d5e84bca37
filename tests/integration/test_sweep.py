"""Bytes whose row never came are removed after a day, and no others."""

import signal
import sys
from asyncio import create_subprocess_exec
from pathlib import Path

import httpx
import pytest

from jobs.errors import Unavailable
from jobs.ids import new_id
from jobs.resources import Resources
from jobs.store import unfinished
from jobs.submission import Options, begin, outsource, prepare
from jobs.upkeep import Upkeep
from jobs.worker import Worker
from tests.conftest import enqueue, until


def stored(res: Resources) -> set[str]:
    folder = Path(res.settings.storage_url)
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def a_day_passes(res: Resources) -> None:
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE unfinished SET at = at - interval '1 day'")


async def orphans(res: Resources) -> set[str]:
    """What a process leaves that is killed before the row, and one that is killed in the middle of the bytes."""
    text = "x" * res.settings.inline_json_bytes
    large = await outsource(res, prepare(res.kinds["echo"], {"text": text}, Options()))
    key = f"files/{new_id()}"
    await begin(res, key)
    half = Path(res.settings.storage_url) / f"{key}#1"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"by")
    return {large.made[0].key, f"{key}#1"}


async def test_bytes_without_a_row_are_swept_and_those_with_one_stay(
    res: Resources, worker: Worker, client: httpx.AsyncClient
) -> None:
    await until(res, (await enqueue(res, "slow", {"steps": 1})).id)
    (await client.post("/v1/files", params={"name": "a.txt"}, content=b"a")).raise_for_status()
    large = {"kind": "echo", "input": {"text": "x" * res.settings.inline_json_bytes}}
    (await client.post("/v1/jobs", json=large)).raise_for_status()
    kept = stored(res)
    left = await orphans(res)
    assert stored(res) >= kept | left
    await a_day_passes(res)
    await Upkeep(res).sweep_once()
    assert not stored(res) & left
    assert stored(res) >= kept


async def test_bytes_whose_row_may_still_come_are_left_alone(res: Resources) -> None:
    left = await orphans(res)
    await Upkeep(res).sweep_once()
    assert stored(res) == left


async def test_a_row_that_comes_after_its_bytes_were_given_up_is_refused(res: Resources) -> None:
    await begin(res, "files/late")
    await a_day_passes(res)
    async with res.pool.acquire() as conn:
        assert await unfinished.abandoned(conn, 10) == ["files/late"]
        with pytest.raises(Unavailable):
            await unfinished.done(conn, ["files/late"])


async def test_a_deleted_file_whose_bytes_stayed_is_swept(res: Resources, client: httpx.AsyncClient) -> None:
    reply = (await client.post("/v1/files", params={"name": "a.txt"}, content=b"a")).raise_for_status()
    (key,) = stored(res)
    (await client.delete(f"/v1/files/{reply.json()['id']}")).raise_for_status()
    await res.objects.put(key, b"a")  # as if it had been killed before it came to the bytes
    await a_day_passes(res)
    await Upkeep(res).sweep_once()
    assert stored(res) == set()


WRITER = """
import asyncio, os, signal, sys
from jobs.objects import Objects

async def endless():
    while True:
        yield bytes(1 << 20)
        if any("#" in name for _, _, names in os.walk(sys.argv[1]) for name in names):
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(Objects(sys.argv[1]).put("files/half", endless()))
"""


async def test_what_a_killed_writer_leaves_has_the_name_that_is_looked_for(res: Resources) -> None:
    folder = res.settings.storage_url
    writer = await create_subprocess_exec(sys.executable, "-c", WRITER, folder)
    assert await writer.wait() == -signal.SIGKILL
    assert len(stored(res)) == 1
    await res.objects.discard("files/half")
    assert stored(res) == set()
