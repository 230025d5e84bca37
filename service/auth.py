"""Who may call: anybody on this machine while no keys are set, else whoever has a key."""

import hmac
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from jobs.settings import Settings
from service.errors import RequestRefused, respond

TENANT = "default"
"""All keys belong to one tenant, until there are more."""


class UnsafeBind(ValueError):
    """The service would be open to the network without a key."""


def check_bind(settings: Settings) -> None:
    """Refuse to be open to the network. Raises UnsafeBind."""
    if not settings.key_values and not is_loopback(settings.host):
        raise UnsafeBind(
            f"Refusing to serve on {settings.host} without keys: set TURNSPIT_KEYS, or TURNSPIT_HOST=127.0.0.1."
        )


class Gate:
    """Pure ASGI, for HTTP and WebSockets: lets a request through, or answers it with a problem.

    Without keys any page in the user's browser could reach a loopback service (DNS rebinding, cross-site
    posts), so `Host` must name this machine and `Origin`, where there is one, must be our own.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._keys = [_digest(key) for key in settings.key_values]
        allowed = [host.strip().lower() for host in settings.allowed_hosts.split(",") if host.strip()]
        self._hosts = frozenset([*allowed, settings.host.lower()])
        self._is_ours = lru_cache(maxsize=64)(self._names_us)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["tenant"] = TENANT
        refusal = self._refusal(scope["path"], Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            await respond(HTTPConnection(scope), refusal)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.message[:120]})

    def _refusal(self, path: str, headers: Headers) -> RequestRefused | None:
        if path == "/healthz":
            return None
        if self._keys:
            return self._without_key(headers) if path.startswith(("/v1/", "/metrics")) else None
        return self._from_elsewhere(headers)

    def _without_key(self, headers: Headers) -> RequestRefused | None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        digest = _digest(given.strip())
        matches = [hmac.compare_digest(digest, key) for key in self._keys]
        if scheme.lower() == "bearer" and any(matches):
            return None
        return RequestRefused(
            "unauthorized",
            "Send a key of this service as `Authorization: Bearer <key>`.",
            headers={"WWW-Authenticate": 'Bearer realm="turnspit"'},
        )

    def _from_elsewhere(self, headers: Headers) -> RequestRefused | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            sentence = "The Host header does not name this machine. TURNSPIT_ALLOWED_HOSTS allows more names."
            return RequestRefused("forbidden", sentence, param="Host")
        if not all(_same_origin(origin, hosts[0]) for origin in headers.getlist("origin")):
            return RequestRefused("forbidden", "A page of another origin may not call this.", param="Origin")
        return None

    def _names_us(self, host: str) -> bool:
        name = host_name(host)
        return name is not None and (name in self._hosts or is_loopback(name))


def is_loopback(name: str) -> bool:
    """Whether a host name or address, without a port, means this machine."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str | None:
    """The lower-case name in a Host header; None when there is none."""
    try:
        parts = urlsplit(f"//{host}")
        sound = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts.hostname if sound and not parts.username and not parts.path else None


def _same_origin(origin: str, host: str) -> bool:
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.lower() == host.lower()


def _digest(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogateescape")).digest()
