"""What does the service add to each step of a flow, over calling the bare functions in a row?

`python -m bench.hops [--flows N]` starts the whole stack and measures two flows:

- a chain of ten jobs that do nothing, each with a value taken from the one before it: from the first line of one
  to the first line of the next (end, outcome row, release, doorbell, claim, start);
- `voice_website` on the bundled voice note, against decode, transcribe, read, compose and render called one after
  the other in this process, by turns: the difference, divided by its three jobs (the joining one is the third).
"""

import argparse
import asyncio
import os
import time
from itertools import pairwise
from pathlib import Path

import httpx

from ai.audio import Decoders
from ai.brief import understand
from ai.host import Heard, ModelHost
from ai.website import compose, render
from bench.report import save, summary
from bench.stack import running_stack

CHAIN = 10
WARM_UP = 3
JOBS = 3  # of voice_website: transcribe, website, and itself
NOTE = Path(__file__).parent.parent / "ai" / "models" / "demo" / "bakery.ogg"


async def measure_all(flows: int) -> dict[str, object]:
    """`flows` runs of each, after some to warm up; milliseconds."""
    async with (
        running_stack() as (_, url),
        httpx.AsyncClient(base_url=url, timeout=60) as client,
        ModelHost() as host,
        Decoders() as decoders,
    ):
        chain = [hop for _ in range(flows) for hop in await hops(client)]
        upload = await client.post("/v1/files", params={"name": NOTE.name}, content=NOTE.read_bytes())
        file = upload.raise_for_status().json()["id"]
        bare: list[float] = []
        served: list[float] = []
        for _ in range(WARM_UP + flows):
            bare.append(await by_hand(host, decoders))
            served.append(await by_flow(client, file))
    added = [(s - b) / JOBS for s, b in zip(served[WARM_UP:], bare[WARM_UP:], strict=True)]
    return {
        "unit": "ms",
        "flows": flows,
        "chain: first line to next first line": summary(chain),
        "voice_website: bare functions": summary(bare[WARM_UP:]),
        "voice_website: through the service": summary(served[WARM_UP:]),
        "voice_website: added per job": summary(added),
    }


async def hops(client: httpx.AsyncClient) -> list[float]:
    """A chain of jobs that do nothing; milliseconds between their first lines."""
    jobs: dict[str, object] = {"j0": {"kind": "first_line", "input": {}}}
    for n in range(1, CHAIN):
        value = {"$from": f"j{n - 1}", "pointer": "/at"}
        jobs[f"j{n}"] = {"kind": "first_line", "input": {"after": value}}
    flow = (await client.post("/v1/flows", json={"jobs": jobs})).raise_for_status().json()
    moments = [await output(client, flow["jobs"][name]["id"]) for name in jobs]
    return [1000 * (after["at"] - before["at"]) for before, after in pairwise(moments)]


async def by_flow(client: httpx.AsyncClient, file: str) -> float:
    """Milliseconds from the submit call to the site, artifacts, archive and version stored."""
    body = {"kind": "voice_website", "input": {"file": file}}
    began = time.monotonic()
    job = (await client.post("/v1/jobs", json=body)).raise_for_status().json()
    await output(client, job["id"])
    return 1000 * (time.monotonic() - began)


async def output(client: httpx.AsyncClient, job_id: str) -> dict[str, float]:
    """What a job gave, once it has ended."""
    job = (await client.get(f"/v1/jobs/{job_id}", params={"wait": 60})).raise_for_status().json()
    assert job["status"] == "succeeded", job["error"]
    given: dict[str, float] = job["output"]
    return given


async def by_hand(host: ModelHost, decoders: Decoders) -> float:
    """Milliseconds of the same work without jobs: the model is loaded, the text goes from hand to hand."""
    began = time.monotonic()
    async with decoders.open(NOTE) as sound:
        replies = [reply async for reply in host.transcribe(sound.pipe, "demo")]
        await sound.ended()
    text = " ".join(segment.text for reply in replies if isinstance(reply, Heard) for segment in reply.segments)
    render(compose(understand(text)), base_url="http://127.0.0.1/x/")
    return 1000 * (time.monotonic() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=30)
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    os.environ["TURNSPIT_WHISPER_MODEL"] = "demo"
    save("hops", asyncio.run(measure_all(parser.parse_args().flows)))


if __name__ == "__main__":
    main()
