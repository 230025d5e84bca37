"""A refusal that a client in the middle of sending gets to read."""

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

LINGER_S = 2.0


class Lingering(Response):
    """Replies at once, then swallows what is still being sent, for at most two seconds.

    Closing a socket with unread bytes resets the connection, and the reply would be lost on its way
    (RFC 9112, 9.6). `scope["state"]["unread"]` says whether the body has not ended.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        expects = any(name == b"expect" for name, _ in scope["headers"])
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while scope["state"].get("unread") and not expects:
                    message = await receive()
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        break
        await send({"type": "http.response.body", "body": b"", "more_body": False})
