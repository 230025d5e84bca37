"""Figures as the results keep them: medians and percentiles, with the machine and the date."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def summary(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99, the least and the most of some measurements, rounded to a thousandth."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    named = {"min": min(values), "p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(values)}
    return {name: round(value, 3) for name, value in named.items()}


def save(name: str, figures: dict[str, object]) -> Path:
    """Write results/NAME-DATE.json and show it."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    now = datetime.now(UTC)
    text = json.dumps({"question": name, "at": now.isoformat(timespec="seconds"), **machine, **figures}, indent=1)
    path = RESULTS / f"{name}-{now:%Y-%m-%d}.json"
    path.write_text(text + "\n")
    print(text)
    return path
