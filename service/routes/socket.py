"""Events over one WebSocket: many jobs, with commands to subscribe and to cancel."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import to_json
from starlette.websockets import WebSocket, WebSocketDisconnect

from jobs import queue
from jobs.errors import InvalidInput, TurnspitError
from jobs.model import JsonObject
from service.deps import Base, FeedDep, Metered, Res, Tenant
from service.errors import invalid, problem
from service.feed import Feed
from service.following import follow, snapshot
from service.metrics import Metrics
from service.reading import BIGINT, whole_job
from service.views import job_view

router = APIRouter()

MOST = 1000
"""Jobs one socket may follow at a time."""
UNSENT = 256
"""Envelopes that wait for a slow client; behind them the readers wait, and Postgres keeps the rest."""


class Command(BaseModel):
    """One message from a client: exactly one of the verbs."""

    model_config = ConfigDict(extra="forbid")

    subscribe: UUID | None = None
    unsubscribe: UUID | None = None
    cancel: UUID | None = None
    after: Annotated[int, Field(ge=0, le=BIGINT)] | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> "Command":
        if sum(verb is not None for verb in (self.subscribe, self.unsubscribe, self.cancel)) != 1:
            raise ValueError('send {"subscribe": id, "after"?: seq}, {"unsubscribe": id} or {"cancel": id}')
        return self


@router.websocket("/v1/ws")
async def talk(*, socket: WebSocket, res: Res, feed: FeedDep, metrics: Metered, tenant: Tenant, base: Base) -> None:
    await socket.accept()
    await _Session(socket, res, feed, metrics=metrics, tenant=tenant, base=base).run()


class _Session:
    """One client: a task that sends, one for each job it follows, and the loop that takes commands."""

    def __init__(
        self, socket: WebSocket, res: Res, feed: Feed, *, metrics: Metrics, tenant: str, base: str
    ) -> None:
        self._socket = socket
        self._res = res
        self._feed = feed
        self._metrics = metrics
        self._tenant = tenant
        self._base = base
        self._unsent: asyncio.Queue[JsonObject] = asyncio.Queue(UNSENT)
        self._following: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until the client leaves."""
        sender = asyncio.create_task(self._send())
        receiver = asyncio.create_task(self._receive())
        with self._metrics.streams.track_inprogress():
            try:
                await asyncio.wait([sender, receiver], return_when=asyncio.FIRST_COMPLETED)
            finally:
                tasks = [sender, receiver, *self._following.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self) -> None:
        while True:
            message = await self._unsent.get()
            try:
                await self._socket.send_text(to_json(message, inf_nan_mode="null").decode())
            except (WebSocketDisconnect, RuntimeError):
                return

    async def _receive(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or ""  # a binary message is a bad one
            try:
                await self._obey(_parse(text))
            except TurnspitError as error:
                await self._complain(error)

    async def _obey(self, command: Command) -> None:
        if command.subscribe:
            self._subscribe(command.subscribe, command.after)
        elif command.unsubscribe:
            self._unsubscribe(command.unsubscribe)
        elif command.cancel:
            await queue.cancel(self._res, command.cancel, self._tenant)
            await self._answer_with(command.cancel)

    def _subscribe(self, job_id: UUID, after: int | None) -> None:
        self._unsubscribe(job_id)
        if len(self._following) >= MOST:
            raise InvalidInput(f"One socket follows at most {MOST} jobs.", param="subscribe")
        task = asyncio.create_task(self._follow(job_id, after))
        self._following[job_id] = task
        task.add_done_callback(lambda done: self._ended(job_id, done))

    def _unsubscribe(self, job_id: UUID) -> None:
        task = self._following.pop(job_id, None)
        if task is not None:
            task.cancel()

    def _ended(self, job_id: UUID, task: asyncio.Task[None]) -> None:
        if self._following.get(job_id) is task:
            del self._following[job_id]

    async def _follow(self, job_id: UUID, after: int | None) -> None:
        told = follow(
            self._res, self._feed, job_id, self._tenant, after=after, render=lambda job: job_view(job, self._base)
        )
        try:
            async for envelope in told:
                if envelope is not None:
                    await self._unsent.put(envelope)
        except TurnspitError as error:
            await self._complain(error)

    async def _answer_with(self, job_id: UUID) -> None:
        """The job after a command, in the form of a snapshot."""
        job = await whole_job(self._res, job_id, self._tenant)
        await self._unsent.put(snapshot(job, lambda job: job_view(job, self._base)))

    async def _complain(self, error: TurnspitError) -> None:
        await self._unsent.put({"error": problem(error, self._socket)})


def _parse(text: str) -> Command:
    """One command. Raises InvalidInput."""
    try:
        return Command.model_validate_json(text)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False), what="The message") from error
