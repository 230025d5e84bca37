"""How much of the labelled briefs is understood, and what is made up?

`python -m bench.briefs` reads each brief of tests/data/briefs, and of tests/data/briefs-by-others, with
`ai.brief.understand`; no model, no stack.
"""

from collections.abc import Callable, Iterable

from ai.business import Business
from bench.report import save
from tests.briefs import BY_OTHERS, Brief, Fact, Score, load_briefs, score

Understand = Callable[[str], Business]
Scored = list[tuple[Brief, Score]]


def measure(understand: Understand, briefs: list[Brief]) -> dict[str, object]:
    """Percentages of the labelled facts found, by style, by field and in all; every miss and invention by name."""
    scored = [(brief, score(understand(brief.text), brief)) for brief in briefs]
    return {
        "unit": "% of labelled facts found",
        "briefs": len(scored),
        "total": share(scored),
        "styles": {style: share(rows) for style, rows in by_style(scored).items()},
        "fields": fields(scored),
        "invented": {brief.id: result.invented for brief, result in scored if result.invented},
        "missed": {brief.id: [line(fact) for fact in result.missed] for brief, result in scored if result.missed},
    }


def by_style(scored: Scored) -> dict[str, Scored]:
    styles: dict[str, Scored] = {}
    for brief, result in scored:
        styles.setdefault(brief.style, []).append((brief, result))
    return styles


def share(scored: Scored) -> dict[str, float]:
    found = sum(len(result.found) for _, result in scored)
    facts = found + sum(len(result.missed) for _, result in scored)
    invented = sum(len(result.invented) for _, result in scored)
    return {"percent": percent(found, facts), "found": found, "facts": facts, "invented": invented}


def fields(scored: Scored) -> dict[str, float]:
    found = count(fact for _, result in scored for fact in result.found)
    missed = count(fact for _, result in scored for fact in result.missed)
    names = sorted({*found, *missed})
    return {name: percent(found.get(name, 0), found.get(name, 0) + missed.get(name, 0)) for name in names}


def count(facts: Iterable[Fact]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for fact in facts:
        counts[fact.field] = counts.get(fact.field, 0) + 1
    return counts


def percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 100.0


def line(fact: Fact) -> str:
    return f"{fact.field}: {fact.value}"


def main() -> None:
    from ai.brief import understand  # noqa: PLC0415  what is measured, not what measures

    save(
        "briefs",
        {"ours": measure(understand, load_briefs()), "others'": measure(understand, load_briefs(BY_OTHERS))},
    )


if __name__ == "__main__":
    main()
