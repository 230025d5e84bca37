"""How the service is: health, readiness, metrics, queues and workers."""

from dataclasses import asdict

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from jobs.errors import Unavailable
from jobs.store import workers
from jobs.store.database import Conn, missing
from service.deps import Metered, Res
from service.reading import ask
from service.schemas import All, Health, QueueView, Readiness, WorkerView
from service.views import reply

router = APIRouter()


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", tags=["service"], response_model=Health)
async def healthz() -> Response:
    """Whether this process serves."""
    return reply(Health(status="ok"))


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", tags=["service"], response_model=Readiness)
async def readyz(request: Request, res: Res) -> Response:
    """Whether jobs can be accepted: 503 without Postgres or its tables, and before a stop.

    `degraded` names what else is away.
    """
    if request.app.state.leave.announced:
        raise Unavailable("This process stops. Another one takes the jobs.")

    async def look(conn: Conn) -> tuple[list[str], int]:
        lacking = [name for name, _ in await missing(conn)]
        return lacking, 0 if lacking else len(await workers.up(conn, res.settings.lease_s))

    lacking, up = await ask(res, look)
    if lacking:
        raise Unavailable(f"The database lacks migrations: {', '.join(lacking)}. Run `turnspit migrate`.")
    redis = await res.bell.ping()
    away = [sentence for ok, sentence in ((redis, "Redis is away."), (up > 0, "No worker runs.")) if not ok]
    status = "degraded" if away else "ready"
    return reply(Readiness(status=status, postgres=True, redis=redis, workers=up, degraded=away))


@router.get("/metrics", tags=["service"], response_class=Response)
async def prometheus(res: Res, metrics: Metered) -> Response:
    """Everything countable, for Prometheus."""
    return Response(await metrics.scrape(res), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/queues", tags=["workers"], response_model=All[QueueView])
async def queues(res: Res) -> Response:
    """Depth, oldest wait and slots of each queue."""
    lanes = await ask(res, lambda conn: workers.queues(conn, res.settings.lease_s))
    return reply(All(data=[QueueView(**asdict(lane)) for lane in lanes]))


@router.get("/v1/workers", tags=["workers"], response_model=All[WorkerView])
async def workers_up(res: Res) -> Response:
    """The workers that are alive."""
    up = await ask(res, lambda conn: workers.up(conn, res.settings.lease_s))
    return reply(All(data=[WorkerView(**asdict(worker), queues=sorted(worker.slots)) for worker in up]))
