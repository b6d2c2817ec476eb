"""Canonical JSON (RFC 8785) of whole columns, the text that digests are taken over.

The same rows give the same text on every database: keys sorted, numbers as ECMAScript writes them, binary as
upper-case hex (the usual form of WKB hex). Written here because the libraries for RFC 8785 work on one Python
object at a time; a test holds this against `rfc8785` for any value.
"""

import hashlib
from collections.abc import Sequence

import polars as pl
from polars._typing import PolarsDataType

_CONTROLS = {chr(c): f"\\u{c:04x}" for c in range(0x20)} | {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}
_ESCAPES = {'"': '\\"', "\\": "\\\\", **_CONTROLS}

# Between these magnitudes polars and ECMAScript write a number alike; outside only the rare value is.
_SMALL, _LARGE = 1e-4, 1e15


def _ecmascript_number(value: float) -> str:
    """One number as ECMAScript writes it (ECMA-262, Number::toString).

    >>> _ecmascript_number(1e21), _ecmascript_number(1e-7), _ecmascript_number(123456789012345680000.0)
    ('1e+21', '1e-7', '123456789012345680000')
    """
    mantissa, _, exponent = repr(float(value)).partition("e")
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    if 0 < point <= 21:
        text = digits.ljust(point, "0")
        return sign + (f"{text[:point]}.{text[point:]}" if len(text) > point else text)
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"


def escaped(expr: pl.Expr) -> pl.Expr:
    """Texts of a column as they stand between the quotes of JSON."""
    return expr.map_batches(_escaped, return_dtype=pl.String)


def _escaped(texts: pl.Series) -> pl.Series:
    # Control characters are rare, and looking for all of them at once takes twice as long as for the other two.
    if texts.str.contains(r"[\x00-\x1f]").any():
        return texts.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    for character in "\\", '"':
        texts = texts.str.replace_all(character, "\\" + character, literal=True)
    return texts


def _hex(expr: pl.Expr) -> pl.Expr:
    return expr.bin.encode("hex").str.to_uppercase()


def _number(expr: pl.Expr) -> pl.Expr:
    size = expr.abs()
    integral = (expr == expr.floor()) & (size < _LARGE)
    usual = (size >= _SMALL) & (size < _LARGE)
    rare = (~integral) & (~usual)
    return (
        pl.when(integral)
        .then(pl.when(integral).then(expr).otherwise(0.0).cast(pl.Int64).cast(pl.String))
        .when(usual)
        .then(expr.cast(pl.String))
        .otherwise(pl.when(rare).then(expr).map_elements(_ecmascript_number, return_dtype=pl.String, skip_nulls=True))
    )


def json_value(expr: pl.Expr, dtype: PolarsDataType) -> pl.Expr:
    """The canonical JSON text of a column; null stays null (no text).

    >>> frame = pl.DataFrame({"x": [1.0, 0.1, None]})
    >>> frame.select(json_value(pl.col("x"), frame.schema["x"])).to_series().to_list()
    ['1', '0.1', None]

    Raises TypeError for a type that has no canonical form here.
    """
    if dtype == pl.String:
        # An expression to the end, as Python would be called for each list of a column of lists.
        return '"' + expr.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())) + '"'
    if dtype == pl.Boolean:
        return pl.when(expr).then(pl.lit("true")).when(~expr).then(pl.lit("false"))
    if dtype.is_integer():
        return expr.cast(pl.String)
    if dtype.is_float():
        return _number(expr.cast(pl.Float64))
    if dtype == pl.Binary:
        return '"' + _hex(expr) + '"'
    if isinstance(dtype, pl.List):
        inner = json_value(pl.element(), dtype.inner)
        return "[" + expr.list.eval(inner).list.join(",") + "]"
    if dtype == pl.Null:
        return expr.cast(pl.String)
    raise TypeError(f"{dtype} has no canonical JSON here: expected text, number, boolean, binary or a list")


def json_object(
    frame: pl.DataFrame, columns: Sequence[str], *, keep_null: bool, ready: Sequence[str] = (), end: str = ""
) -> pl.Series:
    """Each row of some columns as one canonical JSON object; null members are written or left out.

    Columns in `ready` have their values as canonical JSON already; `end` follows each object.

    >>> json_object(pl.DataFrame({"b": [1], "a": ["x"], "c": [None]}), ["b", "a", "c"], keep_null=False)[0]
    '{"a":"x","b":1}'
    """
    schema = frame.schema  # made anew each time it is asked for: quadratic in the columns of a wide table
    said = [name for name in columns if keep_null or frame[name].null_count() < frame.height]
    ordered = sorted(said, key=lambda text: text.encode("utf-16-be"))
    # polars reads a name such as "^a$" as a pattern, so the columns go by numbers here
    numbered = pl.DataFrame([frame[name].alias(str(place)) for place, name in enumerate(ordered)])
    labels = ['"' + "".join(_ESCAPES.get(c, c) for c in name) + '":' for name in ordered]
    if not ordered:
        return pl.repeat("{}" + end, frame.height, dtype=pl.String, eager=True)
    if keep_null:
        # All in one go, each value once: a geometry is long, and every step on the way would copy it.
        pieces: list[pl.Expr] = []
        for place, (name, label) in enumerate(zip(ordered, labels, strict=True)):
            pieces.append(pl.lit(("," if place else "{") + label))
            kind = None if name in ready else schema[name]
            pieces += _pieces(pl.col(str(place)), kind, has_null=frame[name].null_count() > 0)
        return numbered.select(pl.concat_str(*pieces, pl.lit("}" + end))).to_series()
    parts = [
        pl.lit(label) + (pl.col(str(place)) if name in ready else json_value(pl.col(str(place)), schema[name]))
        for place, (name, label) in enumerate(zip(ordered, labels, strict=True))
    ]
    return numbered.select("{" + pl.concat_str(parts, separator=",", ignore_nulls=True) + ("}" + end)).to_series()


def _pieces(expr: pl.Expr, dtype: PolarsDataType | None, *, has_null: bool) -> list[pl.Expr]:
    """The texts that together are a value as JSON, `null` for a null; None as type says that it is JSON already."""
    if dtype not in (pl.String, pl.Binary):
        return [(expr if dtype is None else json_value(expr, dtype)).fill_null("null")]
    quote = pl.when(expr.is_null()).then(pl.lit("")).otherwise(pl.lit('"')) if has_null else pl.lit('"')
    body = escaped(expr) if dtype == pl.String else _hex(expr)
    return [quote, body.fill_null("null") if has_null else body, quote]


def sha256_column(texts: pl.Series) -> pl.Series:
    """SHA-256 of every text, in hex.

    A loop, because polars has no cryptographic hash and hashing itself takes most of the time.
    """
    sha256 = hashlib.sha256
    return pl.Series(texts.name, [sha256(text.encode()).hexdigest() for text in texts], dtype=pl.String)
