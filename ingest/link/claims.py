"""What records say about their entities - codes and relations - kept in step with what they say now."""

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Table, and_, select

from coding import validate_column
from kg.ledger import Changes, in_force
from kg.ledger import tables as t

from .entities import has_ended

_CODE = ("scheme", "value", "entity", "property", "source", "key", "issuer", "state", "valid_from", "valid_to")
_RELATION = ("subject", "predicate", "object", "reference", "origin", "evidence", "valid_from", "valid_to")


def replace_rows(
    changes: Changes, table: Table, old: pl.DataFrame, new: pl.DataFrame, closing: Mapping[str, pl.Expr]
) -> int:
    """Bring the rows in force from `old` (with fid) to `new`: add what is new, close what is no longer said.

    Rows that are equal in every column stay. `closing` gives the columns in which a closing row differs from the
    row that it closes. Gives how many rows were added.
    """
    columns = [name for name in new.columns if name != "withdrawn"]
    added = new.join(old, on=columns, how="anti", nulls_equal=True)
    gone = old.join(new, on=columns, how="anti", nulls_equal=True)
    changes.supersede(table, gone["fid"])
    closed = gone.drop("fid").with_columns(**closing)
    rows = pl.concat([added, closed.select(added.columns)])
    if not rows.is_empty():
        changes.add(table, rows)
    return rows.height


def write_codes(
    changes: Changes, stated: pl.DataFrame, touched: pl.DataFrame, issuer: str, at: str | None, today: str
) -> None:
    """Register the codes that records state now; codes that changed records state no longer are retired.

    stated: source, key, entity, property, scheme, value, valid_from, valid_to; touched: source, key of changed or
    ended records. A code whose record has ended is retired with it.
    """
    old = changes.matching(t.code, touched, ["fid", *_CODE, "withdrawn"])
    state = pl.when(has_ended(today)).then(pl.lit("retired")).otherwise(pl.lit("current"))
    new = stated.with_columns(
        pl.lit(issuer).alias("issuer"), state.alias("state"), pl.lit(value=False).alias("withdrawn")
    )
    kept = old.filter(pl.col("state") != "retired")
    closing = {"state": pl.lit("retired"), "valid_to": pl.lit(at, dtype=pl.String)}
    replace_rows(changes, t.code, kept, new.select(*_CODE, "withdrawn"), closing)


def canonical_references(references: pl.Series) -> pl.Series:
    """`code/SCHEME/VALUE` references with the value in its canonical form; others as they are."""
    frame = pl.DataFrame({"reference": references}).with_row_index("place")
    parts = frame.with_columns(
        pl.col("reference").str.extract(r"^code/([^/]+)/", 1).alias("scheme"),
        pl.col("reference").str.extract(r"^code/[^/]+/(.*)$", 1).alias("value"),
    )
    pieces = [parts.filter(pl.col("scheme").is_null()).select("place", "reference")]
    for (scheme,), group in parts.drop_nulls("scheme").group_by("scheme"):
        canonical = validate_column(str(scheme), group["value"])["code"]
        value = canonical.zip_with(canonical.is_not_null(), group["value"])
        pieces.append(group.select("place", (pl.lit(f"code/{scheme}/") + value).alias("reference")))
    return pl.concat(pieces).sort("place")["reference"]


def resolve_references(changes: Changes, references: pl.Series) -> pl.DataFrame:
    """The entity behind each reference, where it is known: reference, entity."""
    wanted = pl.DataFrame({"reference": references.unique()}).with_columns(
        pl.col("reference").str.splitn("/", 3).struct.rename_fields(["kind", "first", "rest"]).alias("parts")
    )
    wanted = wanted.unnest("parts")
    records = wanted.filter(pl.col("kind") == "record").select("reference", source="first", key="rest")
    codes = wanted.filter(pl.col("kind") == "code").select("reference", scheme="first", value="rest")
    members = changes.matching(t.membership, records.select("source", "key"), ["source", "key", "entity"])
    bearers = changes.matching(t.code, codes.select("scheme", "value"), ["fid", "scheme", "value", "entity"])
    bearers = bearers.sort("fid").unique(["scheme", "value"], keep="first")
    return pl.concat(
        [
            records.join(members, on=["source", "key"]).select("reference", "entity"),
            codes.join(bearers, on=["scheme", "value"]).select("reference", "entity"),
        ]
    )


def write_relations(changes: Changes, stated: pl.DataFrame, origins: Sequence[str] | pl.Series, at: str | None) -> None:
    """Register the relations stated now by some origins (records or rules); what they no longer state is ended.

    stated: subject, predicate, object (may be null), reference, origin, evidence, valid_from, valid_to.
    """
    wanted = pl.DataFrame({"origin": pl.Series(origins, dtype=pl.String)})
    old = changes.matching(t.relation, wanted, ["fid", *_RELATION, "withdrawn"])
    old = old.filter(pl.col("valid_to").is_null() | pl.col("origin").is_in(stated["origin"].implode()))
    new = stated.select(*_RELATION).unique(maintain_order=True).with_columns(withdrawn=pl.lit(value=False))
    # A relation that is no longer stated has ended; when is known only where the delivery has a date.
    closing = {"valid_to": pl.lit(at, dtype=pl.String)} if at else {"withdrawn": pl.lit(value=True)}
    replace_rows(changes, t.relation, old, new, closing)


def resolve_dangling(changes: Changes) -> pl.DataFrame:
    """Give relations whose object was not known their object, now that a record or code has come; gives those."""
    query = select(*(t.relation.c[name] for name in ("fid", *_RELATION, "withdrawn"))).where(
        and_(in_force(t.relation), t.relation.c.object.is_(None))
    )
    dangling = changes.read(query)
    if dangling.is_empty():
        return dangling
    known = resolve_references(changes, dangling["reference"])
    found = dangling.drop("object").join(known.rename({"entity": "object"}), on="reference")
    changes.supersede(t.relation, found["fid"])
    if not found.is_empty():
        changes.add(t.relation, found.select(*_RELATION, "withdrawn"))
    return found
