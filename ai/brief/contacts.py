"""How to reach a business: phone, mail, site and handles, typed or spelled out in speech."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ai.brief.clauses import Clauses
from ai.brief.mails import TOP, first_matches, host_at, letters_of, spoken_mails, tokens_between, typed_mails
from ai.brief.phones import overlaps, phones_in
from ai.brief.phrases import tables, words
from ai.brief.tokens import STRONG, Span, Tokens, low, lows
from ai.brief.vocabulary import COMMON
from ai.business import Contacts

_TABLES = tables("contacts")

MOST_TEXT = 20_000
NETWORKS: Mapping[str, str] = MappingProxyType(dict(pair.split("=") for pair in _TABLES["networks"].split()))
_AFTER_HANDLE = words("make it please so are my have add keep want a an use show but also then for if call email")
_SITE = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,3}[a-z]{2,12})(/[\w./@-]{0,100})?", re.IGNORECASE
)
_HANDLE = re.compile(r"@([\w.]{2,30})")
_TYPED = re.compile(
    r"\b(instagram|insta|ig|facebook|fb|tiktok|twitter|youtube|pinterest)"
    r"[ ]?([:=-]?)(?: at| is| as)?[ ]?([\w.]{3,30})",
    re.I,
)
_WRITTEN = re.compile(r"\w[._]\w|\d")


@dataclass(frozen=True, slots=True)
class Found:
    contacts: Contacts
    spans: tuple[Span, ...]


def contacts_in(text: str, tokens: Tokens, clauses: Clauses) -> Found:
    """The last phone, mail and site that are the business's own, its handles, and the tokens that told them."""
    mails = [*typed_mails(text, tokens), *spoken_mails(tokens)]
    taken = [span for _, span in mails]
    socials = _socials(text, tokens, taken)
    taken += [span for _, _, span in socials]
    sites = [*_typed_sites(text, tokens, taken), *_spoken_sites(tokens, taken)]
    phones = phones_in(tokens, taken + [span for _, span in sites])
    contacts = Contacts(
        phone=_last(phones, clauses),
        email=_last(mails, clauses),
        website=_last([site for site in sites if _is_own_site(tokens, site[1])], clauses),
        social={network: handle for network, handle, span in socials if clauses.ours(span[0])},
    )
    return Found(contacts, tuple(taken + [span for _, span in sites] + [span for _, span in phones]))


def _last(found: list[tuple[str, Span]], clauses: Clauses) -> str | None:
    ours = sorted((span, value) for value, span in found if clauses.ours(span[0]))
    return ours[-1][1] if ours else None


def _socials(text: str, tokens: Tokens, taken: list[Span]) -> list[tuple[str, str, Span]]:
    found = []
    for match in first_matches(_SITE, text, "."):
        network = NETWORKS.get(match[1].lower().removeprefix("www.").split(".")[0])
        if network and match[2]:
            found.append((network, match[2].strip("/@. ").split("/")[0], tokens_between(tokens, *match.span())))
    for match in first_matches(_HANDLE, text, "@"):
        span = tokens_between(tokens, *match.span())
        network = _network_near(tokens, span)
        if network and not overlaps(span, taken):
            found.append((network, match[1].strip("."), span))
    found += _typed_handles(text, tokens, [*taken, *(span for _, _, span in found)])
    return found + _spoken_handles(tokens, {network for network, _, _ in found})


def _typed_handles(text: str, tokens: Tokens, taken: list[Span]) -> list[tuple[str, str, Span]]:
    """ "insta: mud_and_fire", "ig mudandfire.": a word with the marks of a handle, or all up to a mark."""
    found = []
    for match in _TYPED.finditer(text[:MOST_TEXT]):
        handle = match[3].strip(".")
        span = tokens_between(tokens, match.start(), match.start(3) + len(handle))
        alone = tokens[span[1] : span[1] + 1] == [] or tokens[span[1]].low in STRONG | {",", "-", "/", ")"}
        told = match[2] or match[1].lower() == "ig" or _opens(tokens, span[0])
        plain = handle.lower() not in COMMON and alone and bool(told)
        if (plain or _WRITTEN.search(handle)) and not overlaps(span, taken) and handle.lower() not in NETWORKS:
            found.append((NETWORKS[match[1].lower()], handle, span))
    return found


def _opens(tokens: Tokens, place: int) -> bool:
    return low(tokens, place - 1) in STRONG | {"", ",", "(", "/"}


def _network_near(tokens: Tokens, span: Span) -> str | None:
    near = [*reversed(lows(tokens, span[0] - 5, span[0])), *lows(tokens, span[1], span[1] + 4)]
    return next((NETWORKS[word] for word in near if word in NETWORKS), None)


def _spoken_handles(tokens: Tokens, known: set[str]) -> list[tuple[str, str, Span]]:
    """ "our instagram is golden crust underscore lisbon"."""
    found = []
    for place, token in enumerate(tokens):
        network = NETWORKS.get(token.low)
        start = _past_cue(tokens, place + 1) if network and network not in known else 0
        if network and start:
            handle, end = _handle(tokens, start)
            if handle:
                found.append((network, handle, (place, end)))
    return found


def _past_cue(tokens: Tokens, place: int) -> int:
    """Past "is", "handle is", "as", "at", ":"; 0 where no handle is announced."""
    start = place
    while low(tokens, start) in ("handle", "name", "account", "page", "is", "it's", "as", "at", ":", "under", "@"):
        start += 1
    if (
        low(tokens, place) == ","
        and low(tokens, place + 1) not in COMMON
        and low(tokens, place + 2) in STRONG | {"", ","}
    ):
        return place + 1  # "on Insta, curlupdublin"
    return start if start > place else 0


def _handle(tokens: Tokens, start: int) -> tuple[str, int]:
    handle, place = "", start
    while place < min(start + 6, len(tokens)):
        piece = letters_of(tokens[place])
        if piece is None or tokens[place].low in (
            "and",
            "or",
            "you",
            "our",
            "we",
            "i",
            "the",
            "on",
            "where",
            "with",
            *_AFTER_HANDLE,
        ):
            break
        if piece == "." and (place + 1 >= len(tokens) or tokens[place + 1].gap or tokens[place].low == "."):
            break
        handle, place = handle + piece, place + 1
    return handle.strip(".-"), place


def _typed_sites(text: str, tokens: Tokens, taken: list[Span]) -> list[tuple[str, Span]]:
    found = []
    for match in first_matches(_SITE, text, "."):
        span = tokens_between(tokens, *match.span())
        if match[1].lower().rsplit(".", 1)[1] in TOP and not overlaps(span, taken):
            found.append((match.group().rstrip("./"), span))
    return found


def _spoken_sites(tokens: Tokens, taken: list[Span]) -> list[tuple[str, Span]]:
    found = []
    for place in range(len(tokens)):
        cued = place > 0 and tokens[place - 1].low in ("is", "at", "visit", ":", "on", "website", "site", "www")
        domain = host_at(tokens, place) if cued and tokens[place].is_word else None
        if domain and "dot" in lows(tokens, place, domain[1]) and not overlaps((place, domain[1]), taken):
            found.append((domain[0], (place, domain[1])))
    return found


def _is_own_site(tokens: Tokens, span: Span) -> bool:
    before = lows(tokens, span[0] - 6, span[0])
    return not {"like", "as", "similar", "from", "competitor"} & set(before)
