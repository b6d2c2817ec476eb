"""A mapping applied to whole columns: rows in the source's words become records in the ontology's words."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from coding import validate_column
from kg.ledger.canonical import json_object
from ontology import Property, Schema

from .join import join_references
from .mapping import Mapping, PropertyRule, RecordRule
from .reasons import Reason
from .shapes import record_shapes
from .template import text_of

PROBLEM_COLUMNS = {"@row": pl.Int64, "key": pl.String, "reason": pl.String, "detail": pl.String}
_TIMES = ("any.valid_from", "any.valid_to")
_DATE = (
    r"^-?[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-4]):[0-5][0-9](:[0-6][0-9](\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A batch of rows in the ontology's words; rows with a problem are in `problems` and nowhere else.

    records: @row, key, class, attributes, unmapped (canonical JSON), valid_from, valid_to
    codes:   @row, property, scheme, value (canonical)
    claims:  @row, predicate, reference (`record/SOURCE/KEY` or `code/SCHEME/VALUE`)
    problems: @row, key, reason, detail
    remarks: said - a line for each break of a shape of less severity than Violation; such rows are taken
    """

    records: pl.DataFrame
    codes: pl.DataFrame
    claims: pl.DataFrame
    problems: pl.DataFrame
    remarks: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Values:
    """One property's values of some rows, with what is wrong among them."""

    declared: Property
    values: pl.Series
    wrong: pl.DataFrame


def apply_mapping(mapping: Mapping, features: pl.DataFrame, schema: Schema) -> Mapped:
    """Map one batch; each row is taken by the first record rule whose condition holds, or becomes a problem."""
    parts: list[Mapped] = []
    rest = features
    for rule in mapping.records:
        if rule.condition is None:
            taken, rest = rest, rest.clear()
        else:
            left, *right = (text_of(rest, side) for side in rule.condition.sides)
            is_one = pl.any_horizontal(left.eq_missing(each) for each in right)
            holds = rest.with_columns((is_one == rule.condition.is_equal).alias("@@holds"))["@@holds"]
            taken, rest = rest.filter(holds), rest.filter(~holds)
        if not taken.is_empty():
            parts.append(_apply_rule(rule, taken, schema))
    if not rest.is_empty() or not parts:
        words = pl.col("@class") if "@class" in rest.columns else pl.lit(None, dtype=pl.String)
        detail = pl.format("no mapping of {} takes rows of kind {}", pl.lit(mapping.name), words.fill_null("(none)"))
        nothing = _problems(rest, pl.lit(None, dtype=pl.String), Reason.UNMAPPED_CLASS, detail)
        parts.append(_nothing(nothing))
    columns = ("records", "codes", "claims", "problems", "remarks")
    return _of_good_shape(Mapped(*(pl.concat([getattr(part, name) for part in parts]) for name in columns)), schema)


def _of_good_shape(mapped: Mapped, schema: Schema) -> Mapped:
    """Records that break a shape become problems."""
    broken = record_shapes(schema).broken(mapped.records)
    is_grave = pl.col("severity") == "Violation"
    grave = broken.filter(is_grave).join(mapped.records.select("@row", "key"), on="@row", maintain_order="left")
    records, codes, claims = (
        frame.join(grave, on="@row", how="anti", maintain_order="left")
        for frame in (mapped.records, mapped.codes, mapped.claims)
    )
    problems = _problems(grave, "key", Reason.BROKEN_SHAPE, pl.col("detail"))
    remarks = broken.filter(~is_grave & ~pl.col("@row").is_in(grave["@row"].implode())).select("said")
    return Mapped(records, codes, claims, pl.concat([mapped.problems, problems]), remarks)


def _apply_rule(rule: RecordRule, rows: pl.DataFrame, schema: Schema) -> Mapped:
    names = {term.iri: term.name for term in schema.classes.values()}
    class_ = text_of(rows, rule.class_).replace(names | dict(rule.classes))
    if rule.other_class is not None:
        class_ = pl.when(class_.is_in(list(schema.classes))).then(class_).otherwise(pl.lit(rule.other_class))
    rows = rows.with_columns(text_of(rows, rule.key).alias("@@key"), class_.alias("@@class"))
    found = [property_values(schema.property_(name), rules, rows) for name, rules in _by_property(rule).items()]
    problems = pl.concat(
        [
            _problems(
                rows.filter(pl.col("@@key").is_null()), "@@key", Reason.MISSING_KEY, pl.lit(f"no {rule.key.text}")
            ),
            _problems(
                rows.filter(~pl.col("@@class").fill_null("").is_in(list(schema.classes))),
                "@@key",
                Reason.UNKNOWN_CLASS,
                pl.format("the ontology has no class {}", pl.col("@@class").fill_null("(none)")),
            ),
            *(part.wrong for part in found),
        ]
    )
    good = rows.with_columns(part.values.alias(f"@={part.declared.name}") for part in found)
    good = good.join(problems.select("@row").unique(), on="@row", how="anti", maintain_order="left")
    shown = [part.declared for part in found if not part.declared.personal]
    times = {part.ledger_column: f"@={part.name}" for part in shown if part.ledger_column}
    start, end = (times.get(f"any.{name}") for name in ("valid_from", "valid_to"))
    stated = [part for part in shown if f"@={part.name}" not in (start, end)]
    records = good.select(
        "@row",
        pl.col("@@key").alias("key"),
        pl.col("@@class").alias("class"),
        _json(good, {part.name: f"@={part.name}" for part in stated}).alias("attributes"),
        _json(good, {name: name for name in _unmapped(rule, good)}).alias("unmapped"),
        _first_text(good, start).alias("valid_from"),
        _first_text(good, end).alias("valid_to"),
    )
    return Mapped(records, _codes(good, stated), _claims(good, stated), problems, _no_remarks())


def _by_property(rule: RecordRule) -> dict[str, list[PropertyRule]]:
    grouped: dict[str, list[PropertyRule]] = {}
    for part in rule.properties:
        grouped.setdefault(part.property, []).append(part)
    return grouped


def property_values(declared: Property, rules: Sequence[PropertyRule], rows: pl.DataFrame) -> Values:
    """The typed values of one property: a scalar column where the ontology allows one value, else lists."""
    columns: list[pl.Series] = []
    wrong: list[pl.DataFrame] = []
    for rule in rules:
        text = _texts(rows, rule)
        values, is_wrong, expected = typed_values(declared, text, rule.language)
        columns.append(values)
        reason = Reason.WRONG_CODE if declared.kind == "code" else Reason.WRONG_DATATYPE
        detail = pl.format("{} is {}: {}", pl.lit(declared.name), pl.col("@@text"), pl.col("@@expected"))
        marked = rows.with_columns(text.alias("@@text"), expected.alias("@@expected")).filter(is_wrong)
        wrong.append(_problems(marked, "@@key", reason, detail))
    count, odd, values = _gathered(declared, columns)
    bad = rows.with_columns(odd.cast(pl.String).alias("@@text")).filter(odd.is_not_null())
    allowed = pl.lit(", ".join(declared.allowed))
    detail = pl.format("{} is {}; allowed are {}", pl.lit(declared.name), pl.col("@@text"), allowed)
    wrong.append(_problems(bad, "@@key", Reason.WRONG_VALUE, detail))
    if declared.minimum > 0:
        absent = rows.filter(count < declared.minimum)
        detail = pl.lit(f"{declared.name} needs at least {declared.minimum} value")
        wrong.append(_problems(absent, "@@key", Reason.MISSING_VALUE, detail))
    if declared.maximum == 1:
        many = rows.filter(count > 1)
        wrong.append(_problems(many, "@@key", Reason.WRONG_VALUE, pl.lit(f"{declared.name} has more than one value")))
    return Values(declared, values, pl.concat(wrong))


def _texts(rows: pl.DataFrame, rule: PropertyRule) -> pl.Series:
    """What a rule makes of each row, as text."""
    if rule.join is not None:
        return join_references(rows, rule.join)
    return rows.with_columns(text_of(rows, rule.value).alias("@@text"))["@@text"]  # a constant fills the column


def _gathered(declared: Property, columns: Sequence[pl.Series]) -> tuple[pl.Series, pl.Series, pl.Series]:
    """(how many values each row has, the first that is not allowed, the values) of what the rules of a property give.

    Where one rule alone speaks of it no row has two values: lists, which cost ten times as much, are not made then.
    """
    allowed = list(declared.allowed)
    if len(columns) == 1:
        single = columns[0]
        is_odd = ~single.cast(pl.String).is_in(allowed) if allowed else pl.repeat(False, len(single), eager=True)
        odd = single.set(~is_odd.fill_null(value=False), None)
        is_there = single.is_not_null()
        if declared.maximum == 1:
            return is_there.cast(pl.Int8), odd, single
        return is_there.cast(pl.Int8), odd, pl.select(pl.when(is_there).then(pl.concat_list(single))).to_series()
    frame = pl.DataFrame({str(place): column for place, column in enumerate(columns)})
    together = frame.select(pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)).to_series()
    odd = (together.list.set_difference(allowed) if allowed else together.list.head(0)).list.first()
    count = together.list.len()
    if declared.maximum == 1:
        return count, odd, together.list.first()
    return count, odd, pl.select(pl.when(count > 0).then(together)).to_series()


def typed_values(declared: Property, text: pl.Series, language: str | None) -> tuple[pl.Series, pl.Series, pl.Series]:
    """(values, which are wrong, what was expected) of a text column for one property."""
    if declared.code_scheme is not None:
        checked = validate_column(declared.code_scheme, text)
        return checked["code"], checked["error"].is_not_null(), checked["error"]
    kind = declared.datatype
    if declared.kind == "relation" or kind is None:
        values = text
    elif kind == "xsd:integer":
        values = text.str.strip_chars().str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    elif kind in {"xsd:decimal", "xsd:double", "xsd:float"}:
        numbers = text.str.strip_chars().cast(pl.Float64, strict=False)
        values = pl.select(pl.when(numbers.is_finite()).then(numbers)).to_series()
    elif kind == "xsd:boolean":
        words = {"true": True, "false": False, "1": True, "0": False}
        values = text.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    elif kind in {"xsd:dateTime", "xsd:date"}:
        trimmed = text.str.strip_chars()
        is_form = trimmed.str.contains(_DATE)
        values = pl.select(pl.when(is_form & _is_day(trimmed)).then(trimmed)).to_series()
        told = pl.when(is_form).then(pl.lit(f"expected {kind}, of a day that there is"))
        expected = pl.select(told.otherwise(pl.lit(f"expected {kind}"))).to_series()
        return values, text.is_not_null() & values.is_null(), expected
    elif declared.ledger_column in _TIMES:  # of any precision
        whole = text.str.contains(r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}")
        values = pl.select(pl.when(~whole | _is_day(text.str.strip_chars())).then(text)).to_series()
        kind = "a day that there is"
    elif kind == "rdf:langString":
        values = text + f"@{language or ''}"
    else:
        values = text
    expected = pl.repeat(f"expected {kind}", len(text), dtype=pl.String, eager=True)
    return values, text.is_not_null() & values.is_null(), expected


def _is_day(text: pl.Series) -> pl.Series:
    """Whether texts that begin with a date name a day that there is; years before our era are not judged."""
    return text.str.starts_with("-") | text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null()


def _unmapped(rule: RecordRule, rows: pl.DataFrame) -> list[str]:
    """Source columns that the rule does not read (what it reads as personal data is thereby left out, too)."""
    templates = [part.value for part in rule.properties] + [rule.key, rule.class_]
    templates += rule.condition.sides if rule.condition else ()
    used = {name for template in templates for name in template.references}
    return [name for name in rows.columns if not name.startswith("@") and name not in used]


def _json(rows: pl.DataFrame, names: dict[str, str]) -> pl.Series:
    """Some columns as one JSON text a row, each under its name."""
    kept = {name: rows[column] for name, column in names.items()}
    plain = [
        (column.cast(pl.String) if column.dtype.is_temporal() else column).alias(name) for name, column in kept.items()
    ]
    if not plain:
        return pl.repeat("{}", rows.height, dtype=pl.String, eager=True)
    return json_object(pl.DataFrame(plain), list(kept), keep_null=False)


def _first_text(rows: pl.DataFrame, column: str | None) -> pl.Series:
    if column is None:
        return pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    values = rows[column]
    return values.list.first() if values.dtype == pl.List else values


def _long(rows: pl.DataFrame, part: Property) -> pl.DataFrame:
    """@row and value of one property, a line per value."""
    frame = rows.select("@row", pl.col(f"@={part.name}").alias("value")).drop_nulls("value")
    return frame.explode("value") if frame.schema["value"] == pl.List else frame


def _codes(rows: pl.DataFrame, parts: Sequence[Property]) -> pl.DataFrame:
    frames = [
        _long(rows, part).select(
            "@row", pl.lit(part.name).alias("property"), pl.lit(part.code_scheme).alias("scheme"), "value"
        )
        for part in parts
        if part.code_scheme is not None
    ]
    return pl.concat(
        [
            pl.DataFrame(schema=dict.fromkeys(("property", "scheme", "value"), pl.String) | {"@row": pl.Int64}).select(
                "@row", "property", "scheme", "value"
            ),
            *frames,
        ]
    )


def _claims(rows: pl.DataFrame, parts: Sequence[Property]) -> pl.DataFrame:
    frames = [
        _long(rows, part).select("@row", pl.lit(part.name).alias("predicate"), pl.col("value").alias("reference"))
        for part in parts
        if part.kind == "relation"
    ]
    empty = pl.DataFrame(schema={"@row": pl.Int64, "predicate": pl.String, "reference": pl.String})
    return pl.concat([empty, *frames])


def _problems(rows: pl.DataFrame, key: pl.Expr | str, reason: Reason, detail: pl.Expr) -> pl.DataFrame:
    named = pl.col(key) if isinstance(key, str) else key
    return rows.select(
        "@row", named.cast(pl.String).alias("key"), pl.lit(str(reason)).alias("reason"), detail.alias("detail")
    )


def _nothing(problems: pl.DataFrame) -> Mapped:
    text = pl.String
    records = dict.fromkeys(("key", "class", "attributes", "unmapped", "valid_from", "valid_to"), text)
    return Mapped(
        pl.DataFrame(schema={"@row": pl.Int64, **records}),
        pl.DataFrame(schema={"@row": pl.Int64, "property": text, "scheme": text, "value": text}),
        pl.DataFrame(schema={"@row": pl.Int64, "predicate": text, "reference": text}),
        problems,
        _no_remarks(),
    )


def _no_remarks() -> pl.DataFrame:
    return pl.DataFrame(schema={"said": pl.String})


__all__ = ["PROBLEM_COLUMNS", "Mapped", "Values", "apply_mapping", "property_values", "typed_values"]
