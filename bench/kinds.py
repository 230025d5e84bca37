"""Job kinds for the measurements."""

import time

from pydantic import BaseModel

from jobs.kind import Context, Kind


class Nothing(BaseModel):
    """No input, or the moment of the job before it."""

    after: float = 0.0


class Moment(BaseModel):
    """CLOCK_MONOTONIC in seconds at the first line of the run; processes of one machine share that clock."""

    at: float


async def look(input: Nothing, ctx: Context) -> Moment:
    return Moment(at=time.monotonic())


first_line = Kind("first_line", Nothing, Moment, look, timeout=30)
