"""Where servers listen: sockets open before their servers run, free ports for those that open their own."""

import asyncio
import contextlib
import random
import socket

from service.stack.children import StackError, deadline, passed

# Below the ports that systems give to outgoing connections (Linux 32768+, macOS 49152+), so that nobody takes
# the port while its server is being restarted.
LOWEST, HIGHEST = 15_000, 32_000
TRIES = 100
POLL_S = 0.05
PROBE_S = 5.0
BACKLOG = 2048  # connections that wait while the server is started again


async def listener(host: str, port: int, option: str, patience_s: float = 0.0) -> socket.socket:
    """A socket that listens on the port (0: a free one); StackError, naming the option, when it stays taken."""
    if port == 0:
        return free_listener(host)
    if not 0 < port < 65_536:
        raise StackError(f"{option} {port} is no port: choose 1 to 65535, or 0 for any free one")
    until = deadline(patience_s)
    while (found := listening(host, port)) is None:
        if passed(until):
            raise StackError(
                f"port {port} on {host} is taken. Stop what listens there, or choose another: {option} PORT"
            )
        await asyncio.sleep(POLL_S)
    return found


def free_listener(host: str) -> socket.socket:
    """A socket on a port that nobody listens on, at random, so that two stacks that start together differ."""
    for port in random.sample(range(LOWEST, HIGHEST), TRIES):
        if found := listening(host, port):
            return found
    raise StackError(f"no free port found on {host} between {LOWEST} and {HIGHEST}")


def free_port() -> int:
    """For a server that opens its own socket: somebody else may be quicker, so be ready to ask again."""
    with contextlib.closing(free_listener("127.0.0.1")) as found:
        return port_of(found)


def listening(host: str, port: int) -> socket.socket | None:
    """A listening socket, None when the port is taken; one that only waits out closed connections is not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError:
        return None


def is_free(host: str, port: int) -> bool:
    """Could a server listen here now?"""
    if found := listening(host, port):
        found.close()
    return found is not None


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def reachable(host: str) -> str:
    """The address to call a server at that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(host, host)  # noqa: S104


def url_of(host: str, port: int) -> str:
    """`http://…` for a server that listens there."""
    address = reachable(host)
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


async def gets_200(host: str, port: int, path: str) -> bool:
    """Does a GET of `path` answer 200 in time? Spoken by hand: an HTTP client costs 0.1 s to import."""
    try:
        async with asyncio.timeout(PROBE_S):
            return await status_line(host, port, path) == b"200"
    except (OSError, TimeoutError):
        return False


async def status_line(host: str, port: int, path: str) -> bytes:
    """The status code of the answer, empty when there was none."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        authority = url_of(host, port).removeprefix("http://")
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n".encode())
        words = (await reader.readline()).split(None, 2)
    finally:
        writer.close()
    return words[1] if len(words) > 1 else b""
