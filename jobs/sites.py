"""Publishing: bytes first, then a version, then the one row that says which version is served."""

import hashlib
import mimetypes
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from jobs.errors import AttemptLost, NotFound, Permanent
from jobs.model import Artifact, Claim, JsonObject
from jobs.resources import Resources
from jobs.store import attempts, sites
from jobs.store.database import Conn, until_back
from jobs.store.sites import Site
from jobs.store.text import dump

T = TypeVar("T")

MEDIA_TYPES = {".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}
LONGEST_SLUG = 63


def slug_of(title: str) -> str:
    """A title as it may stand in an address: lower-case ASCII letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].rstrip("-") or "site"


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of one tenant, on behalf of one attempt. Every call may be repeated by the job's next attempt.

    A write raises AttemptLost once the attempt was canceled, or is not the running one any more.
    """

    res: Resources
    claim: Claim

    def url(self, slug: str) -> str:
        """The public address of a site, with a slash at its end."""
        return f"{self.res.settings.sites_url.rstrip('/')}/{slug}/"

    async def reserve(self, title: str, wish: str | None) -> str:
        """A slug for a new site: the wish, exactly, or one made from the title. Raises Permanent if it is taken."""
        name = slug_of(wish or title)
        job = self.claim
        slug = await self._write(
            lambda conn: sites.reserve(conn, job.id, job.tenant, name, title, exact=wish is not None)
        )
        if slug is None:
            raise Permanent("conflict", f"The address {name!r} is taken. Choose another.")
        return slug

    async def add(self, slug: str, title: str, spec: JsonObject, files: Mapping[str, bytes]) -> int:
        """Store a version; files that an earlier attempt has stored are not stored again. Returns its number."""
        site = await self.get(slug)
        stored = [await self._store(site, path, data) for path, data in files.items()]
        version = await self._write(
            lambda conn: sites.add_version(
                conn, site, self.claim.tenant, self.claim.id, title=title, spec=dump(spec), files=stored
            )
        )
        if version is None:
            raise Permanent("not_found", f"There is no site {slug!r} any more.")
        return version

    async def publish(self, slug: str, version: int) -> Site:
        """Serve a version. Raises Permanent when there is no such site or version."""
        if not await self._write(lambda conn: sites.publish(conn, slug, self.claim.tenant, version)):
            raise Permanent("not_found", f"There is no version {version} of a site {slug!r}.")
        return await self.get(slug)

    async def get(self, slug: str) -> Site:
        """A site. Raises Permanent when there is none."""
        site = await self._do(lambda conn: sites.get(conn, slug, self.claim.tenant))
        if site is None:
            raise Permanent("not_found", f"There is no site {slug!r}.")
        return site

    async def spec(self, slug: str, version: int | None = None) -> JsonObject:
        """What a version, the newest by default, was rendered from."""
        number = version or (await self.get(slug)).latest or 0
        found = await self._do(lambda conn: sites.spec(conn, slug, number))
        if found is None:
            raise Permanent("not_found", f"There is no version {number} of a site {slug!r}.")
        return found

    async def _store(self, site: Site, path: str, data: bytes) -> Artifact:
        """Bytes under a key that their content names, so that a retry finds what is there."""
        digest = hashlib.sha256(data).hexdigest()
        key = _folder(site) + digest
        if not await self.res.objects.has(key, len(data)):
            await self.res.objects.put(key, data)
        return Artifact(name=path, key=key, bytes=len(data), sha256=digest, media_type=media_type(path))

    async def _write(self, call: Callable[[Conn], Awaitable[T]]) -> T:
        """Fenced, like every write of an attempt."""

        async def fenced(conn: Conn) -> T:
            if not await attempts.hold(conn, self.claim):
                raise AttemptLost("This attempt is over.")
            return await call(conn)

        return await self._do(fenced)

    async def _do(self, call: Callable[[Conn], Awaitable[T]]) -> T:
        async def transact() -> T:
            async with self.res.pool.acquire() as conn, conn.transaction():
                return await call(conn)

        return await until_back(transact, what="sites")


def media_type(path: str) -> str:
    """By the ending of a path; text is UTF-8."""
    ending = path[path.rfind(".") :] if "." in path else ""
    found = MEDIA_TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") or found.endswith("xml") else found


async def forget(res: Resources, slug: str, tenant: str) -> None:
    """Delete a site, its versions, then its bytes. Raises NotFound."""
    async with res.pool.acquire() as conn, conn.transaction():
        site = await sites.delete(conn, slug, tenant)
    if site is None:
        raise NotFound(f"There is no site {slug!r}.")
    await res.objects.delete_under(_folder(site))


def _folder(site: Site) -> str:
    """Where its bytes lie: apart from those of whoever had its address before, which may be on their way out."""
    return f"sites/{site.slug}/{site.created_at:%Y%m%dT%H%M%S%f}/"
