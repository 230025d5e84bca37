"""Fields of `turnspit run`, typed by a schema as pydantic writes it."""

from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from turnspit.cli.fields import FieldError, read_fields


class Color(StrEnum):
    red = "red"


class Part(BaseModel):
    size: int


class Input(BaseModel):
    text: str
    count: int = 1
    seconds: float = 1.0
    words: bool = False
    maybe: int | None = None
    either: int | str = 0
    loud: bool | None = None
    names: list[str] = []
    sizes: list[int] = []
    part: Part | None = None
    parts: list[Part] = []
    extra: dict[str, Any] = {}
    anything: Any = None
    color: Color = Color.red
    shape: Literal["a", "b"] = "a"
    two_words: str = ""


SCHEMA = Input.model_json_schema()


def test_values_take_the_type_of_their_field() -> None:
    given = [
        *("--text", "5", "--count", "5", "--seconds", "5", "--maybe", "5"),
        *("--either", "5", "--either=x", "--color", "red", "--shape", "b"),
    ]
    fields = read_fields(given, SCHEMA)
    assert fields == {
        "text": "5", "count": 5, "seconds": 5.0, "maybe": 5, "either": "x", "color": "red", "shape": "b",
    }  # fmt: skip
    assert isinstance(fields["seconds"], float)
    assert read_fields(["--maybe", "null", "--either", "7"], SCHEMA) == {"maybe": None, "either": 7}


def test_booleans_are_flags_words_or_negations() -> None:
    assert read_fields(["--words"], SCHEMA) == {"words": True}
    assert read_fields(["--words", "--text", "x"], SCHEMA) == {"words": True, "text": "x"}
    assert read_fields(["--words", "false"], SCHEMA) == {"words": False}
    assert read_fields(["--words=yes"], SCHEMA) == {"words": True}
    assert read_fields(["--no-words", "--no-loud"], SCHEMA) == {"words": False, "loud": False}


def test_objects_and_lists_are_json_and_plain_lists_repeat() -> None:
    assert read_fields(["--part", '{"size": 3}'], SCHEMA) == {"part": {"size": 3}}
    assert read_fields(["--parts", '[{"size": 3}]'], SCHEMA) == {"parts": [{"size": 3}]}
    assert read_fields(["--sizes", "1", "--sizes", "2"], SCHEMA) == {"sizes": [1, 2]}
    assert read_fields(["--names", "a b", "--names", '["c"]'], SCHEMA) == {"names": ["a b", "c"]}
    assert read_fields(["--anything", "[1]", "--extra", "{}"], SCHEMA) == {"anything": [1], "extra": {}}
    assert read_fields(["--anything", "free text"], SCHEMA) == {"anything": "free text"}


def test_values_may_start_with_a_dash_and_hold_an_equals_sign() -> None:
    assert read_fields(["--count", "-5", "--text=--a=b"], SCHEMA) == {"count": -5, "text": "--a=b"}


def test_dashes_in_a_name_stand_for_underscores() -> None:
    assert read_fields(["--two-words", "x"], SCHEMA) == {"two_words": "x"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--count", "many"], "--count takes integer, not 'many'"),
        (["--seconds", "nan"], "--seconds takes number"),
        (["--part", "{"], "--part takes null or object"),
        (["--sizes", "x"], "--sizes takes integer"),
        (["--typo", "x"], "no field 'typo'; it has: text, count"),
        (["stray"], "'stray' is no field"),
        (["--text"], "--text needs a value"),
        (["--words=perhaps"], "--words takes boolean"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(arguments: list[str], says: str) -> None:
    with pytest.raises(FieldError) as error:
        read_fields(arguments, SCHEMA)
    assert says in str(error.value)


def test_a_kind_that_takes_anything_takes_any_field() -> None:
    assert read_fields(["--a", "1", "--b", "x"], {"type": "object"}) == {"a": 1, "b": "x"}
