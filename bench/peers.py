"""How fast are durable no-op jobs through us, beside the other job queues of Python on the same machine?

`python -m bench.peers [--rounds 5] [--jobs 5000] [--concurrency 10,100] [--only us,saq]`, or `--quick` for a smoke
test that keeps no result. One Postgres and one Redis, started for this and emptied before every measurement; one
worker at a time, each system's stock command, each in an environment of its own (made on first use in --venvs).

- drain, jobs a second: N no-ops are submitted, then the worker starts; from the first line of the first job to
  the moment no job is without its final state, the results kept as each does by default.
- start, ms: from the submit call to the first line, on an idle worker with 10 slots; jobs go one by one, 20 to
  50 ms apart.

Systems take turns within a round; figures are medians over the rounds. Ours is durable (rows, outcomes and events
in Postgres, fsync on); procrastinate too; the others keep their jobs in the memory of a Redis that writes no disk.
"""

import argparse
import asyncio
import signal
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from bench.peer.ground import Ground, System, ground
from bench.peer.venvs import python_for
from bench.report import save, summary

OURS = "us"
SYSTEMS = (
    System(OURS, "on_us.py", "SELECT count(*) FROM jobs WHERE finished_at IS NULL"),
    System("arq", "on_arq.py", "return redis.call('ZCARD', 'arq:queue')", {"ARQ_POLL": "0.5"}),
    System("arq-0.01", "on_arq.py", "return redis.call('ZCARD', 'arq:queue')", {"ARQ_POLL": "0.01"}),
    System("celery", "on_celery.py", "return redis.call('HLEN', 'unacked')"),
    System("taskiq", "on_taskiq.py", "return redis.call('XPENDING', 'taskiq', 'taskiq')[1]"),
    System("saq", "on_saq.py", "return redis.call('ZCARD', 'saq:default:incomplete')"),
    System("streaq", "on_streaq.py", "return redis.call('XLEN', 'streaq:default:queues:normal')"),
    System(
        "procrastinate",
        "on_procrastinate.py",
        "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
    ),
)
OUR_VERSION = [f"turnspit-server=={version('turnspit-server')}"]
CACHE = Path.home() / ".cache" / "turnspit-bench"
QUICK = {"rounds": 1, "jobs": 500, "starts": 50, "concurrency": [10], "only": f"{OURS},saq"}


@dataclass(slots=True)
class Taken:
    """What one system did, round by round: jobs a second by concurrency, and the start's p50 and p99 in ms."""

    drain: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def medians(self) -> dict[str, float]:
        """The figures by name; those of a drain are better when higher, those of a start when lower."""
        drains = {f"drain at {slots}": statistics.median(rates) for slots, rates in self.drain.items()}
        starts = {"start p50": statistics.median(self.p50), "start p99": statistics.median(self.p99)}
        return {name: round(value, 3) for name, value in {**drains, **starts}.items()}

    def rounds(self) -> dict[str, list[float]]:
        drains = {f"drain at {slots}": [round(rate, 1) for rate in rates] for slots, rates in self.drain.items()}
        return {**drains, "start p50": self.p50, "start p99": self.p99}


async def measure_all(options: argparse.Namespace, systems: Sequence[System]) -> dict[str, object]:
    """Every system in every round, by turns."""
    for system in systems:
        python_for(system.path, options.venvs)
    taken = {system.name: Taken() for system in systems}
    async with ground(options.venvs) as stage:
        for number in range(1, options.rounds + 1):
            for system in systems:
                await measure(stage, system, options, taken[system.name])
                say(f"round {number} of {options.rounds}: {system.name}", taken[system.name])
        servers = await stage.versions()
    medians = {name: figures.medians() for name, figures in taken.items()}
    return {
        "unit": {"drain": "jobs per s", "start": "ms"},
        "rounds": options.rounds,
        "jobs": options.jobs,
        "starts": options.starts,
        "servers": servers,
        "versions": {system.name: system.pins or OUR_VERSION for system in systems},
        "medians": medians,
        "ours to the best peer": beside(medians),
        "by round": {name: figures.rounds() for name, figures in taken.items()},
    }


async def measure(stage: Ground, system: System, options: argparse.Namespace, taken: Taken) -> None:
    """One round of one system."""
    for slots in options.concurrency:
        taken.drain[slots].append(await stage.drain(system, slots, options.jobs))
    waits = summary(await stage.latency(system, options.starts))
    taken.p50.append(waits["p50"])
    taken.p99.append(waits["p99"])


def say(what: str, taken: Taken) -> None:
    """A line on stderr: the run takes a quarter of an hour and more."""
    last = ", ".join(f"{name} {values[-1]:g}" for name, values in taken.rounds().items())
    print(f"{what}: {last}", file=sys.stderr, flush=True)


def beside(medians: dict[str, dict[str, float]]) -> dict[str, dict[str, object]]:
    """For each figure the best peer, and ours divided by its; empty when either is missing."""
    peers = {name: figures for name, figures in medians.items() if name != OURS}
    if not peers or OURS not in medians:
        return {}
    compared: dict[str, dict[str, object]] = {}
    for figure, ours in medians[OURS].items():
        pick = max if figure.startswith("drain") else min
        best = pick(peers, key=lambda name: peers[name][figure])
        compared[figure] = {"peer": best, "ratio": round(ours / peers[best][figure], 3)}
    return compared


def table(medians: dict[str, dict[str, float]]) -> str:
    """The medians for people: a line a system."""
    figures = list(next(iter(medians.values())))
    head = f"{'':<14}" + "".join(f"{name:>14}" for name in figures)
    lines = [head]
    for name, row in medians.items():
        lines.append(f"{name:<14}" + "".join(f"{row[figure]:>14,.1f}" for figure in figures))
    return "\n".join(lines)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=5000, help="no-ops of one drain")
    parser.add_argument("--starts", type=int, default=200, help="single jobs of one round's start latency")
    parser.add_argument("--concurrency", type=numbers, default=[10, 100], help="slots of a worker, as 10,100")
    parser.add_argument("--only", default="", help="systems, as us,saq; all by default")
    parser.add_argument("--venvs", type=Path, default=CACHE, help="folder of the peers' environments")
    parser.add_argument("--quick", action="store_true", help="a smoke test in less than a minute")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(QUICK)
    unknown = set(filter(None, options.only.split(","))) - {system.name for system in SYSTEMS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Known: {', '.join(s.name for s in SYSTEMS)}")
    return options


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


async def run(options: argparse.Namespace) -> dict[str, object]:
    """Measure; SIGTERM ends it as Ctrl-C does, with everything stopped."""
    wanted = options.only.split(",") if options.only else [system.name for system in SYSTEMS]
    measuring = asyncio.current_task()
    assert measuring is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, measuring.cancel)
    return await measure_all(options, [system for system in SYSTEMS if system.name in wanted])


def main() -> None:
    options = parsed()
    try:
        figures = asyncio.run(run(options))
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("stopped")
    if not options.quick:
        save("peers", figures)
    print(table(figures["medians"]))


if __name__ == "__main__":
    main()
