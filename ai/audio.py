"""Sound files as streams of samples, each decoded by a limited process of its own that can hurt nothing else."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from pydantic import TypeAdapter

from ai.errors import DecoderLost, InvalidMedia, MediaTooLong
from ai.forkserver import FORKS, ForkServer
from ai.process import Child, ChildDied, Limits
from ai.sound import BYTES_PER_S, MAX_SECONDS, SAMPLE_RATE, Account, Opened, Refusal, SoundOrder
from ai.spawn import ENDLESS

__all__ = [
    "BYTES_PER_S",
    "MAX_SECONDS",
    "SAMPLE_RATE",
    "Account",
    "Decoders",
    "Sound",
    "open_sound",
]

T = TypeVar("T")

CPU_S = 30.0
PIPE_BYTES = 1 << 20  # half a minute, so that a decoder works while its reader thinks; the system may give less
OPEN_S = 120.0  # by the clock; the decoder's own limit of CPU comes first unless the machine is very busy
LAST_WORD_S = 60.0  # after the last sample; it has nothing more to do then
LIMITS = Limits(memory_bytes=1 << 30, file_bytes=0)  # address space; PyAV and numpy take 250 MB of it
OVERWORKED = "killed by signal 24 "  # SIGXCPU
MOST_BYTES = 1 << 20  # of a decoder's reply; the warnings of a file are some lines
MOST_SAID = 500  # characters of a sentence for a person, which a file may have put there
REPLY: TypeAdapter[tuple[str, Opened | Account | Refusal]] = TypeAdapter(
    tuple[Literal["Opened"], Opened] | tuple[Literal["Account"], Account] | tuple[Literal["Refusal"], Refusal]
)
REFUSALS = {error.__name__: error for error in (InvalidMedia, MediaTooLong)}
OUR_DOING = ("killed by signal 9 ", "killed by signal 15 ", ENDLESS)  # of somebody here, not of the file


class Sound:
    """An open file: `pipe` gives its samples to whoever reads, `ended()` what became of it."""

    def __init__(self, pipe: int, declared_s: float | None, account: "asyncio.Task[Account]") -> None:
        self.pipe = pipe
        self.declared_s = declared_s
        self._account = account

    async def ended(self) -> Account:
        """Wait for the decoder's last word, which comes after somebody has read `pipe` to its end.

        Raises InvalidMedia, MediaTooLong and DecoderLost: then what `pipe` gave is not the whole.
        """
        try:
            async with asyncio.timeout(LAST_WORD_S):
                return await asyncio.shield(self._account)
        except TimeoutError:
            raise DecoderLost(f"The decoder of the file gave no account within {LAST_WORD_S:g} seconds.") from None


class Decoders:
    """Opens sound files, each with a process of its own that a fork server makes, started with the first.

    A decoder sees one file and ends; one that works longer than `cpu_s` for it, and a little for each second
    it gives, is ended. `close()` or `async with` ends the server, and what is still open.
    """

    def __init__(self, *, cpu_s: float = CPU_S) -> None:
        self._cpu_s = cpu_s
        self._server = ForkServer("ai.decoder", label="decoders")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def open(
        self, path: Path, *, max_seconds: float = MAX_SECONDS, skip_s: float = 0.0
    ) -> AsyncIterator[Sound]:
        """The sound of `path` as s16le mono 16 kHz in `Sound.pipe`, from `skip_s` on, until the end of file.

        `pipe` is the blocking read end of a pipe, closed with the context; the decoder waits while nobody
        reads it, and is killed when the context ends. Raises InvalidMedia with a sentence for a person,
        MediaTooLong if the header already tells, DecoderLost if somebody else killed the decoder.
        """
        decoder = await _Decoder.start(_order(path, max_seconds, skip_s, self._cpu_s), self._server)
        try:
            opened = await decoder.opened()
            account = asyncio.create_task(decoder.account())
            try:
                yield Sound(decoder.pipe, opened.declared_s, account)
            finally:
                account.cancel()
                await asyncio.wait([account])
                _ = account.cancelled() or account.exception()  # it need not have been asked for
        finally:
            await decoder.end()

    async def close(self) -> None:
        await self._server.close()


@asynccontextmanager
async def open_sound(path: Path, *, max_seconds: float = MAX_SECONDS, skip_s: float = 0.0) -> AsyncIterator[Sound]:
    """`Decoders.open` for a single file."""
    async with Decoders() as decoders, decoders.open(path, max_seconds=max_seconds, skip_s=skip_s) as sound:
        yield sound


class _Decoder:
    """One decoder's process, and the read end of its pipe."""

    def __init__(self, child: Child, pipe: int) -> None:
        self._child = child
        self.pipe = pipe

    @classmethod
    async def start(cls, order: SoundOrder, server: ForkServer) -> Self:
        pipe, theirs = os.pipe()
        with suppress(OSError, AttributeError):  # over the user's share; not Linux
            fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        child = Child(
            "ai.decoder:decode",
            order,
            limits=LIMITS,
            label="decoder",
            pass_fds=[theirs],
            start=server.fork if FORKS else None,
            watched=not FORKS,
            read=REPLY.validate_json,
            most_bytes=MOST_BYTES,
        )
        with ExitStack() as undo:
            undo.callback(os.close, pipe)
            try:
                await child.start()
            except ChildDied as died:  # before it saw the file
                raise DecoderLost(f"The decoder of the file did not start ({died}).") from died
            finally:
                os.close(theirs)
            undo.pop_all()
        return cls(child, pipe)

    async def opened(self) -> Opened:
        try:
            async with asyncio.timeout(OPEN_S):
                return await self._receive(Opened)
        except TimeoutError:
            raise InvalidMedia(f"The file could not be opened within {OPEN_S:g} seconds.") from None

    async def account(self) -> Account:
        return await self._receive(Account)

    async def end(self) -> None:
        self._child.kill()
        os.close(self.pipe)
        await self._child.wait_gone()

    async def _receive(self, kind: type[T]) -> T:
        try:
            _, reply = await self._child.receive()
        except ChildDied as died:
            raise _as_error(str(died)) from died
        except ValueError:
            reply = None
        if isinstance(reply, Refusal):
            raise _as_raised(reply)
        if not isinstance(reply, kind):
            raise InvalidMedia("The file could not be read: its decoder said something else than it should.")
        return reply


def _order(path: Path, max_seconds: float, skip_s: float, cpu_s: float) -> SoundOrder:
    return SoundOrder(path.absolute(), max_seconds, skip_s, cpu_s)  # the server may have started in another folder


def _as_raised(refusal: Refusal) -> Exception:
    known = REFUSALS.get(refusal.error)
    if known:
        return known(refusal.message[:MOST_SAID])
    error = RuntimeError(f"{refusal.error[:MOST_SAID]}: {refusal.message[:MOST_SAID]}")
    error.add_note(f"In the decoder:\n{refusal.trace[-MOST_SAID * 10 :]}")
    return error


def _as_error(death: str) -> Exception:
    if death.startswith(OUR_DOING):
        return DecoderLost(f"The decoder of the file was stopped ({death}).")
    if death.startswith(OVERWORKED):
        return InvalidMedia("The file takes more work to decode than sound of its length may.")
    return InvalidMedia(f"The file could not be read: the decoder stopped ({death}).")
