"""The motifs: small drawings of 100 by 100 on the sheets in motifs/, coloured by class, standing on y = 96."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

MOTIF = re.compile(r'<g id="([a-z]+)">(.*?)</g>', re.DOTALL)
CLASS = re.compile(r'class="([a-z0-9]+)"')
SOLD = frozenset({"food", "nature"})  # sheets whose motifs are things that shops list by name

STYLE = (
    ".art{--ma:var(--art-a);--mb:var(--art-b);--mc:var(--art-c);--mw:var(--art-w);--md:var(--art-d)}"
    ".on-a{--ma:var(--art-w);--mw:var(--art-far)}.on-b{--mb:var(--art-w);--mw:var(--art-ground)}"
    ".on-c{--mc:var(--art-w);--mw:var(--art-ground)}.on-d{--md:var(--art-ground)}"
    ".m-a{fill:var(--ma)}.m-b{fill:var(--mb)}.m-c{fill:var(--mc)}.m-w{fill:var(--mw)}.m-d{fill:var(--md)}"
    ".m-s{fill:var(--art-d);opacity:.16}"
    ".m-l,.m-l2,.m-l3,.m-l4,.m-lw,.m-la,.m-lb,.m-la2,.m-lr{fill:none;stroke:var(--md);stroke-width:2.2;"
    "stroke-linecap:round;stroke-linejoin:round}"
    ".m-l2,.m-lr{stroke-width:5}.m-l3{stroke-width:3.6}.m-l4{stroke-width:9}.m-lw{stroke:var(--mw)}"
    ".m-la{stroke:var(--ma);stroke-width:6}.m-lb{stroke:var(--mb);stroke-width:6}.m-la2{stroke:var(--ma);stroke-width:3}"
    ".f-a{fill:var(--art-a)}.f-b{fill:var(--art-b)}.f-c{fill:var(--art-c)}.f-w{fill:var(--art-w)}"
    ".f-d{fill:var(--art-d)}.f-g{fill:var(--art-ground)}.f-f{fill:var(--art-far)}"
    ".f-s{fill:var(--art-d);opacity:.14}.f-l{fill:none;stroke:var(--art-d);stroke-width:2}"
)


@cache
def motifs() -> Mapping[str, str]:
    """The drawing of each motif, by name."""
    return MappingProxyType({name: body for _, name, body in _drawings()})


@cache
def sold_motifs() -> frozenset[str]:
    """Those that show a thing a shop may sell."""
    return frozenset(name for sheet, name, _ in _drawings() if sheet in SOLD)


def symbols(names: Iterable[str]) -> str:
    """Definitions that `use` elements refer to as `#m-name`."""
    known = motifs()
    return "".join(
        f'<symbol id="m-{name}" viewBox="-4 -4 108 108">{known[name]}</symbol>'
        for name in sorted(set(names))
        if name in known
    )


def _drawings() -> list[tuple[str, str, str]]:
    paths = sorted((Path(__file__).parent / "motifs").glob("*.svg"))
    return [
        (path.stem, name, CLASS.sub(r'class="m-\1"', body))
        for path in paths
        for name, body in MOTIF.findall(path.read_text("utf-8"))
    ]
