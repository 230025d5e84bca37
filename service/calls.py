"""A request that makes jobs: its body, key and wishes, and what answers it, gathered in one go.

FastAPI resolves every dependency in a round of its own, which costs more than most of them do; these are the
busiest routes.
"""

from dataclasses import dataclass

from starlette.requests import Request

from jobs.model import Json
from jobs.queue import Submitted
from jobs.resources import Resources
from jobs.store.idempotency import Key
from service import intake
from service.bodies import idempotency_key, json_body
from service.deps import base_of, feed_of, resources_of, tenant_of
from service.feed import Feed
from service.prefer import preferred_wait


@dataclass(slots=True)
class Call:
    """`wait_s` is how long the client would hold the line; None when it would not."""

    request: Request
    value: Json
    key: Key | None
    wait_s: int | None
    res: Resources
    feed: Feed
    tenant: str
    base: str

    @property
    def trace(self) -> str | None:
        return intake.trace_of(self.request.headers.get("traceparent"))


async def call_of(request: Request) -> Call:
    """What a request brings. Raises TooLarge, RequestRefused, InvalidInput."""
    res, tenant = resources_of(request), tenant_of(request)
    value = await json_body(request, res.settings.max_body_bytes)
    return Call(
        request,
        value,
        idempotency_key(request, value, tenant),
        preferred_wait(request),
        res,
        feed_of(request),
        tenant,
        base_of(request),
    )


def headers_for(submitted: Submitted, location: str) -> dict[str, str]:
    """The headers of a 202."""
    return {"Location": location, **({"Idempotent-Replayed": "true"} if submitted.replayed else {})}
