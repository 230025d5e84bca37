"""The numbers for Prometheus: the service's own, and those asked of Postgres at each scrape."""

from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from jobs.errors import Unavailable
from jobs.resources import Resources
from jobs.store import glances, workers
from jobs.store.database import Conn
from service.reading import ask

RECENT_S = 300
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WS"})
_LATENCY_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class Metrics:
    """One registry for one app. Labels are bounded: kind, queue, status, method, route template."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "turnspit_http_requests", "Requests", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "turnspit_http_request_seconds",
            "Seconds from the first byte of a request to the last of its reply",
            ["method", "route"],
            buckets=_LATENCY_S,
            registry=self.registry,
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.streams = Gauge("turnspit_event_streams", "Open event streams", registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        counted = self._known.get((method, route, status)) or self._count(method, route, status)
        counted[0].inc()
        counted[1].observe(seconds)

    def _count(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """What counts such requests; kept for the methods we know, since looking it up costs more than counting."""
        known = method if method in _METHODS else "OTHER"
        counted = self._requests.labels(known, route, status), self._seconds.labels(known, route)
        return self._known.setdefault((known, route, status), counted)

    async def scrape(self, res: Resources) -> bytes:
        """Everything in the text format. What Postgres would tell is left out while it is away."""
        state = CollectorRegistry()
        _gauge(state, "redis_up", "Whether Redis answers", await res.bell.ping())
        try:
            await _ask_postgres(state, res)
        except Unavailable:
            _gauge(state, "postgres_up", "Whether Postgres answers", False)
        return generate_latest(self.registry) + generate_latest(state)


async def _ask_postgres(state: CollectorRegistry, res: Resources) -> None:
    async def look(
        conn: Conn,
    ) -> tuple[list[workers.Queue], list[workers.Worker], list[tuple[str, str, int]]]:
        lease_s = res.settings.lease_s
        return (
            await workers.queues(conn, lease_s),
            await workers.up(conn, lease_s),
            await glances.finished(conn, RECENT_S),
        )

    queues, up, finished = await ask(res, look)
    _gauge(state, "postgres_up", "Whether Postgres answers", True)
    _gauge(state, "workers_up", "Workers within their lease", len(up))
    _gauge(state, "slots_busy", "Slots taken, over all workers", sum(worker.busy for worker in up))
    live = {(q.name, name): getattr(q, name) for q in queues for name in ("queued", "scheduled", "running")}
    _labelled(state, "jobs", "Jobs that have not ended", ("queue", "status"), live.items())
    waits = {(q.name,): q.oldest_wait_s or 0 for q in queues}
    _labelled(state, "oldest_wait_seconds", "Wait of the oldest ready job", ("queue",), waits.items())
    _labelled(state, "slots", "Slots of live workers", ("queue",), [((q.name,), q.slots) for q in queues])
    ended = {(kind, status): count for kind, status, count in finished}
    _labelled(
        state, "jobs_ended_recently", f"Jobs that ended within {RECENT_S} s", ("kind", "status"), ended.items()
    )


def _gauge(state: CollectorRegistry, name: str, said: str, value: float) -> None:
    Gauge(f"turnspit_{name}", said, registry=state).set(value)


def _labelled(
    state: CollectorRegistry,
    name: str,
    said: str,
    labels: Sequence[str],
    values: Iterable[tuple[tuple[str, ...], float]],
) -> None:
    gauge = Gauge(f"turnspit_{name}", said, labels, registry=state)
    for key, value in values:
        gauge.labels(*key).set(value)
