"""The sentences that the demo model hears: as they are written, and as they are said."""

import tomllib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import Formatter

WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text())
BODY = ("offer", "hours", "place", "phone", "figure", "look", "wish")
TOPICS = ("opening", *BODY, "edit", "closing")
WITH_DIGITS = ("hours", "place", "phone", "figure")
HELD_NAMES = 8  # one name in so many is never in training

ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is what shall be written down; `said` is what a synthesizer is given to read."""

    text: str
    said: str

    def __add__(self, other: "Sentence") -> "Sentence":
        return Sentence(f"{self.text} {other.text}", f"{self.said} {other.said}")


class Grammar:
    """Sentences at random.

    `held_out`: only names that training never meets; `strange`: unheard words too; `bundled`: only sentences that
    the model before this one learnt as well.
    """

    def __init__(
        self, rng: Random, *, held_out: bool = False, strange: bool = False, bundled: bool = False
    ) -> None:
        self._rng = rng
        self._templates = {
            topic: WORDS["bundled"].get(topic, []) + ([] if bundled else WORDS["more"].get(topic, []))
            for topic in TOPICS
        }
        self._held_out = held_out
        self._words = WORDS["held_out"] if strange else {**WORDS["names"], "city": WORDS["slots"]["city"]}
        self._slots: dict[str, Callable[[], Sentence]] = {
            "name": self._name,
            "city": lambda: same(rng.choice(self._words["city"])),
            "trade": lambda: same(rng.choice(list(WORDS["products"]))),
            "time": lambda: clock(rng.randint(1, 12), rng.choice(("am", "pm"))),
            "house": lambda: number(rng.randint(1, 199)),
            "phone": lambda: phone(rng),
            "year": lambda: year(rng.choice((rng.randint(1950, 1999), rng.randint(2010, 2029)))),
            "price": lambda: number(rng.randint(2, 250)),
            "count": lambda: number(rng.randint(3, 99)),
        }

    def sentence(self, topic: str) -> Sentence:
        """One sentence of a topic; products in it differ from each other."""
        template = self._rng.choice(self._templates[topic])
        used: set[str] = set()
        made = Sentence("", "")
        for literal, slot, _, _ in Formatter().parse(template):
            value = self._fill(slot, used) if slot else same("")
            made = Sentence(made.text + literal + value.text, made.said + literal + value.said)
        return made

    def brief(self, sentences: int) -> list[Sentence]:
        """What somebody says who wants a website, in so many sentences; topics may come back in a long one."""
        topics = ["opening"]
        while len(topics) < sentences:
            body = [topic for topic in BODY if self._templates[topic]]
            topics += self._rng.sample(body, min(len(body), sentences - len(topics)))
        if sentences > 3 and self._rng.random() < 0.2:
            topics[-1] = "closing"
        return [self.sentence(topic) for topic in topics]

    def edits(self, sentences: int) -> list[Sentence]:
        return [self.sentence("edit") for _ in range(sentences)]

    def figures(self, sentences: int) -> list[Sentence]:
        """Sentences with digits, of which every second has a phone number."""
        topics = [topic for topic in WITH_DIGITS if self._templates[topic]]
        return [self.sentence("phone" if n % 2 else self._rng.choice(topics)) for n in range(sentences)]

    def _fill(self, slot: str, used: set[str]) -> Sentence:
        while True:
            value = self._slots[slot]() if slot in self._slots else same(self._pick(slot))
            if value.text not in used:
                used.add(value.text)
                return value

    def _pick(self, slot: str) -> str:
        products = self._rng.choice(list(WORDS["products"].values()))
        return str(self._rng.choice(products if slot == "product" else WORDS["slots"][slot]))

    def _name(self) -> Sentence:
        while True:
            name = f"{self._rng.choice(self._words['first'])} {self._rng.choice(self._words['second'])}"
            if is_held_out(name) is self._held_out or self._words is WORDS["held_out"]:
                return same(name)


def is_held_out(name: str) -> bool:
    """Whether a name is kept for the tests; the same on every machine."""
    return zlib.crc32(name.encode()) % HELD_NAMES == 0


def same(text: str) -> Sentence:
    return Sentence(text, text)


def clock(hour: int, half: str) -> Sentence:
    return Sentence(f"{hour} {half}", f"{in_words(hour)} {' '.join(half.upper())}")


def number(value: int) -> Sentence:
    return Sentence(str(value), in_words(value))


def year(value: int) -> Sentence:
    rest = value % 100
    return Sentence(str(value), f"{in_words(value // 100)} {in_words(rest)}")


def phone(rng: Random) -> Sentence:
    """Groups of digits, read digit by digit; a digit often comes twice or three times in a row."""
    groups = rng.choice(((3, 4), (3, 4), (3, 3, 4), (3, 2, 2)))
    digits = [rng.randrange(10)]
    while len(digits) < sum(groups):
        digits.append(digits[-1] if rng.random() < 0.3 else rng.randrange(10))
    left = iter(digits)
    parts = [[next(left) for _ in range(size)] for size in groups]
    text = " ".join("".join(map(str, part)) for part in parts)
    return Sentence(text, ", ".join(" ".join(ONES[digit] for digit in part) for part in parts))


def in_words(value: int) -> str:
    """A number from 0 to 999 as it is said."""
    return " ".join(_parts(value))


def _parts(value: int) -> Iterator[str]:
    if value >= 100:
        yield f"{ONES[value // 100]} hundred"
        value %= 100
        if not value:
            return
    if value >= 20:
        yield TENS[value // 10]
        value %= 10
        if not value:
            return
    yield ONES[value]
