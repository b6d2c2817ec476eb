"""The questions of the demo, each a file that can be read and asked by itself, and the comparison of two answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any

_NUMBERS = frozenset({"integer", "decimal", "double", "float"})


def question_text(file: str) -> str:
    """The text of a question of the folder `questions`.

    >>> question_text("units.rq").splitlines()[0]
    '# Which units are in the building, storey by storey?'
    """
    return resources.files("api.cli").joinpath("questions", file).read_text("utf-8")


def question_title(text: str) -> str:
    """What a question asks, in words: its first comment.

    >>> question_title("// How many?\\nMATCH (n) RETURN count(n)")
    'How many?'
    """
    return text.splitlines()[0].lstrip("#/ ")


def sparql_rows(result: dict[str, Any]) -> tuple[list[str], list[list[object]]]:  # JSON of SPARQL results
    """Variables and rows of a SPARQL JSON result, numbers as numbers.

    >>> sparql_rows({"head": {"vars": ["a", "b"]}, "results": {"bindings": [{"a": {"type": "literal", "value": "x"}}]}})
    (['a', 'b'], [['x', None]])
    """
    fields = result["head"]["vars"]
    return fields, [[_value(binding.get(field)) for field in fields] for binding in result["results"]["bindings"]]


def same_answer(one: Iterable[Sequence[object]], other: Iterable[Sequence[object]]) -> bool:
    """Whether two answers have the same rows, each as often, in whatever order; 240 and 240.0 are one number.

    >>> same_answer([["a", 240], ["b", None]], [["b", None], ["a", 240.0]]), same_answer([["a"]], [["a"], ["a"]])
    (True, False)
    """
    return Counter(map(tuple, one)) == Counter(map(tuple, other))


def _value(term: dict[str, str] | None) -> object:
    if term is None:
        return None
    if term.get("datatype", "").rpartition("#")[2] not in _NUMBERS:
        return term["value"]
    number = float(term["value"])
    return int(number) if number.is_integer() else number
