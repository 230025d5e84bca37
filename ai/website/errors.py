"""What can be wrong with a wish for a site; the message is for the person who made it."""

from ai.errors import UnsupportedOption


class UnknownTheme(UnsupportedOption):
    """No theme of this name; the message lists them."""


class UnknownLanguage(UnsupportedOption):
    """No site can be written in this language; the message lists those it can."""


class BadEdit(UnsupportedOption):
    """A change to a site that would leave no valid site; the message says where."""
