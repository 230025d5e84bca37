"""Which of six languages a brief is in, by a vote of its small words."""

from typing import get_args

from ai.brief.phrases import tables, words
from ai.brief.tokens import Tokens
from ai.business import Language

_TABLES = tables("languages")
LANGUAGES: tuple[Language, ...] = get_args(Language)
VOTERS = tuple((language, words(_TABLES[language])) for language in LANGUAGES)


def language_of(tokens: Tokens) -> Language:
    """English unless another language has more different small words, and three at least."""
    heard = {token.low for token in tokens}
    votes = {language: len(heard & small) for language, small in VOTERS}
    best = max(LANGUAGES, key=lambda language: votes[language])
    return best if votes[best] >= 3 and votes[best] > votes["en"] else "en"
