"""The job kinds as clients see them."""

import sys
from typing import Any

from jobs.kind import FlowKind, Limit
from jobs.registry import AnyKind
from service.schemas import KindView, LimitView, RetryView


def kind_view(kind: AnyKind) -> KindView:
    """A kind with the JSON Schemas of what goes in and comes out."""
    retry = kind.retry
    return KindView(
        name=kind.name,
        description=description(kind),
        queue=kind.queue,
        timeout=kind.timeout,
        retry=RetryView(
            attempts=retry.attempts, base_s=retry.base_s, cap_s=retry.cap_s, on_timeout=retry.on_timeout
        ),
        limit=None if isinstance(kind, FlowKind) else _limit(kind.limit),
        input_schema=_schema(kind.input, "validation"),
        output_schema=_schema(kind.output, "serialization"),
    )


def _limit(limit: Limit | None) -> LimitView | None:
    if limit is None:
        return None
    return LimitView(concurrency=limit.concurrency, per_second=limit.per_second, burst=limit.burst)


def description(kind: AnyKind) -> str:
    """What the kind says of itself, else the first line of its module's docstring."""
    code = kind.expand if isinstance(kind, FlowKind) else kind.run
    module = sys.modules.get(code.__module__)
    lines = ((module and module.__doc__) or "").strip().splitlines()
    return kind.description or (lines[0] if lines else "")


def _schema(model: Any, mode: Any) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(mode=mode)
    return schema
