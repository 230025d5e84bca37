"""What must hold after any chaos, read from the database: `python -m tests.chaos.invariants --database-url URL`.

With `--objects` (a local store), `--receipts` (what clients were told, `load.Receipt` as lines of JSON) and
`--faults` (`faults.Fault` as lines of JSON) it also looks for orphaned and missing bytes, broken promises, and how
long the service took to go on after each fault. It prints JSON; its status is 1 when anything is wrong.
"""

import argparse
import asyncio
import json
import statistics
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from jobs.model import Status
from jobs.resources import Resources
from tests.conftest import eventually

SHOWN = 5
"""How many examples of each violation are shown."""
ALLOWED = {
    None: {"waiting", "scheduled", "queued"},
    "waiting": {"queued", "scheduled", "canceled", "expired"},
    "scheduled": {"queued", "canceled", "expired"},
    "queued": {"running", "canceled", "expired"},
    "running": {"succeeded", "failed", "canceled", "scheduled", "queued"},
}
TERMINAL = {status.value for status in Status if status.terminal}
POISON, FULL = "worker_lost", "storage_full"
"""How a job may end in chaos whatever it would have come to: in three killed workers, or out of room every time."""

FREED_S = 10.0
"""Within this long after a fault a job that loses its attempt counts as the fault's victim."""
ANY = "any fault"

Row = dict[str, Any]


@dataclass
class History:
    """One job with everything that its rows say."""

    job: Row
    events: list[Row]
    artifacts: list[Row]

    @property
    def id(self) -> str:
        return str(self.job["id"])

    @property
    def status(self) -> str:
        return str(self.job["status"])

    @property
    def output(self) -> Row:
        found = json.loads(self.job["output"]) if self.job["output"] else {}
        return found if isinstance(found, dict) else {}

    def failed_of(self, *codes: str) -> bool:
        return self.status == "failed" and json.loads(self.job["error"])["code"] in codes


@dataclass
class Report:
    """Counts, what is wrong (rule -> job ids and what was seen), and seconds to go on after faults."""

    counts: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    recovery_s: dict[str, Any] = field(default_factory=dict)

    def add(self, rule: str, found: Iterable[str]) -> None:
        for one in found:
            self.wrong[rule].append(one)

    def as_json(self) -> Row:
        wrong = {rule: {"count": len(found), "examples": found[:SHOWN]} for rule, found in self.wrong.items()}
        return {"counts": self.counts, "violations": wrong, "recovery_s": self.recovery_s}


async def read(conn: asyncpg.Connection, ids: Sequence[UUID] | None = None) -> list[History]:
    """All jobs, or those named, with their events in order and their published artifacts."""
    where, args = ("WHERE {} = ANY($1)", (list(ids),)) if ids is not None else ("", ())
    jobs = await conn.fetch(f"SELECT * FROM jobs {where.format('id')}", *args)
    events, artifacts = defaultdict(list), defaultdict(list)
    sql = (
        f"SELECT job_id, seq, attempt, type, data->>'status' AS status, at FROM job_events {where.format('job_id')}"
    )
    for row in await conn.fetch(f"{sql} ORDER BY job_id, seq", *args):
        events[row["job_id"]].append(dict(row))
    for row in await conn.fetch(f"SELECT * FROM artifacts {where.format('job_id')}", *args):
        artifacts[row["job_id"]].append(dict(row))
    return [History(dict(job), events[job["id"]], artifacts[job["id"]]) for job in jobs]


def ended_once(h: History) -> str | None:
    """Exactly one terminal state, told by exactly one `job.done`, which is the last event."""
    if h.status not in TERMINAL:
        return f"is {h.status}"
    ends = [(event["seq"], event["status"]) for event in h.events if event["type"] == "job.done"]
    if ends != [(h.job["event_seq"], h.status)]:
        return f"is {h.status} at {h.job['event_seq']}, and was told to have ended {ends}"
    return None


def gapless(h: History) -> str | None:
    """Events are numbered from 1 to the row's own count."""
    if [event["seq"] for event in h.events] != list(range(1, h.job["event_seq"] + 1)):
        return f"has {len(h.events)} events, the last {h.events[-1:]}, and counts {h.job['event_seq']}"
    return None


def lawful(h: History) -> str | None:
    """Only the transitions there are, each claim with the next attempt, each state told under its attempt."""
    before: str | None = None
    attempt = 0
    for event in h.events:
        if event["type"] not in {"job.status", "job.done"}:
            continue
        if event["status"] not in ALLOWED.get(before, set()):
            return f"went from {before} to {event['status']} at {event['seq']}"
        attempt += event["status"] == "running"
        if event["attempt"] != attempt:
            return f"is {event['status']} under attempt {event['attempt']} instead of {attempt} at {event['seq']}"
        before = event["status"]
    return None if attempt == h.job["attempt"] else f"had {attempt} claims and counts {h.job['attempt']}"


def nothing_stale(h: History) -> str | None:
    """An event of a run stands between the claim of its attempt and the end of it; so does the result."""
    running: int | None = None
    for event in h.events:
        if event["type"] in {"job.status", "job.done"}:
            running = event["attempt"] if event["status"] == "running" else None
        elif event["attempt"] != running:
            return f"took {event['type']} of attempt {event['attempt']} at {event['seq']} while {running} ran"
    if h.status == "succeeded" and h.output.get("attempt", h.job["attempt"]) != h.job["attempt"]:
        return f"has the output of attempt {h.output['attempt']} and is at {h.job['attempt']}"
    return None


def one_result(h: History) -> str | None:
    """A success publishes the artifacts of its own attempt, told right before its end; nothing else publishes."""
    made = [artifact for artifact in h.artifacts if artifact["attempt"] > 0]
    told = [event for event in h.events if event["type"] == "artifact.created"]
    if h.status != "succeeded":
        return f"is {h.status} and published {len(made)} artifacts, an output: {h.job['output'] is not None}" if (
            made or told or h.job["output"] is not None
        ) else None  # fmt: skip
    if h.job["output"] is None and not any(artifact["name"] == "output.json" for artifact in made):
        return "succeeded without an output"
    if {artifact["attempt"] for artifact in made} - {h.job["attempt"]} or len(told) != len(made):
        return f"published {[(a['name'], a['attempt']) for a in made]}, told {len(told)}, at {h.job['attempt']}"
    last = h.job["event_seq"]
    return None if [e["seq"] for e in told] == list(range(last - len(told), last)) else "told of artifacts early"


def nothing_after_cancel(h: History) -> str | None:
    """Once a cancel was accepted, canceled is the only end."""
    if h.job["cancel_requested_at"] is not None and h.status != "canceled":
        return f"was canceled at {h.job['cancel_requested_at']} and is {h.status}"
    return None


def within_bounds(h: History) -> str | None:
    """No more failures than allowed, no claim that was not paid for by an end."""
    if h.job["failures"] > h.job["max_attempts"] or h.job["failures"] > h.job["attempt"]:
        return f"failed {h.job['failures']} times of {h.job['max_attempts']} in {h.job['attempt']} attempts"
    if h.status == "failed" and not h.failed_of(POISON) and h.job["failures"] == 0:
        return "failed without a failure"
    return None


RULES: dict[str, Callable[[History], str | None]] = {
    "every job ends once": ended_once,
    "events have no gap": gapless,
    "only lawful transitions": lawful,
    "no write of a stale attempt": nothing_stale,
    "one published result per success": one_result,
    "no output after canceled": nothing_after_cancel,
    "failures within bounds": within_bounds,
}


def judge(histories: Sequence[History]) -> Report:
    """The rules that one job's rows can break, over all of them."""
    report = Report()
    for history in histories:
        for rule, broken in RULES.items():
            if fault := broken(history):
                report.wrong[rule].append(f"{history.id} ({history.job['kind']}) {fault}")
    report.counts = {
        "jobs": len(histories),
        "events": sum(len(h.events) for h in histories),
        "attempts": sum(h.job["attempt"] for h in histories),
        "interrupted attempts": sum(
            before["status"] == "running" and after["status"] == "queued"
            for h in histories for before, after in _told(h)
        ),
        "jobs that died three times with their worker": sum(h.failed_of(POISON) for h in histories),
        "jobs that failed of a full disk": sum(h.failed_of(FULL) for h in histories),
        "statuses": dict(Counter(h.status for h in histories)),
    }  # fmt: skip
    return report


def _told(h: History) -> Iterable[tuple[Row, Row]]:
    told = [event for event in h.events if event["status"]]
    return pairwise(told)


async def parents(conn: asyncpg.Connection) -> list[str]:
    """Children that ran although a parent they cannot do without had not succeeded."""
    rows = await conn.fetch(
        "SELECT c.id AS child, p.id AS parent, p.status FROM job_deps d JOIN jobs c ON c.id = d.job_id"
        " JOIN jobs p ON p.id = d.parent_id WHERE c.attempt > 0"
        " AND (p.finished_at IS NULL OR (c.on_failure = 'cancel' AND p.status <> 'succeeded'))"
    )
    return [f"{row['child']} ran, and {row['parent']} is {row['status']}" for row in rows]


async def left_workers(conn: asyncpg.Connection) -> list[str]:
    """Jobs that run in the name of a worker that is gone."""
    rows = await conn.fetch(
        "SELECT j.id, j.worker_id FROM jobs j WHERE j.status = 'running'"
        " AND NOT EXISTS (SELECT FROM workers w WHERE w.id = j.worker_id AND w.status IN ('alive', 'draining'))"
    )
    return [f"{row['id']} runs under {row['worker_id']}" for row in rows]


def kept_promises(report: Report, histories: Sequence[History], receipts: Sequence[Row]) -> None:
    """Every 202 has its jobs, each ended as it may and with the output it must have; a key made them once."""
    by_id = {h.id: h for h in histories}
    made = Counter(json.loads(h.job["metadata"]).get("request") for h in histories)
    for receipt in receipts:
        ids, key = receipt["ids"], receipt["key"]
        if made[key] not in ({receipt["jobs"]} if ids else {0, receipt["jobs"]}):
            report.wrong["one set of jobs per key"].append(f"{key}: {made[key]} jobs instead of {receipt['jobs']}")
        for id, ends, output in zip(ids or [], receipt["ends"], receipt["outputs"], strict=bool(ids)):
            if id not in by_id:
                report.wrong["every 202 has its job"].append(f"{id} ({key}) is gone")
            else:
                report.add("jobs end as they may", _ends(by_id[id], ends, output))
        for id in receipt["canceled"]:
            if id in by_id and by_id[id].status != "canceled":
                report.wrong["an answered cancel binds"].append(f"{id} is {by_id[id].status}")
    report.counts["202 replies"] = sum(bool(receipt["ids"]) for receipt in receipts)
    report.counts["accepted jobs"] = sum(len(receipt["ids"] or []) for receipt in receipts)
    report.counts["answered cancels"] = sum(len(receipt["canceled"]) for receipt in receipts)


def _ends(h: History, ends: Sequence[str], output: Row) -> Iterable[str]:
    excused = h.status not in TERMINAL or h.failed_of(POISON, FULL) or _doomed_by_parent(h)
    if h.status not in ends and not excused:
        yield f"{h.id} ({h.job['kind']}) is {h.status}, not {ends}: {h.job['error']}"
    elif h.status == "succeeded" and h.job["output"] and not output.items() <= h.output.items():
        yield f"{h.id} ({h.job['kind']}) gave {h.output}, not {output}"


def _doomed_by_parent(h: History) -> bool:
    """Canceled because a parent did not succeed; whether that was right is for the rules about parents."""
    return h.status == "canceled" and bool(h.job["error"]) and "dependency_failed" in h.job["error"]


async def stored_bytes(conn: asyncpg.Connection, report: Report, objects: Path) -> None:
    """What rows speak of is there, byte for byte; no bytes lie there of which no row knows."""
    rows = await conn.fetch("SELECT job_id, key, sha256 FROM artifacts")
    for row in rows:
        path = objects / row["key"]
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            report.wrong["published bytes are there"].append(f"{row['job_id']}: {row['key']}")
    known = {row["key"] for row in [*rows, *await conn.fetch("SELECT key FROM files")]}
    doomed = {row["key"] for row in await conn.fetch("SELECT key FROM unfinished")}
    jobs = {str(row["id"]) for row in await conn.fetch("SELECT id FROM jobs")}
    files = [path.relative_to(objects) for path in objects.rglob("*") if path.is_file()]
    loose = [path for path in files if path.as_posix() not in known]
    of_no_job = [path for path in loose if path.parts[0] != "jobs" or path.parts[1] not in jobs]
    orphans = [path for path in of_no_job if path.as_posix().partition("#")[0] not in doomed]
    report.add("no orphan file", map(str, orphans))
    report.counts["files"] = len(files)
    report.counts["files of lost attempts, which go with their job"] = len(loose) - len(of_no_job)
    report.counts["files without a row, to be swept"] = len(of_no_job) - len(orphans)


def recovery(histories: Sequence[History], faults: Sequence[Row]) -> Row:
    """For each fault, seconds from its start to the next claim and the next end of any job; and of its victims.

    A victim is a job whose attempt ran when the fault began and was followed by another: the time to that claim.
    """
    events = [(event["at"].timestamp(), event["status"]) for h in histories for event in h.events]
    claims = sorted(at for at, status in events if status == "running")
    ends = sorted(at for at, status in events if status in TERMINAL)
    spans = sorted(span for h in histories for span in _interrupted(h))
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for fault in faults:
        began, until = fault["began"], fault["ended"] + FREED_S
        found = {"next claim": _first_after(began, claims), "next end": _first_after(began, ends)}
        found["victims claimed again"] = [again - began for claimed, freed, again in spans
                                          if claimed <= began <= freed <= until]  # fmt: skip
        for name in (ANY, fault["name"]):
            for what, values in found.items():
                times[name][what] += values
    return {
        name: {what: _short(values) for what, values in mine.items() if values}
        for name, mine in sorted(times.items())
    }


def _first_after(moment: float, moments: Sequence[float]) -> list[float]:
    """Seconds to the first of the sorted moments that is not before this one, if there is one."""
    place = bisect_left(moments, moment)
    return [moments[place] - moment] if place < len(moments) else []


def _interrupted(h: History) -> Iterable[tuple[float, float, float]]:
    """(claimed, queued again, claimed again) of each attempt that was taken away."""
    told = [(event["status"], event["at"].timestamp()) for event in h.events if event["status"]]
    for (one, claimed), (two, freed), (three, again) in zip(told, told[1:], told[2:], strict=False):
        if (one, two, three) == ("running", "queued", "running"):
            yield claimed, freed, again


def _short(values: Sequence[float]) -> Row:
    return {"n": len(values), "median": round(statistics.median(values), 2), "max": round(max(values), 2)}


async def examine(
    database_url: str, objects: Path | None = None, receipts: Sequence[Row] = (), faults: Sequence[Row] = ()
) -> Report:
    """Everything that can be said of a service that is at rest."""
    conn = await asyncpg.connect(database_url)
    try:
        histories = await read(conn)
        report = judge(histories)
        report.add("no child before its parents", await parents(conn))
        report.add("nothing runs in the name of the dead", await left_workers(conn))
        if objects is not None:
            await stored_bytes(conn, report, objects)
    finally:
        await conn.close()
    if receipts:
        kept_promises(report, histories, receipts)
    report.recovery_s = recovery(histories, faults)
    return report


async def all_done(res: Resources, ids: Sequence[UUID], within: float) -> None:
    """Wait until every job has ended."""

    async def left() -> bool | None:
        async with res.pool.acquire() as conn:
            waiting = await conn.fetchval(
                "SELECT count(*) FROM jobs WHERE id = ANY($1) AND finished_at IS NULL", list(ids)
            )
        return True if waiting == 0 else None

    await eventually(left, within, "some jobs never ended")


async def check(res: Resources, ids: Sequence[UUID], status: Status = Status.SUCCEEDED) -> None:
    """Nothing lost, nothing doubled, no failure spent, of jobs that all end the same way."""
    async with res.pool.acquire() as conn:
        histories = await read(conn, ids)
    assert len(histories) == len(set(ids))
    assert judge(histories).wrong == {}
    assert {(h.status, h.job["failures"]) for h in histories} == {(status, 0)}


def shown(value: Any, depth: int = 2) -> str:
    """JSON that people can read: a line for each entry of the first `depth` levels."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value)
    entries = (f"{json.dumps(name)}: {shown(inner, depth - 1)}" for name, inner in value.items())
    return "{\n" + ",\n".join(entries) + "\n}"


def _lines(path: Path | None) -> list[Row]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path else []


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--database-url", required=True)
    for name in ("objects", "receipts", "faults"):
        words.add_argument(f"--{name}", type=Path)
    given = words.parse_args()
    found = asyncio.run(examine(given.database_url, given.objects, _lines(given.receipts), _lines(given.faults)))
    print(shown(found.as_json()))
    sys.exit(bool(found.wrong))


if __name__ == "__main__":
    main()
