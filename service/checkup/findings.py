"""What the doctor finds: one line each, with how to mend what is not well."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`missing` is essential: the service does not work without it. `warning` is worth a look."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: State
    detail: str
    mend: str = ""


def ok(subject: str, detail: str) -> Finding:
    return Finding(subject, State.OK, detail)


def warning(subject: str, detail: str, mend: str) -> Finding:
    return Finding(subject, State.WARNING, detail, mend)


def missing(subject: str, detail: str, mend: str) -> Finding:
    return Finding(subject, State.MISSING, detail, mend)


def render(findings: Iterable[Finding]) -> str:
    """One line a finding, the mend on a line of its own under it."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:<8} {finding.subject:<12} {finding.detail}")
        if finding.mend:
            lines.append(f"{'':<21} mend: {finding.mend}")
    return "\n".join(lines)


def exit_status(findings: Iterable[Finding]) -> int:
    """0 only when nothing essential is missing."""
    return int(any(finding.state is State.MISSING for finding in findings))
