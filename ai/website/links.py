"""Addresses a page may lead to, built by us from checked parts; what does not check is shown as text only."""

import re
from urllib.parse import quote, urlsplit

from ai.business import Place

PHONE = re.compile(r"\+?\(?[0-9][0-9 ()./\-]{3,30}")
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
HANDLE = re.compile(r"@?([A-Za-z0-9._-]{1,60})")
NETWORKS = (
    ("instagram", "https://www.instagram.com/"),
    ("facebook", "https://www.facebook.com/"),
    ("tiktok", "https://www.tiktok.com/@"),
    ("twitter", "https://x.com/"),
    ("x", "https://x.com/"),
    ("youtube", "https://www.youtube.com/@"),
    ("linkedin", "https://www.linkedin.com/in/"),
    ("pinterest", "https://www.pinterest.com/"),
)


def tel(phone: str | None) -> str | None:
    """`tel:` with digits only, or None when it is no phone number."""
    if not phone or not PHONE.fullmatch(phone.strip()):
        return None
    digits = re.sub(r"\D", "", phone)
    plus = "+" if phone.strip().startswith("+") else ""
    return f"tel:{plus}{digits}" if 5 <= len(digits) <= 15 else None


def mailto(email: str | None) -> str | None:
    """`mailto:` with nothing but the address."""
    if not email or not EMAIL.fullmatch(email.strip()):
        return None
    return f"mailto:{quote(email.strip(), safe='@.+-_')}"


def web(address: str | None) -> str | None:
    """An http(s) address on a public-looking host; "aurora.pt" alone becomes https."""
    if not address:
        return None
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.username or not HOST.fullmatch(host):
        return None
    path = quote(parts.path, safe="/%:@-._~!$&'()*+,;=")
    query = f"?{quote(parts.query, safe='/%:@-._~!$&()*+,;=?')}" if parts.query else ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}{query}"


def social(network: str, handle: str) -> str | None:
    """The profile of a handle on a network we know, or an address that was given whole."""
    base = dict(NETWORKS).get(network.strip().lower())
    found = HANDLE.fullmatch(handle.strip())
    if base and found:
        return base + found[1]
    return web(handle) if "://" in handle or "/" in handle else None


def on_map(place: Place) -> str | None:
    """A search on OpenStreetMap; opened only when somebody follows it."""
    words = ", ".join(filter(None, (place.street, place.city, place.region)))
    return f"https://www.openstreetmap.org/search?query={quote(words, safe='')}" if words else None
