"""A client in a process of its own that posts one body many times, over several connections.

`python -m bench.posting URL BODY TIMES CONNECTIONS` prints the seconds from the first request to
the last of the replies, every one of which must be a 202.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit


async def post_all(url: str, body: bytes, times: int, connections: int) -> float:
    """Seconds for `times` posts; the connections are open before the clock starts."""
    where = urlsplit(url)
    request = (
        f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    lines = [await asyncio.open_connection(where.hostname, where.port) for _ in range(connections)]
    turns = iter(range(times))
    began = time.monotonic()
    await asyncio.gather(*(_post(reader, writer, request, turns) for reader, writer in lines))
    took = time.monotonic() - began
    for _, writer in lines:
        writer.close()
    return took


async def _post(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, turns: Iterator[int]
) -> None:
    for _ in turns:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 202 "), head
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))


if __name__ == "__main__":
    target, file, times, connections = sys.argv[1:]
    print(asyncio.run(post_all(target, Path(file).read_bytes(), int(times), int(connections))))
