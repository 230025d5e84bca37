"""A link in the network that can be made slow, cut, deaf or half open while it is in use."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field

CHUNK = 65_536
MODES = ("slow", "cut", "refuse", "half open", "deaf")


@dataclass(eq=False)
class Link:
    """A TCP proxy on a loopback port of its own to `port`.

    slow: each chunk waits. cut: what is open is reset, again and again. refuse: new ones are closed at once,
    open ones reset. half open: new ones are accepted and hear nothing, open ones stand still both ways.
    deaf: requests pass and answers do not, so what was asked for is done and nobody hears of it.
    """

    target: int
    seed: int = 0
    port: int = 0
    mode: str | None = None
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _healed: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self._random = random.Random(self.seed)
        self._healed.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def break_(self, mode: str) -> None:
        self.mode = mode
        self._healed.clear()
        if mode in {"cut", "refuse"}:
            self.reset()

    def heal(self) -> None:
        """As before for what comes; what stood still is reset, since its bytes may be half sent."""
        broken, self.mode = self.mode, None
        self._healed.set()
        if broken in {"half open", "deaf"}:
            self.reset()

    def reset(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def close(self) -> None:
        self.heal()
        if self._server is not None:
            self._server.close()
        self.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.mode == "refuse":
                return
            if self.mode == "half open":
                await self._healed.wait()
            await self._join(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(to_server)
            asked = asyncio.create_task(self._pump(reader, to_server, answers=False))
            answered = asyncio.create_task(self._pump(from_server, writer, answers=True))
            try:
                await asyncio.wait({asked, answered}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                asked.cancel()
                answered.cancel()
                self._open.discard(to_server)
                to_server.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self.mode == "slow":
                    await asyncio.sleep(self._random.uniform(0.0, 0.1))
                elif self.mode == "cut":
                    return
                elif self.mode == "half open":
                    await self._healed.wait()
                elif self.mode == "deaf" and answers:
                    continue
                writer.write(chunk)
                await writer.drain()
