"""The header `Prefer: wait=N` (RFC 7240): how long a client would hold the line."""

import math
import re
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

LONGEST_S = 60

_WAIT = re.compile(r"wait(?:\s*=\s*\"?(\d{1,9})\"?)?", re.IGNORECASE)


def preferred_wait(request: Request) -> int | None:
    """Whole seconds, at most 60; a bare `wait` means 60; None without one or with `respond-async`."""
    if "prefer" not in request.headers:
        return None
    wishes = [wish.split(";")[0].strip() for wish in ",".join(request.headers.getlist("prefer")).split(",")]
    if "respond-async" in {wish.lower() for wish in wishes}:
        return None
    found = next((match for wish in wishes if (match := _WAIT.fullmatch(wish))), None)
    return found and min(LONGEST_S, int(found[1] or LONGEST_S))


async def _asked(wait: Annotated[float, Query(ge=0, description="Seconds, at most 60.")] = 0) -> float:
    return min(float(LONGEST_S), wait) if math.isfinite(wait) else LONGEST_S


Wait = Annotated[float, Depends(_asked)]
