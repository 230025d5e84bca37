"""How far a transcript is from what was said: word error rate, by Levenshtein's distance over words."""

import re
from collections.abc import Iterable, Sequence


def words_of(text: str) -> list[str]:
    """Lower case, without punctuation; digits that stand apart stay apart."""
    return re.findall(r"[\w']+", text.lower())


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of words to change, leave out or put in."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        above, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (word != other))
    return row[-1]


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Errors of all (said, heard) pairs over the words said, as a share; above 1 where much was made up."""
    errors = words = 0
    for said, heard in pairs:
        wanted = words_of(said)
        errors += distance(wanted, words_of(heard))
        words += len(wanted)
    return errors / words if words else 0.0
