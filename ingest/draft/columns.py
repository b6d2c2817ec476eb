"""The class of a table's rows and the meaning of its columns: names, values and codes weighed against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ontology import Class, Property, Schema

from .column import Column
from .evidence import Knowledge, canonical, words_in
from .readings import in_words, perhaps_codes, readings

SURE_FROM = 0.5
"""Below this a column is left as it is: kept with the record, without a meaning."""

_CALLED = 1.2  # what a file's name counts for the class that is called so: a little more than a column of codes
_UNREADABLE = re.compile(r"[()]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted mapping: class of the rows, column that is their key, and the meaning of every column."""

    class_: str
    class_reason: str
    key: str
    columns: tuple[Column, ...]


def draft_mapping(features: pl.DataFrame, schema: Schema, known: Knowledge, hint: str = "") -> Draft:
    """Draft a mapping from some rows; `hint` is the file's or layer's name, which may speak of the class.

    Raises ValueError for a table without rows or without columns of its own.
    """
    own = [name for name in features.columns if not name.startswith("@")]
    if features.is_empty() or not own:
        raise ValueError("the file has no rows with columns of their own: there is nothing to draft from")
    readable = [name for name in own if not _UNREADABLE.search(name)]
    texts = {name: features[name].cast(pl.String).replace("", None).drop_nulls() for name in readable}
    perhaps = perhaps_codes(texts, schema)
    options = {name: readings(name, texts[name], schema, known, perhaps) for name in readable}
    class_, class_reason = _class(options, schema, features, hint)
    line = {class_.name, *class_.ancestors}
    assigned = _assigned({name: _of_class(columns, schema, line) for name, columns in options.items()})
    chosen = in_words(assigned, readable)
    columns = tuple(
        chosen.get(name) or _relation(name, options[name], schema, class_, line, known) or _left(name)
        for name in readable
    )
    unread = tuple(Column(name, None, None, 0.0, "no mapping can refer to a name with brackets") for name in own
                   if name not in texts)  # fmt: skip
    if not columns:
        raise ValueError("all columns have brackets in their names, and no mapping can refer to such: rename them")
    return Draft(class_.name, class_reason, _key(features, columns, schema), columns + unread)


def _class(
    options: Mapping[str, Sequence[Column]], schema: Schema, features: pl.DataFrame, hint: str
) -> tuple[Class, str]:
    """The class that most columns speak for, together with the file's name."""
    votes: dict[str, float] = {}
    for columns in options.values():
        best: dict[str, float] = {}
        for column in columns:
            domain = schema.property_(column.property or "").domain
            # What things of one class have tells more of the class than what those of many have.
            width = sum(len(schema.subclasses(name)) for name in domain) ** 0.5
            for name in domain:
                best[name] = max(best.get(name, 0.0), column.confidence / width)
        for name, weight in best.items():
            votes[name] = votes.get(name, 0.0) + weight
    # Rows bear codes of their own and of what they are in: their own is that of the lowest rung of the ladder.
    naming = {
        domain
        for columns in options.values()
        for column in columns
        if _names_rows(column, features, schema)
        for domain in schema.property_(column.property or "").domain
    }
    lowest = min((schema.class_(name).ladder or 100 for name in naming), default=0)
    for name in naming:
        if (schema.class_(name).ladder or 100) == lowest:
            votes[name] = votes.get(name, 0.0) + 1.0
    said = {form for word in words_in(hint) for form in (word, word.removesuffix("s"))}
    for class_ in schema.classes.values():
        labels = [words_in(label) for label in (*class_.labels.values(), class_.name)]
        if any(set(words) <= said for words in labels if words):
            votes[class_.name] = votes.get(class_.name, 0.0) + _CALLED
    candidates = [schema.class_(name) for name in votes if schema.class_(name).ledger_table in (None, "entity")]
    if not candidates:
        root = schema.with_ledger_table("entity")
        return root, "nothing tells of a narrower class"
    # A class inherits what speaks for its superclasses; so of two that explain the same the wider one wins no point.
    score = {each.name: sum(votes.get(name, 0.0) for name in (each.name, *each.ancestors)) for each in candidates}
    best_class = max(candidates, key=lambda each: (round(score[each.name], 6), -len(each.ancestors), each.name))
    telling = [name for name, columns in options.items() for each in columns
               if best_class.name in schema.property_(each.property or "").domain]  # fmt: skip
    return best_class, f"{', '.join(dict.fromkeys(telling)) or hint} speak for it"


def _names_rows(column: Column, features: pl.DataFrame, schema: Schema) -> bool:
    """Whether a column has another code in every row: then the rows are what the codes name."""
    values = features[column.name]
    is_code = schema.property_(column.property or "").kind == "code"
    return is_code and values.null_count() == 0 and values.n_unique() == features.height


def _of_class(columns: Sequence[Column], schema: Schema, line: set[str]) -> list[Column]:
    return [each for each in columns if _is_of(schema.property_(each.property or ""), line)]


def _is_of(term: Property, line: set[str]) -> bool:
    return not term.domain or bool(line.intersection(term.domain))


def _assigned(options: Mapping[str, Sequence[Column]]) -> dict[str, Column]:
    """The surest first; a property goes to one column, a second one is as likely something else."""
    ranked = sorted(
        (each for columns in options.values() for each in columns if each.confidence >= SURE_FROM),
        key=lambda each: (-each.confidence, each.name, each.property or ""),
    )
    chosen: dict[str, Column] = {}
    taken: set[str] = set()
    for each in ranked:
        if each.name not in chosen and each.property not in taken:
            chosen[each.name] = replace(each, scheme=None)
            taken.add(each.property or "")
    return chosen


def _relation(
    name: str, options: Sequence[Column], schema: Schema, class_: Class, line: set[str], known: Knowledge
) -> Column | None:
    """A column of codes that name other things: the relation that leads from rows of the class to those."""
    for code in sorted(options, key=lambda each: -each.confidence):
        term = schema.property_(code.property or "")
        if term.kind != "code" or class_.name in term.domain:
            continue
        targets = {above for domain in term.domain for above in (domain, *schema.class_(domain).ancestors)}
        fitting = [each for each in schema.properties.values()
                   if each.kind == "relation" and each.ledger_column is None and line & set(each.domain)
                   and targets & set(each.range)]  # fmt: skip
        # As other mappings have it, else a relation of the ladder, of several the one that is told most exactly.
        usual = known.relations.get(code.scheme or "", {})
        ranked = sorted(
            fitting, key=lambda each: (-usual.get(each.name, 0), not each.ladder, _width(each, schema), each.name)
        )
        if ranked:
            reason = f"{code.reason}: they name things of {', '.join(term.domain)}"
            return Column(name, ranked[0].name, code.scheme, round(code.confidence * 0.9, 3), reason)
    return None


def _width(term: Property, schema: Schema) -> int:
    return sum(len(schema.subclasses(name)) for name in (*term.range, *term.domain))


def _left(name: str) -> Column:
    return Column(name, None, None, 1.0 - SURE_FROM, "nothing known fits: it is kept with the record as it is")


def _key(features: pl.DataFrame, columns: Sequence[Column], schema: Schema) -> str:
    """The column that names the rows: a code of theirs, else one that is called so, else the format's own id."""

    def is_unique(name: str) -> bool:
        return features[name].null_count() == 0 and features[name].n_unique() == features.height

    codes = [each.name for each in columns if each.property and schema.property_(each.property).kind == "code"]
    called = [each.name for each in columns if canonical(each.name) in ("id", "key", "code", "number", "identifier")]
    others = [each.name for each in columns]
    for name in (*codes, *called):
        if is_unique(name):
            return name
    if features["@key"].null_count() == 0 and features["@key"].n_unique() == features.height:
        return "@key"
    return next((name for name in others if is_unique(name)), others[0])
