"""A client in a process of its own that holds many event streams and notes how old each event is on arrival.

`python -m bench.watching URL IDS_FILE SECONDS` opens a stream for each job id in the file, prints `open` when all
have told what had happened before, and after so many seconds the ages in milliseconds as a JSON array.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

SETTLED_S = 2.0
AT = re.compile(rb'"at":([0-9.e+-]+)')


class Stream(asyncio.Protocol):
    """One open stream. The ages of what it tells go into a list that all share."""

    def __init__(self, request: bytes, ages: list[float]) -> None:
        self._request = request
        self._ages = ages
        self._rest = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        *frames, self._rest = (self._rest + data).split(b"\n\n")
        for frame in frames:
            if found := AT.search(frame):
                self._ages.append(1000 * (now - float(found[1])))
            if not self.opened.done():
                self.opened.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("no stream"))


async def watch(url: str, ids: list[str], seconds: float) -> list[float]:
    """The ages in milliseconds of all events that came within the time."""
    where = urlsplit(url)
    ages: list[float] = []
    loop = asyncio.get_running_loop()
    for first in range(0, len(ids), 50):
        streams = []
        for job_id in ids[first : first + 50]:
            head = f"GET /v1/jobs/{job_id}/events HTTP/1.1\r\nHost: {where.netloc}\r\n"
            request = (head + "Accept: text/event-stream\r\n\r\n").encode()
            _, stream = await loop.create_connection(
                lambda request=request: Stream(request, ages), where.hostname, where.port
            )
            streams.append(stream)
        await asyncio.gather(*(stream.opened for stream in streams))
    await asyncio.sleep(SETTLED_S)
    print("open", flush=True)
    ages.clear()
    await asyncio.sleep(seconds)
    return list(ages)


if __name__ == "__main__":
    base, file, held_s = sys.argv[1:]
    print(json.dumps(asyncio.run(watch(base, Path(file).read_text().split(), float(held_s)))))
