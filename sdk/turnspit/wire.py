"""One HTTP conversation: addresses, headers, retries, and errors turned into our own."""

import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from pydantic import ValidationError

from turnspit.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    TurnspitError,
    status_error,
)
from turnspit.models import Problem
from turnspit.retry import Retries
from turnspit.version import __version__

Params = Mapping[str, str | int | list[str]]
Body = bytes | Callable[[], AsyncIterator[bytes]] | None

CONNECT_S: Final = 5.0


class Wire:
    """Requests against one server. `timeout` is seconds without a byte, for each read and each write."""

    def __init__(
        self,
        url: str,
        api_key: str | None,
        *,
        transport: httpx.AsyncBaseTransport | None,
        timeout: float,
        retries: Retries,
    ) -> None:
        self.url, self.timeout, self.retries = url.rstrip("/"), timeout, retries
        self._http = httpx.AsyncClient(
            headers=_headers(api_key),
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_S)),
            transport=transport,
            **_network(self.url),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def json(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float = 0,
    ) -> Any:
        """The JSON of the reply (None when it has no body); `wait_s` more seconds are given to the server.

        Raises APIStatusError, APIConnectionError, APITimeoutError, and APIError when the reply is no JSON.
        """
        content = None if body is None else json.dumps(body, default=_plain).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        response = await self.retries.run(
            lambda: self.once(
                method, path, params=params, body=content, headers={**kind, **(headers or {})}, wait_s=wait_s
            )
        )
        return read_json(response)

    async def once(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float = 0,
    ) -> httpx.Response:
        """One try, the whole reply in memory."""
        async with self.stream(
            method, path, params=params, body=body, headers=headers, read_s=self.timeout + wait_s
        ) as response:
            with translated(self.url):
                await response.aread()
            return response

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        read_s: float | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """One try, the reply as it comes. Errors of the reading itself are the caller's (`translated`)."""
        limits = httpx.Timeout(self.timeout, connect=min(self.timeout, CONNECT_S), read=read_s or self.timeout)
        with translated(self.url):
            request = self._http.build_request(
                method,
                self.url + path,
                params=params,
                content=body() if callable(body) else body,
                headers=headers,
                timeout=limits,
            )
            response = await self._http.send(request, stream=True)
        try:
            if response.is_error or response.is_redirect:
                with translated(self.url):
                    await response.aread()
                raise _refusal(response)
            yield response
        finally:
            await response.aclose()


def segment(text: str) -> str:
    """A caller's text (an id, a name) as one segment of a path."""
    return quote(text, safe="") if text not in {"", ".", ".."} else "%20"


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what httpx raises into APIConnectionError and APITimeoutError."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise APITimeoutError(f"The server at {url} did not answer in time.") from error
    except httpx.ConnectError as error:
        raise APIConnectionError(
            f"No server answers at {url}. Start one with `turnspit up`, or set TURNSPIT_URL."
        ) from error
    except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as error:
        raise APIConnectionError(f"The connection to {url} broke: {error or type(error).__name__}.") from error
    except httpx.InvalidURL as error:
        raise TurnspitError(f"{url!r} is not an address: {error}.") from error


def read_json(response: httpx.Response) -> Any:
    """The JSON of a reply, None when it is empty. Raises APIError when it is something else."""
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise APIError(f"{response.url.host} answered with something else than JSON.") from error


def _headers(api_key: str | None) -> dict[str, str]:
    headers = {"User-Agent": f"turnspit-python/{__version__}"}
    if api_key:
        if not api_key.isascii() or not api_key.isprintable():
            raise TurnspitError("The API key holds characters that no key has.")
        headers["Authorization"] = f"Bearer {api_key}"
    return headers


def _network(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise TurnspitError(f"{url!r} is not an address: it should look like http://127.0.0.1:8000.")
    settings: dict[str, Any] = {}
    if parts.scheme == "http":
        # Nothing here can speak TLS, so the CA bundle (30 ms) is not read; this context trusts nobody.
        settings["verify"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if parts.hostname == "localhost" or parts.hostname.startswith("127.") or parts.hostname == "::1":
        settings["trust_env"] = False  # a proxy cannot reach our own loopback
    return settings


def _refusal(response: httpx.Response) -> APIStatusError:
    try:
        problem = Problem.model_validate(response.json())
    except (ValueError, ValidationError):
        problem = Problem(title=f"The server answered {response.status_code} {response.reason_phrase}".rstrip())
    if problem.request_id is None:
        problem = problem.model_copy(update={"request_id": response.headers.get("x-request-id")})
    return status_error(response.status_code, problem, _retry_after_s(response.headers.get("retry-after")))


def _retry_after_s(value: str | None) -> float | None:
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
