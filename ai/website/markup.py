"""The one place where text becomes markup unescaped: drawings, styles and JSON that this package made itself."""

from markupsafe import Markup


def ours(text: str) -> Markup:
    """Text made of our literals and of numbers, or escaped by its maker; never an owner's words as they came."""
    return Markup(text)  # noqa: S704  the boundary that the rule asks for
