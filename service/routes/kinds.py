"""What can be done: the job kinds."""

from fastapi import APIRouter
from starlette.responses import Response

from jobs.errors import NotFound
from service.catalog import kind_view
from service.deps import Res
from service.schemas import All, KindView
from service.views import reply

router = APIRouter(prefix="/v1/kinds", tags=["kinds"])


@router.get("", response_model=All[KindView])
async def listed(res: Res) -> Response:
    """Every job kind this service knows."""
    return reply(All(data=[kind_view(kind) for kind in res.kinds.values()]))


@router.get("/{name}", response_model=KindView)
async def show(name: str, res: Res) -> Response:
    """One job kind."""
    if name not in res.kinds:
        raise NotFound(f"There is no job kind named {name[:100]!r}.")
    return reply(kind_view(res.kinds[name]))
