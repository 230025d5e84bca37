"""What comes of 500 hostile or broken media files, and of 100 good ones among them.

    python -m bench.hostile [--seed 1]

Every file goes the way of a job's: through `Decoders`, limited to 10 minutes of sound, two at a time. Counted are
outcomes other than the expected one, good files that did not come out whole and without a warning, and deaths of
decoders: by SIGSYS, the kernel's answer to a call for the network, a program or another process (see ai/confine.py;
a decoder that asks for a socket on purpose shows in the same run that it would be seen), and by anything else.
The greatest memory of any decoder and the longest time of any file are given; a file over its deadline is an
outcome of its own. Whoever waits for other files must not notice: the good ones are strewn among the hostile.
"""

import argparse
import asyncio
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from ai.audio import Account, Decoders
from ai.child import Channel
from ai.confine import confine
from ai.errors import DecoderLost, InvalidMedia, MediaTooLong
from ai.process import Child, ChildDied
from bench.hostile_files import INVALID, LIMIT_S, OK, TOO_LONG, Case, good, hostile
from bench.report import save, summary
from bench.sounds import RATE

DEADLINE_S = 60.0
AT_ONCE = 2
NEAR_S = 0.15
LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """`said` is the error's sentence or the warnings."""

    case: Case
    code: str
    took_s: float
    said: str = ""
    account: Account | None = None

    @property
    def died(self) -> bool:
        return "the decoder stopped" in self.said

    @property
    def wrong(self) -> str:
        """What is not as expected; empty if all is."""
        case, account = self.case, self.account
        if self.code not in case.expect:
            return f"{self.code}, not {' or '.join(sorted(case.expect))}"
        if account is None:
            return ""
        if case.seconds is not None and abs(account.seconds - case.seconds) > NEAR_S:
            return f"{account.seconds:.2f} s, not {case.seconds:g}"
        if case.warned is not None and case.warned != bool(account.warnings):
            return "a warning for nothing" if account.warnings else "no warning"
        return ""


async def measured(cases: Sequence[Case]) -> tuple[list[Outcome], float]:
    """The outcomes, and the most memory in MB that any decoder was seen to have used, looked at all the time."""
    running, most = asyncio.create_task(outcomes(cases)), 0.0
    while not running.done():
        most = max([most, *map(peak_mb, psutil.Process().children(recursive=True))])
        await asyncio.wait([running], timeout=LOOK_S)
    return await running, most


def peak_mb(process: psutil.Process) -> float:
    """Of its life so far. The kernel's count for ended children begins with what their parent had at the fork."""
    with suppress(psutil.Error, OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM") and process.cmdline()[-1:] == ["decoders"]:  # their fork server, too
                return int(line.split()[1]) / 1024
    return 0.0


async def outcomes(cases: Sequence[Case]) -> list[Outcome]:
    gate = asyncio.Semaphore(AT_ONCE)
    with TemporaryDirectory() as folder:
        async with Decoders() as decoders:

            async def one(number: int, case: Case) -> Outcome:
                async with gate:
                    path = Path(folder) / f"{number}.{case.ending}"
                    path.write_bytes(await asyncio.to_thread(case.bytes))
                    return await outcome(decoders, path, case)

            return await asyncio.gather(*(one(number, case) for number, case in enumerate(cases)))


async def outcome(decoders: Decoders, path: Path, case: Case) -> Outcome:
    began = time.monotonic()
    code, said, account = "", "", None
    try:
        async with asyncio.timeout(DEADLINE_S), decoders.open(path, max_seconds=LIMIT_S) as sound:
            count = await asyncio.to_thread(length, sound.pipe)
            account = await sound.ended()
            code, said = OK, " ".join(account.warnings)
            if count != round(account.seconds * RATE) * 2:
                code = "torn"
    except MediaTooLong as error:
        code, said = TOO_LONG, str(error)
    except InvalidMedia as error:
        code, said = INVALID, str(error)
    except DecoderLost as error:
        code, said = "lost", str(error)
    except TimeoutError:
        code = "late"
    return Outcome(case, code, time.monotonic() - began, said, account)


def length(pipe: int) -> int:
    count = 0
    while piece := os.read(pipe, 1 << 18):
        count += len(piece)
    return count


def call_out(channel: Channel) -> None:
    """What a decoder taken over by a file might try."""
    channel.send(confine())
    socket.create_connection(("127.0.0.1", 9), timeout=1)


async def would_be_seen() -> bool:
    """Whether a confined process that asks for the network is ended for it."""
    async with Child("bench.hostile:call_out") as child:
        if not await child.receive():
            return False
        try:
            await child.receive()
        except ChildDied as died:
            return "signal 31" in str(died)
        return False


def report(found: Sequence[Outcome], most_mb: float, seen: bool) -> dict[str, object]:
    rough = [outcome for outcome in found if not outcome.case.name.startswith("good-")]
    return {
        "versions": {"av": version("av")},
        "hostile_files": len(rough),
        "good_files": len(found) - len(rough),
        "outcomes": Counter(outcome.code for outcome in rough),
        "good_outcomes": Counter(outcome.code for outcome in found if outcome not in rough),
        "not_as_expected": {outcome.case.name: outcome.wrong for outcome in found if outcome.wrong},
        "calls_for_network_programs_or_processes": sum("signal 31" in outcome.said for outcome in found),
        "such_a_call_would_be_seen": seen,
        "other_deaths_of_decoders": {
            outcome.case.name: outcome.said for outcome in found if outcome.died and "signal 31" not in outcome.said
        },
        "seconds_per_file": summary([outcome.took_s for outcome in found]),
        "slowest": {outcome.case.name: round(outcome.took_s, 2) for outcome in slowest(found)},
        "greatest_decoder_mb": round(most_mb),
    }


def slowest(found: Sequence[Outcome]) -> list[Outcome]:
    return sorted(found, key=lambda outcome: -outcome.took_s)[:5]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cases = [*hostile(given.seed), *good(given.seed, 100)]
    random.Random(given.seed).shuffle(cases)
    save("hostile", report(*asyncio.run(measured(cases)), asyncio.run(would_be_seen())))


if __name__ == "__main__":
    main()
