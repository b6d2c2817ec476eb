"""Terms taken apart, and what XML Schema says about literals: whole columns at once."""

from __future__ import annotations

import polars as pl

from .. import vocabulary as v

_LITERAL = r'^"(?<text>(?s:.*))"(?:\^\^<(?<datatype>[^>]*)>|@(?<language>[A-Za-z0-9-]+))?$'
_CODE_POINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_BACKSLASH = "\ue000"  # of the private use area: stands for a backslash while other escapes are resolved
_ESCAPES = {"\\\\": _BACKSLASH, "\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\b": "\b", "\\f": "\f"}

STRING, LANG_STRING = v.XSD + "string", v.RDF + "langString"
_NUMBER_NAMES = (
    "integer decimal float double long int short byte nonNegativeInteger positiveInteger nonPositiveInteger "
    "negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
)
NUMBERS = frozenset(v.XSD + name for name in _NUMBER_NAMES.split())
_DIGITS, _DATE, _TIME = r"[+-]?[0-9]+", r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_FLOAT = r"([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)"
_FORMS = {
    "integer": _DIGITS,
    "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    "double": _FLOAT,
    "float": _FLOAT,
    "boolean": "true|false|0|1",
    "date": _DATE + _ZONE,
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    "dateTimeStamp": f"{_DATE}T{_TIME}(Z|[+-][0-9]{{2}}:[0-9]{{2}})",
    "time": _TIME + _ZONE,
    "gYear": r"-?[0-9]{4,}" + _ZONE,
    "gYearMonth": r"-?[0-9]{4,}-(0[1-9]|1[0-2])" + _ZONE,
    "language": "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
    "hexBinary": "([0-9a-fA-F]{2})*",
}
"""Lexical forms of XML Schema 1.1 Part 2; of a datatype that is not here every text is one."""
_RANGES = {
    "long": (-(2**63), 2**63 - 1), "int": (-(2**31), 2**31 - 1), "short": (-(2**15), 2**15 - 1), "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1), "unsignedInt": (0, 2**32 - 1), "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255), "nonNegativeInteger": (0, None), "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0), "negativeInteger": (None, -1),
}  # fmt: skip


def taken_apart(terms: pl.Series) -> pl.DataFrame:
    """kind (iri, blank, literal), text, datatype (IRI, null of what is no literal) and language of each term.

    The text of an IRI is the IRI; that of a blank node is null.

    >>> taken_apart(pl.Series(["<urn:a>", '"x"@en'])).rows()
    [('iri', 'urn:a', None, None), ('literal', 'x', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#langString', 'en')]
    """
    alike = _all_alike(terms)
    parts = alike if alike is not None else _each(terms)
    if parts["text"].str.contains("\\", literal=True).any():
        parts = parts.with_columns(_unescaped(parts["text"]).alias("text"))
    return parts


def _all_alike(terms: pl.Series) -> pl.DataFrame | None:
    """The parts of terms that are all IRIs, all plain literals, or all literals of one datatype; else None.

    This is how nearly every property is, and several times faster than looking at each term.
    """
    if terms.is_empty() or not (terms.str.starts_with('"').all() or terms.str.starts_with("<").all()):
        return None
    first = str(terms[0])
    if first.startswith("<"):
        return _parts(terms.str.strip_prefix("<").str.strip_suffix(">"), "iri", None)
    _, quote, end = first.rpartition('"')
    if not terms.str.ends_with(quote + end).all() or (end and not end.startswith("^^<")):
        return None
    datatype = end.removeprefix("^^<").removesuffix(">") or STRING
    return _parts(terms.str.strip_prefix('"').str.strip_suffix(quote + end), "literal", datatype)


def _parts(texts: pl.Series, kind: str, datatype: str | None) -> pl.DataFrame:
    constants = (pl.lit(kind).alias("kind"), pl.lit(datatype, dtype=pl.String).alias("datatype"))
    frame = texts.rename("text").to_frame().with_columns(*constants, pl.lit(None, dtype=pl.String).alias("language"))
    return frame.select("kind", "text", "datatype", "language")


def _each(terms: pl.Series) -> pl.DataFrame:
    term = pl.col("term")
    frame = terms.rename("term").to_frame().with_columns(term.str.extract_groups(_LITERAL).alias("parts"))
    frame = frame.unnest("parts")
    kind = (
        pl.when(term.str.starts_with("<"))
        .then(pl.lit("iri"))
        .when(term.str.starts_with("_:"))
        .then(pl.lit("blank"))
        .otherwise(pl.lit("literal"))
    )
    is_literal = pl.col("kind") == "literal"
    usual = pl.when(pl.col("language").is_null()).then(pl.lit(STRING)).otherwise(pl.lit(LANG_STRING))
    iri = term.str.strip_prefix("<").str.strip_suffix(">")
    return frame.with_columns(kind.alias("kind")).select(
        "kind",
        pl.when(pl.col("kind") == "iri").then(iri).otherwise("text").alias("text"),
        pl.when(is_literal).then(pl.coalesce("datatype", usual)).alias("datatype"),
        "language",
    )


def _unescaped(texts: pl.Series) -> pl.Series:
    found = texts
    for escape, plain in _ESCAPES.items():
        found = found.str.replace_all(escape, plain, literal=True)
    if found.str.contains(_CODE_POINT).any():
        # Rare: Oxigraph escapes control characters only.
        points = found.str.extract_all(_CODE_POINT).explode(empty_as_null=False).drop_nulls().unique()
        for point in points:
            found = found.str.replace_all(point, chr(int(point[2:], 16)), literal=True)
    return found.str.replace_all(_BACKSLASH, "\\", literal=True)


def literal_text(term: str) -> str:
    """The text of one literal.

    >>> literal_text('"a \\\\"b\\\\""@en'), literal_language('"x"@zh-CN')
    ('a "b"', 'zh')
    """
    return str(taken_apart(pl.Series([term]))["text"][0])


def literal_language(term: str) -> str:
    """The language of one literal without its region; English where it names none."""
    return str(taken_apart(pl.Series([term]))["language"][0] or "en").partition("-")[0]


def is_well_formed(datatype: str) -> pl.Expr:
    """Whether `text` is a lexical form of a datatype."""
    local, text = datatype.removeprefix(v.XSD), pl.col("text")
    if local in _RANGES:
        lowest, highest = _RANGES[local]
        holds = text.str.contains(f"^(?:{_DIGITS})$")
        number = text.str.strip_prefix("+").cast(pl.Decimal(38, 0), strict=False)
        # A number that 38 digits can't hold is outside every limit but the open ones.
        if lowest is not None:
            holds &= pl.coalesce(
                number >= lowest, ~text.str.starts_with("-") if highest is None else pl.lit(value=False)
            )
        if highest is not None:
            holds &= pl.coalesce(
                number <= highest, text.str.starts_with("-") if lowest is None else pl.lit(value=False)
            )
        return holds
    if local not in _FORMS:
        return pl.lit(value=True)
    holds = text.str.contains(f"^(?:{_FORMS[local]})$")
    if local in {"date", "dateTime", "dateTimeStamp"}:
        holds &= _day().is_not_null()
    return holds


def comparable(parts: pl.DataFrame) -> pl.DataFrame:
    """Of terms taken apart: `family` (null where SPARQL can't compare), `number` and `words` to compare by.

    Numbers are compared as doubles, moments with and without a time zone not at all (XML Schema leaves most such
    pairs undecided).
    """
    datatype, text = pl.col("datatype"), pl.col("text")
    is_number = datatype.is_in([*NUMBERS])
    is_moment = datatype.is_in([v.XSD + name for name in ("dateTime", "dateTimeStamp", "date")])
    has_zone = text.str.contains(r"T.*(Z|[+-][0-9]{2}:[0-9]{2})$|^-?[0-9]{4,}-..-..(Z|[+-])")
    moment = pl.concat_str(
        pl.when(text.str.contains("T")).then(pl.lit("dateTime")).otherwise(pl.lit("date")),
        pl.when(has_zone).then(pl.lit(" with zone")).otherwise(pl.lit("")),
    )
    is_truth = datatype == v.XSD + "boolean"
    family = (
        pl.when(is_number).then(pl.lit("number")).when(is_moment).then(moment)
        .when(is_truth).then(pl.lit("boolean")).when(datatype == STRING).then(pl.lit("string"))
    )  # fmt: skip
    number = (
        pl.when(is_number).then(text.cast(pl.Float64, strict=False))
        .when(is_moment).then(_seconds())
        .when(is_truth).then(text.is_in(["true", "1"]).cast(pl.Float64))
    )  # fmt: skip
    words = pl.when(datatype == STRING).then(text)
    there = parts["datatype"].drop_nulls().unique().to_list()
    is_good = pl.any_horizontal(
        pl.lit(value=False), *((datatype == each) & is_well_formed(each) for each in sorted(there))
    )
    return parts.select(pl.when(is_good).then(family).alias("family"), number.alias("number"), words.alias("words"))


def _day() -> pl.Expr:
    return pl.col("text").str.extract(f"^({_DATE})").str.to_date("%Y-%m-%d", strict=False)


def _seconds() -> pl.Expr:
    text = pl.col("text")
    clock = [
        text.str.extract(r"T([0-9]{2}):([0-9]{2}):([0-9.]+)", part).cast(pl.Float64).fill_null(0) for part in (1, 2, 3)
    ]
    zone = text.str.extract_groups(r"(?<sign>[+-])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2})$")
    minutes = zone.struct.field("hours").cast(pl.Float64) * 60 + zone.struct.field("minutes").cast(pl.Float64)
    ahead = pl.when(zone.struct.field("sign") == "-").then(-minutes).otherwise(minutes).fill_null(0)
    days = _day().dt.epoch("d").cast(pl.Float64)
    return days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2] - ahead * 60
