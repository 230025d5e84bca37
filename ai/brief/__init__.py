"""A brief, typed or spoken, understood by rules: only the facts that are in it."""

from ai.brief.understand import understand

__all__ = ["understand"]
