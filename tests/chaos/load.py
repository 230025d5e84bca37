"""The clients of a campaign: what they ask for, what they were told, and what must have become of it."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

Body = dict[str, Any]

GOOD = ("succeeded",)
CLIENTS = 32
PATIENCE_S = 180.0
TRY_S = 6.0
LARGE = 300_000


@dataclass
class Want:
    """One job of a request: what is sent, how it may end, and what its output holds if it succeeds."""

    body: Body
    ends: Sequence[str] = GOOD
    output: Body = field(default_factory=dict)


@dataclass
class Request:
    """One request with its idempotency key, the jobs it makes by name, and what a client does after it."""

    path: str
    key: str
    wants: dict[str, Want]
    cancel_after_s: float | None = None
    twice: bool = False

    @property
    def json(self) -> Any:
        bodies = {name: want.body for name, want in self.wants.items()}
        if self.path == "/v1/flows":
            return {"jobs": bodies}
        return list(bodies.values()) if self.path == "/v1/batches" else bodies["0"]


@dataclass
class Receipt:
    """What a client knows. `ids` is None when no 202 ever came: then all of the jobs are there or none is."""

    key: str
    jobs: int
    ids: list[str] | None
    ends: list[list[str]]
    outputs: list[Body]
    canceled: list[str] = field(default_factory=list)


def requests(seed: int, jobs: int) -> list[Request]:
    """At least `jobs` jobs of every sort, the same for the same seed."""
    chance = random.Random(f"load {seed}")
    made: list[Request] = []
    while sum(len(request.wants) for request in made) < jobs:
        sort = chance.choices(SORTS, weights=[weight for _, weight in SHARES])[0]
        request = sort(chance, f"{seed}-{len(made)}")
        for want in request.wants.values():
            want.body["metadata"] = {"request": request.key}
            want.body["priority"] = chance.choice((0, 0, 0, -1, 1))
        request.twice = chance.random() < 0.15
        made.append(request)
    return made


def _job(kind: str, options: Body | None = None, **input: Any) -> Body:
    return {"kind": f"chaos_{kind}", "input": input, **(options or {})}


def _one(key: str, want: Want, cancel_after_s: float | None = None) -> Request:
    return Request("/v1/jobs", key, {"0": want}, cancel_after_s)


def _quick(chance: random.Random, key: str) -> Request:
    value = chance.randrange(1000)
    return _one(key, Want(_job("quick", value=value), output={"value": value}))


def _batch(chance: random.Random, key: str) -> Request:
    wants = {str(n): Want(_job("quick", value=n), output={"value": n}) for n in range(chance.randint(5, 20))}
    return Request("/v1/batches", key, wants)


def _telling(chance: random.Random, key: str) -> Request:
    steps = chance.randint(3, 40)
    body = _job("telling", value=steps, steps=steps, pause_s=chance.uniform(0.02, 0.15))
    return _one(key, Want(body, output={"value": steps}))


def _making(chance: random.Random, key: str) -> Request:
    large = chance.random() < 0.05
    body = _job(
        "making", artifacts=chance.randint(1, 3), bytes=LARGE if large else 100, pause_s=chance.uniform(0, 0.1)
    )
    return _one(key, Want(body))


def _large_input(chance: random.Random, key: str) -> Request:
    return _one(key, Want(_job("quick", value=7, pad="x" * LARGE), output={"value": 7}))


def _child(chance: random.Random, key: str) -> Request:
    value = chance.randrange(100)
    kind = chance.choice(("child", "hosted", "hosted"))
    return _one(key, Want(_job(kind, value=value, pause_s=0.1), output={"value": value * value}))


def _canceled(chance: random.Random, key: str) -> Request:
    """Canceled somewhere in the middle, if the client comes in time."""
    want = Want(_job("telling", steps=chance.randint(5, 40), pause_s=0.05), ends=("canceled", "succeeded"))
    return _one(key, want, cancel_after_s=chance.uniform(0.0, 1.5))


def _retried(chance: random.Random, key: str) -> Request:
    return _one(key, Want(_job("failing", value=3, failures=chance.randint(1, 2)), output={"value": 3}))


def _hopeless(chance: random.Random, key: str) -> Request:
    if chance.random() < 0.5:
        return _one(key, Want(_job("failing", permanent=True), ends=("failed",)))
    return _one(
        key, Want(_job("telling", {"timeout_s": 0.3, "max_attempts": 1}, steps=99, pause_s=0.1), ("failed",))
    )


def _delayed(chance: random.Random, key: str) -> Request:
    body = _job("quick", {"delay_s": chance.uniform(0.1, 5.0)}, value=5)
    return _one(key, Want(body, output={"value": 5}))


def _in_time_or_never(chance: random.Random, key: str) -> Request:
    """The deadline is made when the request is sent; the job starts about when it passes."""
    body = _job("telling", {"delay_s": chance.uniform(1.0, 4.0), "deadline_s": 4.0}, steps=5, pause_s=0.05)
    return _one(key, Want(body, ends=("succeeded", "expired", "failed")))


def _flow(chance: random.Random, key: str) -> Request:
    """Some parts, a join over all of them, and a tail; sometimes a part fails and takes the tail with it."""
    names = [f"part{n}" for n in range(chance.randint(2, 6))]
    wants = {name: Want(_job("quick", value=n), output={"value": n}) for n, name in enumerate(names)}
    values = [{"$from": name, "pointer": "/value"} for name in names]
    total = sum(range(len(names)))
    doomed = chance.random() < 0.2
    if doomed:
        wants[names[0]] = Want(_job("failing", permanent=True), ends=("failed",))
    ends = ("canceled",) if doomed else GOOD
    wants["join"] = Want(_job("quick", values=values), ends=ends, output={"value": total})
    wants["tail"] = Want(
        _job(
            "quick", {"depends_on": ["join"], "on_failure": "run"} if doomed else {"depends_on": ["join"]}, value=1
        )
    )
    return Request("/v1/flows", key, wants)


SHARES = (
    (_quick, 26), (_batch, 3), (_telling, 20), (_making, 12), (_large_input, 2), (_child, 5), (_canceled, 8),
    (_retried, 6), (_hopeless, 4), (_delayed, 6), (_in_time_or_never, 3), (_flow, 5),
)  # fmt: skip
SORTS = [sort for sort, _ in SHARES]


class Clients:
    """Send requests at a pace, again until each has its reply, and note every reply."""

    def __init__(self, urls: Sequence[str], rate: float) -> None:
        self._urls = urls
        self._rate = rate
        self.receipts: list[Receipt] = []
        self.replies: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.asked = 0

    async def send(self, wanted: Sequence[Request]) -> None:
        """Send all; `rate` jobs a second as far as replies allow it."""
        gate = asyncio.Semaphore(CLIENTS)
        limits = httpx.Limits(max_connections=60)
        async with httpx.AsyncClient(timeout=TRY_S, limits=limits) as http, asyncio.TaskGroup() as group:
            for request in wanted:
                await gate.acquire()
                task = group.create_task(self._ask(http, request))
                task.add_done_callback(lambda _: gate.release())
                self.asked += len(request.wants)
                await asyncio.sleep(len(request.wants) / self._rate)

    def save(self, path: Path) -> None:
        path.write_text("".join(json.dumps(asdict(receipt)) + "\n" for receipt in self.receipts))

    async def _ask(self, http: httpx.AsyncClient, request: Request) -> None:
        ready = _dated(request.json)
        tries = [self._until_told(http, request, ready) for _ in range(2 if request.twice else 1)]
        told = await asyncio.gather(*tries)
        receipt = Receipt(
            request.key, len(request.wants), next((ids for ids in told if ids), None),
            [list(want.ends) for want in request.wants.values()],
            [want.output for want in request.wants.values()],
        )  # fmt: skip
        if len({str(ids) for ids in told if ids is not None}) > 1:
            self.surprises.append(f"{request.key}: two replies for one key: {told}")
        self.receipts.append(receipt)
        if request.cancel_after_s is not None and receipt.ids:
            await asyncio.sleep(request.cancel_after_s)
            await self._cancel(http, receipt)

    async def _until_told(self, http: httpx.AsyncClient, request: Request, body: Any) -> list[str] | None:
        """The ids of the jobs, in order, once a 202 says so. None when there was none within the patience."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            reply = await self._post(http, request.path, body, {"Idempotency-Key": request.key})
            if reply is not None and reply.status_code == 202:
                return _ids(request, reply.json())
            if reply is not None and reply.status_code not in {409, 503, 507}:
                if reply.status_code == 422 and "deadline_at" in str(body):
                    return None  # it passed while nobody could store the job
                self.surprises.append(f"{request.key}: {request.path} {reply.status_code} {reply.text[:300]}")
            await asyncio.sleep(random.uniform(0.05, 0.3))
        return None

    async def _cancel(self, http: httpx.AsyncClient, receipt: Receipt) -> None:
        """A cancel that was answered with a job that has not ended, or is canceled, binds."""
        assert receipt.ids is not None
        for _ in range(20):
            reply = await self._post(http, f"/v1/jobs/{receipt.ids[0]}/cancel", None, {})
            if reply is not None and reply.status_code == 200:
                job = reply.json()
                if not job["done"] or job["status"] == "canceled":
                    receipt.canceled.append(receipt.ids[0])
                return
            await asyncio.sleep(0.2)

    async def _post(self, http: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str]) -> Any:
        url = random.choice(self._urls) + path
        try:
            reply = await http.post(url, json=body, headers=headers)
        except httpx.TransportError as error:
            self.replies[type(error).__name__] += 1
            return None
        self.replies[str(reply.status_code)] += 1
        return reply


def _dated(body: Any) -> Any:
    """The body with `deadline_s` as a point in time."""
    if isinstance(body, dict) and "deadline_s" in body:
        at = datetime.now(UTC) + timedelta(seconds=body.pop("deadline_s"))
        return {**body, "deadline_at": at.isoformat()}
    return body


def _ids(request: Request, reply: Any) -> list[str]:
    if request.path == "/v1/flows":
        return [reply["jobs"][name]["id"] for name in request.wants]
    if request.path == "/v1/batches":
        return [entry["id"] for entry in reply["data"]]
    return [reply["id"]]
