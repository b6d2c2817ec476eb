"""What each column may be: by its name, by its values, and by habits of naming."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import polars as pl

from coding import validate_column
from ontology import Property, Schema

from .column import Column
from .evidence import Knowledge
from .habits import is_called_name, limit_of_time, twin_in_words

_SHARE = 0.75  # of the values must fit; the others may be mistakes
_CODE_ALONE = 0.7  # of a column whose values are codes, whatever its name is
_CALLED_SO = 0.6  # a habit of naming, and nothing else
_DATED = 0.8  # a habit of naming that the values bear out
_FEW = 8  # values tell whether a column may be one of codes
_LETTERS = r"\p{L}{2}"
_DATE = r"^\d{4}(-\d{2}(-\d{2}([T ].*)?)?)?$"


def readings(
    name: str, values: pl.Series, schema: Schema, known: Knowledge, perhaps: Collection[tuple[str, str]]
) -> list[Column]:
    """Everything that a column may be, whatever the class of the rows."""
    named = known.names(name)
    found = []
    for term in schema.properties.values():
        word = named.get(term.name)
        if term.kind == "code" and term.code_scheme:
            is_possible = (name, term.code_scheme) in perhaps
            share = _share_of_codes(term.code_scheme, values) if is_possible else 0.0
            if share >= _SHARE:
                bonus = word.score * (1 - _CODE_ALONE) if word else 0.0
                reason = f"{share:.0%} of the values are codes of {term.code_scheme}"
                reason += f"; {word.reason}" if word else ""
                found.append(Column(name, term.name, term.code_scheme, round(_CODE_ALONE + bonus, 3), reason))
        elif word and term.kind == "attribute" and _fits(term, values):
            found.append(Column(name, term.name, None, word.score, word.reason))
    found += _by_habit(name, values, schema, {each.property for each in found if each.confidence > _CALLED_SO})
    return found


def _by_habit(name: str, values: pl.Series, schema: Schema, taken: set[str | None]) -> Iterator[Column]:
    """What a column is by its name alone, when nothing better is known."""
    limit = limit_of_time(name)
    for term in schema.properties.values():
        if limit and term.ledger_column == f"any.{limit}" and not taken and _fits(term, values):
            what = "the beginning" if limit == "valid_from" else "the end"
            yield Column(name, term.name, None, _DATED, f"has dates, and is called as {what} of a time")
        elif term.datatype == "rdf:langString" and not taken and is_called_name(name) and _fits(term, values):
            yield Column(name, term.name, None, _CALLED_SO, "is called as names are")


def _is_dated(term: Property) -> bool:
    return term.ledger_column in ("any.valid_from", "any.valid_to") or term.datatype in ("xsd:date", "xsd:dateTime")


def in_words(chosen: dict[str, Column], columns: Sequence[str]) -> dict[str, Column]:
    """A property that a column has as a code and its twin in words goes to the twin."""
    for name, column in list(chosen.items()):
        twin = twin_in_words(name, columns)
        if twin is not None:
            reason = f"{column.reason}; {name} has it as a code"
            chosen[twin] = Column(twin, column.property, None, column.confidence, reason)
            del chosen[name]
    return chosen


def perhaps_codes(texts: Mapping[str, pl.Series], schema: Schema) -> set[tuple[str, str]]:
    """(column, scheme) where one of the first values is a code: one look for all columns of a wide table."""
    few = pl.concat(
        [
            pl.DataFrame(schema={"column": pl.String, "value": pl.String}),
            *(
                pl.DataFrame({"column": name, "value": values.unique(maintain_order=True).head(_FEW)})
                for name, values in texts.items()
                if len(values)
            ),
        ]
    )
    found: set[tuple[str, str]] = set()
    for scheme in {term.code_scheme for term in schema.properties.values() if term.code_scheme}:
        fitting = few.filter(validate_column(scheme, few["value"])["code"].is_not_null())
        found |= {(name, scheme) for name in fitting["column"].unique()}
    return found


def _share_of_codes(scheme: str, values: pl.Series) -> float:
    some = values.unique(maintain_order=True).head(200)
    return float(validate_column(scheme, some)["code"].is_not_null().mean() or 0.0)  # type: ignore[arg-type]


def _fits(term: Property, values: pl.Series) -> bool:
    """Whether nearly all values can be values of the property."""
    if values.is_empty():
        return True
    if term.allowed:
        fitting = values.is_in(list(term.allowed))
    elif term.datatype == "xsd:integer":
        fitting = values.str.strip_chars().str.contains(r"^[+-]?\d+(\.0+)?$")
    elif term.datatype in ("xsd:double", "xsd:decimal", "xsd:float"):
        fitting = values.str.strip_chars().cast(pl.Float64, strict=False).is_not_null()
    elif term.datatype == "xsd:boolean":
        fitting = values.str.to_lowercase().is_in(["true", "false", "0", "1"])
    elif term.datatype == "rdf:langString":
        fitting = values.str.contains(_LETTERS)  # a name has words, and is no number
    elif _is_dated(term):
        fitting = values.str.contains(_DATE)
    else:
        return True
    return float(fitting.mean() or 0.0) >= _SHARE  # type: ignore[arg-type]
