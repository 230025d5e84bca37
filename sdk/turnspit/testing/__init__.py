"""A Turnspit server in memory, to test code that calls one.

    server = FakeServer([FakeKind("echo", output={"text": "hi"})])
    client = AsyncClient(transport=httpx.ASGITransport(server))

A job ends the moment it is submitted, unless its kind is `held`. Nothing is stored, nothing runs.
"""

from turnspit.testing.server import FakeServer
from turnspit.testing.state import FakeJob, FakeKind

__all__ = ["FakeJob", "FakeKind", "FakeServer"]
