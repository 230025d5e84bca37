"""The origin that published websites are served from: no cookie, no script, nothing but stored files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from jobs.errors import NotFound, TurnspitError
from jobs.resources import open_resources
from jobs.settings import Settings
from jobs.store import sites
from jobs.store.text import clean_text
from service.downloads import Blob, send
from service.errors import status_of
from service.reading import ask
from service.trace import Trace

POOL = 4
# A page may show its own style, pictures and fonts, be left by a link, and do nothing else at all.
HEADERS = {
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox"
    " allow-top-navigation-by-user-activation allow-top-navigation-to-custom-protocols;"
    " default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
    " manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "public, no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def create_sites(settings: Settings) -> Starlette:
    """The application behind TURNSPIT_SITES_URL. It only reads; it needs Postgres and the object store."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_resources(settings, pool_size=POOL) as res:
            app.state.res = res
            yield

    return Starlette(
        routes=[
            Route("/{slug}", _to_folder),
            Route("/{slug}/{path:path}", _page),
            Route("/", _nothing),
        ],
        lifespan=lifespan,
        exception_handlers={TurnspitError: _refused, HTTPException: _not_that_way},
        middleware=[Middleware(Trace)],
    )


async def _page(request: Request) -> Response:
    """A file of the version that is live; a folder means its index.html."""
    slug, path = clean_text(request.path_params["slug"]), request.path_params["path"]
    wanted = clean_text(f"{path}index.html" if not path or path.endswith("/") else path)
    res = request.app.state.res
    file = await ask(res, lambda conn: sites.live_file(conn, slug, wanted))
    if file is None:
        raise NotFound("There is no such page.")
    blob = Blob(file.key, file.name, file.bytes, file.sha256, file.media_type)
    return await send(request, res.objects, blob, HEADERS)


async def _to_folder(request: Request) -> Response:
    """Relative links need the slash."""
    return RedirectResponse(f"/{request.path_params['slug']}/", headers=HEADERS)


async def _nothing(request: Request) -> Response:
    raise NotFound("There is no such page.")


async def _not_that_way(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself: a method other than GET and HEAD."""
    known = cast("HTTPException", error)
    return PlainTextResponse(known.detail, known.status_code, headers={**HEADERS, **(known.headers or {})})


async def _refused(request: Request, error: Exception) -> Response:
    known = error if isinstance(error, TurnspitError) else TurnspitError("Something broke on our side.")
    return PlainTextResponse(known.message, status_of(known), headers=HEADERS)
