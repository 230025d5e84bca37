"""Each invariant finds what it is for: rows that were right are bent by hand, and break their rule."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from jobs.ids import new_id
from jobs.model import Status
from jobs.queue import cancel
from jobs.resources import Resources
from jobs.worker import Worker
from tests.chaos.invariants import Report, examine
from tests.conftest import enqueue, until
from tests.processes import ROOT

pytestmark = pytest.mark.chaos

BENT = {
    "every job ends once": "UPDATE job_events SET type = 'job.status' WHERE type = 'job.done'",
    "events have no gap": "DELETE FROM job_events WHERE type = 'job.log'",
    "only lawful transitions": "UPDATE job_events SET data = jsonb_set(data, '{status}', '\"scheduled\"')"
    " WHERE data->>'status' = 'running'",
    "no write of a stale attempt": "UPDATE job_events SET attempt = attempt + 1 WHERE type = 'job.log'",
    "one published result per success": "UPDATE artifacts SET attempt = attempt + 1",
    "no output after canceled": "UPDATE jobs SET cancel_requested_at = now() WHERE status = 'succeeded'",
    "failures within bounds": "UPDATE jobs SET failures = max_attempts + 1",
    "no child before its parents": "UPDATE jobs SET status = 'failed', output = NULL, error = '{\"code\": \"x\"}'"
    " WHERE id IN (SELECT parent_id FROM job_deps)",
    "nothing runs in the name of the dead": "UPDATE jobs SET status = 'running', finished_at = NULL, output = NULL,"
    " worker_id = gen_random_uuid() WHERE status = 'succeeded'",
}


@pytest.fixture
async def lived(res: Resources, worker: Worker) -> list[str]:
    """A job that made something, its child, one that was canceled in the middle, one that failed: their ids."""
    made = await enqueue(res, "slow", {"steps": 2}, metadata={"request": "key"})
    child = await enqueue(res, "echo", {"text": "x"}, depends_on=(made.id,))
    halted = await enqueue(res, "slow", {"steps": 1000})
    failed = await enqueue(res, "boom", {"error": "permanent"})
    await until(res, halted.id, Status.RUNNING)
    await cancel(res, halted.id, "default")
    for job in (made, child, halted, failed):
        await until(res, job.id)
    return [str(job.id) for job in (made, child, halted, failed)]


async def seen(res: Resources, receipts: list[dict[str, Any]] | None = None) -> Report:
    objects = Path(res.settings.storage_url)
    return await examine(res.settings.database_url.get_secret_value(), objects, receipts or [])


async def bend(res: Resources, sql: str) -> None:
    async with res.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL session_replication_role = replica")  # no trigger
        await conn.execute(sql)


def receipt(lived: list[str], **other: Any) -> dict[str, Any]:
    whole = {"key": "key", "jobs": 1, "ids": lived[:1], "ends": [["succeeded"]], "outputs": [{"steps": 2}]}
    return {**whole, "canceled": [], **other}


async def test_what_really_happened_breaks_no_rule(res: Resources, lived: list[str]) -> None:
    report = await seen(res, [receipt(lived)])
    assert dict(report.wrong) == {}
    assert report.counts["statuses"] == {"succeeded": 2, "canceled": 1, "failed": 1}


@pytest.mark.parametrize("rule", BENT)
async def test_a_bent_row_breaks_its_rule(res: Resources, lived: list[str], rule: str) -> None:
    await bend(res, BENT[rule])
    assert rule in (await seen(res)).wrong


async def test_they_run_alone_on_any_database(res: Resources, lived: list[str]) -> None:
    url = res.settings.database_url.get_secret_value()
    command = [sys.executable, "-m", "tests.chaos.invariants", "--database-url", url]
    before = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await before.communicate()
    assert (before.returncode, json.loads(said)["violations"]) == (0, {})
    await bend(res, f"{BENT['events have no gap']} AND job_id = '{lived[0]}'")
    after = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await after.communicate()
    assert (after.returncode, json.loads(said)["violations"]["events have no gap"]["count"]) == (1, 1)


async def test_missing_and_foreign_bytes_are_found(res: Resources, lived: list[str]) -> None:
    (file,) = (path for path in Path(res.settings.storage_url).rglob("*") if path.is_file())
    file.unlink()
    await res.objects.put(f"jobs/{new_id()}/1/foreign.bin", b"x")
    assert set((await seen(res)).wrong) == {"published bytes are there", "no orphan file"}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("every 202 has its job", {"ids": [str(new_id())]}),
        ("one set of jobs per key", {"jobs": 2, "ids": None}),
        ("jobs end as they may", {"ends": [["failed"]]}),
        ("jobs end as they may", {"outputs": [{"steps": 3}]}),
    ],
)
async def test_a_broken_promise_is_found(res: Resources, lived: list[str], rule: str, told: dict[str, Any]) -> None:
    assert set((await seen(res, [receipt(lived, **told)])).wrong) == {rule}


async def test_a_cancel_that_did_not_bind_is_found(res: Resources, lived: list[str]) -> None:
    assert set((await seen(res, [receipt(lived, canceled=lived[:1])])).wrong) == {"an answered cancel binds"}
