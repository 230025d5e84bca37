"""A seeded campaign: `python -m tests.chaos.campaign [--seed N] [--jobs N] [--rate N] [--gap SECONDS]`.

Clients submit jobs of every sort to two APIs while a schedule of faults, drawn from the seed and printed, hits
processes, servers, links and disks. Then everything heals, every job ends, and the invariants are read from the
database. Prints one JSON object; the status is 1 when anything is wrong. The same seed makes the same load and
the same schedule again.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from bench.report import save
from jobs import logs
from jobs.resources import open_resources
from jobs.settings import Settings
from jobs.upkeep import Upkeep
from tests.chaos.faults import FAULTS, MISSED, Fault, inflict, plain, schedule
from tests.chaos.fleet import Fleet, running_fleet, stop_sites
from tests.chaos.invariants import Report, examine, shown
from tests.chaos.load import Clients, Request, requests
from tests.chaos.sabotage import MUTATIONS

LOOK_S = 0.5


@dataclass(frozen=True)
class Plan:
    """One campaign. `still_s`: without any job ending for so long, what has not ended never will."""

    seed: int
    load: list[Request]
    faults: list[Fault]
    rate: float
    still_s: float = 45.0
    mutation: str | None = None


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def run(plan: Plan, folder: Path) -> dict[str, Any]:
    """Run it and return what was seen."""
    began = time.monotonic()
    async with running_fleet(folder, plan.seed, plan.mutation) as fleet:
        clients = Clients(fleet.urls, plan.rate)
        async with asyncio.TaskGroup() as group:
            group.create_task(clients.send(plan.load))
            group.create_task(inflict(fleet, plan.faults, say))
        fleet.heal()
        healed = time.monotonic()
        say(f"healed; {clients.asked} jobs asked for, replies {dict(clients.replies)}")
        await _rest(fleet, plan.still_s)
        rested = time.monotonic()
        report = await _examine(fleet, plan, clients)
        report.counts["replies"] = dict(clients.replies)
        report.counts["faults"] = len(plan.faults)
        report.counts["faults that met nobody"] = sum(fault.note.startswith(MISSED) for fault in plan.faults)
    times = {"chaos": healed - began, "healed to all ended": rested - healed}
    return {
        "seed": plan.seed,
        "mutation": plan.mutation,
        "seconds": {name: round(value, 1) for name, value in times.items()},
        **report.as_json(),
    }


async def _rest(fleet: Fleet, still_s: float) -> None:
    """Return once every job has ended, or when none has for too long."""
    before, since = -1, time.monotonic()
    while time.monotonic() - since < still_s:
        left = await _left(fleet)
        if left == 0:
            return
        if left != before:
            before, since = left, time.monotonic()
        await asyncio.sleep(LOOK_S)
    say(f"{before} jobs have not ended, and nothing moves")


async def _left(fleet: Fleet) -> int:
    """How many jobs have not ended; -1 while Postgres is away."""
    try:
        conn = await asyncpg.connect(fleet.postgres.url, timeout=5)
        try:
            return int(await conn.fetchval("SELECT count(*) FROM jobs WHERE finished_at IS NULL", timeout=10))
        finally:
            await conn.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return -1


async def _examine(fleet: Fleet, plan: Plan, clients: Clients) -> Report:
    """Processes while ours still serve; once they have stopped a day passes, then the rows, and processes again."""
    running = await fleet.orphans(owned=True)
    await stop_sites(fleet)
    swept = await _sweep(fleet)
    clients.save(fleet.folder / "receipts")
    (fleet.folder / "faults").write_text("".join(json.dumps(plain(fault)) + "\n" for fault in plan.faults))
    receipts = [json.loads(line) for line in (fleet.folder / "receipts").read_text().splitlines()]
    report = await examine(fleet.postgres.url, fleet.objects, receipts, [plain(fault) for fault in plan.faults])
    report.counts["files without a row that were swept a day later"] = swept
    report.counts["clocks of workers off by s"] = await _clocks(fleet)
    report.add("no orphan process", running)
    report.add("no orphan process", (f"{one}, after the end" for one in await fleet.orphans(owned=False)))
    report.add("no unexpected reply", clients.surprises)
    return report


async def _sweep(fleet: Fleet) -> int:
    """A day passes; how many files upkeep removes then."""
    settings = Settings(
        database_url=SecretStr(fleet.postgres.url),
        redis_url=SecretStr(fleet.redis.url),
        storage_url=str(fleet.objects),
    )
    before = _files(fleet)
    async with open_resources(settings) as res:
        async with res.pool.acquire() as conn:
            await conn.execute("UPDATE unfinished SET at = at - interval '1 day'")
        await Upkeep(res).sweep_once()
    return before - _files(fleet)


async def _clocks(fleet: Fleet) -> list[int]:
    """The least and the most by which a guard's clock was off: its worker's id against Postgres's time."""
    conn = await asyncpg.connect(fleet.postgres.url)
    rows = await conn.fetch("SELECT id, extract(epoch FROM started_at)::float8 AS at FROM workers")
    await conn.close()
    off = [int((row["id"].int >> 80) / 1000 - row["at"]) for row in rows]
    return [min(off), max(off)]


def _files(fleet: Fleet) -> int:
    return sum(path.is_file() for path in fleet.objects.rglob("*"))


def planned(given: argparse.Namespace) -> Plan:
    load = requests(given.seed, given.jobs)
    jobs = sum(len(request.wants) for request in load)
    faults = schedule(given.seed, given.gap, jobs / given.rate, given.only or FAULTS)
    return Plan(given.seed, load, faults, given.rate, given.still, given.mutation)


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    words.add_argument("--jobs", type=int, default=10_300)
    words.add_argument("--rate", type=_positive, default=20.0, help="jobs a second")
    words.add_argument("--gap", type=_positive, default=2.0, help="seconds between faults")
    words.add_argument("--still", type=float, default=45.0, help="seconds without an end after which to give up")
    words.add_argument("--only", action="append", choices=list(FAULTS), metavar="FAULT", help="may be repeated")
    words.add_argument("--mutation", choices=MUTATIONS)
    words.add_argument("--save", action="store_true", help="keep the figures in bench/results")
    words.add_argument("--folder", type=Path, help="keep logs, receipts and data here")
    given = words.parse_args()
    logs.configure("WARNING", "console")
    plan = planned(given)
    say(f"seed {plan.seed}: {sum(len(one.wants) for one in plan.load)} jobs, {len(plan.faults)} faults")
    for planned_fault in plan.faults:
        say(f"plan {planned_fault}")
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(run(plan, folder.resolve()))
    if given.save:
        say(f"kept in {save('chaos', found)}")
    else:
        print(shown(found))
    sys.exit(bool(found["violations"]))


if __name__ == "__main__":
    main()
