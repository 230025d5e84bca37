"""`python -m bench.listening.asking URL SECONDS` asks /healthz every 5 ms and prints what each took, in ms."""

import asyncio
import sys
import time

import httpx

EVERY_S = 0.005


async def ask(url: str, seconds: float) -> list[float]:
    times = []
    async with httpx.AsyncClient(base_url=url) as client:
        await client.get("/healthz")
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            began = time.monotonic()
            (await client.get("/healthz")).raise_for_status()
            times.append(1000 * (time.monotonic() - began))
            await asyncio.sleep(EVERY_S)
    return times


if __name__ == "__main__":
    for took in asyncio.run(ask(sys.argv[1], float(sys.argv[2]))):
        print(f"{took:.3f}")
